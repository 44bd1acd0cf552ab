-- title: Time to resolve by detection source
--
-- Whether incidents that monitoring finds are over sooner than those that customers report. What chance leaves open stands in the table `durations`.
--
-- detection_source    how the owners became aware; `unknown` where the document does not say
-- n                   incidents
-- n_known             incidents whose time to resolve is known
-- coverage_percent    n_known as a share of n
-- median_ttr_minutes  median time to resolve, of those n_known
-- min_ttr_minutes     shortest of them
-- max_ttr_minutes     longest of them
SELECT
    detection_source AS detection_source,
    COUNT(*) AS n,
    COUNT(ttr_minutes) AS n_known,
    ROUND(100.0 * COUNT(ttr_minutes) / COUNT(*), 1) AS coverage_percent,
    ROUND(MEDIAN(ttr_minutes), 1) AS median_ttr_minutes,
    ROUND(MIN(ttr_minutes), 1) AS min_ttr_minutes,
    ROUND(MAX(ttr_minutes), 1) AS max_ttr_minutes
FROM incidents
GROUP BY detection_source
ORDER BY n DESC, detection_source
