-- title: Incidents by quarter
--
-- How many incidents each quarter had, how long they typically lasted, and how often monitoring found them first.
-- Medians, not means: one long incident moves a mean at will. What chance leaves open stands in the tables `counts`,
-- `shares` and `durations`. A quarter without any incident has no row here, and one of zero in `counts`.
--
-- quarter             calendar quarter of the incident's date; `unknown` where no date is told
-- n                   incidents
-- n_ttr               incidents whose time to resolve is known
-- n_ttd               incidents whose time to detect is known
-- n_detection         incidents whose detection source is known
-- coverage_percent    n_ttr, n_ttd and n_detection together as a share of three times n
-- median_ttr_minutes  median time to resolve, of those n_ttr
-- median_ttd_minutes  median time to detect, of those n_ttd
-- monitoring_percent  share of those n_detection that monitoring found
SELECT
    COALESCE(quarter, 'unknown') AS quarter,
    COUNT(*) AS n,
    COUNT(ttr_minutes) AS n_ttr,
    COUNT(ttd_minutes) AS n_ttd,
    COUNT(NULLIF(detection_source, 'unknown')) AS n_detection,
    ROUND(
        100.0 * (COUNT(ttr_minutes) + COUNT(ttd_minutes) + COUNT(NULLIF(detection_source, 'unknown')))
        / (3 * COUNT(*)), 1
    ) AS coverage_percent,
    ROUND(MEDIAN(ttr_minutes), 1) AS median_ttr_minutes,
    ROUND(MEDIAN(ttd_minutes), 1) AS median_ttd_minutes,
    ROUND(
        100.0 * SUM(CASE WHEN detection_source = 'monitoring' THEN 1 ELSE 0 END)
        / NULLIF(COUNT(NULLIF(detection_source, 'unknown')), 0), 1
    ) AS monitoring_percent
FROM incidents
GROUP BY COALESCE(quarter, 'unknown')
ORDER BY quarter
