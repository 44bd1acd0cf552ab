-- title: Incidents by severity
--
-- Severities as the documents write them: no two organisations mean the same by one. What chance leaves open stands in the table `durations`.
--
-- severity            severity as written; `unknown` where none is
-- n                   incidents
-- n_known             incidents whose time to resolve is known
-- coverage_percent    n_known as a share of n
-- median_ttr_minutes  median time to resolve, of those n_known
-- min_ttr_minutes     shortest of them
-- max_ttr_minutes     longest of them
SELECT
    COALESCE(severity, 'unknown') AS severity,
    COUNT(*) AS n,
    COUNT(ttr_minutes) AS n_known,
    ROUND(100.0 * COUNT(ttr_minutes) / COUNT(*), 1) AS coverage_percent,
    ROUND(MEDIAN(ttr_minutes), 1) AS median_ttr_minutes,
    ROUND(MIN(ttr_minutes), 1) AS min_ttr_minutes,
    ROUND(MAX(ttr_minutes), 1) AS max_ttr_minutes
FROM incidents
GROUP BY COALESCE(severity, 'unknown')
ORDER BY n DESC, severity
