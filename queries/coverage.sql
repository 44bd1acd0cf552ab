-- title: Coverage of the core fields
--
-- Of how many incidents each field that the tables rest on is known. Read it before any other table.
--
-- field    field of the record
-- n        incidents
-- n_known  incidents in which it is known
-- percent  n_known as a share of n
SELECT field, n, n_known, ROUND(100.0 * n_known / NULLIF(n, 0), 1) AS percent
FROM (
    SELECT 'started_at' AS field, COUNT(*) AS n, COUNT(started_at) AS n_known FROM incidents
    UNION ALL
    SELECT 'detected_at' AS field, COUNT(*) AS n, COUNT(detected_at) AS n_known FROM incidents
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
) AS counted
ORDER BY n_known DESC, field
