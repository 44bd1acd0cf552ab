-- title: Coverage of each field
--
-- Of how many incidents each field is known: told by the document, and found in it. Read it before any other table.
--
-- field             field of the record; `date` is the day the incident is counted under
-- n                 incidents
-- n_known           incidents in which it is known
-- coverage_percent  n_known as a share of n
SELECT field, n, n_known, ROUND(100.0 * n_known / NULLIF(n, 0), 1) AS coverage_percent
FROM (
    SELECT 'title' AS field, COUNT(*) AS n, COUNT(title) AS n_known FROM incidents
    UNION ALL
    SELECT 'organization' AS field, COUNT(*) AS n, COUNT(organization) AS n_known FROM incidents
    UNION ALL
    SELECT 'published_at' AS field, COUNT(*) AS n, COUNT(published_at) AS n_known FROM incidents
    UNION ALL
    SELECT 'date' AS field, COUNT(*) AS n, COUNT("date") AS n_known FROM incidents
    UNION ALL
    SELECT 'started_at' AS field, COUNT(*) AS n, COUNT(started_at) AS n_known FROM incidents
    UNION ALL
    SELECT 'detected_at' AS field, COUNT(*) AS n, COUNT(detected_at) AS n_known FROM incidents
    UNION ALL
    SELECT 'mitigated_at' AS field, COUNT(*) AS n, COUNT(mitigated_at) AS n_known FROM incidents
    UNION ALL
    SELECT 'resolved_at' AS field, COUNT(*) AS n, COUNT(resolved_at) AS n_known FROM incidents
    UNION ALL
    SELECT 'ttd_minutes' AS field, COUNT(*) AS n, COUNT(ttd_minutes) AS n_known FROM incidents
    UNION ALL
    SELECT 'ttr_minutes' AS field, COUNT(*) AS n, COUNT(ttr_minutes) AS n_known FROM incidents
    UNION ALL
    SELECT 'detection_source' AS field, COUNT(*) AS n, COUNT(NULLIF(detection_source, 'unknown')) AS n_known FROM incidents
    UNION ALL
    SELECT 'root_cause' AS field, COUNT(*) AS n, COUNT(NULLIF(root_cause, 'unknown')) AS n_known FROM incidents
    UNION ALL
    SELECT 'trigger' AS field, COUNT(*) AS n, COUNT(NULLIF("trigger", 'unknown')) AS n_known FROM incidents
    UNION ALL
    SELECT 'severity' AS field, COUNT(*) AS n, COUNT(severity) AS n_known FROM incidents
    UNION ALL
    SELECT 'services' AS field, COUNT(*) AS n, COUNT(NULLIF(services, '')) AS n_known FROM incidents
) AS counted
ORDER BY n_known DESC, field
