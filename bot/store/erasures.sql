-- contacts_of_person: what is to be erased with a person
SELECT id, unit, journey, reference_lookup, start_at, registered_at, registered_week, matter_id, person_id
  FROM contacts WHERE person_id = :person ORDER BY start_at, id

-- contact: one contact, as it is to be erased
SELECT id, unit, journey, reference_lookup, start_at, registered_at, registered_week, matter_id, person_id
  FROM contacts WHERE id = :contact

-- of_reference: the contact with this reference (its keyed hash)
SELECT id, unit, journey, reference_lookup, start_at, registered_at, registered_week, matter_id, person_id
  FROM contacts WHERE unit = :unit AND journey = :journey AND reference_lookup = :lookup

-- outlived: contacts that were over before a moment, with nothing useful to ask or answered since, the oldest first
SELECT id, unit, journey, reference_lookup, start_at, registered_at, registered_week, matter_id, person_id
  FROM contacts
 WHERE start_at < :before AND coalesce(end_at, start_at) < :before
   AND NOT EXISTS (SELECT 1 FROM follow_ups
                    WHERE follow_ups.contact_id = contacts.id AND state <> 'ended' AND useful_until >= :before)
   AND NOT EXISTS (SELECT 1 FROM answers WHERE answers.contact_id = contacts.id AND answers.recorded_at >= :before)
 ORDER BY start_at, id LIMIT :limit

-- registered_before: contacts that were known at a moment
SELECT id AS value FROM contacts WHERE registered_at <= :at

-- where_references_are: the units and journeys in which any reference was registered
SELECT DISTINCT unit, journey FROM contacts WHERE reference_lookup IS NOT NULL
UNION
SELECT DISTINCT unit, journey FROM tombstones

-- is_buried: whether this reference was erased before
SELECT EXISTS (SELECT 1 FROM tombstones WHERE unit = :unit AND journey = :journey AND reference_lookup = :lookup)

-- bury: this reference registers nothing any more
INSERT INTO tombstones (unit, journey, reference_lookup, made_at) VALUES (:unit, :journey, :lookup, :now)
ON CONFLICT DO NOTHING

-- buried: every reference that was erased
SELECT unit, journey, reference_lookup, made_at FROM tombstones ORDER BY made_at

-- stopped: everybody who has said stop
SELECT lookup, stopped_at FROM stops ORDER BY stopped_at

-- answers_of_contact: its answers by week, and the rows they make in a workbook: one for each option chosen
SELECT week, COUNT(*) AS answers, SUM(1 + LENGTH(codes) - LENGTH(REPLACE(codes, ' ', ''))) AS rows
  FROM answers WHERE contact_id = :contact GROUP BY week

-- answers_of_person: the same of a person
SELECT week, COUNT(*) AS answers, SUM(1 + LENGTH(codes) - LENGTH(REPLACE(codes, ' ', ''))) AS rows
  FROM answers WHERE person_id = :person GROUP BY week

-- codings_of_contact: what analysts coded of its answers, by the week they did
SELECT k.week, COUNT(*) AS codings FROM codings AS k JOIN answers AS a ON a.id = k.answer_id
 WHERE a.contact_id = :contact GROUP BY k.week

-- codings_of_person: the same of a person's answers
SELECT k.week, COUNT(*) AS codings FROM codings AS k JOIN answers AS a ON a.id = k.answer_id
 WHERE a.person_id = :person GROUP BY k.week

-- changes_of_follow_ups: how many of its follow-ups changed in each week
SELECT follow_up_history.week, follow_ups.id AS follow_up
  FROM follow_ups JOIN follow_up_history ON follow_up_history.follow_up_id = follow_ups.id
 WHERE follow_ups.contact_id = :contact
 GROUP BY follow_up_history.week, follow_ups.id

-- follow_ups: its follow-ups
SELECT id AS value FROM follow_ups WHERE contact_id = :contact

-- starts: every start the contact ever had
SELECT start_at FROM contact_history WHERE contact_id = :contact
UNION
SELECT start_at FROM contacts WHERE id = :contact

-- call_backs_of_contact: and when something became of them
SELECT asked_at, deadline, done_at, answered_at, helped_at FROM call_backs WHERE contact_id = :contact

-- call_backs_of_person: the same of a person
SELECT asked_at, deadline, done_at, answered_at, helped_at FROM call_backs WHERE person_id = :person

-- delete_answers_of_contact: whoever gave them
DELETE FROM answers WHERE contact_id = :contact

-- delete_answers_of_person: whatever they were about
DELETE FROM answers WHERE person_id = :person

-- delete_contact: with its follow-ups, invitations, conversations, messages, call-backs and histories
DELETE FROM contacts WHERE id = :contact

-- delete_matter: nothing is about it any more
DELETE FROM matters WHERE id = :matter AND NOT EXISTS (SELECT 1 FROM contacts WHERE matter_id = :matter)

-- forget_in_replies: what is remembered of commands no longer names the contact; a repeat still does nothing
UPDATE requests SET reply = CAST(REPLACE(CAST(reply AS TEXT), :contact, 'erased') AS BLOB)
 WHERE INSTR(CAST(reply AS TEXT), :contact) > 0

-- delete_messages_to: messages to a chat that belong to nobody
DELETE FROM outbox WHERE person_id IS NULL AND lookup = :lookup

-- wipe_parked: what could not be taken of a chat never will be
UPDATE inbox SET raw = NULL, state = 'done', retry_at = NULL, fault = NULL
 WHERE state = 'parked' AND lookup = :lookup

-- wipe_waiting: nor will what still waits
UPDATE inbox SET raw = NULL, state = 'done', retry_at = NULL, fault = NULL, settled_at = :now
 WHERE state = 'new' AND lookup = :lookup

-- unlink_done: whose updates they were
UPDATE inbox SET lookup = x'', raw = NULL WHERE state = 'done' AND lookup = :lookup

-- addresses_of: how a person is reached
SELECT addresses.lookup, addresses.door, addresses.sealed, addresses.created_at, persons.language
  FROM addresses JOIN persons ON persons.id = addresses.person_id
 WHERE addresses.person_id = :person ORDER BY addresses.created_at DESC

-- met_before: the person at an address, if they were met before a moment
SELECT persons.id AS value FROM addresses JOIN persons ON persons.id = addresses.person_id
 WHERE addresses.lookup = :lookup AND persons.created_at <= :at

-- is_known: whether there is such a person
SELECT EXISTS (SELECT 1 FROM persons WHERE id = :person)

-- delete_person: with addresses, conversations, messages, call-backs
DELETE FROM persons WHERE id = :person

-- add_stranger: somebody of whom nothing is known but where one last message goes; never heard from
INSERT INTO persons (id, language, created_at) VALUES (:id, :language, :now)

-- strangers: those whose last message has gone, one way or the other
SELECT persons.id AS person, addresses.lookup
  FROM persons LEFT JOIN addresses ON addresses.person_id = persons.id
 WHERE persons.last_heard_at IS NULL
   AND NOT EXISTS (SELECT 1 FROM outbox WHERE outbox.person_id = persons.id
                      AND (state IN ('queued', 'sending') OR (state = 'unknown' AND settle_at IS NOT NULL)))

-- strangers_left: whether any is still to be written to
SELECT EXISTS (SELECT 1 FROM persons WHERE last_heard_at IS NULL)

-- count: rows erased of a closed week; of an open one no file and no figure ever told
INSERT INTO erased (week, rows, follow_ups, codings, told)
SELECT :week, :rows, :follow_ups, :codings, :told FROM weeks WHERE week = :week
ON CONFLICT (week) DO UPDATE SET rows = rows + excluded.rows, follow_ups = follow_ups + excluded.follow_ups,
    codings = codings + excluded.codings, told = told + excluded.told

-- unmake: the data file of a week is to be made anew
DELETE FROM week_files WHERE week = :week AND kind = 'data'

-- is_closed: whether a week takes no new row, so that a data file of it is made, or being made
SELECT EXISTS (SELECT 1 FROM weeks WHERE week = :week)

-- ask: somebody wants everything about them erased
INSERT INTO erasures (id, asked_at, asked_by, person_id, state) VALUES (:id, :now, :by, :person, 'queued')

-- done: an erasure nobody had to wait for
INSERT INTO erasures (id, asked_at, asked_by, state, done_at, contacts, answers, call_backs)
VALUES (:id, :now, :by, 'done', :now, :contacts, :answers, :call_backs)

-- carry_out: one that was waited for; whom it concerned is forgotten
UPDATE erasures SET state = 'done', done_at = :now, person_id = NULL, contact_id = NULL,
                    contacts = :contacts, answers = :answers, call_backs = :call_backs
 WHERE id = :id

-- of_id: one erasure
SELECT id, asked_at, asked_by, person_id, state, done_at, contacts, answers, call_backs FROM erasures WHERE id = :id

-- queued_of_person: what a person waits for
SELECT id, asked_at, asked_by, person_id, state, done_at, contacts, answers, call_backs FROM erasures
 WHERE person_id = :person AND state = 'queued' ORDER BY asked_at LIMIT 1

-- listed: every erasure, the latest first
SELECT id, asked_at, asked_by, person_id, state, done_at, contacts, answers, call_backs FROM erasures
 ORDER BY asked_at DESC, id

-- outlived_call_backs: those about no contact, from before a moment, kept or not
DELETE FROM call_backs WHERE contact_id IS NULL AND begun_at < :before

-- old_messages: of the oldest messages those that nothing needs any more: from before a moment, out of the queue, with no
-- conversation that goes on
DELETE FROM outbox WHERE id IN (
    SELECT old.id FROM (SELECT id, queued_at, state, settle_at, conversation_id FROM outbox ORDER BY id LIMIT :window) AS old
      LEFT JOIN conversations ON conversations.id = old.conversation_id
     WHERE old.queued_at < :before
       AND (old.state IN ('sent', 'failed') OR (old.state = 'unknown' AND old.settle_at IS NULL))
       AND (conversations.id IS NULL OR conversations.turn = 'ended')
)

-- offers: messages to a person with buttons of this kind, the latest first
SELECT id AS value FROM outbox
 WHERE person_id = :person AND purpose = 'shell' AND kind = 'send' AND state <> 'failed'
   AND INSTR(CAST(body AS TEXT), :kind) > 0
 ORDER BY id DESC LIMIT 5
