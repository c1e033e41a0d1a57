-- Call-backs, and the numbers to call. "As it stood": by its moments before the week's end; they never lie in a closed week.

-- add: somebody wants to be called and is choosing how
INSERT INTO call_backs (id, person_id, contact_id, unit, service, state, begun_at, simulated)
VALUES (:id, :person, :contact, :unit, :service, 'asking', :now, :simulated)

-- of_id: one call-back
SELECT * FROM call_backs WHERE id = :id

-- live: the one under way of a person about a contact, or about a unit where no contact of theirs is known
SELECT * FROM call_backs
 WHERE person_id = :person AND contact_id IS :contact AND (:contact IS NOT NULL OR unit = :unit)
   AND state IN ('asking', 'open')
 ORDER BY state = 'open' DESC, begun_at DESC LIMIT 1

-- asking: the one that a person is choosing for
SELECT * FROM call_backs WHERE person_id = :person AND state = 'asking' ORDER BY begun_at DESC LIMIT 1

-- asked_about: the one that a person was last asked about and has not answered, since a moment
SELECT * FROM call_backs
 WHERE person_id = :person AND put_at > :since AND (answered_at IS NULL OR (happened = 'yes' AND helped IS NULL))
 ORDER BY put_at DESC LIMIT 1

-- choose: what the person has chosen so far
UPDATE call_backs SET way = :way, slot = :slot, begun_at = :now WHERE id = :id AND state = 'asking'

-- promise: everything is chosen: from now on it is a promise
UPDATE call_backs SET state = 'open', way = :way, slot = :slot, asked_at = :now, deadline = :deadline, ask_at = :ask_at
 WHERE id = :id AND state = 'asking'

-- withdraw: the person does not want to be called any more
UPDATE call_backs SET state = 'withdrawn', done_at = :now, ask_at = NULL WHERE id = :id AND state = 'open'

-- drop: nothing was chosen in the end
DELETE FROM call_backs WHERE id = :id AND state = 'asking'

-- drop_asking: what the person was choosing for before
DELETE FROM call_backs WHERE person_id = :person AND state = 'asking'

-- keep_number: the number to call, sealed
INSERT INTO numbers_to_call (call_back_id, sealed, given_at) VALUES (:id, :sealed, :now)
ON CONFLICT (call_back_id) DO UPDATE SET sealed = excluded.sealed, given_at = excluded.given_at

-- number: the sealed number of one
SELECT sealed FROM numbers_to_call WHERE call_back_id = :id

-- wipe_number: nobody needs it any more
DELETE FROM numbers_to_call WHERE call_back_id = :id

-- done: staff called, or met who called; asked about later, unless the person was asked already
UPDATE call_backs SET state = 'done', outcome = :outcome, done_at = :now,
                      ask_at = CASE WHEN put_at IS NULL THEN :ask_at END
 WHERE id = :id AND state = 'open'

-- to_ask: whose person is to be asked about it now: still there, not stopped, not paused, and no question open lately
SELECT call_backs.* FROM call_backs
  JOIN persons ON persons.id = call_backs.person_id
 WHERE call_backs.ask_at <= :now AND call_backs.ask_at > :too_old AND persons.unreachable_at IS NULL
   AND (persons.paused_until IS NULL OR persons.paused_until <= :now)
   AND EXISTS (SELECT 1 FROM addresses WHERE addresses.person_id = persons.id)
   AND NOT EXISTS (SELECT 1 FROM addresses JOIN stops ON stops.lookup = addresses.lookup
                    WHERE addresses.person_id = persons.id)
   AND NOT EXISTS (SELECT 1 FROM conversations
                    WHERE conversations.person_id = persons.id AND conversations.turn = 'open'
                      AND max(coalesce(conversations.asked_at, 0), coalesce(conversations.replied_at, 0)) > :silent_since)
   AND NOT EXISTS (SELECT 1 FROM call_backs AS other
                    WHERE other.person_id = persons.id AND other.put_at > :silent_since)
 ORDER BY call_backs.ask_at LIMIT :limit

-- put: the person was asked about it, which happens once
UPDATE call_backs SET ask_at = NULL, put_at = :now WHERE id = :id

-- never_ask: too long ago to be asked about
UPDATE call_backs SET ask_at = NULL WHERE ask_at <= :too_old

-- happened: what the person says of the call
UPDATE call_backs SET happened = :happened, answered_at = :now WHERE id = :id AND happened IS NULL

-- replied: whether the person, who was not reached, wants a new time; nothing is kept of it but that they said so
UPDATE call_backs SET answered_at = :now WHERE id = :id AND answered_at IS NULL

-- helped: whether it helped
UPDATE call_backs SET helped = :helped, helped_at = :now WHERE id = :id AND happened = 'yes' AND helped IS NULL

-- listed: what staff see of them, the nearest deadline first
SELECT call_backs.id, call_backs.unit, call_backs.service, call_backs.state, call_backs.way, call_backs.slot,
       call_backs.asked_at, call_backs.deadline, call_backs.done_at, call_backs.outcome, numbers_to_call.sealed
  FROM call_backs LEFT JOIN numbers_to_call ON numbers_to_call.call_back_id = call_backs.id
 WHERE (call_backs.state = 'open' OR (:every AND call_backs.state <> 'asking'))
   AND (:unit IS NULL OR call_backs.unit = :unit)
   AND (:late_at IS NULL OR (call_backs.state = 'open' AND call_backs.deadline < :late_at))
 ORDER BY call_backs.state <> 'open', call_backs.deadline, call_backs.id

-- old_numbers: numbers given before a moment, whoever should have called
DELETE FROM numbers_to_call WHERE given_at < :before

-- old_asking: choices begun before a moment and never finished
DELETE FROM call_backs WHERE state = 'asking' AND begun_at < :before

-- below: messages to a person's chat that stand below the open question of a conversation
SELECT count(*) FROM outbox
 WHERE lookup = :lookup AND kind = 'send' AND state <> 'failed'
   AND id > (SELECT max(id) FROM outbox WHERE conversation_id = :conversation AND kind = 'send'
                AND purpose IN ('question', 'repeat'))

-- rows: asked between two moments, or (with :changes) changed or fallen due between them, as they stood at :close
SELECT id, contact_id, unit, service, way, slot, asked_at, deadline,
       CASE WHEN done_at < :close THEN state ELSE 'open' END AS state,
       CASE WHEN done_at < :close AND state = 'done' THEN done_at END AS "done_at [moment]",
       CASE WHEN done_at < :close THEN outcome END AS outcome,
       CASE WHEN done_at < :close AND state = 'done' THEN outcome IN ('reached', 'met') AND done_at <= deadline
            WHEN done_at < :close AND done_at <= deadline THEN NULL
            WHEN deadline < :close THEN 0 END AS in_time,
       CASE WHEN answered_at < :close THEN happened END AS happened,
       CASE WHEN helped_at < :close THEN helped END AS helped, person_id
  FROM call_backs
 WHERE state <> 'asking' AND simulated = :simulated
   AND ((asked_at >= :since AND asked_at < :until)
        OR (:changes AND asked_at < :since
            AND ((deadline >= :since AND deadline < :until) OR (done_at >= :since AND done_at < :until)
                 OR (answered_at >= :since AND answered_at < :until) OR (helped_at >= :since AND helped_at < :until))))
 ORDER BY asked_at, id
