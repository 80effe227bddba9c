-- aqid database, version 4: what is sent to whom, and a ledger of every attempt that nobody can change unseen.

-- The people of an audience as they were when something was sent to them; a changed list is another version.
CREATE TABLE audience (
    id INTEGER PRIMARY KEY,
    audience TEXT NOT NULL,
    version TEXT NOT NULL,          -- digest of the list
    UNIQUE (audience, version)
) STRICT;
CREATE TABLE recipient (
    audience INTEGER NOT NULL REFERENCES audience (id),
    number INTEGER NOT NULL,        -- line of the list
    name TEXT NOT NULL,
    language TEXT NOT NULL,
    sms TEXT NOT NULL,
    email TEXT NOT NULL,
    PRIMARY KEY (audience, number)
) WITHOUT ROWID, STRICT;

-- One row a revision, channel and version of an audience; audience 0: the channel itself is the address.
ALTER TABLE outbox RENAME TO outbox_3;
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    warning TEXT NOT NULL,          -- or the id of an alarm, a canary, an all-clear
    revision INTEGER NOT NULL,
    channel TEXT NOT NULL,
    provider TEXT NOT NULL,         -- who carries it
    address TEXT NOT NULL,          -- which address of a recipient it goes to: sms, email; empty: the channel is the address
    audience INTEGER NOT NULL,
    kind TEXT NOT NULL,             -- warning, alarm, digest, canary, all_clear
    lifts INTEGER NOT NULL,         -- 1: for those only who got what it ends
    mode TEXT NOT NULL CHECK (mode IN ('real', 'drill')),
    document TEXT NOT NULL,
    content_zh TEXT NOT NULL,       -- JSON: what leaves, as it was composed
    content_en TEXT NOT NULL,       -- empty: nobody reads English here
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    open INTEGER NOT NULL,          -- deliveries that are not settled
    UNIQUE (warning, revision, channel, audience)
) STRICT;
CREATE INDEX outbox_open ON outbox (channel, id) WHERE open > 0;

-- One delivery a recipient. state: 0 prepared, 1 sending, 2 accepted, 3 delivered, 4 retry, 5 failed, 6 in doubt, 7 expired,
-- 8 superseded, 9 repeat, 10 held for a digest.
CREATE TABLE delivery (
    outbox INTEGER NOT NULL,
    recipient INTEGER NOT NULL,     -- number of the recipient; 0 where the channel is the address
    state INTEGER NOT NULL,
    attempts INTEGER NOT NULL,
    next_ms INTEGER NOT NULL,
    provider_id TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (outbox, recipient)
) WITHOUT ROWID, STRICT;
CREATE INDEX delivery_by_provider ON delivery (provider_id) WHERE provider_id <> '';
CREATE INDEX delivery_sending ON delivery (outbox) WHERE state = 1;

-- Everything that happened to a row or a delivery, in order. hash = SHA-256 over the hash before and the fields of this line.
-- recipient -1: the whole row.
CREATE TABLE ledger (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    outbox INTEGER NOT NULL,
    recipient INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;

-- What a channel said last, and when it last took something.
CREATE TABLE channel_word (
    channel TEXT PRIMARY KEY,
    state TEXT NOT NULL,
    detail TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    accepted_ms INTEGER
) WITHOUT ROWID, STRICT;

-- Replies of recipients, each once.
CREATE TABLE reply (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    channel TEXT NOT NULL,
    provider_id TEXT NOT NULL,
    sender TEXT NOT NULL,
    text TEXT NOT NULL,
    outbox INTEGER,                 -- what it answers, if that is known
    recipient INTEGER,
    UNIQUE (channel, provider_id)
) STRICT;

INSERT INTO outbox
    SELECT id, warning, revision, channel, channel, '', 0, 'warning', 0, mode, document, json_object('text', document), '', created_ms,
        expires_ms, state IN ('prepared', 'sending', 'retry')
    FROM outbox_3;
INSERT INTO delivery
    SELECT id, 0,
        CASE state WHEN 'prepared' THEN 0 WHEN 'sending' THEN 1 WHEN 'accepted' THEN 2 WHEN 'delivered' THEN 3 WHEN 'retry' THEN 4
            WHEN 'refused' THEN 5 WHEN 'in_doubt' THEN 6 ELSE 7 END,
        attempts, next_ms, '', detail
    FROM outbox_3;
INSERT INTO channel_word
    SELECT o.channel, a.state, a.detail, max(a.at_ms),
        (SELECT max(b.at_ms) FROM outbox_attempt b JOIN outbox_3 p ON p.id = b.outbox
            WHERE p.channel = o.channel AND b.state IN ('accepted', 'delivered'))
    FROM outbox_attempt a JOIN outbox_3 o ON o.id = a.outbox GROUP BY o.channel;
-- outbox_attempt stays as it was written: the history before the ledger.
CREATE TABLE outbox_attempt_3 (id INTEGER PRIMARY KEY, outbox INTEGER NOT NULL, at_ms INTEGER NOT NULL, state TEXT NOT NULL,
    detail TEXT NOT NULL) STRICT;
INSERT INTO outbox_attempt_3 SELECT * FROM outbox_attempt;
DROP TABLE outbox_attempt;
DROP TABLE outbox_3;
