-- title: Time to resolve by quarter
--
-- How long incidents lasted, quarter by quarter. What chance leaves open stands in the table `durations`.
--
-- quarter             calendar quarter of the incident's date; `unknown` where no date is told
-- n                   incidents
-- n_known             incidents whose time to resolve is known
-- coverage_percent    n_known as a share of n
-- median_ttr_minutes  median time to resolve, of those n_known
-- min_ttr_minutes     shortest of them
-- max_ttr_minutes     longest of them
SELECT
    COALESCE(quarter, 'unknown') AS quarter,
    COUNT(*) AS n,
    COUNT(ttr_minutes) AS n_known,
    ROUND(100.0 * COUNT(ttr_minutes) / COUNT(*), 1) AS coverage_percent,
    ROUND(MEDIAN(ttr_minutes), 1) AS median_ttr_minutes,
    ROUND(MIN(ttr_minutes), 1) AS min_ttr_minutes,
    ROUND(MAX(ttr_minutes), 1) AS max_ttr_minutes
FROM incidents
GROUP BY COALESCE(quarter, 'unknown')
ORDER BY quarter
