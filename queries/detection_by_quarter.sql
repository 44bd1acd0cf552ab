-- title: Detection sources by quarter
--
-- Who noticed first, quarter by quarter: monitoring, customers, a person inside, somebody outside.
--
-- quarter           calendar quarter of the incident's date; `unknown` where no date is told
-- detection_source  how the owners became aware; `unknown` where the document does not say
-- n                 incidents of that quarter and source
-- n_quarter         incidents of that quarter
-- n_known           incidents of that quarter whose source is known
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
    counted.n AS n,
    totals.n_quarter AS n_quarter,
    totals.n_known AS n_known,
    CASE
        WHEN counted.detection_source = 'unknown' THEN NULL
        ELSE ROUND(100.0 * counted.n / NULLIF(totals.n_known, 0), 1)
    END AS percent_of_known
FROM counted
JOIN totals ON counted.quarter = totals.quarter
ORDER BY quarter, n DESC, detection_source
