-- In the browser: where people answer without Telegram, who works here, keys for case systems.
ALTER TABLE addresses ADD COLUMN home_at moment;
ALTER TABLE contacts ADD COLUMN known_as TEXT;
ALTER TABLE conversations ADD COLUMN known_as TEXT;
ALTER TABLE call_backs ADD COLUMN taken_by TEXT;
ALTER TABLE call_backs ADD COLUMN taken_at moment;
CREATE TABLE web_sessions (
    token_hash BLOB PRIMARY KEY,
    lookup     BLOB NOT NULL,
    whole      INTEGER NOT NULL,
    shown_from INTEGER NOT NULL DEFAULT 0,
    made_at    moment NOT NULL,
    seen_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX web_sessions_of_address ON web_sessions (lookup);
CREATE INDEX web_sessions_expiring ON web_sessions (expires_at);
CREATE TABLE return_links (
    id         TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    person_id  TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX return_links_of_person ON return_links (person_id);
CREATE TABLE door_passes (
    token_hash BLOB PRIMARY KEY,
    person_id  TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX door_passes_of_person ON door_passes (person_id);
CREATE TABLE same_persons (
    person_id TEXT PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
    same_as   TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    noted_at  moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX same_persons_of_person ON same_persons (same_as);
CREATE TABLE members (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    email      TEXT UNIQUE,
    role       TEXT NOT NULL CHECK (role IN ('admin', 'staff', 'analyst')),
    unit       TEXT,
    language   TEXT NOT NULL,
    made_at    moment NOT NULL,
    removed_at moment,
    filled_in  BLOB
) WITHOUT ROWID;
CREATE TABLE sign_in_links (
    token_hash BLOB PRIMARY KEY,
    member_id  TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_in_links_of_member ON sign_in_links (member_id);
CREATE TABLE staff_sessions (
    token_hash BLOB PRIMARY KEY,
    member_id  TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    seen_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX staff_sessions_of_member ON staff_sessions (member_id);
CREATE TABLE attempts (
    id     INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    source BLOB NOT NULL,
    at     moment NOT NULL
);
CREATE INDEX attempts_of_source ON attempts (kind, source, at);
CREATE TABLE provider_visits (
    state_hash BLOB PRIMARY KEY,
    nonce      TEXT NOT NULL,
    verifier   BLOB NOT NULL,
    made_at    moment NOT NULL
) WITHOUT ROWID;
CREATE TABLE api_keys (
    id           TEXT PRIMARY KEY,
    key_hash     BLOB NOT NULL UNIQUE,
    name         TEXT NOT NULL,
    unit         TEXT,
    made_by      TEXT,
    made_at      moment NOT NULL,
    last_used_at moment,
    revoked_at   moment
) WITHOUT ROWID;
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        moment NOT NULL,
    member_id TEXT,
    action    TEXT NOT NULL,
    subject   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_by_time ON audit (at);
CREATE TABLE staff_chats (
    lookup    BLOB PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    linked_at moment NOT NULL,
    draft     BLOB,
    drafted_at moment
) WITHOUT ROWID;
CREATE TABLE staff_chat_codes (
    code_hash  BLOB PRIMARY KEY,
    member_id  TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
