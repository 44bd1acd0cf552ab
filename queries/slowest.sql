-- title: The slowest incidents
-- param limit = 20
--
-- The incidents that took longest to resolve, for reading rather than for counting.
--
-- id                name of the record: `coroner show <ID>` prints it
-- n                 all incidents
-- n_known           all incidents whose time to resolve is known
-- coverage_percent  n_known as a share of n
-- ttr_minutes       time to resolve
-- ttr_basis         what it was measured from
-- date              day the incident is counted under
-- title             title of the document
-- root_cause        deepest cause given
SELECT
    id,
    counted.n AS n,
    counted.n_known AS n_known,
    ROUND(100.0 * counted.n_known / counted.n, 1) AS coverage_percent,
    ROUND(ttr_minutes, 1) AS ttr_minutes,
    ttr_basis,
    "date",
    title,
    root_cause
FROM incidents
CROSS JOIN (SELECT COUNT(ttr_minutes) AS n_known, COUNT(*) AS n FROM incidents) AS counted
WHERE ttr_minutes IS NOT NULL
ORDER BY ttr_minutes DESC, id
LIMIT $limit
