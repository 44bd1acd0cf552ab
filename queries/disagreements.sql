-- title: Stated against computed durations
--
-- Incidents whose document states a duration that its own times contradict by more than two minutes and a tenth. The
-- figures use the times; the document should be asked which is right.
--
-- id                name of the record: `coroner show <ID>` prints it
-- n                 all incidents
-- n_known           all incidents whose time to resolve or to detect is known
-- coverage_percent  n_known as a share of n
-- date              day the incident is counted under
-- ttd_minutes       time to detect that the figures use
-- ttr_minutes       time to resolve that the figures use
-- says              what disagrees
SELECT
    id,
    counted.n AS n,
    counted.n_known AS n_known,
    ROUND(100.0 * counted.n_known / counted.n, 1) AS coverage_percent,
    "date",
    ROUND(ttd_minutes, 1) AS ttd_minutes,
    ROUND(ttr_minutes, 1) AS ttr_minutes,
    LTRIM(SUBSTR(warning, 19)) AS says
FROM (
    SELECT id, "date", ttd_minutes, ttr_minutes, UNNEST(STRING_TO_ARRAY(warnings, '|')) AS warning
    FROM incidents
    WHERE warnings <> ''
) AS given
CROSS JOIN (SELECT COUNT(*) AS n, COUNT(COALESCE(ttr_minutes, ttd_minutes)) AS n_known FROM incidents) AS counted
WHERE STARTS_WITH(warning, 'duration_mismatch:')
ORDER BY id, says
