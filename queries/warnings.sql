-- title: Warnings
--
-- What a reader should know before using the figures, by kind: such as a stated and a computed duration that disagree.
--
-- warning          kind of warning; `coroner show <ID>` prints its explanation
-- n_all            all incidents
-- n                incidents that carry it
-- percent_of_all   n as a share of n_all
-- example          the first of their ids
SELECT
    SPLIT_PART(warning, ':', 1) AS warning,
    MAX(counted.n_all) AS n_all,
    COUNT(DISTINCT id) AS n,
    ROUND(100.0 * COUNT(DISTINCT id) / MAX(counted.n_all), 1) AS percent_of_all,
    MIN(id) AS example
FROM (
    SELECT id, UNNEST(STRING_TO_ARRAY(warnings, '|')) AS warning
    FROM incidents
    WHERE warnings <> ''
) AS given
CROSS JOIN (SELECT COUNT(*) AS n_all FROM incidents) AS counted
GROUP BY SPLIT_PART(warning, ':', 1)
ORDER BY n DESC, warning
