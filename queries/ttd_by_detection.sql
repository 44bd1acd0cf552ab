-- title: Time to detect by detection source
--
-- Whether monitoring notices sooner than customers do. What chance leaves open stands in the table `durations`.
--
-- detection_source    how the owners became aware; `unknown` where the document does not say
-- n                   incidents
-- n_known             incidents whose time to detect is known
-- coverage_percent    n_known as a share of n
-- median_ttd_minutes  median time to detect, of those n_known
-- min_ttd_minutes     shortest of them
-- max_ttd_minutes     longest of them
SELECT
    detection_source AS detection_source,
    COUNT(*) AS n,
    COUNT(ttd_minutes) AS n_known,
    ROUND(100.0 * COUNT(ttd_minutes) / COUNT(*), 1) AS coverage_percent,
    ROUND(MEDIAN(ttd_minutes), 1) AS median_ttd_minutes,
    ROUND(MIN(ttd_minutes), 1) AS min_ttd_minutes,
    ROUND(MAX(ttd_minutes), 1) AS max_ttd_minutes
FROM incidents
GROUP BY detection_source
ORDER BY n DESC, detection_source
