-- title: Repeat incidents
--
-- Services that the same root cause hit more than once: what was learned, or not, from the first time. Incidents
-- without a service or without a known cause cannot be told to repeat, and are not in it.
--
-- service             service as written
-- root_cause          deepest cause given
-- n                   incidents of that service and cause, two or more
-- n_known             of them, those whose time to resolve is known
-- coverage_percent    n_known as a share of n
-- median_ttr_minutes  median time to resolve, of those n_known
-- first_date          day of the first of them
-- last_date           day of the last of them
-- first_id            the first of their ids, by name
SELECT
    service,
    root_cause,
    COUNT(*) AS n,
    COUNT(ttr_minutes) AS n_known,
    ROUND(100.0 * COUNT(ttr_minutes) / COUNT(*), 1) AS coverage_percent,
    ROUND(MEDIAN(ttr_minutes), 1) AS median_ttr_minutes,
    MIN("date") AS first_date,
    MAX("date") AS last_date,
    MIN(id) AS first_id
FROM (
    SELECT UNNEST(STRING_TO_ARRAY(services, '|')) AS service, root_cause, ttr_minutes, "date", id
    FROM incidents
    WHERE services <> '' AND root_cause <> 'unknown'
) AS named
GROUP BY service, root_cause
HAVING COUNT(*) > 1
ORDER BY n DESC, service, root_cause
