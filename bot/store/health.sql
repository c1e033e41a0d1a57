-- How the house is: lengths of queues and ages, nothing about anybody.

-- inbox: what has come in and waits for its turn
SELECT count(*) AS number, min(received_at) AS "since [moment]" FROM inbox WHERE state = 'new'

-- outbox: what waits to go out by each door and could have left by now
SELECT door, count(*) AS number,
       sum(not_before IS NULL OR not_before <= :now) AS ready,
       min(CASE WHEN not_before IS NULL OR not_before <= :now THEN queued_at END) AS "since [moment]"
  FROM outbox WHERE state IN ('queued', 'sending') GROUP BY door ORDER BY door

-- unknown: sends of which nobody knows whether they arrived; those still to be settled, and those that never were
SELECT count(*) AS number, coalesce(sum(settle_at IS NOT NULL), 0) AS unsettled, min(sending_at) AS "since [moment]"
  FROM outbox WHERE state = 'unknown' AND sending_at >= :since

-- files: the files of the latest weeks that have any
SELECT week, name, kind, sha256, rows, made_at FROM week_files
 WHERE week IN (SELECT DISTINCT week FROM week_files WHERE :before IS NULL OR week < :before ORDER BY week DESC LIMIT :weeks)
 ORDER BY week DESC, kind DESC

-- file: one recorded file by its name
SELECT week, name, kind, sha256, rows, made_at FROM week_files WHERE name = :name LIMIT 1

-- erasures: who waits for an erasure to be decided
SELECT count(*) AS number, min(asked_at) AS "since [moment]" FROM erasures WHERE state = 'queued'
