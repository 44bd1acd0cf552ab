-- title: Detection sources by quarter
--
-- Who noticed first, quarter by quarter: monitoring, customers, a person inside, somebody outside.
--
-- quarter           calendar quarter of the incident's date; `unknown` where no date is told
-- detection_source  how the owners became aware; `unknown` where the document does not say
-- n_quarter         incidents of that quarter
-- n_known           incidents of that quarter of which it is known
-- coverage_percent  n_known as a share of n_quarter
-- n                 incidents of that quarter in this row
-- percent_of_known  n as a share of n_known; blank in the row of the unknown
WITH counted AS (
    SELECT COALESCE(quarter, 'unknown') AS quarter, detection_source, COUNT(*) AS n
    FROM incidents
    GROUP BY COALESCE(quarter, 'unknown'), detection_source
),
totals AS (
    SELECT
        COALESCE(quarter, 'unknown') AS quarter,
        COUNT(*) AS n_quarter,
        COUNT(NULLIF(detection_source, 'unknown')) AS n_known
    FROM incidents
    GROUP BY COALESCE(quarter, 'unknown')
)
SELECT
    counted.quarter AS quarter,
    counted.detection_source AS detection_source,
    totals.n_quarter AS n_quarter,
    totals.n_known AS n_known,
    ROUND(100.0 * totals.n_known / totals.n_quarter, 1) AS coverage_percent,
    counted.n AS n,
    CASE
        WHEN counted.detection_source = 'unknown' THEN NULL
        ELSE ROUND(100.0 * counted.n / NULLIF(totals.n_known, 0), 1)
    END AS percent_of_known
FROM counted
JOIN totals ON counted.quarter = totals.quarter
ORDER BY quarter, n DESC, detection_source
