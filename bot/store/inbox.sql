-- What came in through a door and waits for its turn.

-- receive: keeps one update, unless its id is known already
INSERT INTO inbox (door, update_id, lookup, raw, received_at)
VALUES (:door, :update_id, :lookup, :raw, :received_at)
ON CONFLICT (door, update_id) DO NOTHING

-- waiting: new rows in the order they came; a chat that waits for a retry holds back what came after it, others go on. No
-- wait is longer than 120 seconds: one that seems so was set before the clock jumped back, and is over
WITH held AS (
    SELECT lookup, MIN(id) AS first_id FROM inbox
    WHERE state = 'new' AND retry_at > :now AND retry_at <= :now + 120000 AND lookup <> x''
    GROUP BY lookup
)
SELECT id, door, update_id, lookup, raw, received_at, attempts
FROM inbox
WHERE state = 'new' AND (retry_at IS NULL OR retry_at <= :now OR retry_at > :now + 120000)
  AND NOT EXISTS (SELECT 1 FROM held WHERE held.lookup = inbox.lookup AND held.first_id < inbox.id)
ORDER BY id
LIMIT :most

-- settled: its turn is committed with it; the raw update is wiped
UPDATE inbox SET state = 'done', raw = NULL, retry_at = NULL, fault = NULL, settled_at = :now
WHERE id = :id AND state <> 'done'

-- attempts: how often it has failed
SELECT attempts FROM inbox WHERE id = :id AND state = 'new'

-- delay: failed, to be tried again
UPDATE inbox SET attempts = attempts + 1, retry_at = :retry_at, fault = :fault WHERE id = :id

-- park: failed for the last time
UPDATE inbox SET attempts = attempts + 1, retry_at = NULL, fault = :fault, state = 'parked', settled_at = :now
WHERE id = :id

-- parked: what has been set aside, oldest first. With the plus SQLite walks the partial index, not the table
SELECT id, door, attempts, fault, received_at, settled_at AS parked_at, raw IS NOT NULL AS can_retry
FROM inbox WHERE state = 'parked' ORDER BY +id

-- retry: a parked one whose raw update is still there begins anew
UPDATE inbox SET state = 'new', attempts = 0, retry_at = NULL, settled_at = NULL
WHERE id = :id AND state = 'parked' AND raw IS NOT NULL

-- wipe_parked: raw updates of rows parked before a moment
UPDATE inbox SET raw = NULL WHERE state = 'parked' AND settled_at <= :before AND raw IS NOT NULL

-- forget_done: ids of rows settled before a moment
DELETE FROM inbox WHERE state = 'done' AND settled_at <= :before
