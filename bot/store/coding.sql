-- Analysts' codes of people's own words. Of a coder's codings of one field the latest is theirs; one that is empty takes
-- theirs back. Of several coders' the latest counts, and the others stand beside it.

-- keep_list: the lists that codes are from, once for each version
INSERT INTO code_lists (version, body, first_used_at) VALUES (:version, :body, :now) ON CONFLICT DO NOTHING;

-- lists_of_week: the versions that codes recorded in the week are from
SELECT version, body, first_used_at FROM code_lists
WHERE version IN (
    SELECT k.list_version FROM codings AS k
    JOIN answers AS a ON a.id = k.answer_id
    JOIN contacts AS c ON c.id = a.contact_id
    WHERE k.week = :week AND c.simulated = :simulated
)
ORDER BY first_used_at, version;

-- target: the answer with this uid, as far as coding it is concerned
SELECT a.id, a.uid, a.codes, a.question, a.text IS NOT NULL AND a.text <> '' AS in_words, v.fingerprint,
    COALESCE(f.unit, c.unit) AS unit,
    EXISTS (SELECT 1 FROM answers AS newer WHERE newer.supersedes = a.id) AS corrected
FROM answers AS a
JOIN conversations AS v ON v.id = a.conversation_id
JOIN follow_ups AS f ON f.id = a.follow_up_id
JOIN contacts AS c ON c.id = a.contact_id
WHERE a.uid = :uid;

-- of_coder: what one coder last said of one answer, by field
SELECT field, codes, text FROM codings AS k
WHERE answer_id = :answer AND coder = :coder
  AND id = (SELECT MAX(id) FROM codings WHERE answer_id = :answer AND field = k.field AND coder = :coder);

-- add: what a coder says of one field of an answer
INSERT INTO codings (answer_id, field, codes, text, coder, coded_at, week, list_version, source)
VALUES (:answer, :field, :codes, :text, :coder, :now, :week, :version, :source);

-- own_need: what is put into the two below: the need that the person chose about the contact of answer a, by a week
(SELECT codes FROM (
    SELECT n.id, n.codes, a.question GLOB (SUBSTR(n.question, 1, LENGTH(n.question) - 4) || '*') AS near
    FROM answers AS n
    WHERE n.contact_id = a.contact_id AND n.question GLOB '*-need' AND n.status = 'answered' AND n.week <= :as_of
      AND NOT EXISTS (SELECT 1 FROM answers AS s WHERE s.supersedes = n.id AND s.week <= :as_of)
) ORDER BY near DESC, id DESC LIMIT 1)

-- rows_of_week: every coding recorded in the week, with the respondent's own choice of a need, as it stood at its close
SELECT k.id, a.uid AS answer_id, a.contact_id, a.person_id, c.journey, v.fingerprint, a.question,
    a.codes AS answer_codes, a.week AS answer_week, k.field, k.codes, k.text, k.coder, k.coded_at, k.week,
    k.list_version, k.source,
    {own_need} AS own_need
FROM codings AS k
JOIN answers AS a ON a.id = k.answer_id
JOIN conversations AS v ON v.id = a.conversation_id
JOIN contacts AS c ON c.id = a.contact_id
WHERE k.week = :as_of AND c.simulated = :simulated
ORDER BY k.id;

-- standing: what counts at a week's close of the answers of a span, and what another coder said
WITH said AS MATERIALIZED (
    SELECT k.id, k.answer_id, k.field, k.codes, k.text, k.coder, k.coded_at, k.list_version,
        ROW_NUMBER() OVER (PARTITION BY k.answer_id, k.field, k.coder ORDER BY k.id DESC) AS place
    FROM codings AS k JOIN answers AS a ON a.id = k.answer_id
    WHERE a.week BETWEEN :first AND :last AND k.week <= :as_of
),
kept AS MATERIALIZED (
    SELECT id, answer_id, field, codes, text, coder, coded_at, list_version,
        ROW_NUMBER() OVER (PARTITION BY answer_id, field ORDER BY id DESC) AS place
    FROM said WHERE place = 1 AND (codes <> '' OR text IS NOT NULL)
)
SELECT a.uid AS answer_id, a.contact_id, a.person_id, c.journey, c.audience, v.fingerprint, a.question,
    a.week AS answer_week, CASE WHEN f.begun_at IS NULL THEN h.unit ELSE f.unit END AS unit,
    k.field, k.codes, k.text, k.coder, k.coded_at, k.list_version,
    o.codes AS other_codes, o.coder AS other_coder,
    {own_need} AS own_need
FROM kept AS k
JOIN answers AS a ON a.id = k.answer_id
JOIN conversations AS v ON v.id = a.conversation_id
JOIN follow_ups AS f ON f.id = a.follow_up_id
JOIN contacts AS c ON c.id = a.contact_id
LEFT JOIN contact_history AS h
    ON h.id = (SELECT MAX(id) FROM contact_history WHERE contact_id = c.id AND week <= :as_of)
LEFT JOIN kept AS o ON o.answer_id = k.answer_id AND o.field = k.field AND o.place = 2
WHERE k.place = 1 AND c.simulated = :simulated
  AND NOT EXISTS (SELECT 1 FROM answers AS s WHERE s.supersedes = a.id AND s.week <= :as_of)
ORDER BY a.id, CASE k.field WHEN 'need' THEN 1 WHEN 'theme' THEN 2 WHEN 'cause' THEN 3 WHEN 'demand_coded' THEN 4
    WHEN 'comment' THEN 5 ELSE 6 END;

-- to_code: what people wrote in their own words in a week, with the need they chose about the same contact
SELECT a.uid,
    (SELECT n.codes FROM answers AS n
        WHERE n.contact_id = a.contact_id AND n.question GLOB '*-need' AND n.status = 'answered'
        ORDER BY n.id DESC LIMIT 1) AS own_need
FROM answers AS a
JOIN contacts AS c ON c.id = a.contact_id
WHERE a.week = :week AND a.text <> '' AND c.simulated = :simulated
ORDER BY a.id;

-- coded_weeks: the weeks of a span whose answers had a need, a cause or a kind of demand coded by a week's close
SELECT DISTINCT a.week FROM codings AS k
JOIN answers AS a ON a.id = k.answer_id
JOIN contacts AS c ON c.id = a.contact_id
WHERE k.week <= :as_of AND k.field IN ('need', 'cause', 'demand_coded') AND k.codes <> ''
  AND a.week BETWEEN :first AND :last AND c.simulated = :simulated
ORDER BY a.week;

-- pairs: how often two coders gave the same answer which first codes, as they stand now
WITH last AS MATERIALIZED (
    SELECT answer_id, field, coder, MAX(id) AS id FROM codings GROUP BY answer_id, field, coder
),
both AS MATERIALIZED (
    SELECT one.answer_id, k.field, k.coder, l.coder AS other, SUBSTR(k.codes, 1, INSTR(k.codes || ' ', ' ') - 1) AS code,
        SUBSTR(l.codes, 1, INSTR(l.codes || ' ', ' ') - 1) AS other_code
    FROM last AS one
    JOIN last AS two ON two.answer_id = one.answer_id AND two.field = one.field AND two.coder > one.coder
    JOIN codings AS k ON k.id = one.id
    JOIN codings AS l ON l.id = two.id
    WHERE one.field IN ('need', 'theme', 'cause', 'demand_coded') AND k.codes <> '' AND l.codes <> ''
)
SELECT field, coder, other, code, other_code, COUNT(*) AS answers
FROM both
JOIN answers AS a ON a.id = both.answer_id
JOIN contacts AS c ON c.id = a.contact_id
JOIN follow_ups AS f ON f.id = a.follow_up_id
WHERE c.simulated = :simulated AND (:unit IS NULL OR COALESCE(f.unit, c.unit) = :unit)
GROUP BY field, coder, other, code, other_code
ORDER BY field, coder, other, code, other_code;

-- erased: codings of the week erased since, with the answers they were given to
SELECT codings FROM erased WHERE week = :week;
