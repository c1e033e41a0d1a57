-- What goes out: queued -> sending -> sent | failed | unknown.
-- "state IN ('queued', 'sending') AND ..." looks doubled: without its first half SQLite doesn't use the partial index.

-- add: one row at the end of its chat's queue
INSERT INTO outbox (person_id, lookup, door, conversation_id, follow_up_id, kind, edits, purpose, question, asking,
                    body, queued_at, not_before, useful_until, sealed)
VALUES (:person_id, :lookup, :door, :conversation_id, :follow_up_id, :kind, :edits, :purpose, :question, :asking,
        :body, :queued_at, :not_before, :useful_until, :sealed)

-- target: the message that an edit really changes, where it was given the id of another edit of it, and where it stands
SELECT COALESCE(edits, id) AS id, door, lookup FROM outbox WHERE id = :id

-- texts_of: what was last to stand in a message: its own body, then its edits', newest first
SELECT body FROM outbox WHERE (id = :id OR edits = :id) AND state <> 'failed' ORDER BY id DESC

-- heads: the oldest waiting row of each chat that may leave now, chats of `first` before others, then by age
WITH head AS (
    SELECT lookup, MIN(id) AS id FROM outbox WHERE state IN ('queued', 'sending') AND door = :door GROUP BY lookup
), ready AS (
    SELECT outbox.id FROM head JOIN outbox ON outbox.id = head.id
    WHERE outbox.state = 'queued'
      AND (outbox.not_before IS NULL OR outbox.not_before <= :now OR outbox.useful_until <= :now)
      AND hex(outbox.lookup) NOT IN (SELECT value FROM json_each(:busy))
    ORDER BY hex(outbox.lookup) IN (SELECT value FROM json_each(:first)) DESC, outbox.id
    LIMIT :most
), known AS (
    SELECT row.*, COALESCE(addresses.sealed, row.sealed) AS address, conversations.turn,
           COALESCE(target.message_key,
                    (SELECT again.message_key FROM outbox AS again WHERE again.repeats = row.edits)) AS edits_key
    FROM ready
    JOIN outbox AS row ON row.id = ready.id
    LEFT JOIN addresses ON addresses.lookup = row.lookup
    LEFT JOIN outbox AS target ON target.id = row.edits
    LEFT JOIN conversations ON conversations.id = row.conversation_id
)
SELECT id, lookup, kind, purpose, body, attempts + 1 AS attempts, address AS sealed, edits_key,
       CASE WHEN useful_until <= :now THEN 'no longer useful'
            WHEN purpose <> 'shell' AND lookup IN (SELECT lookup FROM stops) THEN 'stopped'
            WHEN address IS NULL THEN 'no address'
            WHEN kind = 'send' AND purpose IN ('question', 'repeat') AND turn IS 'ended' THEN 'no longer asked'
            WHEN kind = 'edit' AND edits_key IS NULL THEN 'nothing to edit'
            ELSE '' END AS fault
FROM known

-- begin: it is on its way from here on
UPDATE outbox SET state = 'sending', attempts = attempts + 1, sending_at = :now WHERE id = :id

-- next_at: when the next row that waits for a moment may leave
SELECT MIN(not_before) AS "not_before [moment]" FROM outbox
WHERE state IN ('queued', 'sending') AND state = 'queued' AND not_before > :now

-- sent: it is known to have left; a proof that came earlier gave the key already. What the bot itself told and nobody can
-- tap is wiped: what a person asked to see of their own answers stands there
UPDATE outbox SET state = 'sent', sent_at = COALESCE(sent_at, :now), message_key = COALESCE(:message_key, message_key),
                  fault = NULL, not_before = NULL, settle_at = NULL,
                  body = CASE WHEN purpose = 'shell' AND json_array_length(CAST(body AS TEXT), '$.buttons') = 0
                              THEN CAST('{}' AS BLOB) ELSE body END
WHERE id = :id AND state <> 'sent'

-- note_sent: the follow-up's first message has left
UPDATE follow_ups SET sent_at = :now
WHERE sent_at IS NULL AND id = (SELECT follow_up_id FROM outbox WHERE id = :id)

-- requeue: it was proven not to have left, or may leave twice without harm
UPDATE outbox SET state = 'queued', not_before = :not_before, fault = :fault WHERE id = :id AND state = 'sending'

-- failed: it will never leave
UPDATE outbox SET state = 'failed', fault = :fault, not_before = NULL, settle_at = NULL,
                  body = CASE purpose WHEN 'shell' THEN CAST('{}' AS BLOB) ELSE body END
WHERE id = :id AND state IN ('queued', 'sending')

-- of: what is needed to settle one row
SELECT id, lookup, kind, edits, state, message_key, sending_at, follow_up_id FROM outbox WHERE id = :id

-- unknown: it may have left; a row that is itself a repeat is not sent a third time
UPDATE outbox SET state = 'unknown', settle_at = CASE WHEN repeats IS NULL THEN :settle_at END
WHERE id = :id AND state = 'sending'

-- interrupted: rows on their way when the process ended
SELECT id FROM outbox WHERE state IN ('queued', 'sending') AND state = 'sending'

-- note_key: proven while still on its way, or proven before without telling the key
UPDATE outbox SET message_key = :message_key, sent_at = COALESCE(sent_at, :now)
WHERE id = :id AND state IN ('sending', 'sent') AND kind = 'send' AND message_key IS NULL

-- unknown_of_conversation: sends of a conversation that nobody knows about yet
SELECT id FROM outbox WHERE conversation_id = :conversation_id AND state = 'unknown'

-- unsettled: unknown ones without evidence whose time has come. The plus keeps SQLite from walking the whole table in the
-- order asked for, instead of the few rows of the partial index
SELECT outbox.id, outbox.person_id, outbox.purpose, persons.language
FROM outbox LEFT JOIN persons ON persons.id = outbox.person_id
WHERE outbox.state = 'unknown' AND outbox.settle_at IS NOT NULL
  AND (outbox.settle_at <= :now OR outbox.settle_at > :now + 600000)  -- ten minutes at most, wherever the clock jumps
ORDER BY +outbox.id

-- repeatable: an unknown row that is still worth sending once more
SELECT outbox.body FROM outbox
LEFT JOIN conversations ON conversations.id = outbox.conversation_id
WHERE outbox.id = :id AND outbox.state = 'unknown' AND outbox.settle_at IS NOT NULL
  AND (outbox.useful_until IS NULL OR outbox.useful_until > :now)
  AND NOT (outbox.purpose IN ('question', 'repeat') AND conversations.turn IS 'ended')
  AND NOT EXISTS (SELECT 1 FROM outbox AS again WHERE again.repeats = outbox.id)

-- clear_settle_at: nothing more is done about this unknown one; what the bot itself told is wiped, as where it has left
UPDATE outbox SET settle_at = NULL,
                  body = CASE WHEN purpose = 'shell' AND json_array_length(CAST(body AS TEXT), '$.buttons') = 0
                              THEN CAST('{}' AS BLOB) ELSE body END
WHERE id = :id

-- repeat: the one repeat of a row, with a new body
INSERT INTO outbox (person_id, lookup, door, conversation_id, follow_up_id, kind, purpose, question, asking,
                    body, queued_at, useful_until, sealed, repeats)
SELECT person_id, lookup, door, conversation_id, follow_up_id, kind, purpose, question, asking,
       :body, :now, useful_until, sealed, id
FROM outbox WHERE id = :id

-- fail_unreachable: nothing reaches this chat
UPDATE outbox SET state = 'failed', fault = 'unreachable',
                  body = CASE purpose WHEN 'shell' THEN CAST('{}' AS BLOB) ELSE body END
WHERE lookup = :lookup AND state IN ('queued', 'sending') AND state = 'queued'

-- give_up_unknown: no repeat will reach it either
UPDATE outbox SET settle_at = NULL,
                  body = CASE WHEN purpose = 'shell' AND json_array_length(CAST(body AS TEXT), '$.buttons') = 0
                              THEN CAST('{}' AS BLOB) ELSE body END
WHERE lookup = :lookup AND state = 'unknown' AND settle_at IS NOT NULL

-- note_unreachable: since when its person can't be reached
UPDATE persons SET unreachable_at = :now
WHERE id = (SELECT person_id FROM addresses WHERE lookup = :lookup) AND unreachable_at IS NULL

-- move_address: the chat has a new id
UPDATE OR IGNORE addresses SET lookup = :new, sealed = :sealed WHERE lookup = :lookup

-- move_rows: so has what waits for it
UPDATE outbox SET lookup = :new, sealed = CASE WHEN sealed IS NOT NULL THEN :sealed END WHERE lookup = :lookup

-- move_stop: and what it said
UPDATE OR IGNORE stops SET lookup = :new WHERE lookup = :lookup

-- offered: what a message offered, as it was made
SELECT id, person_id, conversation_id, follow_up_id, kind, edits, purpose, question, asking, body, state
FROM outbox WHERE id = :id AND lookup = :lookup
