-- What a citizen's page shows: the rows of the outbox for one address. They are fetched by the page, never sent.
-- "state IN ('queued', 'sending') AND ..." as in outbox.sql, for the partial index.

-- waiting: what waits for this address, oldest first, with why it can't be shown any more
SELECT row.id,
       CASE WHEN row.useful_until <= :now THEN 'no longer useful'
            WHEN row.purpose <> 'shell' AND row.lookup IN (SELECT lookup FROM stops) THEN 'stopped'
            WHEN NOT EXISTS (SELECT 1 FROM addresses WHERE addresses.lookup = row.lookup) THEN 'no address'
            WHEN row.kind = 'send' AND row.purpose IN ('question', 'repeat') AND conversations.turn IS 'ended'
                 THEN 'no longer asked'
            ELSE '' END AS fault,
       row.edits, target.message_key IS NULL AS unseen
  FROM outbox AS row
  LEFT JOIN outbox AS target ON target.id = row.edits
  LEFT JOIN conversations ON conversations.id = row.conversation_id
 WHERE row.lookup = :lookup AND row.state IN ('queued', 'sending') AND row.door = 'web'
 ORDER BY row.id

-- bring: it stands on the page from here on. Unlike what is sent, what the bot told can be read until the next thing is done
UPDATE outbox SET state = 'sent', attempts = attempts + 1, sending_at = :now, sent_at = :now, fault = NULL,
                  not_before = NULL, settle_at = NULL,
                  message_key = CASE kind WHEN 'send' THEN CAST(id AS TEXT) ELSE message_key END
 WHERE id = :id

-- note_sent: the follow-up's first message is there to be read
UPDATE follow_ups SET sent_at = :now
 WHERE sent_at IS NULL AND id = (SELECT follow_up_id FROM outbox WHERE id = :id)

-- standing: what stands for this address from a row on, newest first, each with its newest change
SELECT row.id, row.purpose, row.conversation_id, row.question, row.body, row.sent_at,
       edit.id AS edit_id, edit.body AS edit_body
  FROM outbox AS row
  LEFT JOIN outbox AS edit
    ON edit.id = (SELECT MAX(change.id) FROM outbox AS change WHERE change.edits = row.id AND change.state = 'sent')
 WHERE row.lookup = :lookup AND row.message_key IS NOT NULL AND row.kind = 'send' AND row.state = 'sent'
   AND row.id >= :shown_from
 ORDER BY row.id DESC
 LIMIT :most

-- offers: whether a row, or what it changes, stands for this address from a row on
SELECT EXISTS (SELECT 1 FROM outbox
                WHERE id = :id AND lookup = :lookup AND state = 'sent' AND COALESCE(edits, id) >= :shown_from)

-- newest_putting: the message that last put the question that is open at this address
SELECT MAX(outbox.id) FROM outbox
  JOIN conversations ON conversations.id = outbox.conversation_id
 WHERE outbox.lookup = :lookup AND outbox.message_key IS NOT NULL AND outbox.kind = 'send'
   AND outbox.purpose IN ('question', 'repeat') AND conversations.turn = 'open'

-- last: the newest row there is
SELECT MAX(id) FROM outbox

-- waiting_since: addresses for which something came after a row and waits to be fetched
SELECT DISTINCT lookup FROM outbox
 WHERE id > :after AND door = 'web' AND state = 'queued'

-- is_waiting: whether something waits to be fetched for this address
SELECT EXISTS (SELECT 1 FROM outbox WHERE lookup = :lookup AND state IN ('queued', 'sending') AND door = 'web')

-- wipe: what the bot told this address and nobody can tap; the person goes on
UPDATE outbox SET body = CAST('{}' AS BLOB)
 WHERE lookup = :lookup AND message_key IS NOT NULL AND kind = 'send' AND state = 'sent' AND purpose = 'shell'
   AND json_array_length(CAST(body AS TEXT), '$.buttons') = 0

-- tidy: the same in every browser, for what nobody came back to
UPDATE outbox SET body = CAST('{}' AS BLOB)
 WHERE lookup IN (SELECT lookup FROM addresses WHERE door = 'web') AND message_key IS NOT NULL AND kind = 'send' AND state = 'sent'
   AND purpose = 'shell' AND sent_at <= :before
   AND json_array_length(CAST(body AS TEXT), '$.buttons') = 0

-- expire: what waited for somebody who did not come, until it had no use any more
UPDATE outbox SET state = 'failed', fault = 'no longer useful', not_before = NULL, settle_at = NULL,
                  body = CASE purpose WHEN 'shell' THEN CAST('{}' AS BLOB) ELSE body END
 WHERE state IN ('queued', 'sending') AND state = 'queued' AND door = 'web' AND useful_until <= :now

-- untaken: of some rows of the inbox, those whose turn is not over
SELECT update_id FROM inbox
 WHERE door = 'web' AND update_id IN (SELECT value FROM json_each(:ids)) AND state = 'new'
