-- The way back: what analysts code of people's own words, and the lists their codes are from.
CREATE TABLE code_lists (
    version       TEXT PRIMARY KEY,
    body          BLOB NOT NULL,
    first_used_at moment NOT NULL
) WITHOUT ROWID;
CREATE TABLE codings (
    id           INTEGER PRIMARY KEY,
    answer_id    INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    field        TEXT NOT NULL CHECK (field IN ('need', 'theme', 'cause', 'demand_coded', 'comment', 'may_be_quoted')),
    codes        TEXT NOT NULL DEFAULT '',
    text         TEXT,
    coder        TEXT NOT NULL,
    coded_at     moment NOT NULL,
    week         TEXT NOT NULL,
    list_version TEXT NOT NULL REFERENCES code_lists (version),
    source       TEXT NOT NULL
);
CREATE INDEX codings_of_answer ON codings (answer_id, field, coder, id);
CREATE INDEX codings_by_week ON codings (week);
ALTER TABLE erased ADD COLUMN codings INTEGER NOT NULL DEFAULT 0;
ALTER TABLE erased ADD COLUMN told INTEGER NOT NULL DEFAULT 0;
