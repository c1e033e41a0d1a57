-- The weekly digest: what was said of each week, and to whom it has been sent.
CREATE TABLE digests (
    week     TEXT PRIMARY KEY,
    language TEXT NOT NULL,
    title    TEXT NOT NULL,
    words    TEXT NOT NULL,
    short    TEXT NOT NULL,
    picture  TEXT,
    sha256   TEXT,
    made_at  moment NOT NULL
) WITHOUT ROWID;
CREATE TABLE digest_letters (
    week       TEXT NOT NULL REFERENCES digests (week),
    target     BLOB NOT NULL,
    state      TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before moment,
    PRIMARY KEY (week, target)
) WITHOUT ROWID;
ALTER TABLE outbox ADD COLUMN sealed BLOB;
