-- What became of the questions themselves in the weeks given: put and answered or not, or not put. Nobody's answer.

-- uses: for how many persons and contacts each question ended in which way, each counted once: the furthest, then latest
WITH weeks AS MATERIALIZED (
    SELECT value AS week FROM json_each(:weeks)
),
settled AS (
    SELECT a.id, a.question, f.retrospective, c.journey, v.fingerprint, a.person_id, a.contact_id, a.status,
        CASE a.status WHEN 'answered' THEN 2 WHEN 'not-drawn' THEN 0 WHEN 'routed-past' THEN 0 ELSE 1 END AS how_far
    FROM weeks AS w
    JOIN answers AS a ON a.week = w.week
    JOIN conversations AS v ON v.id = a.conversation_id
    JOIN follow_ups AS f ON f.id = a.follow_up_id
    JOIN contacts AS c ON c.id = a.contact_id
    WHERE c.simulated = :simulated
      AND NOT EXISTS (
          -- CROSS: from the corrections of this answer on; SQLite would look through each of the weeks.
          SELECT 1 FROM answers AS n CROSS JOIN weeks AS t ON t.week = n.week WHERE n.supersedes = a.id
      )
),
put AS (
    SELECT *,
        ROW_NUMBER() OVER (
            PARTITION BY journey, question, retrospective, person_id ORDER BY how_far DESC, id DESC
        ) AS place,
        ROW_NUMBER() OVER (PARTITION BY contact_id, question, retrospective ORDER BY how_far DESC, id DESC) AS place_in_contact
    FROM settled
)
SELECT fingerprint, question, retrospective, status, SUM(place = 1) AS persons, SUM(place_in_contact = 1) AS contacts
FROM put
WHERE place = 1 OR place_in_contact = 1
GROUP BY journey, fingerprint, question, retrospective, status
ORDER BY journey, fingerprint, question, retrospective, status;

-- times: how many persons took how many whole seconds from a question to its answer, one answer a person: the latest
WITH weeks AS MATERIALIZED (
    SELECT value AS week FROM json_each(:weeks)
),
answered AS (
    SELECT c.journey, v.fingerprint, a.question, f.retrospective, a.asked_at, a.answered_at,
        ROW_NUMBER() OVER (PARTITION BY c.journey, a.question, f.retrospective, a.person_id ORDER BY a.id DESC) AS place
    FROM weeks AS w
    JOIN answers AS a ON a.week = w.week
    JOIN conversations AS v ON v.id = a.conversation_id
    JOIN follow_ups AS f ON f.id = a.follow_up_id
    JOIN contacts AS c ON c.id = a.contact_id
    WHERE c.simulated = :simulated AND a.status = 'answered' AND a.asked_at IS NOT NULL AND a.answered_at >= a.asked_at
      -- A correction comes long after the question: the time is that of the first answer.
      AND a.supersedes IS NULL
)
SELECT fingerprint, question, retrospective, (answered_at - asked_at + 500) / 1000 AS seconds, COUNT(*) AS persons
FROM answered
WHERE place = 1
GROUP BY journey, fingerprint, question, retrospective, seconds
ORDER BY journey, fingerprint, question, retrospective, seconds;
