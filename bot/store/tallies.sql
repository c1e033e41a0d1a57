-- What the figures of closed weeks are counted from. A span is one week or several, told apart by a name of its own;
-- the same week may be in several spans. A part is what a contact was in one respect (:cut): its unit, channel,
-- service or outcome; '' where everything is counted together.

-- tallies: how many persons settled each question in which way, one answer a person, span and part: the latest given
WITH spans AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS week, json_extract(value, '$[1]') AS span FROM json_each(:spans)
),
settled AS (
    SELECT s.span, a.id, a.question, f.retrospective, c.journey, v.fingerprint, a.person_id, a.contact_id, a.codes,
        a.number, a.status = 'answered' AS answered,
        CASE :cut
            WHEN 'unit' THEN COALESCE(f.unit, c.unit)
            WHEN 'channel' THEN COALESCE(f.channel, c.channel, '')
            WHEN 'service' THEN COALESCE(f.service, c.service, '')
            WHEN 'outcome' THEN COALESCE(f.outcome, '')
            WHEN 'unit channel' THEN COALESCE(f.unit, c.unit) || '/' || COALESCE(f.channel, c.channel, '')
            WHEN 'unit outcome' THEN COALESCE(f.unit, c.unit) || '/' || COALESCE(f.outcome, '')
            ELSE ''
        END AS part
    FROM spans AS s
    JOIN answers AS a ON a.week = s.week
    JOIN conversations AS v ON v.id = a.conversation_id
    JOIN follow_ups AS f ON f.id = a.follow_up_id
    JOIN contacts AS c ON c.id = a.contact_id
    WHERE c.simulated = :simulated
      AND a.status IN ('answered', 'skipped', 'not-understood', 'left')
      AND (:questions IS NULL OR a.question IN (SELECT value FROM json_each(:questions)))
      AND NOT EXISTS (
          -- CROSS: from the corrections of this answer on; SQLite would look through each week of the span.
          SELECT 1 FROM answers AS n CROSS JOIN spans AS t ON t.week = n.week WHERE n.supersedes = a.id AND t.span = s.span
      )
),
put AS (
    SELECT *,
        ROW_NUMBER() OVER (
            PARTITION BY span, part, journey, question, retrospective, person_id ORDER BY answered DESC, id DESC
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY span, part, contact_id, question, retrospective ORDER BY answered DESC, id DESC
        ) AS place_in_contact
    FROM settled
)
SELECT span, part, fingerprint, question, retrospective, answered, codes, number, SUM(place = 1) AS persons,
    SUM(place_in_contact = 1) AS contacts
FROM put
WHERE place = 1 OR place_in_contact = 1
GROUP BY span, part, journey, fingerprint, question, retrospective, answered, codes, number
ORDER BY span, part, journey, fingerprint, question, retrospective, answered, codes, number;

-- funnel: how far the personally invited contacts that started within each span had come when a week ended
WITH spans AS MATERIALIZED (
    SELECT json_extract(value, '$[0]') AS span, json_extract(value, '$[1]') AS start, json_extract(value, '$[2]') AS until
    FROM json_each(:spans)
),
started AS MATERIALIZED (
    SELECT s.span, k.contact_id, k.cancelled_at,
        CASE :cut
            WHEN 'unit' THEN k.unit
            WHEN 'channel' THEN COALESCE(k.channel, '')
            WHEN 'service' THEN COALESCE(k.service, '')
            WHEN 'outcome' THEN COALESCE(k.outcome, '')
            WHEN 'unit channel' THEN k.unit || '/' || COALESCE(k.channel, '')
            WHEN 'unit outcome' THEN k.unit || '/' || COALESCE(k.outcome, '')
            ELSE ''
        END AS part
    FROM spans AS s
    CROSS JOIN contact_history AS k
    WHERE k.start_at >= s.start AND k.start_at < s.until AND k.week <= :week
      AND NOT EXISTS (
          SELECT 1 FROM contact_history AS n WHERE n.contact_id = k.contact_id AND n.id > k.id AND n.week <= :week
      )
),
followed AS MATERIALIZED (
    -- CROSS: from the contacts on; SQLite would begin with every follow-up there is.
    SELECT started.contact_id, MAX(h.disposition = 'answered') AS finished, SUM(h.state <> 'ended') AS still_open
    FROM (SELECT DISTINCT contact_id FROM started) AS started
    CROSS JOIN follow_ups AS f ON f.contact_id = started.contact_id
    JOIN follow_up_history AS h
        ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
    GROUP BY started.contact_id
),
invited AS MATERIALIZED (
    SELECT started.span, started.part, c.journey, c.audience,
        EXISTS (SELECT 1 FROM invitations AS i WHERE i.contact_id = c.id AND i.opened_at < :close) AS looked,
        EXISTS (SELECT 1 FROM invitations AS i WHERE i.contact_id = c.id AND i.bound_at < :close AND i.person_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM answers AS a WHERE a.contact_id = c.id AND a.week <= :week) AS bound,
        COALESCE(followed.finished, 0) AS finished, COALESCE(followed.still_open, 0) AS still_open
    FROM started
    JOIN contacts AS c ON c.id = started.contact_id
    LEFT JOIN followed ON followed.contact_id = started.contact_id
    WHERE started.cancelled_at IS NULL AND c.invitation = 'personal' AND c.simulated = :simulated
)
SELECT span, part, journey, audience, COUNT(*) AS registered, SUM(looked OR bound OR finished) AS opened,
    SUM(bound OR finished) AS begun, SUM(finished) AS finished, SUM(still_open) AS still_open
FROM invited GROUP BY span, part, journey, audience ORDER BY span, part, journey, audience;

-- closed: every closed week, and whether anybody answered anything in it
SELECT w.week, EXISTS (
    SELECT 1 FROM answers AS a JOIN contacts AS c ON c.id = a.contact_id
    WHERE a.week = w.week AND a.status = 'answered' AND c.simulated = :simulated
) AS answered
FROM weeks AS w ORDER BY w.week;
