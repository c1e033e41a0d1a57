-- add: a planned follow-up, or one that can no longer be asked
INSERT INTO follow_ups (id, contact_id, phase, state, due_at, useful_until, retrospective, with_during, ended_at,
                        disposition, reason, unit, service, channel, contact_start, contact_end)
VALUES (:id, :contact, :phase, :state, :due, :useful_until, :retrospective, :with_during, :ended_at,
        :disposition, :reason, :unit, :service, :channel, :start, :end)

-- record: a change of state, for the history
INSERT INTO follow_up_history (follow_up_id, at, week, state, disposition, reason, outcome, late, due_at, useful_until,
                               retrospective, with_during, handed_over_at)
SELECT id, :now, :week, state, disposition, reason, outcome, late, due_at, useful_until, retrospective, with_during,
       handed_over_at
  FROM follow_ups WHERE id = :id

-- of_contact: the contact's follow-ups in the order of their phases
SELECT * FROM follow_ups WHERE contact_id = :contact
 ORDER BY CASE phase WHEN 'before' THEN 1 WHEN 'during' THEN 2 ELSE 3 END

-- of_id: one follow-up
SELECT * FROM follow_ups WHERE id = :id

-- bind: there is somebody to ask (1), or nobody any more (0)
UPDATE follow_ups SET bound = :bound WHERE contact_id = :contact

-- due: planned follow-ups of persons whose floor is free, or whose open question yields, the longest due first
SELECT follow_ups.* FROM follow_ups
  JOIN contacts ON contacts.id = follow_ups.contact_id
  LEFT JOIN persons ON persons.id = contacts.person_id
 WHERE follow_ups.state = 'planned' AND follow_ups.bound = 1 AND follow_ups.due_at <= :now
   AND coalesce(persons.paused_until, 0) <= :now
   -- Whoever answers in a browser can't be written to there: theirs begins when they come.
   AND (SELECT door FROM addresses WHERE addresses.person_id = contacts.person_id
         ORDER BY coalesce(home_at, created_at) DESC LIMIT 1) IS NOT 'web'
   AND NOT EXISTS (SELECT 1 FROM conversations AS other
                    WHERE other.person_id = contacts.person_id AND other.turn = 'open'
                      AND NOT (max(coalesce(other.asked_at, 0), coalesce(other.replied_at, 0)) <= :silent_since
                               AND follow_ups.useful_until < other.useful_until
                               AND instr(other.state, CAST('"paused":true' AS BLOB)) = 0))
 ORDER BY follow_ups.due_at
 LIMIT :limit

-- begin: its conversation begins; what the contact was is frozen
UPDATE follow_ups
   SET state = 'begun', begun_at = :now, late = :late, remind_at = :remind_at,
       unit = :unit, service = :service, channel = :channel, contact_start = :start, contact_end = :end
 WHERE id = :id

-- end: it ended, in one disposition
UPDATE follow_ups SET state = 'ended', ended_at = :now, disposition = :disposition, reason = :reason, outcome = :outcome,
                      remind_at = NULL
 WHERE id = :id

-- resume: an ended one goes on after all
UPDATE follow_ups SET state = :state, ended_at = NULL, disposition = NULL, reason = '', outcome = NULL WHERE id = :id

-- expiring: follow-ups whose last useful moment has passed
SELECT * FROM follow_ups WHERE state <> 'ended' AND useful_until <= :now ORDER BY useful_until LIMIT :limit

-- to_remind: begun follow-ups whose reminder is due, and in which nothing has happened for a day
SELECT follow_ups.* FROM follow_ups LEFT JOIN conversations ON conversations.follow_up_id = follow_ups.id
  LEFT JOIN persons ON persons.id = conversations.person_id
 WHERE follow_ups.state = 'begun' AND follow_ups.remind_at IS NOT NULL AND follow_ups.remind_at <= :now
   AND max(coalesce(conversations.asked_at, 0), coalesce(conversations.replied_at, 0)) <= :now - 24 * 3600000
   AND coalesce(persons.paused_until, 0) <= :now
 ORDER BY follow_ups.remind_at LIMIT :limit

-- reminded: its reminder was sent, or will not be
UPDATE follow_ups SET remind_at = NULL, reminded_at = :reminded_at WHERE id = :id

-- planned_of_person: what is planned for a person
SELECT follow_ups.* FROM follow_ups JOIN contacts ON contacts.id = follow_ups.contact_id
 WHERE contacts.person_id = :person AND follow_ups.state = 'planned'

-- postpone: it could not begin now
UPDATE follow_ups SET due_at = :due WHERE id = :id

-- replan: a moved contact's follow-up that was not begun, planned anew or ended as it can't be asked
UPDATE follow_ups
   SET state = :state, due_at = :due, useful_until = :useful_until, retrospective = :retrospective,
       with_during = :with_during, ended_at = :ended_at, disposition = :disposition, reason = :reason, outcome = NULL,
       contact_start = :start, contact_end = :end
 WHERE id = :id

-- is_paused: whether the contact's person is paused, or was for some of the time since a moment
SELECT EXISTS (SELECT 1 FROM contacts JOIN persons ON persons.id = contacts.person_id
                WHERE contacts.id = :contact AND persons.paused_until > :since)
