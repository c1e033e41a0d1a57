-- Numbers of today, for where staff begin. A unit of NULL: every unit.

-- going_out: messages that go out before a moment
SELECT count(*) FROM follow_ups JOIN contacts ON contacts.id = follow_ups.contact_id
 WHERE follow_ups.state = 'planned' AND follow_ups.bound = 1
   AND follow_ups.due_at < :before AND follow_ups.useful_until > :now AND contacts.cancelled_at IS NULL
   AND (:unit IS NULL OR contacts.unit = :unit)

-- answered: what people have answered since a moment, whole or in part
SELECT count(*) FROM follow_ups JOIN contacts ON contacts.id = follow_ups.contact_id
 WHERE follow_ups.disposition IN ('answered', 'partial') AND follow_ups.ended_at >= :since
   AND (:unit IS NULL OR contacts.unit = :unit)

-- calls_waiting: people who wait for a call whose deadline is before a moment
SELECT count(*) FROM call_backs
 WHERE state = 'open' AND way = 'call-me' AND deadline < :before AND (:unit IS NULL OR unit = :unit)

-- parked: updates that could not be taken in
SELECT count(*) FROM inbox WHERE state = 'parked'

-- registered: contacts registered since a moment
SELECT count(*) FROM contacts WHERE registered_at >= :since AND (:unit IS NULL OR unit = :unit)
