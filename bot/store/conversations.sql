-- add: a conversation that begins; its rows carry whom the contact's other rows carry
INSERT INTO conversations (id, follow_up_id, contact_id, person_id, door, fingerprint, state, turn, useful_until,
                           began_at, asked_at, known_as)
VALUES (:id, :follow_up, :contact, :person, :door, :fingerprint, :state, :turn, :useful_until, :now, :asked_at,
        (SELECT known_as FROM contacts WHERE id = :contact AND person_id = :person))

-- of_id: one conversation
SELECT * FROM conversations WHERE id = :id

-- of_follow_up: the conversation of a follow-up
SELECT * FROM conversations WHERE follow_up_id = :follow_up

-- of_contact: the contact's conversations, the earliest first
SELECT * FROM conversations WHERE contact_id = :contact ORDER BY began_at, id

-- open_of_person: the conversation that has the person's floor
SELECT * FROM conversations WHERE person_id = :person AND turn = 'open'

-- postponed_of_person: the conversation that the person put off, the nearest first
SELECT * FROM conversations WHERE person_id = :person AND turn = 'later' ORDER BY wake_at, useful_until LIMIT 1

-- waiting_of_person: the conversation to take the floor next: the nearest deadline first
SELECT * FROM conversations WHERE person_id = :person AND turn = 'waiting' ORDER BY useful_until, began_at LIMIT 1

-- latest_of_person: the conversation the person last took part in
SELECT * FROM conversations WHERE person_id = :person ORDER BY coalesce(replied_at, began_at) DESC, id LIMIT 1

-- live_of_person: every conversation that has not ended
SELECT * FROM conversations WHERE person_id = :person AND turn <> 'ended'

-- of_source: the conversation in which a message of the person's was taken for an answer
SELECT conversations.* FROM conversations
  JOIN answers ON answers.conversation_id = conversations.id
 WHERE conversations.person_id = :person AND answers.source = :source
 ORDER BY answers.id DESC LIMIT 1

-- keep: where the conversation stands after a turn
UPDATE conversations SET state = :state, turn = :turn, wake_at = :wake_at, asked_at = :asked_at, replied_at = :replied_at
 WHERE id = :id

-- give_floor: whose turn it is
UPDATE conversations SET turn = :turn, wake_at = NULL WHERE id = :id

-- waking: conversations whose chosen moment has come, of people who are not paused
SELECT conversations.* FROM conversations JOIN persons ON persons.id = conversations.person_id
 WHERE conversations.turn = 'later' AND conversations.wake_at <= :now AND coalesce(persons.paused_until, 0) <= :now
 ORDER BY conversations.wake_at, conversations.useful_until LIMIT :limit

-- active_between: open conversations in which something happened between two moments and that were not repeated since
SELECT * FROM conversations
 WHERE turn = 'open' AND max(coalesce(asked_at, 0), coalesce(replied_at, 0)) BETWEEN :since AND :until
   AND coalesce(repeated_at, 0) < :until

-- repeated: the open question was put once more after an absence
UPDATE conversations SET repeated_at = :now WHERE id = :id

-- draw_block: the questions still to be handed out
SELECT block FROM draws WHERE unit = :unit AND journey = :journey AND pool = :pool AND candidates = :candidates

-- keep_block: what is left of a block
INSERT INTO draws (unit, journey, pool, candidates, block) VALUES (:unit, :journey, :pool, :candidates, :block)
ON CONFLICT (unit, journey, pool, candidates) DO UPDATE SET block = excluded.block

-- puttings: the messages that put a question, under this asking number or the nearest before it (a correction puts none)
SELECT id AS value FROM outbox
 WHERE conversation_id = :conversation AND question = :question AND kind = 'send' AND state <> 'failed'
   AND asking = (SELECT max(asking) FROM outbox WHERE conversation_id = :conversation AND question = :question
                    AND asking <= :asking AND kind = 'send')
 ORDER BY id

-- was_settled: whether this asking of a question has an answer
SELECT EXISTS (SELECT 1 FROM answers WHERE conversation_id = :conversation AND question = :question
                  AND asking >= :asking AND status <> 'left')

-- to_yield: waiting conversations whose person's floor is held by a question that has been silent, with more time left
SELECT waiting.* FROM conversations AS waiting
  JOIN conversations AS holder ON holder.person_id = waiting.person_id AND holder.turn = 'open'
  JOIN persons ON persons.id = waiting.person_id AND coalesce(persons.paused_until, 0) <= :now
 WHERE waiting.turn = 'waiting' AND waiting.useful_until > :now AND waiting.useful_until < holder.useful_until
   AND max(coalesce(holder.asked_at, 0), coalesce(holder.replied_at, 0)) <= :silent_since
   AND instr(holder.state, CAST('"paused":true' AS BLOB)) = 0
 ORDER BY waiting.useful_until LIMIT :limit

-- newest_putting: the message at another address that last put a question of this conversation
SELECT id AS value FROM outbox
 WHERE conversation_id = :conversation AND kind = 'send' AND purpose IN ('question', 'repeat') AND lookup <> :lookup
   AND state <> 'failed'
 ORDER BY id DESC LIMIT 1

-- is_put_at: whether what was last put of this conversation stands at this address
SELECT EXISTS (SELECT 1 FROM outbox WHERE conversation_id = :conversation AND kind = 'send'
                  AND purpose IN ('question', 'repeat') AND state <> 'failed' AND lookup = :lookup
                  AND id = (SELECT max(id) FROM outbox WHERE conversation_id = :conversation AND kind = 'send'
                               AND purpose IN ('question', 'repeat') AND state <> 'failed'))
