-- Around a contact: matters, open invitations and spoken codes, call-backs, erasure, what is handed over to others.

ALTER TABLE persons ADD COLUMN paused_until moment;

-- A matter's own name, often a case number, is kept only as a keyed hash. Names from before have none to be known by.
CREATE TABLE matters (
    id      TEXT PRIMARY KEY,
    lookup  BLOB UNIQUE,
    made_at moment NOT NULL
) WITHOUT ROWID;
CREATE TABLE matters_named (name TEXT PRIMARY KEY, id TEXT NOT NULL);
INSERT INTO matters_named SELECT DISTINCT matter_id, '' FROM contacts WHERE matter_id IS NOT NULL;
UPDATE matters_named SET id = lower(hex(randomblob(7)));
INSERT INTO matters SELECT id, NULL, unixepoch() * 1000 FROM matters_named;
UPDATE contacts SET matter_id = (SELECT id FROM matters_named WHERE name = matter_id) WHERE matter_id IS NOT NULL;
DROP TABLE matters_named;

CREATE TABLE open_invitations (
    id         TEXT PRIMARY KEY,
    code_hash  BLOB NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('poster', 'card')),
    sheet      TEXT,
    journey    TEXT NOT NULL,
    unit       TEXT NOT NULL,
    service    TEXT,
    channel    TEXT,
    language   TEXT,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL,
    used_at    moment,
    retired_at moment,
    simulated  INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

ALTER TABLE contacts ADD COLUMN open_invitation_id TEXT REFERENCES open_invitations (id) ON DELETE SET NULL;
ALTER TABLE contacts ADD COLUMN by_matter INTEGER NOT NULL DEFAULT 0;
ALTER TABLE contacts ADD COLUMN not_asked TEXT;
ALTER TABLE contacts ADD COLUMN moved_at moment;
ALTER TABLE contacts ADD COLUMN told_as BLOB;
CREATE INDEX contacts_of_matter ON contacts (matter_id) WHERE matter_id IS NOT NULL;
CREATE INDEX contacts_of_open_invitation ON contacts (open_invitation_id, person_id) WHERE open_invitation_id IS NOT NULL;

CREATE TABLE contact_history (
    id           INTEGER PRIMARY KEY,
    contact_id   TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    at           moment NOT NULL,
    week         TEXT NOT NULL,
    unit         TEXT NOT NULL,
    service      TEXT,
    channel      TEXT,
    cause        TEXT,
    solved       TEXT,
    outcome      TEXT,
    matter_id    TEXT,
    start_at     moment NOT NULL,
    end_at       moment,
    cancelled_at moment
);
CREATE INDEX history_of_contact ON contact_history (contact_id, id);
CREATE INDEX contact_history_by_start ON contact_history (start_at);
INSERT INTO contact_history (contact_id, at, week, unit, service, channel, cause, solved, outcome, matter_id, start_at, end_at,
                             cancelled_at)
SELECT id, registered_at, registered_week, unit, service, channel, cause, solved, outcome, matter_id, start_at, end_at,
       cancelled_at FROM contacts ORDER BY registered_at;

CREATE TABLE tombstones (
    unit             TEXT NOT NULL,
    journey          TEXT NOT NULL,
    reference_lookup BLOB NOT NULL,
    made_at          moment NOT NULL,
    PRIMARY KEY (unit, journey, reference_lookup)
) WITHOUT ROWID;

CREATE TABLE spoken_codes (
    lookup             BLOB PRIMARY KEY,
    invitation_id      TEXT REFERENCES invitations (id) ON DELETE CASCADE,
    open_invitation_id TEXT REFERENCES open_invitations (id) ON DELETE CASCADE,
    generation         INTEGER NOT NULL,
    made_at            moment NOT NULL,
    expires_at         moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX spoken_codes_of_invitation ON spoken_codes (invitation_id, generation) WHERE invitation_id IS NOT NULL;
CREATE INDEX spoken_codes_of_open_invitation ON spoken_codes (open_invitation_id, generation)
 WHERE open_invitation_id IS NOT NULL;
CREATE TABLE wrong_codes (
    id     INTEGER PRIMARY KEY,
    lookup BLOB NOT NULL,
    at     moment NOT NULL
);
CREATE INDEX wrong_codes_of_source ON wrong_codes (lookup, at);
CREATE INDEX wrong_codes_by_time ON wrong_codes (at);

CREATE TABLE call_backs (
    id              TEXT PRIMARY KEY,
    person_id       TEXT REFERENCES persons (id) ON DELETE CASCADE,
    contact_id      TEXT REFERENCES contacts (id) ON DELETE CASCADE,
    unit            TEXT NOT NULL,
    service         TEXT,
    state           TEXT NOT NULL CHECK (state IN ('asking', 'open', 'done', 'withdrawn')),
    way             TEXT CHECK (way IN ('call-me', 'i-call')),
    slot            TEXT,
    begun_at        moment NOT NULL,
    asked_at        moment,
    deadline        moment,
    done_at         moment,
    outcome         TEXT CHECK (outcome IN ('reached', 'not-reached', 'met')),
    ask_at          moment,
    put_at          moment,
    happened        TEXT CHECK (happened IN ('yes', 'no')),
    helped          TEXT CHECK (helped IN ('yes', 'partly', 'no')),
    answered_at     moment,
    simulated       INTEGER NOT NULL DEFAULT 0,
    helped_at       moment
) WITHOUT ROWID;
CREATE INDEX call_backs_of_person ON call_backs (person_id);
CREATE INDEX call_backs_of_contact ON call_backs (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX call_backs_open ON call_backs (deadline) WHERE state = 'open';
CREATE INDEX call_backs_to_ask ON call_backs (ask_at) WHERE ask_at IS NOT NULL;
CREATE TABLE numbers_to_call (
    call_back_id TEXT PRIMARY KEY REFERENCES call_backs (id) ON DELETE CASCADE,
    sealed       BLOB NOT NULL,
    given_at     moment NOT NULL
) WITHOUT ROWID;
INSERT INTO call_backs (id, person_id, contact_id, unit, service, state, way, slot, begun_at, asked_at, deadline)
SELECT 'n' || call_back_numbers.id, contacts.person_id, contacts.id, contacts.unit, contacts.service, 'open', 'call-me', NULL,
       given_at, given_at, given_at + 24 * 3600000
  FROM call_back_numbers JOIN contacts ON contacts.id = call_back_numbers.contact_id;
INSERT INTO numbers_to_call
SELECT 'n' || call_back_numbers.id, sealed, given_at
  FROM call_back_numbers JOIN contacts ON contacts.id = call_back_numbers.contact_id;
DROP TABLE call_back_numbers;

CREATE TABLE erasures (
    id         TEXT PRIMARY KEY,
    asked_at   moment NOT NULL,
    asked_by   TEXT NOT NULL CHECK (asked_by IN ('person', 'staff', 'retention')),
    person_id  TEXT,
    contact_id TEXT,
    state      TEXT NOT NULL CHECK (state IN ('queued', 'done')),
    done_at    moment,
    contacts   INTEGER NOT NULL DEFAULT 0,
    answers    INTEGER NOT NULL DEFAULT 0,
    call_backs INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
ALTER TABLE erased ADD COLUMN follow_ups INTEGER NOT NULL DEFAULT 0;

CREATE TABLE hand_overs (
    id        TEXT PRIMARY KEY,
    at        moment NOT NULL,
    rows      INTEGER NOT NULL,
    undone_at moment
) WITHOUT ROWID;
ALTER TABLE follow_ups ADD COLUMN handed_over_at moment;
ALTER TABLE follow_ups ADD COLUMN hand_over_id TEXT;
CREATE INDEX follow_ups_handed_over ON follow_ups (hand_over_id) WHERE hand_over_id IS NOT NULL;

-- What a move changes of a follow-up is told by its history, too.
ALTER TABLE follow_up_history ADD COLUMN due_at moment;
ALTER TABLE follow_up_history ADD COLUMN useful_until moment;
ALTER TABLE follow_up_history ADD COLUMN retrospective INTEGER;
ALTER TABLE follow_up_history ADD COLUMN with_during INTEGER;
ALTER TABLE follow_up_history ADD COLUMN handed_over_at moment;
UPDATE follow_up_history SET (due_at, useful_until, retrospective, with_during) =
    (SELECT due_at, useful_until, retrospective, with_during FROM follow_ups WHERE follow_ups.id = follow_up_id);

-- What is erased is found without reading whole tables.
CREATE INDEX conversations_of_contact ON conversations (contact_id);
CREATE INDEX invitations_of_person ON invitations (person_id) WHERE person_id IS NOT NULL;
CREATE INDEX outbox_of_person ON outbox (person_id);
