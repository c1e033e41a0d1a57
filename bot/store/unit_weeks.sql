-- What weeks hold, unit by unit. Tallies and funnel count as those of weeks.sql do: change them together.

-- tallies: how many persons settled each question in which way within some weeks, one answer a person and unit
WITH put AS (
    SELECT COALESCE(f.unit, c.unit) AS unit, a.question, f.retrospective, c.journey, v.fingerprint, a.person_id, a.contact_id, a.codes, a.number,
        a.status = 'answered' AS answered,
        ROW_NUMBER() OVER (
            PARTITION BY COALESCE(f.unit, c.unit), c.journey, a.question, f.retrospective, a.person_id
            ORDER BY a.status = 'answered' DESC, a.id DESC
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY COALESCE(f.unit, c.unit), a.contact_id, a.question, f.retrospective
            ORDER BY a.status = 'answered' DESC, a.id DESC
        ) AS place_in_contact
    FROM answers AS a
    JOIN conversations AS v ON v.id = a.conversation_id
    JOIN follow_ups AS f ON f.id = a.follow_up_id
    JOIN contacts AS c ON c.id = a.contact_id
    WHERE a.week BETWEEN :first AND :last AND c.simulated = :simulated
      AND a.status IN ('answered', 'skipped', 'not-understood', 'left')
      AND a.id NOT IN (
          SELECT supersedes FROM answers WHERE week BETWEEN :first AND :last AND supersedes IS NOT NULL
      )
)
SELECT fingerprint, question, retrospective, answered, codes, number, SUM(place = 1) AS persons,
    SUM(place_in_contact = 1) AS contacts, unit
FROM put
WHERE place = 1 OR place_in_contact = 1
GROUP BY unit, journey, fingerprint, question, retrospective, answered, codes, number
ORDER BY unit, journey, fingerprint, question, retrospective, answered, codes, number;

-- funnel: how far the personally invited contacts that started within a span had come when a week ended, by unit
WITH started AS MATERIALIZED (
    SELECT k.contact_id, k.unit, k.cause, k.cancelled_at FROM contact_history AS k
    WHERE k.start_at >= :start AND k.start_at < :until AND k.week <= :week
      AND NOT EXISTS (
          SELECT 1 FROM contact_history AS n WHERE n.contact_id = k.contact_id AND n.id > k.id AND n.week <= :week
      )
),
followed AS MATERIALIZED (
    -- CROSS: from the contacts on; SQLite would begin with every follow-up there is.
    SELECT started.contact_id, MAX(h.disposition = 'answered') AS finished, SUM(h.state <> 'ended') AS still_open
    FROM started
    CROSS JOIN follow_ups AS f ON f.contact_id = started.contact_id
    JOIN follow_up_history AS h
        ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
    GROUP BY started.contact_id
),
invited AS MATERIALIZED (
    SELECT c.journey, c.audience, started.unit,
        EXISTS (SELECT 1 FROM invitations AS i WHERE i.contact_id = c.id AND i.opened_at < :close) AS looked,
        EXISTS (SELECT 1 FROM invitations AS i WHERE i.contact_id = c.id AND i.bound_at < :close AND i.person_id IS NOT NULL)
            OR EXISTS (SELECT 1 FROM answers AS a WHERE a.contact_id = c.id AND a.week <= :week) AS bound,
        COALESCE(followed.finished, 0) AS finished, COALESCE(followed.still_open, 0) AS still_open
    FROM started
    JOIN contacts AS c ON c.id = started.contact_id
    LEFT JOIN followed ON followed.contact_id = started.contact_id
    WHERE started.cancelled_at IS NULL AND c.invitation = 'personal' AND c.simulated = :simulated
)
SELECT journey, audience, COUNT(*) AS registered, SUM(looked OR bound OR finished) AS opened,
    SUM(bound OR finished) AS begun, SUM(finished) AS finished, SUM(still_open) AS still_open,
    unit
FROM invited GROUP BY unit, journey, audience ORDER BY unit, journey, audience;

-- closed: every closed week, and whether anybody answered anything in it
SELECT w.week, EXISTS (
    SELECT 1 FROM answers AS a JOIN contacts AS c ON c.id = a.contact_id
    WHERE a.week = w.week AND a.status = 'answered' AND c.simulated = :simulated
) AS answered
FROM weeks AS w ORDER BY w.week;
