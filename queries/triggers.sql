-- title: Triggers
--
-- What set incidents off, whatever their cause.
--
-- trigger           what set the incident off; `none` for a latent fault, `unknown` where the document does not say
-- n_all             all incidents
-- n_known           all incidents whose trigger is known
-- coverage_percent  n_known as a share of n_all
-- n                 incidents of this trigger
-- percent_of_known  n as a share of n_known; blank in the row of the unknown
SELECT
    "trigger",
    SUM(n) OVER () AS n_all,
    SUM(known) OVER () AS n_known,
    ROUND(100.0 * SUM(known) OVER () / SUM(n) OVER (), 1) AS coverage_percent,
    n,
    CASE WHEN "trigger" = 'unknown' THEN NULL ELSE ROUND(100.0 * n / NULLIF(SUM(known) OVER (), 0), 1) END AS percent_of_known
FROM (
    SELECT "trigger", COUNT(*) AS n, COUNT(NULLIF("trigger", 'unknown')) AS known
    FROM incidents
    GROUP BY "trigger"
) AS counted
ORDER BY n DESC, "trigger"
