-- What two questions of the same contacts are counted from together, and how the touchpoints of a contact were rated in
-- a row. A span is one week or several, told apart by a name of its own, as in tallies.sql; `last` is its last week.
-- A part is the unit that the contact was with (:cut 'unit') when what came last was asked; '' of all together.
-- What looks back is left out: it is neither an expectation nor an experience.

-- pairs: how many persons settled two questions about one contact in which way, one contact a person: the latest
WITH spans AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS week, json_extract(value, '$[1]') AS span, json_extract(value, '$[2]') AS last
    FROM json_each(:spans)
),
wanted AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS journey, json_extract(value, '$[1]') AS first,
        json_extract(value, '$[2]') AS second
    FROM json_each(:wanted)
),
later AS (
    SELECT s.span, s.last, c.journey, v.fingerprint, a.id, a.person_id, a.contact_id, a.question, a.number,
        a.status = 'answered' AS answered,
        CASE :cut WHEN 'unit' THEN COALESCE(f.unit, c.unit) ELSE '' END AS part
    FROM spans AS s
    JOIN answers AS a ON a.week = s.week
    JOIN conversations AS v ON v.id = a.conversation_id
    JOIN follow_ups AS f ON f.id = a.follow_up_id
    JOIN contacts AS c ON c.id = a.contact_id
    WHERE c.simulated = :simulated AND f.retrospective = 0
      AND a.status IN ('answered', 'skipped', 'not-understood', 'left')
      AND a.question IN (SELECT second FROM wanted)
      AND EXISTS (SELECT 1 FROM wanted AS w WHERE w.journey = c.journey AND w.second = a.question)
      -- CROSS: from the few that supersede, not from all of the span's weeks.
      AND NOT EXISTS (
          SELECT 1 FROM answers AS n CROSS JOIN spans AS t
          WHERE n.supersedes = a.id AND t.week = n.week AND t.span = s.span
      )
),
both AS (
    -- CROSS: from the answers of the span on, to those of the same contact.
    SELECT x.span, x.part, x.journey, x.fingerprint, x.person_id, x.contact_id, w.first, w.second, x.id, b.id AS first_id,
        b.number AS first_number, x.number AS second_number, x.answered AND b.status = 'answered' AS answered,
        EXISTS (SELECT 1 FROM spans AS t WHERE t.span = x.span AND t.week = b.week) AS inside
    FROM later AS x
    CROSS JOIN wanted AS w ON w.journey = x.journey AND w.second = x.question
    CROSS JOIN answers AS b ON b.contact_id = x.contact_id AND b.question = w.first
    JOIN follow_ups AS g ON g.id = b.follow_up_id
    WHERE b.week <= x.last AND g.retrospective = 0
      AND b.status IN ('answered', 'skipped', 'not-understood', 'left')
      AND NOT EXISTS (SELECT 1 FROM answers AS n WHERE n.supersedes = b.id AND n.week <= x.last)
),
put AS (
    SELECT *,
        ROW_NUMBER() OVER (
            PARTITION BY span, part, journey, first, second, person_id ORDER BY answered DESC, id DESC, first_id DESC
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY span, part, first, second, contact_id ORDER BY answered DESC, id DESC, first_id DESC
        ) AS place_in_contact
    FROM both
)
SELECT span, part, fingerprint, first, second, answered, CASE WHEN answered THEN first_number END AS first_number,
    CASE WHEN answered THEN second_number END AS second_number, SUM(place = 1) AS persons,
    SUM(place_in_contact = 1) AS contacts, SUM(place = 1 AND inside) AS inside
FROM put
WHERE place = 1 OR place_in_contact = 1
GROUP BY span, part, journey, fingerprint, first, second, answered, 7, 8
ORDER BY span, part, journey, fingerprint, first, second, answered, 7, 8;

-- rows: how many persons rated the questions of their contact in which way, one contact a person: the latest rated
WITH spans AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS week, json_extract(value, '$[1]') AS span, json_extract(value, '$[2]') AS last
    FROM json_each(:spans)
),
wanted AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS journey, json_extract(value, '$[1]') AS question FROM json_each(:wanted)
),
touched AS MATERIALIZED (
    SELECT DISTINCT s.span, s.last, a.contact_id, a.person_id, c.journey
    FROM spans AS s
    JOIN answers AS a ON a.week = s.week
    JOIN contacts AS c ON c.id = a.contact_id
    JOIN wanted AS w ON w.journey = c.journey AND w.question = a.question
    WHERE c.simulated = :simulated AND a.status IN ('answered', 'skipped', 'not-understood', 'left')
      AND a.question IN (SELECT question FROM wanted)
),
settled AS (
    SELECT t.span, t.journey, v.fingerprint, t.contact_id, a.person_id, a.question, a.id, a.number,
        a.status = 'answered' AS answered,
        ROW_NUMBER() OVER (
            PARTITION BY t.span, t.contact_id, a.person_id, a.question ORDER BY a.status = 'answered' DESC, a.id DESC
        ) AS place,
        CASE :cut WHEN 'unit' THEN FIRST_VALUE(COALESCE(f.unit, c.unit)) OVER (
            PARTITION BY t.span, t.contact_id, a.person_id ORDER BY a.id DESC
        ) ELSE '' END AS part
    FROM touched AS t
    CROSS JOIN answers AS a ON a.contact_id = t.contact_id AND +a.person_id = t.person_id AND a.week <= t.last
    JOIN wanted AS w ON w.journey = t.journey AND w.question = a.question
    JOIN follow_ups AS f ON f.id = a.follow_up_id
    JOIN conversations AS v ON v.id = a.conversation_id
    JOIN contacts AS c ON c.id = a.contact_id
    WHERE f.retrospective = 0 AND a.status IN ('answered', 'skipped', 'not-understood', 'left')
      AND NOT EXISTS (SELECT 1 FROM answers AS n WHERE n.supersedes = a.id AND n.week <= t.last)
),
in_a_row AS (
    SELECT span, part, journey, MAX(fingerprint) AS fingerprint, contact_id, person_id, MAX(id) AS id,
        MAX(answered) AS answered,
        group_concat(question || ':' || CASE WHEN answered THEN COALESCE(number, '') ELSE '' END, ' ') AS ratings
    FROM (SELECT * FROM settled WHERE place = 1 ORDER BY span, contact_id, person_id, question)
    GROUP BY span, part, journey, contact_id, person_id
),
latest AS (
    SELECT *, ROW_NUMBER() OVER (PARTITION BY span, part, journey, person_id ORDER BY answered DESC, id DESC) AS place
    FROM in_a_row
)
SELECT span, part, fingerprint, ratings, SUM(place = 1) AS persons, COUNT(*) AS contacts
FROM latest
GROUP BY span, part, journey, fingerprint, ratings
ORDER BY span, part, journey, fingerprint, ratings;
