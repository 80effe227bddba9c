-- The journal, the figures that follow from it, the outbox, and what was put aside.
--
-- Units: concentrations are whole ng/m3; hours are local hours since 1970-01-01 00:00, named by their end; days are local
-- days since 1970-01-01; moments are milliseconds since 1970-01-01T00:00:00Z. Keys run in the order of arrival.

CREATE TABLE meta (key TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID, STRICT;

-- Stations and areas by the operator's own codes; rows refer to them by a small number that never changes.
CREATE TABLE place (
    id INTEGER PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('station', 'area')),
    code TEXT NOT NULL,
    UNIQUE (kind, code)
) STRICT;

-- The journal has two tables with one count: `seq` is unique over both and is the order of the fold.
-- Observations are apart because they are many and all alike. An identical repeat is no row; a different value for the
-- same hour is a further row, a revision, and the earlier one stays.
CREATE TABLE observation (
    seq INTEGER PRIMARY KEY,
    hour INTEGER NOT NULL,        -- period_hours = 24: hour 24 of the day
    station INTEGER NOT NULL REFERENCES place (id),
    pollutant INTEGER NOT NULL,   -- 0 SO2, 1 NO2, 2 PM10, 3 CO, 4 O3, 5 PM2.5
    period_hours INTEGER NOT NULL,
    value_ng INTEGER,             -- null: absent, the flag says why
    flag INTEGER NOT NULL,        -- 0 N, 1 F, 2 M, 3 S, 4 D, 5 C, 6 T, 7 B (HJ 212-2017 table 2)
    received_ms INTEGER NOT NULL,
    link TEXT NOT NULL
) STRICT;
CREATE INDEX observation_by_hour ON observation (hour, station, pollutant);

CREATE TABLE journal (
    seq INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    kind TEXT NOT NULL,
    source TEXT NOT NULL,         -- "control", or empty for what the engine decided
    body TEXT NOT NULL            -- JSON
) STRICT;

-- Figures: a row replaces the row of its key. They can be made again from the journal at any time.
CREATE TABLE hourly (
    hour INTEGER NOT NULL,
    place INTEGER NOT NULL REFERENCES place (id),
    so2_ng INTEGER, no2_ng INTEGER, pm10_ng INTEGER, co_ng INTEGER, o3_ng INTEGER, pm2_5_ng INTEGER,
    aqi INTEGER, of_present INTEGER, level INTEGER, primary_items INTEGER NOT NULL, note TEXT NOT NULL,
    PRIMARY KEY (hour, place)
) WITHOUT ROWID, STRICT;

CREATE TABLE daily (
    day INTEGER NOT NULL,
    place INTEGER NOT NULL REFERENCES place (id),
    so2_ng INTEGER, no2_ng INTEGER, pm10_ng INTEGER, co_ng INTEGER, o3_8h_ng INTEGER, pm2_5_ng INTEGER,
    so2_valid INTEGER NOT NULL, no2_valid INTEGER NOT NULL, pm10_valid INTEGER NOT NULL,
    co_valid INTEGER NOT NULL, o3_valid INTEGER NOT NULL, pm2_5_valid INTEGER NOT NULL,
    aqi INTEGER, of_present INTEGER, level INTEGER, primary_items INTEGER NOT NULL, note TEXT NOT NULL,
    verdict TEXT NOT NULL,
    edition TEXT NOT NULL,
    PRIMARY KEY (day, place)
) WITHOUT ROWID, STRICT;

CREATE TABLE annual (
    year INTEGER NOT NULL,
    place INTEGER NOT NULL REFERENCES place (id),
    pollutant INTEGER NOT NULL,
    period TEXT NOT NULL CHECK (period IN ('year_to_date', 'trailing_365_days')),
    through_day INTEGER NOT NULL,
    valid_days INTEGER NOT NULL,
    mean_ng INTEGER,
    published_ng INTEGER,
    year_over INTEGER NOT NULL,
    year_valid INTEGER NOT NULL,
    target_ng INTEGER,
    allowance_ng INTEGER,
    met INTEGER,
    lost_on_day INTEGER,
    PRIMARY KEY (year, place, pollutant, period)
) WITHOUT ROWID, STRICT;

CREATE TABLE good_days (
    year INTEGER NOT NULL,
    place INTEGER NOT NULL REFERENCES place (id),
    through_day INTEGER NOT NULL,
    good INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    undetermined INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    target INTEGER,
    met INTEGER,
    lost_on_day INTEGER,
    PRIMARY KEY (year, place)
) WITHOUT ROWID, STRICT;

-- What is sent. The key (warning, revision, channel) never changes; a further attempt changes the state and adds a row
-- to the history.
CREATE TABLE outbox (
    id INTEGER PRIMARY KEY,
    warning TEXT NOT NULL,
    revision INTEGER NOT NULL,
    channel TEXT NOT NULL,
    mode TEXT NOT NULL CHECK (mode IN ('real', 'drill')),
    document TEXT NOT NULL,
    created_ms INTEGER NOT NULL,
    expires_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    attempts INTEGER NOT NULL DEFAULT 0,
    next_ms INTEGER NOT NULL,
    detail TEXT NOT NULL DEFAULT '',
    UNIQUE (warning, revision, channel)
) STRICT;

CREATE TABLE outbox_attempt (
    id INTEGER PRIMARY KEY,
    outbox INTEGER NOT NULL REFERENCES outbox (id),
    at_ms INTEGER NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;

-- Frames and readings put aside, newest kept; every one is counted, also those that no longer stand here.
CREATE TABLE parked (
    id INTEGER PRIMARY KEY,
    received_ms INTEGER NOT NULL,
    reason TEXT NOT NULL,
    detail TEXT NOT NULL,
    link TEXT NOT NULL,
    origin TEXT NOT NULL,
    station TEXT NOT NULL,
    bytes BLOB NOT NULL
) STRICT;

CREATE TABLE counter (name TEXT PRIMARY KEY, count INTEGER NOT NULL) WITHOUT ROWID, STRICT;
