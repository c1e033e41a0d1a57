-- What the tables of a week's data file should hold, counted by the database without reading them as the file does.

-- answers: how many rows its answers make, one per chosen option, and how many settled questions they are
SELECT COUNT(*) AS settled, COALESCE(SUM(1 + LENGTH(a.codes) - LENGTH(REPLACE(a.codes, ' ', ''))), 0) AS rows,
    COALESCE(SUM(a.text IS NOT NULL AND a.text <> ''), 0) AS texts
FROM answers AS a
WHERE a.week = :week AND EXISTS (SELECT 1 FROM contacts AS c WHERE c.id = a.contact_id AND c.simulated = :simulated)
  AND (:unit IS NULL OR EXISTS (SELECT 1 FROM follow_ups AS f WHERE f.id = a.follow_up_id AND f.unit = :unit));

-- responses: how many contacts of each journey answered in a span, by the unit of their latest answer
SELECT c.journey, COUNT(*) AS rows
FROM (SELECT DISTINCT contact_id FROM answers WHERE week BETWEEN :first AND :last) AS a
JOIN contacts AS c ON c.id = a.contact_id
WHERE c.simulated = :simulated
  AND (:unit IS NULL OR EXISTS (
      SELECT 1 FROM answers AS s JOIN follow_ups AS f ON f.id = s.follow_up_id
      WHERE s.id = (SELECT MAX(id) FROM answers WHERE contact_id = a.contact_id AND week <= :last) AND f.unit = :unit
  ))
GROUP BY c.journey;

-- follow_ups: how many follow-ups changed in the week, or are of contacts that started in it
SELECT COUNT(*) FROM (
    SELECT follow_up_id AS id FROM follow_up_history WHERE week = :week
    UNION
    SELECT o.id FROM contact_history AS k JOIN follow_ups AS o ON o.contact_id = k.contact_id
    WHERE k.start_at BETWEEN :start AND :end - 1
      AND k.id = (SELECT MAX(id) FROM contact_history WHERE contact_id = k.contact_id AND week <= :week)
      AND EXISTS (SELECT 1 FROM follow_up_history WHERE follow_up_id = o.id AND week <= :week)
) AS told JOIN follow_ups AS f ON f.id = told.id JOIN contacts AS c ON c.id = f.contact_id
WHERE c.simulated = :simulated
  AND (:unit IS NULL OR :unit = CASE WHEN f.begun_at < :end THEN f.unit ELSE (
      SELECT unit FROM contact_history WHERE contact_id = c.id AND week <= :week ORDER BY id DESC LIMIT 1
  ) END);

-- call_backs: how many promises were asked for, changed or fell due in the week
SELECT COUNT(*) FROM call_backs
WHERE simulated = :simulated AND state <> 'asking' AND (:unit IS NULL OR unit = :unit) AND asked_at < :end
  AND MAX(COALESCE(asked_at, 0) >= :start, COALESCE(deadline BETWEEN :start AND :end - 1, 0),
          COALESCE(done_at BETWEEN :start AND :end - 1, 0), COALESCE(answered_at BETWEEN :start AND :end - 1, 0),
          COALESCE(helped_at BETWEEN :start AND :end - 1, 0));

-- codings: how many rows the week's codings make, one for each code given
SELECT COALESCE(SUM(1 + LENGTH(k.codes) - LENGTH(REPLACE(k.codes, ' ', ''))), 0)
FROM codings AS k JOIN answers AS a ON a.id = k.answer_id
WHERE k.week = :week AND EXISTS (SELECT 1 FROM contacts AS c WHERE c.id = a.contact_id AND c.simulated = :simulated)
  AND (:unit IS NULL OR EXISTS (SELECT 1 FROM follow_ups AS f WHERE f.id = a.follow_up_id AND f.unit = :unit));

-- masked: the pieces masked in the answers of the week
SELECT a.masked FROM answers AS a
WHERE a.week = :week AND a.masked <> '' AND EXISTS (SELECT 1 FROM contacts AS c WHERE c.id = a.contact_id AND c.simulated = :simulated)
  AND (:unit IS NULL OR EXISTS (SELECT 1 FROM follow_ups AS f WHERE f.id = a.follow_up_id AND f.unit = :unit));

-- erased: what the week's data file told of, and was erased since
SELECT rows, follow_ups, codings FROM erased WHERE week = :week;

-- lost: weeks of which answers were erased since they were closed; `told`: since their period of four was told of too
SELECT week, told > 0 AS told FROM erased WHERE rows > 0 ORDER BY week;

-- other_kind: how many contacts there are of the other kind: simulated ones beside real ones, or the other way round
SELECT COUNT(*) FROM contacts WHERE simulated <> :simulated;

-- units: every unit that a contact was ever registered for
SELECT DISTINCT unit AS value FROM contact_history;
