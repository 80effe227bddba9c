-- aqid database, version 5: people sign in over HTTP, and everything they ask for stands in a chain nobody can change unseen.

-- What argon2id made of a password; who has none cannot sign in.
CREATE TABLE password (
    person TEXT PRIMARY KEY,        -- id in the configuration
    hash TEXT NOT NULL,             -- $argon2id$v=19$m=...,t=...,p=...$salt$hash
    changed_ms INTEGER NOT NULL,
    changed_by TEXT NOT NULL
) WITHOUT ROWID, STRICT;

-- Who is signed in. Of the cookie's secret only its SHA-256 is kept.
CREATE TABLE session (
    key BLOB PRIMARY KEY,
    id TEXT NOT NULL UNIQUE,        -- names it, opens nothing
    person TEXT NOT NULL,
    address TEXT NOT NULL,          -- it was begun from
    begun_ms INTEGER NOT NULL,
    seen_ms INTEGER NOT NULL        -- to about a minute
) WITHOUT ROWID, STRICT;

-- Who asked for what, and what became of it, in order. hash = SHA-256 over the hash before and the fields of this line.
CREATE TABLE audit (
    number INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    person TEXT NOT NULL,           -- empty: nobody of the configuration
    via TEXT NOT NULL,
    address TEXT NOT NULL,
    command TEXT NOT NULL,
    about TEXT NOT NULL,            -- in the request's words; never a secret
    outcome TEXT NOT NULL CHECK (outcome IN ('asked', 'ok', 'refused', 'failed')),
    why TEXT NOT NULL,
    request BLOB NOT NULL,          -- SHA-256 of what was sent; zeros where that held a secret
    of INTEGER NOT NULL,            -- of an outcome: the line that asked; else 0
    hash BLOB NOT NULL
) STRICT;
-- By mistake, not against who can write the file: that is what the chain is for.
CREATE TRIGGER audit_is_not_changed BEFORE UPDATE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is only written on'); END;
CREATE TRIGGER audit_is_not_shortened BEFORE DELETE ON audit BEGIN SELECT raise(ABORT, 'the audit trail is only written on'); END;
