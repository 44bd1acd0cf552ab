-- title: The twenty slowest incidents
--
-- The incidents that took longest to resolve, for reading rather than for counting.
--
-- id           name of the record: `coroner show <ID>` prints it
-- date         day the incident is counted under
-- title        title of the document
-- root_cause   deepest cause given
-- ttr_minutes  time to resolve
-- ttr_basis    what it was measured from
-- n_ttr        all incidents whose time to resolve is known
-- n            all incidents
SELECT
    id,
    "date",
    title,
    root_cause,
    ROUND(ttr_minutes, 1) AS ttr_minutes,
    ttr_basis,
    counted.n_ttr AS n_ttr,
    counted.n AS n
FROM incidents
CROSS JOIN (SELECT COUNT(ttr_minutes) AS n_ttr, COUNT(*) AS n FROM incidents) AS counted
WHERE ttr_minutes IS NOT NULL
ORDER BY ttr_minutes DESC, id
LIMIT 20
