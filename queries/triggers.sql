-- title: Triggers
--
-- What set incidents off, whatever their cause.
--
-- trigger           what set the incident off; `none` for a latent fault, `unknown` where the document does not say
-- n                 incidents
-- n_known           all incidents whose trigger is known
-- percent_of_known  n as a share of n_known; blank in the row of the unknown
-- n_cause           incidents of this trigger whose root cause is known
SELECT
    "trigger",
    n,
    SUM(known) OVER () AS n_known,
    CASE WHEN "trigger" = 'unknown' THEN NULL ELSE ROUND(100.0 * n / NULLIF(SUM(known) OVER (), 0), 1) END AS percent_of_known,
    n_cause
FROM (
    SELECT
        "trigger",
        COUNT(*) AS n,
        COUNT(NULLIF("trigger", 'unknown')) AS known,
        COUNT(NULLIF(root_cause, 'unknown')) AS n_cause
    FROM incidents
    GROUP BY "trigger"
) AS counted
ORDER BY n DESC, "trigger"
