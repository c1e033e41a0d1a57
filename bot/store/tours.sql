-- A demo that is looked at: what simulated people are told counts as read.

-- note_read: the follow-ups whose first message it is
UPDATE follow_ups SET sent_at = :now
 WHERE sent_at IS NULL
   AND id IN (SELECT follow_up_id FROM outbox WHERE state IN ('queued', 'sending') AND state = 'queued' AND door <> 'web')

-- read: what waits for a door that nobody opens
UPDATE outbox SET state = 'sent', attempts = attempts + 1, sent_at = :now, fault = NULL, not_before = NULL,
                  message_key = CASE kind WHEN 'send' THEN COALESCE(message_key, CAST(id AS TEXT)) END
 WHERE state IN ('queued', 'sending') AND state = 'queued' AND door <> 'web'
