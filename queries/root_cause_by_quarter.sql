-- title: Root causes by quarter
--
-- What incidents came from, quarter by quarter, the most frequent first.
--
-- quarter           calendar quarter of the incident's date; `unknown` where no date is told
-- root_cause        deepest cause given; `unknown` where the document does not say
-- n_quarter         incidents of that quarter
-- n_known           incidents of that quarter of which it is known
-- coverage_percent  n_known as a share of n_quarter
-- n                 incidents of that quarter in this row
-- percent_of_known  n as a share of n_known; blank in the row of the unknown
WITH counted AS (
    SELECT COALESCE(quarter, 'unknown') AS quarter, root_cause, COUNT(*) AS n
    FROM incidents
    GROUP BY COALESCE(quarter, 'unknown'), root_cause
),
totals AS (
    SELECT
        COALESCE(quarter, 'unknown') AS quarter,
        COUNT(*) AS n_quarter,
        COUNT(NULLIF(root_cause, 'unknown')) AS n_known
    FROM incidents
    GROUP BY COALESCE(quarter, 'unknown')
)
SELECT
    counted.quarter AS quarter,
    counted.root_cause AS root_cause,
    totals.n_quarter AS n_quarter,
    totals.n_known AS n_known,
    ROUND(100.0 * totals.n_known / totals.n_quarter, 1) AS coverage_percent,
    counted.n AS n,
    CASE
        WHEN counted.root_cause = 'unknown' THEN NULL
        ELSE ROUND(100.0 * counted.n / NULLIF(totals.n_known, 0), 1)
    END AS percent_of_known
FROM counted
JOIN totals ON counted.quarter = totals.quarter
ORDER BY quarter, n DESC, root_cause
