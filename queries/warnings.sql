-- title: Warnings
--
-- What a reader should know before using the figures, by kind: such as a stated and a computed duration that disagree.
--
-- warning  kind of warning; `coroner show <ID>` prints its explanation
-- n        incidents that carry it
-- example  the first of their ids
SELECT
    SPLIT_PART(warning, ':', 1) AS warning,
    COUNT(DISTINCT id) AS n,
    MIN(id) AS example
FROM (
    SELECT id, UNNEST(STRING_TO_ARRAY(warnings, '|')) AS warning
    FROM incidents
    WHERE warnings <> ''
) AS given
GROUP BY SPLIT_PART(warning, ':', 1)
ORDER BY n DESC, warning
