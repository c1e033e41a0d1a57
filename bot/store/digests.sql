-- The weekly digest as rows: what was said of each week, and to whom it has been sent, by keyed hash.

-- of_week: the digest of a week
SELECT week, language, title, words, short, picture, sha256, made_at FROM digests WHERE week = :week

-- weeks: the weeks with a digest, the latest first
SELECT week FROM digests ORDER BY week DESC LIMIT :most

-- record: the digest of a week, in place of an earlier one
INSERT INTO digests (week, language, title, words, short, picture, sha256, made_at)
VALUES (:week, :language, :title, :words, :short, :picture, :sha256, :made_at)
ON CONFLICT (week) DO UPDATE SET
    language = excluded.language, title = excluded.title, words = excluded.words, short = excluded.short,
    picture = excluded.picture, sha256 = excluded.sha256, made_at = excluded.made_at

-- queue: it is to be sent there; once
INSERT INTO digest_letters (week, target) VALUES (:week, :target) ON CONFLICT DO NOTHING

-- interrupted: on their way when a process ended: they may have arrived, and nothing is sent twice
UPDATE digest_letters SET state = 'unknown' WHERE state = 'sending'

-- begin: it is on its way from here on
UPDATE digest_letters SET state = 'sending', attempts = attempts + 1, not_before = NULL
WHERE week = :week AND target = :target AND state = 'queued' AND (not_before IS NULL OR not_before <= :now)

-- settle: what became of it
UPDATE digest_letters SET state = :state, not_before = :not_before WHERE week = :week AND target = :target

-- attempts: how often it was tried
SELECT attempts FROM digest_letters WHERE week = :week AND target = :target
