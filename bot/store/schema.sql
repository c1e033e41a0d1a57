-- Kundresa's schema. Columns of type `moment` are milliseconds since 1970 in UTC and reach Python as aware
-- datetimes. Codes are kept, never labels. No column holds a clear chat id, name, phone number or code of an invitation.

-- Facts about the database itself: the check of its key, and when somebody last listened at the door.
CREATE TABLE facts (
    name  TEXT PRIMARY KEY,
    value BLOB NOT NULL
) WITHOUT ROWID;

-- One who answers: a random id, derived from nothing.
CREATE TABLE persons (
    id              TEXT PRIMARY KEY,
    language        TEXT NOT NULL,                -- "sv", or "sv-easy" for texts that are easy to read
    language_chosen INTEGER NOT NULL DEFAULT 0,   -- 1: the person chose it; never guessed again
    created_at      moment NOT NULL,
    last_heard_at   moment,
    unreachable_at  moment,                       -- blocked the bot, or the account is gone
    paused_until    moment                        -- nothing new is asked before then
) WITHOUT ROWID;

-- How a person is reached through one door. `lookup` is a keyed hash of the address, `sealed` the address itself, encrypted.
CREATE TABLE addresses (
    lookup     BLOB PRIMARY KEY,
    person_id  TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    door       TEXT NOT NULL,
    sealed     BLOB NOT NULL,
    created_at moment NOT NULL,
    home_at    moment                             -- when it last became the one they are written to at; else created_at
) WITHOUT ROWID;
CREATE INDEX addresses_of_person ON addresses (person_id);

-- Who has said stop, by keyed hash: outlives person and address, until the same address says start.
CREATE TABLE stops (
    lookup     BLOB PRIMARY KEY,
    stopped_at moment NOT NULL
) WITHOUT ROWID;

-- Every version of a journey that a conversation was ever pinned to, resolved, by fingerprint.
CREATE TABLE journey_versions (
    fingerprint TEXT PRIMARY KEY,
    journey     TEXT NOT NULL,
    body        BLOB NOT NULL,                    -- the resolved journey as JSON
    first_used_at moment NOT NULL
) WITHOUT ROWID;

-- Contacts about the same thing. The name staff gave it, often a case number, is kept only as a keyed hash.
CREATE TABLE matters (
    id      TEXT PRIMARY KEY,
    lookup  BLOB UNIQUE,
    made_at moment NOT NULL
) WITHOUT ROWID;

-- Posters that anybody may begin with, and one-time cards. A contact is registered when somebody does.
CREATE TABLE open_invitations (
    id         TEXT PRIMARY KEY,
    code_hash  BLOB NOT NULL UNIQUE,
    kind       TEXT NOT NULL CHECK (kind IN ('poster', 'card')),
    sheet      TEXT,                              -- the cards printed together
    journey    TEXT NOT NULL,
    unit       TEXT NOT NULL,
    service    TEXT,
    channel    TEXT,
    language   TEXT,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL,
    used_at    moment,                            -- somebody began with it: a card is then spent
    retired_at moment,
    simulated  INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- One occasion: a visit, a call, a decision. `person_id` is set when its invitation is bound.
CREATE TABLE contacts (
    id            TEXT PRIMARY KEY,
    journey       TEXT NOT NULL,
    fingerprint   TEXT REFERENCES journey_versions (fingerprint),  -- pinned by its first conversation
    person_id     TEXT REFERENCES persons (id) ON DELETE SET NULL,
    invitation    TEXT NOT NULL DEFAULT 'personal' CHECK (invitation IN ('personal', 'open')),
    audience      TEXT NOT NULL,
    unit          TEXT NOT NULL,
    service       TEXT,
    channel       TEXT,
    cause         TEXT,
    solved        TEXT,
    outcome       TEXT,
    matter_id     TEXT,
    reference     TEXT,                           -- clear while open; its keyed hash stays
    reference_lookup BLOB,
    language      TEXT,
    start_at      moment NOT NULL,
    end_at        moment,
    registered_at moment NOT NULL,
    registered_week TEXT NOT NULL,
    cancelled_at  moment,
    closed_at     moment,
    reminded_at   moment,                         -- one reminder a contact
    simulated     INTEGER NOT NULL DEFAULT 0,     -- 1: made by the demo
    open_invitation_id TEXT REFERENCES open_invitations (id) ON DELETE SET NULL,
    by_matter     INTEGER NOT NULL DEFAULT 0,     -- 1: its person is the matter's, and opened no invitation to it
    not_asked     TEXT,                           -- why staff want nothing asked about it
    moved_at      moment,
    told_as       BLOB,                           -- keyed hash of what the last list said of it
    known_as      TEXT                            -- the person its rows carry, where that one turned out to be another
) WITHOUT ROWID;
CREATE UNIQUE INDEX contacts_by_reference ON contacts (unit, journey, reference_lookup) WHERE reference_lookup IS NOT NULL;
CREATE INDEX contacts_of_person ON contacts (person_id);
CREATE INDEX contacts_by_start ON contacts (start_at);
CREATE INDEX contacts_of_matter ON contacts (matter_id) WHERE matter_id IS NOT NULL;
CREATE INDEX contacts_of_open_invitation ON contacts (open_invitation_id, person_id) WHERE open_invitation_id IS NOT NULL;

-- Every state of a contact, so that a week can be told as it stood at its close.
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

-- References of contacts that were erased, by keyed hash: the same again registers nothing.
CREATE TABLE tombstones (
    unit             TEXT NOT NULL,
    journey          TEXT NOT NULL,
    reference_lookup BLOB NOT NULL,
    made_at          moment NOT NULL,
    PRIMARY KEY (unit, journey, reference_lookup)
) WITHOUT ROWID;

-- What lets a person begin. Only the hash of the code is kept: the code is made again from the id and the key.
CREATE TABLE invitations (
    id         TEXT PRIMARY KEY,
    contact_id TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    code_hash  BLOB NOT NULL UNIQUE,
    made_at    moment NOT NULL,
    opened_at  moment,                            -- somebody looked
    person_id  TEXT REFERENCES persons (id) ON DELETE SET NULL,   -- bound when the person began
    bound_at   moment,                            -- somebody first began with it
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX invitations_of_contact ON invitations (contact_id);
CREATE INDEX invitations_of_person ON invitations (person_id) WHERE person_id IS NOT NULL;

-- Short codes to say aloud, by keyed hash: made anew from the key and the generation while they hold.
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
-- Codes that were wrong, by who tried: what slows guessing. Never the code.
CREATE TABLE wrong_codes (
    id     INTEGER PRIMARY KEY,
    lookup BLOB NOT NULL,
    at     moment NOT NULL
);
CREATE INDEX wrong_codes_of_source ON wrong_codes (lookup, at);
CREATE INDEX wrong_codes_by_time ON wrong_codes (at);

-- One phase planned for one contact. The frozen columns are copied from the contact when it is sent.
CREATE TABLE follow_ups (
    id             TEXT PRIMARY KEY,
    contact_id     TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    phase          TEXT NOT NULL CHECK (phase IN ('before', 'during', 'after')),
    state          TEXT NOT NULL CHECK (state IN ('planned', 'begun', 'ended')),
    due_at         moment NOT NULL,
    useful_until   moment NOT NULL,
    retrospective  INTEGER NOT NULL DEFAULT 0,
    with_during    INTEGER NOT NULL DEFAULT 0,    -- 1: the during questions open this after conversation
    bound          INTEGER NOT NULL DEFAULT 0,    -- 1: there is a person to ask
    begun_at       moment,
    sent_at        moment,                        -- its first message is known to have left
    remind_at      moment,
    reminded_at    moment,
    ended_at       moment,
    disposition    TEXT CHECK (disposition IN ('answered', 'partial', 'declined', 'unanswered', 'missed', 'unreachable', 'not-asked')),
    reason         TEXT NOT NULL DEFAULT '',
    late           INTEGER NOT NULL DEFAULT 0,
    unit           TEXT, service TEXT, channel TEXT, outcome TEXT,
    contact_start  moment, contact_end moment,
    handed_over_at moment,                        -- given to the organisation's own sender
    hand_over_id   TEXT,
    UNIQUE (contact_id, phase)
) WITHOUT ROWID;
CREATE INDEX follow_ups_due ON follow_ups (due_at) WHERE state = 'planned' AND bound = 1;
CREATE INDEX follow_ups_expiring ON follow_ups (useful_until) WHERE state <> 'ended';
CREATE INDEX follow_ups_to_remind ON follow_ups (remind_at) WHERE state = 'begun' AND remind_at IS NOT NULL;
CREATE INDEX follow_ups_handed_over ON follow_ups (hand_over_id) WHERE hand_over_id IS NOT NULL;

-- Files of invitations given to the organisation's own sender of letters, mail or SMS.
CREATE TABLE hand_overs (
    id        TEXT PRIMARY KEY,
    at        moment NOT NULL,
    rows      INTEGER NOT NULL,
    undone_at moment
) WITHOUT ROWID;

-- Every change of a follow-up's state or disposition, so that a week can be told as it stood at its close.
CREATE TABLE follow_up_history (
    id           INTEGER PRIMARY KEY,
    follow_up_id TEXT NOT NULL REFERENCES follow_ups (id) ON DELETE CASCADE,
    at           moment NOT NULL,
    week         TEXT NOT NULL,
    state        TEXT NOT NULL,
    disposition  TEXT,
    reason       TEXT NOT NULL DEFAULT '',
    outcome      TEXT,                            -- as the follow-up had them then
    late         INTEGER NOT NULL DEFAULT 0,
    due_at       moment, useful_until moment,
    retrospective INTEGER, with_during INTEGER,
    handed_over_at moment
);
CREATE INDEX history_by_week ON follow_up_history (week);
CREATE INDEX history_of_follow_up ON follow_up_history (follow_up_id, id);

-- One person's walk through one phase. `state` is the core's Conversation as JSON.
CREATE TABLE conversations (
    id            TEXT PRIMARY KEY,
    follow_up_id  TEXT NOT NULL UNIQUE REFERENCES follow_ups (id) ON DELETE CASCADE,
    contact_id    TEXT NOT NULL REFERENCES contacts (id) ON DELETE CASCADE,
    person_id     TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    door          TEXT NOT NULL,
    fingerprint   TEXT NOT NULL REFERENCES journey_versions (fingerprint),
    state         BLOB NOT NULL,
    turn          TEXT NOT NULL CHECK (turn IN ('open', 'waiting', 'later', 'ended')),
        -- open: has the person's floor; waiting: begun or yielded, for the floor; later: the person chose a moment
    wake_at       moment,                         -- when 'later' ends
    useful_until  moment NOT NULL,
    began_at      moment NOT NULL,
    asked_at      moment,                         -- when the open question was last put
    replied_at    moment,
    repeated_at   moment,                         -- last repeat after an absence
    known_as      TEXT                            -- as of contacts
) WITHOUT ROWID;
CREATE UNIQUE INDEX one_open_conversation ON conversations (person_id) WHERE turn = 'open';
CREATE INDEX conversations_of_contact ON conversations (contact_id);
CREATE INDEX conversations_of_person ON conversations (person_id, turn);
CREATE INDEX conversations_waiting ON conversations (person_id, useful_until) WHERE turn = 'waiting';
CREATE INDEX conversations_waking ON conversations (wake_at) WHERE turn = 'later';

-- Settled questions, append-only: a correction is a new row that supersedes.
CREATE TABLE answers (
    id              INTEGER PRIMARY KEY,
    uid             TEXT NOT NULL UNIQUE,
    conversation_id TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
    follow_up_id    TEXT NOT NULL,
    contact_id      TEXT NOT NULL,
    person_id       TEXT NOT NULL,
    question        TEXT NOT NULL,
    asking          INTEGER NOT NULL,
    status          TEXT NOT NULL CHECK (status IN ('answered', 'skipped', 'not-understood', 'left', 'not-drawn', 'routed-past')),
    codes           TEXT NOT NULL DEFAULT '',     -- chosen codes, space-separated, in the question's order
    number          REAL,
    text            TEXT,                         -- own words as masked
    masked          TEXT NOT NULL DEFAULT '',     -- kinds masked, space-separated, one word a piece
    drawn           INTEGER NOT NULL DEFAULT 0,
    draw_probability REAL,
    language        TEXT NOT NULL,
    door            TEXT NOT NULL,
    source          TEXT,                         -- the door's id of the message it came from, for corrections
    asked_at        moment,
    answered_at     moment,
    recorded_at     moment NOT NULL,
    week            TEXT NOT NULL,                -- ISO week of recording, never one already exported
    supersedes      INTEGER REFERENCES answers (id) ON DELETE SET NULL,
    UNIQUE (conversation_id, question, asking)
);
CREATE INDEX answers_by_week ON answers (week);
CREATE INDEX answers_of_contact ON answers (contact_id);
CREATE INDEX answers_of_person ON answers (person_id);
CREATE INDEX answers_superseding ON answers (supersedes) WHERE supersedes IS NOT NULL;

-- Promises to call, or to be there when the person calls. `asking`: the person is still choosing how.
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
    asked_at        moment,                       -- the person had chosen everything
    deadline        moment,
    done_at         moment,
    outcome         TEXT CHECK (outcome IN ('reached', 'not-reached', 'met')),
    ask_at          moment,                       -- when the person is asked about it; NULL once they were
    put_at          moment,
    happened        TEXT CHECK (happened IN ('yes', 'no')),
    helped          TEXT CHECK (helped IN ('yes', 'partly', 'no')),
    answered_at     moment,
    simulated       INTEGER NOT NULL DEFAULT 0,
    helped_at       moment,
    taken_by        TEXT,                         -- the member who said they would call
    taken_at        moment
) WITHOUT ROWID;
CREATE INDEX call_backs_of_person ON call_backs (person_id);
CREATE INDEX call_backs_of_contact ON call_backs (contact_id) WHERE contact_id IS NOT NULL;
CREATE INDEX call_backs_open ON call_backs (deadline) WHERE state = 'open';
CREATE INDEX call_backs_to_ask ON call_backs (ask_at) WHERE ask_at IS NOT NULL;
-- The numbers people gave to be called on: sealed, apart from every answer, wiped when the call is done.
CREATE TABLE numbers_to_call (
    call_back_id TEXT PRIMARY KEY REFERENCES call_backs (id) ON DELETE CASCADE,
    sealed       BLOB NOT NULL,
    given_at     moment NOT NULL
) WITHOUT ROWID;

-- The questions still to be handed out in the current shuffled block, by unit, journey and candidates.
CREATE TABLE draws (
    unit       TEXT NOT NULL,
    journey    TEXT NOT NULL,
    pool       TEXT NOT NULL,
    candidates TEXT NOT NULL,
    block      TEXT NOT NULL,
    PRIMARY KEY (unit, journey, pool, candidates)
) WITHOUT ROWID;

-- What came in through a door, sealed as it came, until its turn is committed. `lookup` is the chat it came from.
CREATE TABLE inbox (
    id          INTEGER PRIMARY KEY AUTOINCREMENT,
    door        TEXT NOT NULL,
    update_id   TEXT NOT NULL,
    lookup      BLOB NOT NULL,
    raw         BLOB,                             -- NULL once its turn is committed
    received_at moment NOT NULL,
    state       TEXT NOT NULL DEFAULT 'new' CHECK (state IN ('new', 'done', 'parked')),
    attempts    INTEGER NOT NULL DEFAULT 0,
    retry_at    moment,
    fault       TEXT,
    settled_at  moment,
    UNIQUE (door, update_id)
);
CREATE INDEX inbox_new ON inbox (id) WHERE state = 'new';
CREATE INDEX inbox_held ON inbox (retry_at) WHERE state = 'new' AND retry_at IS NOT NULL;
CREATE INDEX inbox_parked ON inbox (settled_at) WHERE state = 'parked';
CREATE INDEX inbox_settled ON inbox (settled_at) WHERE state = 'done';

-- What goes out. A send is queued -> sending -> sent | failed | unknown.
CREATE TABLE outbox (
    id              INTEGER PRIMARY KEY AUTOINCREMENT,
    person_id       TEXT REFERENCES persons (id) ON DELETE CASCADE,
    lookup          BLOB NOT NULL,                -- the chat: order is kept within it
    door            TEXT NOT NULL,
    conversation_id TEXT REFERENCES conversations (id) ON DELETE CASCADE,
    follow_up_id    TEXT,
    kind            TEXT NOT NULL CHECK (kind IN ('send', 'edit')),
    edits           INTEGER REFERENCES outbox (id) ON DELETE CASCADE,   -- the sent message that an edit changes
    purpose         TEXT NOT NULL,
    question        TEXT, asking INTEGER,
    body            BLOB NOT NULL,                -- text and buttons, as JSON
    state           TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    attempts        INTEGER NOT NULL DEFAULT 0,
    queued_at       moment NOT NULL,
    not_before      moment,                       -- a wait that Telegram asked for, or a back-off
    useful_until    moment,                       -- after this it is not sent at all
    sending_at      moment,
    sent_at         moment,
    message_key     TEXT,                         -- the door's id of the message
    fault           TEXT,
    settle_at       moment,                       -- when an unknown one without evidence is sent once more
    repeats         INTEGER REFERENCES outbox (id) ON DELETE SET NULL,
    sealed          BLOB,                         -- the address of a chat that is no person's: the organisation's own
    UNIQUE (repeats)
);
CREATE INDEX outbox_waiting ON outbox (lookup, id) WHERE state IN ('queued', 'sending');
CREATE INDEX outbox_of_person ON outbox (person_id);
CREATE INDEX outbox_unknown ON outbox (settle_at) WHERE state = 'unknown' AND settle_at IS NOT NULL;
CREATE INDEX outbox_of_conversation ON outbox (conversation_id, question, asking);
CREATE INDEX outbox_edits ON outbox (edits) WHERE edits IS NOT NULL;
CREATE INDEX outbox_by_message ON outbox (lookup, message_key) WHERE message_key IS NOT NULL;

-- Weeks that are closed: they take no new row. And the files made of them.
CREATE TABLE weeks (
    week      TEXT PRIMARY KEY,
    closed_at moment NOT NULL
) WITHOUT ROWID;
CREATE TABLE week_files (
    week     TEXT NOT NULL,
    name     TEXT NOT NULL,
    kind     TEXT NOT NULL CHECK (kind IN ('report', 'data')),
    sha256   TEXT NOT NULL,
    rows     INTEGER NOT NULL,
    made_at  moment NOT NULL,
    PRIMARY KEY (week, name)
) WITHOUT ROWID;

-- Rows erased since, by the week they belonged to: a count, never content.
CREATE TABLE erased (
    week TEXT PRIMARY KEY,
    rows INTEGER NOT NULL,                        -- answers
    follow_ups INTEGER NOT NULL DEFAULT 0,
    codings INTEGER NOT NULL DEFAULT 0,
    told INTEGER NOT NULL DEFAULT 0               -- answers erased once the week's period of four had been told of
) WITHOUT ROWID;

-- Erasures asked for and done. Whom they concerned is forgotten when they are.
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

-- Requests handed over by commands, by their id, with the reply given: a repeat is harmless.
CREATE TABLE requests (
    id      TEXT PRIMARY KEY,
    at      moment NOT NULL,
    reply   BLOB NOT NULL
) WITHOUT ROWID;

-- A browser in which somebody answers. Only the hash of its cookie is kept; `lookup` is the address it stands for.
-- `whole`: it began there, so that it may show what was answered, and erase it. Rows of the outbox before `shown_from`
-- are not shown in it.
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

-- The link a person comes back with. Its token is made again from the id and the key; only a hash is kept.
CREATE TABLE return_links (
    id         TEXT PRIMARY KEY,
    token_hash BLOB NOT NULL UNIQUE,
    person_id  TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX return_links_of_person ON return_links (person_id);

-- What takes a person who answers in a browser on to another door, once.
CREATE TABLE door_passes (
    token_hash BLOB PRIMARY KEY,
    person_id  TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX door_passes_of_person ON door_passes (person_id);

-- Two persons turned out to be one, known through two doors. Rows that were exported keep the person they had.
CREATE TABLE same_persons (
    person_id TEXT PRIMARY KEY REFERENCES persons (id) ON DELETE CASCADE,
    same_as   TEXT NOT NULL REFERENCES persons (id) ON DELETE CASCADE,
    noted_at  moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX same_persons_of_person ON same_persons (same_as);

-- Who works here. `unit` NULL: every unit. `filled_in`: what they last registered, to be filled in again.
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

-- One-time links to sign in with: hashes, gone when used.
CREATE TABLE sign_in_links (
    token_hash BLOB PRIMARY KEY,
    member_id  TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX sign_in_links_of_member ON sign_in_links (member_id);

-- Browsers in which a member is signed in.
CREATE TABLE staff_sessions (
    token_hash BLOB PRIMARY KEY,
    member_id  TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    seen_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;
CREATE INDEX staff_sessions_of_member ON staff_sessions (member_id);

-- What was tried too often slows whoever tries: keyed hash of the source, never what was tried.
CREATE TABLE attempts (
    id     INTEGER PRIMARY KEY,
    kind   TEXT NOT NULL,
    source BLOB NOT NULL,
    at     moment NOT NULL
);
CREATE INDEX attempts_of_source ON attempts (kind, source, at);

-- Somebody is at the organisation's own sign-in (OpenID Connect) and is expected back.
CREATE TABLE provider_visits (
    state_hash BLOB PRIMARY KEY,
    nonce      TEXT NOT NULL,
    verifier   BLOB NOT NULL,
    made_at    moment NOT NULL
) WITHOUT ROWID;

-- Keys of case systems, hashed. `unit` NULL: every unit.
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

-- Which member saw or did what. `subject` is an id or a code, never content.
CREATE TABLE audit (
    id        INTEGER PRIMARY KEY,
    at        moment NOT NULL,
    member_id TEXT,
    action    TEXT NOT NULL,
    subject   TEXT NOT NULL DEFAULT ''
);
CREATE INDEX audit_by_time ON audit (at);

-- Telegram chats that members linked to themselves. `draft`: a contact being registered there.
CREATE TABLE staff_chats (
    lookup    BLOB PRIMARY KEY,
    member_id TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    linked_at moment NOT NULL,
    draft     BLOB,
    drafted_at moment
) WITHOUT ROWID;

-- One-time codes for linking a chat.
CREATE TABLE staff_chat_codes (
    code_hash  BLOB PRIMARY KEY,
    member_id  TEXT NOT NULL REFERENCES members (id) ON DELETE CASCADE,
    made_at    moment NOT NULL,
    expires_at moment NOT NULL
) WITHOUT ROWID;

-- Lists of codes as they were when something was coded from them, by fingerprint: old codes keep their labels.
CREATE TABLE code_lists (
    version       TEXT PRIMARY KEY,
    body          BLOB NOT NULL,                  -- codes and labels by field, as JSON
    first_used_at moment NOT NULL
) WITHOUT ROWID;

-- What analysts coded of people's own words, append-only: a later coding of the same field by the same coder takes the
-- place of the earlier, one by another coder stands beside it. `codes` '' without a `text`: taken back.
CREATE TABLE codings (
    id           INTEGER PRIMARY KEY,
    answer_id    INTEGER NOT NULL REFERENCES answers (id) ON DELETE CASCADE,
    field        TEXT NOT NULL CHECK (field IN ('need', 'theme', 'cause', 'demand_coded', 'comment', 'may_be_quoted')),
    codes        TEXT NOT NULL DEFAULT '',        -- space-separated, the most important first
    text         TEXT,                            -- of a comment
    coder        TEXT NOT NULL,                   -- a member's id, or a code that the command was given; never a name
    coded_at     moment NOT NULL,
    week         TEXT NOT NULL,                   -- ISO week of recording, never one already exported
    list_version TEXT NOT NULL REFERENCES code_lists (version),
    source       TEXT NOT NULL                    -- SHA-256 of the file that brought it
);
CREATE INDEX codings_of_answer ON codings (answer_id, field, coder, id);
CREATE INDEX codings_by_week ON codings (week);

-- The weekly digest in words: figures that its report shows too. `picture` is a file in the folder of workbooks.
CREATE TABLE digests (
    week     TEXT PRIMARY KEY,
    language TEXT NOT NULL,
    title    TEXT NOT NULL,
    words    TEXT NOT NULL,
    short    TEXT NOT NULL,                       -- what stands beside the picture
    picture  TEXT,
    sha256   TEXT,
    made_at  moment NOT NULL
) WITHOUT ROWID;
-- To whom it was sent, by keyed hash of the e-mail address or the chat: never twice.
CREATE TABLE digest_letters (
    week       TEXT NOT NULL REFERENCES digests (week),
    target     BLOB NOT NULL,
    state      TEXT NOT NULL DEFAULT 'queued' CHECK (state IN ('queued', 'sending', 'sent', 'failed', 'unknown')),
    attempts   INTEGER NOT NULL DEFAULT 0,
    not_before moment,                            -- when it is tried once more
    PRIMARY KEY (week, target)
) WITHOUT ROWID;
