-- title: Found by monitoring and by customers
--
-- Which share of the incidents each quarter was noticed first by monitoring, and which by customers.
--
-- quarter             calendar quarter of the incident's date; `unknown` where no date is told
-- n                   incidents
-- n_known             incidents whose detection source is known
-- coverage_percent    n_known as a share of n
-- n_monitoring        incidents that monitoring found
-- monitoring_percent  n_monitoring as a share of n_known
-- n_customer          incidents that customers reported
-- customer_percent    n_customer as a share of n_known
SELECT
    quarter,
    n,
    n_known,
    ROUND(100.0 * n_known / n, 1) AS coverage_percent,
    n_monitoring,
    ROUND(100.0 * n_monitoring / NULLIF(n_known, 0), 1) AS monitoring_percent,
    n_customer,
    ROUND(100.0 * n_customer / NULLIF(n_known, 0), 1) AS customer_percent
FROM (
    SELECT
        COALESCE(quarter, 'unknown') AS quarter,
        COUNT(*) AS n,
        COUNT(NULLIF(detection_source, 'unknown')) AS n_known,
        SUM(CASE WHEN detection_source = 'monitoring' THEN 1 ELSE 0 END) AS n_monitoring,
        SUM(CASE WHEN detection_source = 'customer' THEN 1 ELSE 0 END) AS n_customer
    FROM incidents
    GROUP BY COALESCE(quarter, 'unknown')
) AS counted
ORDER BY quarter
