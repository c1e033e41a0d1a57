-- What an export reads of a week, and the record of what was made. "As it stood": by the histories up to the week's
-- close, of a follow-up (h) and of its contact (k); what was frozen on a follow-up when it began counts before k.

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

-- answers: every settled question recorded in the week; of contacts met by one unit, where one is asked for
SELECT a.id, a.uid, a.follow_up_id, a.contact_id, a.person_id, a.question, a.status, a.codes, a.number, a.text, a.drawn,
    a.draw_probability, a.language, a.door, a.asked_at, a.answered_at, a.recorded_at, a.week, p.uid AS supersedes,
    v.fingerprint, f.phase, f.retrospective, COALESCE(h.late, f.late) AS late, f.sent_at, h.state, h.disposition,
    f.reminded_at IS NOT NULL AND f.reminded_at <= a.recorded_at AS reminded,
    CASE WHEN f.begun_at IS NULL THEN k.unit ELSE f.unit END AS unit,
    CASE WHEN f.begun_at IS NULL THEN k.service ELSE f.service END AS service,
    CASE WHEN f.begun_at IS NULL THEN k.channel ELSE f.channel END AS channel,
    CASE WHEN h.state = 'ended' THEN h.outcome END AS outcome,
    CASE WHEN f.begun_at IS NULL THEN k.start_at ELSE f.contact_start END AS "contact_start [moment]",
    CASE WHEN f.begun_at IS NULL THEN k.end_at ELSE f.contact_end END AS "contact_end [moment]",
    c.journey, k.matter_id, c.audience, CASE WHEN o.kind = 'card' THEN 'card' ELSE c.invitation END AS invitation
FROM answers AS a
JOIN conversations AS v ON v.id = a.conversation_id
JOIN follow_ups AS f ON f.id = a.follow_up_id
JOIN contacts AS c ON c.id = a.contact_id
LEFT JOIN contact_history AS k
    ON k.id = (SELECT MAX(id) FROM contact_history WHERE contact_id = c.id AND week <= :week)
LEFT JOIN open_invitations AS o ON o.id = c.open_invitation_id
LEFT JOIN answers AS p ON p.id = a.supersedes
LEFT JOIN follow_up_history AS h
    ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
WHERE a.week = :week AND c.simulated = :simulated
  AND (:unit IS NULL OR CASE WHEN f.begun_at IS NULL THEN k.unit ELSE f.unit END = :unit)
ORDER BY a.id;

-- responses: the latest answers, up to a week, of each contact that answered in a span ending there; by journey, contact
SELECT a.id, a.uid, a.follow_up_id, a.contact_id, a.person_id, a.question, a.status, a.codes, a.number, a.text, a.drawn,
    a.draw_probability, a.language, a.door, a.asked_at, a.answered_at, a.recorded_at, a.week, NULL AS supersedes,
    v.fingerprint, f.phase, f.retrospective, COALESCE(h.late, f.late) AS late, f.sent_at, h.state, h.disposition,
    f.reminded_at IS NOT NULL AND f.reminded_at <= a.recorded_at AS reminded,
    CASE WHEN f.begun_at IS NULL THEN k.unit ELSE f.unit END AS unit,
    CASE WHEN f.begun_at IS NULL THEN k.service ELSE f.service END AS service,
    CASE WHEN f.begun_at IS NULL THEN k.channel ELSE f.channel END AS channel,
    CASE WHEN h.state = 'ended' THEN h.outcome END AS outcome,
    CASE WHEN f.begun_at IS NULL THEN k.start_at ELSE f.contact_start END AS "contact_start [moment]",
    CASE WHEN f.begun_at IS NULL THEN k.end_at ELSE f.contact_end END AS "contact_end [moment]",
    c.journey, k.matter_id, c.audience, CASE WHEN o.kind = 'card' THEN 'card' ELSE c.invitation END AS invitation
FROM answers AS a
JOIN conversations AS v ON v.id = a.conversation_id
JOIN follow_ups AS f ON f.id = a.follow_up_id
JOIN contacts AS c ON c.id = a.contact_id
LEFT JOIN contact_history AS k
    ON k.id = (SELECT MAX(id) FROM contact_history WHERE contact_id = c.id AND week <= :week)
LEFT JOIN open_invitations AS o ON o.id = c.open_invitation_id
LEFT JOIN follow_up_history AS h
    ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
WHERE a.contact_id IN (SELECT contact_id FROM answers WHERE week BETWEEN :first AND :week)
  AND a.week <= :week AND c.simulated = :simulated
  AND NOT EXISTS (
      SELECT 1 FROM answers AS s WHERE s.contact_id = a.contact_id AND s.supersedes = a.id AND s.week <= :week
  )
ORDER BY c.journey, a.contact_id, a.id;

-- follow_ups: those whose contact started in the week, or which changed in it; of one unit, where one is asked for
WITH told (id, contact_id) AS MATERIALIZED (
    SELECT o.id, o.contact_id FROM contact_history AS k JOIN follow_ups AS o ON o.contact_id = k.contact_id
    WHERE k.start_at >= :start AND k.start_at < :end AND k.week <= :week
      AND NOT EXISTS (
          SELECT 1 FROM contact_history AS n WHERE n.contact_id = k.contact_id AND n.id > k.id AND n.week <= :week
      )
    UNION
    SELECT o.id, o.contact_id FROM follow_up_history AS h JOIN follow_ups AS o ON o.id = h.follow_up_id
    WHERE h.week = :week
),
occasions AS MATERIALIZED (
    SELECT c.id, c.journey, c.audience, c.invitation, o.kind, COALESCE(c.known_as, c.person_id) AS person_id, c.by_matter, c.language, c.registered_at,
        k.unit, k.service, k.channel, k.cause, k.solved, k.matter_id, k.start_at, k.end_at,
        EXISTS (
            SELECT 1 FROM contact_history AS m
            WHERE m.contact_id = c.id AND m.id < k.id AND (m.start_at <> k.start_at OR m.end_at IS NOT k.end_at)
        ) AS moved,
        (SELECT MIN(i.opened_at) FROM invitations AS i WHERE i.contact_id = c.id AND i.opened_at < :end) AS opened_at,
        (SELECT MIN(i.bound_at) FROM invitations AS i WHERE i.contact_id = c.id AND i.bound_at < :end) AS bound_at,
        (SELECT MIN(w.began_at) FROM conversations AS w WHERE w.contact_id = c.id AND w.began_at < :end) AS talked_at
    FROM (SELECT DISTINCT contact_id FROM told) AS once
    JOIN contacts AS c ON c.id = once.contact_id
    JOIN contact_history AS k
        ON k.id = (SELECT MAX(id) FROM contact_history WHERE contact_id = once.contact_id AND week <= :week)
    LEFT JOIN open_invitations AS o ON o.id = c.open_invitation_id
    WHERE c.simulated = :simulated
)
SELECT f.id, f.contact_id, s.matter_id, s.journey, s.audience,
    CASE WHEN s.kind = 'card' THEN 'card' ELSE s.invitation END AS invitation,
    f.phase, h.state, h.disposition, h.reason,
    CASE WHEN f.begun_at < :end THEN f.unit ELSE s.unit END AS unit,
    CASE WHEN f.begun_at < :end THEN f.service ELSE s.service END AS service,
    CASE WHEN f.begun_at < :end THEN f.channel ELSE s.channel END AS channel,
    s.cause, s.solved, CASE WHEN h.state = 'ended' THEN h.outcome END AS outcome,
    CASE WHEN v.id IS NOT NULL THEN COALESCE(v.known_as, v.person_id)
         WHEN s.talked_at IS NOT NULL THEN
             (SELECT COALESCE(w.known_as, w.person_id) FROM conversations AS w
              WHERE w.contact_id = f.contact_id AND w.began_at = s.talked_at)
         WHEN s.invitation = 'open' THEN s.person_id
         -- Nobody lets go of an invitation but in a conversation: the first one since is of whoever was bound then.
         WHEN s.bound_at IS NOT NULL THEN COALESCE(
             (SELECT COALESCE(w.known_as, w.person_id) FROM conversations AS w
              WHERE w.contact_id = f.contact_id ORDER BY w.began_at LIMIT 1),
             s.person_id)
    END AS person_id,
    v.fingerprint, v.door, s.language, COALESCE(h.retrospective, f.retrospective) AS retrospective,
    COALESCE(h.with_during, f.with_during) AS with_during, h.late,
    CASE WHEN f.begun_at < :end THEN f.contact_start ELSE s.start_at END AS "contact_start [moment]",
    CASE WHEN f.begun_at < :end THEN f.contact_end ELSE s.end_at END AS "contact_end [moment]",
    s.registered_at AS "registered_at [moment]", COALESCE(h.due_at, f.due_at) AS "due_at [moment]",
    COALESCE(h.useful_until, f.useful_until) AS "useful_until [moment]", s.opened_at AS "opened_at [moment]",
    -- Whoever said no thanks later is no longer bound, but had been.
    CASE WHEN s.invitation = 'open' THEN s.registered_at WHEN s.bound_at IS NOT NULL THEN s.bound_at
         WHEN s.opened_at <= s.talked_at THEN s.talked_at END AS "bound_at [moment]",
    CASE WHEN f.begun_at < :end THEN f.begun_at END AS "begun_at [moment]",
    CASE WHEN f.sent_at < :end THEN f.sent_at END AS "sent_at [moment]",
    CASE WHEN f.reminded_at < :end THEN f.reminded_at END AS "reminded_at [moment]",
    CASE WHEN h.state = 'ended' THEN h.at END AS "ended_at [moment]",
    s.moved, h.handed_over_at,
    s.invitation = 'personal' AND s.talked_at IS NOT NULL
        AND (s.by_matter OR s.opened_at IS NULL OR s.opened_at > s.talked_at) AS by_matter
FROM told
JOIN occasions AS s ON s.id = told.contact_id
JOIN follow_ups AS f ON f.id = told.id
JOIN follow_up_history AS h
    ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = told.id AND week <= :week)
LEFT JOIN conversations AS v ON v.follow_up_id = told.id AND v.began_at < :end
WHERE :unit IS NULL OR CASE WHEN f.begun_at < :end THEN f.unit ELSE s.unit END = :unit
ORDER BY 24, f.contact_id, CASE f.phase WHEN 'before' THEN 1 WHEN 'during' THEN 2 ELSE 3 END;

-- begun_openly: how many contacts of a span began from a poster or a card, and of how many persons they are
WITH started AS MATERIALIZED (
    SELECT k.contact_id, k.unit, k.cause, k.cancelled_at FROM contact_history AS k
    WHERE k.start_at >= :start AND k.start_at < :until AND k.week <= :week
      AND NOT EXISTS (
          SELECT 1 FROM contact_history AS n WHERE n.contact_id = k.contact_id AND n.id > k.id AND n.week <= :week
      )
)
SELECT c.journey, c.audience, COUNT(*) AS contacts, COUNT(DISTINCT c.person_id) AS persons
FROM started JOIN contacts AS c ON c.id = started.contact_id
WHERE started.cancelled_at IS NULL AND c.invitation = 'open' AND c.simulated = :simulated
GROUP BY c.journey, c.audience ORDER BY c.journey, c.audience;

-- causes: a span's personally invited contacts by staff's cause: registered, asked, left out (budget); a part is a unit
WITH started AS MATERIALIZED (
    SELECT k.contact_id, k.unit, k.cause, k.cancelled_at FROM contact_history AS k
    WHERE k.start_at >= :start AND k.start_at < :until AND k.week <= :week
      AND NOT EXISTS (
          SELECT 1 FROM contact_history AS n WHERE n.contact_id = k.contact_id AND n.id > k.id AND n.week <= :week
      )
)
SELECT c.journey, c.audience, started.cause, COUNT(*) AS registered,
    SUM(EXISTS (
        SELECT 1 FROM follow_ups AS f WHERE f.contact_id = c.id AND (f.begun_at < :close OR f.handed_over_at < :close)
    )) AS asked,
    SUM(EXISTS (
        SELECT 1 FROM follow_ups AS f JOIN follow_up_history AS h
            ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
        WHERE f.contact_id = c.id AND h.disposition = 'not-asked' AND h.reason = 'budget'
    )) AS left_out,
    CASE WHEN :by_unit THEN started.unit ELSE '' END AS part
FROM started JOIN contacts AS c ON c.id = started.contact_id
WHERE started.cancelled_at IS NULL AND c.invitation = 'personal' AND c.simulated = :simulated
GROUP BY c.journey, c.audience, started.cause, part
ORDER BY part, c.journey, c.audience, started.cause IS NULL, registered DESC, started.cause;

-- reasons: where a span's other personally invited follow-ups ended, and why (not: asked afterwards); a part is a unit
WITH started AS MATERIALIZED (
    SELECT k.contact_id, k.unit, k.cause, k.cancelled_at FROM contact_history AS k
    WHERE k.start_at >= :start AND k.start_at < :until AND k.week <= :week
      AND NOT EXISTS (
          SELECT 1 FROM contact_history AS n WHERE n.contact_id = k.contact_id AND n.id > k.id AND n.week <= :week
      )
)
SELECT c.journey, c.audience, h.disposition, h.reason, COUNT(*) AS follow_ups,
    CASE WHEN :by_unit THEN started.unit ELSE '' END AS part
FROM started
JOIN contacts AS c ON c.id = started.contact_id
JOIN follow_ups AS f ON f.contact_id = c.id
JOIN follow_up_history AS h
    ON h.id = (SELECT MAX(id) FROM follow_up_history WHERE follow_up_id = f.id AND week <= :week)
WHERE c.invitation = 'personal' AND c.simulated = :simulated
  AND h.state = 'ended' AND h.disposition <> 'answered' AND h.reason <> 'same-day'
GROUP BY c.journey, c.audience, h.disposition, h.reason, part
ORDER BY c.journey, c.audience, h.disposition, h.reason, part;

-- schema: the latest migration applied
SELECT MAX(name) FROM migrations;
