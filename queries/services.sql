-- title: Services most often affected
--
-- The hundred services that most incidents name. An incident that names several is counted under each of them.
--
-- service             service as written; `unknown` where none is named
-- n                   incidents that name it
-- n_ttr               of them, those whose time to resolve is known
-- median_ttr_minutes  median time to resolve, of those n_ttr
-- first_quarter       quarter of the first of them
-- last_quarter        quarter of the last of them
SELECT
    service,
    COUNT(*) AS n,
    COUNT(ttr_minutes) AS n_ttr,
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
LIMIT 100
