-- title: Time to resolve by root cause
--
-- Which causes take long to get over.
--
-- root_cause          deepest cause given; `unknown` where the document does not say
-- n                   incidents
-- n_ttr               incidents whose time to resolve is known
-- median_ttr_minutes  median time to resolve, of those n_ttr
-- min_ttr_minutes     shortest of them
-- max_ttr_minutes     longest of them
SELECT
    root_cause AS root_cause,
    COUNT(*) AS n,
    COUNT(ttr_minutes) AS n_ttr,
    ROUND(MEDIAN(ttr_minutes), 1) AS median_ttr_minutes,
    ROUND(MIN(ttr_minutes), 1) AS min_ttr_minutes,
    ROUND(MAX(ttr_minutes), 1) AS max_ttr_minutes
FROM incidents
GROUP BY root_cause
ORDER BY n DESC, root_cause
