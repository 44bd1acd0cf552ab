-- title: Services most often affected
-- param limit = 100
--
-- The services that most incidents name, a hundred at most. An incident that names several is counted under each.
--
-- service             service as written; `unknown` where none is named
-- n                   incidents that name it
-- n_known             of them, those whose time to resolve is known
-- coverage_percent    n_known as a share of n
-- median_ttr_minutes  median time to resolve, of those n_known
-- first_quarter       quarter of the first of them
-- last_quarter        quarter of the last of them
SELECT
    service,
    COUNT(*) AS n,
    COUNT(ttr_minutes) AS n_known,
    ROUND(100.0 * COUNT(ttr_minutes) / COUNT(*), 1) AS coverage_percent,
    ROUND(MEDIAN(ttr_minutes), 1) AS median_ttr_minutes,
    MIN(quarter) AS first_quarter,
    MAX(quarter) AS last_quarter
FROM (
    SELECT
        UNNEST(STRING_TO_ARRAY(COALESCE(NULLIF(services, ''), 'unknown'), '|')) AS service,
        ttr_minutes,
        quarter
    FROM incidents
) AS named
GROUP BY service
ORDER BY n DESC, service
LIMIT $limit
