-- What an export reads of a week, and the record of what was made. "As it stood": by the history up to the week's close.

-- last_closed: the latest closed week
SELECT MAX(week) FROM weeks;

-- closed_at: when this week was closed
SELECT closed_at FROM weeks WHERE week = :week;

-- first_week: the week of the first row that an export could hold
SELECT MIN(week) FROM (
    SELECT MIN(week) AS week FROM answers
    UNION ALL SELECT MIN(week) FROM follow_up_history
    UNION ALL SELECT MIN(registered_week) FROM contacts
);

-- close: from now on this week takes no new row
INSERT INTO weeks (week, closed_at) VALUES (:week, :closed_at) ON CONFLICT DO NOTHING;

-- unmade: closed weeks that lack the record of a file, oldest first
SELECT week FROM weeks AS w
WHERE (SELECT COUNT(DISTINCT kind) FROM week_files AS f WHERE f.week = w.week) < 2
ORDER BY week;

-- files: the files made of this week
SELECT week, name, kind, sha256, rows, made_at FROM week_files WHERE week = :week ORDER BY name;

-- record: a file stands whole in its folder
INSERT INTO week_files (week, name, kind, sha256, rows, made_at)
VALUES (:week, :name, :kind, :sha256, :rows, :made_at)
ON CONFLICT (week, name) DO UPDATE SET
    kind = excluded.kind, sha256 = excluded.sha256, rows = excluded.rows, made_at = excluded.made_at;

-- versions: the journey versions used before a moment, and those that the week's answers belong to
SELECT fingerprint, body, first_used_at FROM journey_versions
WHERE first_used_at < :before
   OR fingerprint IN (
       SELECT v.fingerprint FROM answers AS a JOIN conversations AS v ON v.id = a.conversation_id WHERE a.week = :week
   )
ORDER BY first_used_at, fingerprint;

-- answers: every settled question recorded in the week
SELECT a.id, a.uid, a.follow_up_id, a.contact_id, a.person_id, a.question, a.status, a.codes, a.number, a.text, a.drawn,
    a.draw_probability, a.language, a.door, a.asked_at, a.answered_at, a.recorded_at, a.week, p.uid AS supersedes,
    v.fingerprint, f.phase, f.retrospective, COALESCE(h.late, f.late) AS late, f.sent_at, h.state, h.disposition,
    f.reminded_at IS NOT NULL AND f.reminded_at <= a.recorded_at AS reminded,
    COALESCE(f.unit, c.unit) AS unit, COALESCE(f.service, c.service) AS service,
    COALESCE(f.channel, c.channel) AS channel, CASE WHEN h.state = 'ended' THEN h.outcome END AS outcome,
    COALESCE(f.contact_start, c.start_at) AS "contact_start [moment]",
    COALESCE(f.contact_end, c.end_at) AS "contact_end [moment]",
    c.journey, c.matter_id, c.audience, c.invitation
FROM answers AS a
JOIN conversations AS v ON v.id = a.conversation_id
JOIN follow_ups AS f ON f.id = a.follow_up_id
JOIN contacts AS c ON c.id = a.contact_id
LEFT JOIN answers AS p ON p.id = a.supersedes
LEFT JOIN follow_up_history AS h
    ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
WHERE a.week = :week AND c.simulated = :simulated
ORDER BY a.id;

-- responses: the latest answers, up to the week, of every contact that answered something in it; by journey and contact
SELECT a.id, a.uid, a.follow_up_id, a.contact_id, a.person_id, a.question, a.status, a.codes, a.number, a.text, a.drawn,
    a.draw_probability, a.language, a.door, a.asked_at, a.answered_at, a.recorded_at, a.week, NULL AS supersedes,
    v.fingerprint, f.phase, f.retrospective, COALESCE(h.late, f.late) AS late, f.sent_at, h.state, h.disposition,
    f.reminded_at IS NOT NULL AND f.reminded_at <= a.recorded_at AS reminded,
    COALESCE(f.unit, c.unit) AS unit, COALESCE(f.service, c.service) AS service,
    COALESCE(f.channel, c.channel) AS channel, CASE WHEN h.state = 'ended' THEN h.outcome END AS outcome,
    COALESCE(f.contact_start, c.start_at) AS "contact_start [moment]",
    COALESCE(f.contact_end, c.end_at) AS "contact_end [moment]",
    c.journey, c.matter_id, c.audience, c.invitation
FROM answers AS a
JOIN conversations AS v ON v.id = a.conversation_id
JOIN follow_ups AS f ON f.id = a.follow_up_id
JOIN contacts AS c ON c.id = a.contact_id
LEFT JOIN follow_up_history AS h
    ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
WHERE a.contact_id IN (SELECT contact_id FROM answers WHERE week = :week)
  AND a.week <= :week AND c.simulated = :simulated
  AND NOT EXISTS (
      SELECT 1 FROM answers AS s WHERE s.contact_id = a.contact_id AND s.supersedes = a.id AND s.week <= :week
  )
ORDER BY c.journey, a.contact_id, a.id;

-- answer_rows: how many rows the answers of the week make, one per chosen option, counted without reading them
SELECT COALESCE(SUM(1 + LENGTH(a.codes) - LENGTH(REPLACE(a.codes, ' ', ''))), 0)
FROM answers AS a JOIN contacts AS c ON c.id = a.contact_id
WHERE a.week = :week AND c.simulated = :simulated;

-- masked: the pieces masked in the answers of the week
SELECT a.masked FROM answers AS a JOIN contacts AS c ON c.id = a.contact_id
WHERE a.week = :week AND c.simulated = :simulated AND a.masked <> '';

-- erased: answer rows of the week erased since
SELECT rows FROM erased WHERE week = :week;

-- follow_ups: those whose contact started in the week, or which changed in it
SELECT f.id, f.contact_id, c.matter_id, c.journey, c.audience, c.invitation, f.phase,
    COALESCE(h.state, 'planned') AS state, h.disposition, COALESCE(h.reason, '') AS reason,
    COALESCE(f.unit, c.unit) AS unit, COALESCE(f.service, c.service) AS service,
    COALESCE(f.channel, c.channel) AS channel, c.cause, c.solved,
    CASE WHEN h.state = 'ended' THEN h.outcome END AS outcome,
    CASE WHEN v.began_at < :end THEN v.person_id
         WHEN EXISTS (SELECT 1 FROM invitations AS i WHERE i.contact_id = c.id AND i.bound_at < :end) THEN c.person_id
    END AS person_id,
    CASE WHEN v.began_at < :end THEN v.fingerprint END AS fingerprint,
    CASE WHEN v.began_at < :end THEN v.door END AS door,
    c.language, f.retrospective, f.with_during, COALESCE(h.late, f.late) AS late,
    COALESCE(f.contact_start, c.start_at) AS "contact_start [moment]",
    COALESCE(f.contact_end, c.end_at) AS "contact_end [moment]",
    c.registered_at, f.due_at, f.useful_until,
    (SELECT MIN(i.opened_at) FROM invitations AS i WHERE i.contact_id = c.id AND i.opened_at < :end)
        AS "opened_at [moment]",
    (SELECT MIN(i.bound_at) FROM invitations AS i WHERE i.contact_id = c.id AND i.bound_at < :end)
        AS "bound_at [moment]",
    CASE WHEN f.begun_at < :end THEN f.begun_at END AS "begun_at [moment]",
    CASE WHEN f.sent_at < :end THEN f.sent_at END AS "sent_at [moment]",
    CASE WHEN f.reminded_at < :end THEN f.reminded_at END AS "reminded_at [moment]",
    CASE WHEN h.state = 'ended' THEN h.at END AS "ended_at [moment]"
FROM follow_ups AS f
JOIN contacts AS c ON c.id = f.contact_id
LEFT JOIN conversations AS v ON v.follow_up_id = f.id
LEFT JOIN follow_up_history AS h
    ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
WHERE c.simulated = :simulated AND f.id IN (
    SELECT o.id FROM contacts AS s JOIN follow_ups AS o ON o.contact_id = s.id
    WHERE s.start_at >= :start AND s.start_at < :end AND s.registered_week <= :week
    UNION
    SELECT follow_up_id FROM follow_up_history WHERE week = :week
)
ORDER BY 24, f.contact_id, CASE f.phase WHEN 'before' THEN 1 WHEN 'during' THEN 2 ELSE 3 END;

-- tallies: how many persons settled each question in which way within some weeks, one answer a person: the latest given
WITH put AS (
    SELECT a.question, f.retrospective, c.journey, v.fingerprint, a.person_id, a.contact_id, a.codes, a.number,
        a.status = 'answered' AS answered,
        ROW_NUMBER() OVER (
            PARTITION BY c.journey, a.question, f.retrospective, a.person_id
            ORDER BY a.status = 'answered' DESC, a.id DESC
        ) AS place,
        ROW_NUMBER() OVER (
            PARTITION BY a.contact_id, a.question, f.retrospective ORDER BY a.status = 'answered' DESC, a.id DESC
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
    SUM(place_in_contact = 1) AS contacts
FROM put
WHERE place = 1 OR place_in_contact = 1
GROUP BY journey, fingerprint, question, retrospective, answered, codes, number
ORDER BY journey, fingerprint, question, retrospective, answered, codes, number;

-- funnel: how far the personally invited contacts that started within a span had come when a week ended
WITH invited AS (
    SELECT c.journey, c.audience,
        EXISTS (SELECT 1 FROM invitations AS i WHERE i.contact_id = c.id AND i.opened_at < :close) AS looked,
        EXISTS (SELECT 1 FROM invitations AS i WHERE i.contact_id = c.id AND i.bound_at < :close) AS bound,
        EXISTS (
            SELECT 1 FROM follow_ups AS f JOIN follow_up_history AS h
                ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
            WHERE f.contact_id = c.id AND h.disposition = 'answered'
        ) AS finished,
        (
            SELECT COUNT(*) FROM follow_ups AS f LEFT JOIN follow_up_history AS h
                ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
            WHERE f.contact_id = c.id AND COALESCE(h.state, 'planned') <> 'ended'
        ) AS still_open
    FROM contacts AS c
    WHERE c.start_at >= :start AND c.start_at < :until AND c.registered_week <= :week AND c.invitation = 'personal'
      AND c.simulated = :simulated AND (c.cancelled_at IS NULL OR c.cancelled_at >= :close)
)
SELECT journey, audience, COUNT(*) AS registered, SUM(looked OR bound OR finished) AS opened,
    SUM(bound OR finished) AS begun, SUM(finished) AS finished, SUM(still_open) AS still_open
FROM invited GROUP BY journey, audience ORDER BY journey, audience;

-- reasons: where the other follow-ups of the personally invited contacts of a span ended, and why (not those asked afterwards)
SELECT c.journey, c.audience, h.disposition, h.reason, COUNT(*) AS follow_ups
FROM contacts AS c
JOIN follow_ups AS f ON f.contact_id = c.id
JOIN follow_up_history AS h
    ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
WHERE c.start_at >= :start AND c.start_at < :until AND c.registered_week <= :week AND c.invitation = 'personal'
  AND c.simulated = :simulated AND h.state = 'ended' AND h.disposition <> 'answered' AND h.reason <> 'same-day'
GROUP BY c.journey, c.audience, h.disposition, h.reason ORDER BY c.journey, c.audience, h.disposition, h.reason;

-- schema: the latest migration applied
SELECT MAX(name) FROM migrations;
