-- Contacts as lists for staff: filtered, sorted and counted here. Never what a person answered.

-- rows: a page of the contacts that start between two moments, or of those with these ids
WITH listed AS (
    SELECT contacts.id, contacts.reference, contacts.unit, contacts.journey, contacts.start_at, contacts.invitation,
           CASE WHEN contacts.cancelled_at IS NOT NULL THEN 'cancelled'
                WHEN contacts.not_asked IS NOT NULL THEN 'left-out'
                WHEN EXISTS (SELECT 1 FROM follow_ups WHERE contact_id = contacts.id AND state = 'begun') THEN 'begun'
                WHEN EXISTS (SELECT 1 FROM follow_ups WHERE contact_id = contacts.id AND state = 'planned') THEN 'planned'
                WHEN EXISTS (SELECT 1 FROM follow_ups
                              WHERE contact_id = contacts.id AND disposition IN ('answered', 'partial')) THEN 'answered'
                ELSE 'silent' END AS state,
           (SELECT min(due_at) FROM follow_ups WHERE contact_id = contacts.id AND state = 'planned') AS next_at
      FROM contacts
     WHERE contacts.start_at >= :since AND contacts.start_at < :until
       AND (:unit IS NULL OR contacts.unit = :unit) AND (:journey IS NULL OR contacts.journey = :journey)
       AND (:ids IS NULL OR contacts.id IN (SELECT value FROM json_each(:ids)))
), keyed AS (
    SELECT *, CASE :sort WHEN 'unit' THEN unit WHEN 'journey' THEN journey WHEN 'state' THEN state
                         WHEN 'reference' THEN coalesce(reference, '') WHEN 'next' THEN coalesce(next_at, 9e15)
                         ELSE start_at END AS place
      FROM listed WHERE :state IS NULL OR state = :state
)
SELECT id, reference, unit, journey, start_at AS "start_at [moment]", invitation, state, next_at AS "next_at [moment]",
       count(*) OVER () AS found
  FROM keyed
 ORDER BY CASE WHEN :down = 0 THEN place END, CASE WHEN :down = 1 THEN place END DESC, start_at, id
 LIMIT :limit OFFSET :offset

-- follow_ups: those of these contacts, in the order of their phases
SELECT contact_id, phase, state, due_at, disposition, reason, bound FROM follow_ups
 WHERE contact_id IN (SELECT value FROM json_each(:ids))
 ORDER BY CASE phase WHEN 'before' THEN 1 WHEN 'during' THEN 2 ELSE 3 END

-- numbers: how many of the contacts that start between two moments came how far
SELECT count(*) AS registered,
       coalesce(sum(cancelled_at IS NULL AND not_asked IS NULL), 0) AS invited,
       coalesce(sum(EXISTS (SELECT 1 FROM follow_ups WHERE contact_id = contacts.id AND begun_at IS NOT NULL)), 0) AS begun,
       coalesce(sum(EXISTS (SELECT 1 FROM follow_ups WHERE contact_id = contacts.id AND disposition = 'answered')), 0)
           AS finished,
       coalesce(sum(EXISTS (SELECT 1 FROM follow_ups WHERE contact_id = contacts.id AND state <> 'ended')), 0) AS still_open
  FROM contacts
 WHERE start_at >= :since AND start_at < :until
   AND (:unit IS NULL OR unit = :unit) AND (:journey IS NULL OR journey = :journey)

-- reasons: why follow-ups of those contacts ended without an answer, the most frequent first
SELECT follow_ups.disposition, follow_ups.reason, count(*) AS number
  FROM contacts JOIN follow_ups ON follow_ups.contact_id = contacts.id
 WHERE contacts.start_at >= :since AND contacts.start_at < :until
   AND (:unit IS NULL OR contacts.unit = :unit) AND (:journey IS NULL OR contacts.journey = :journey)
   AND follow_ups.state = 'ended' AND follow_ups.disposition NOT IN ('answered', 'partial')
   AND follow_ups.reason <> 'same-day'
 GROUP BY follow_ups.disposition, follow_ups.reason
 ORDER BY number DESC, follow_ups.disposition, follow_ups.reason

-- due: what is planned to go out between two moments, whenever its contact takes place; `bound`: somebody is there to ask
SELECT follow_ups.phase, follow_ups.due_at, follow_ups.bound, count(*) AS number
  FROM follow_ups JOIN contacts ON contacts.id = follow_ups.contact_id
 WHERE follow_ups.state <> 'ended' AND follow_ups.useful_until > :since
   AND follow_ups.state = 'planned' AND follow_ups.due_at >= :since AND follow_ups.due_at < :until
   AND (:unit IS NULL OR contacts.unit = :unit) AND (:journey IS NULL OR contacts.journey = :journey)
 GROUP BY follow_ups.phase, follow_ups.due_at, follow_ups.bound

-- journeys: every journey that a contact follows
SELECT DISTINCT journey AS code FROM contacts ORDER BY journey
