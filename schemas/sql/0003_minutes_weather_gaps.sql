-- aqid database, version 3: minutes that hours are made of, weather, when stations and links were heard of.

-- One minute of one pollutant, named by its end in local minutes since 1970-01-01 00:00. Kept for some weeks (raw class):
-- the hours made of them stand in `observation` with the link "minutes".
CREATE TABLE minute (
    minute INTEGER NOT NULL,
    station INTEGER NOT NULL REFERENCES place (id),
    pollutant INTEGER NOT NULL,
    sum_ng INTEGER NOT NULL,
    count INTEGER NOT NULL,      -- 0: nothing but flagged values
    newest_ms INTEGER NOT NULL,
    is_record INTEGER NOT NULL,  -- 1: a minute record of the source
    flag INTEGER NOT NULL,
    PRIMARY KEY (minute, station, pollutant)
) WITHOUT ROWID, STRICT;

-- The weather of an hour: as the source states it, or the sum of shorter values. Thousandths of m/s, degree, degC, %, hPa, mm;
-- wind direction is summed as a vector, sum = eastward and sum2 = northward millionths.
CREATE TABLE weather (
    hour INTEGER NOT NULL,
    station INTEGER NOT NULL REFERENCES place (id),
    item INTEGER NOT NULL,       -- 0 wind_speed, 1 wind_direction, 2 temperature, 3 humidity, 4 pressure, 5 rain
    stated INTEGER,              -- an hourly value of the source; it wins
    sum INTEGER NOT NULL,
    sum2 INTEGER NOT NULL,
    count INTEGER NOT NULL,
    newest_ms INTEGER NOT NULL,
    PRIMARY KEY (hour, station, item)
) WITHOUT ROWID, STRICT;

-- When a station was last heard, by any of its values.
CREATE TABLE heard (
    station INTEGER PRIMARY KEY REFERENCES place (id),
    received_ms INTEGER NOT NULL,
    data_ms INTEGER NOT NULL,    -- the newest end of a value's period
    link TEXT NOT NULL
) STRICT;

-- Every change of a link's state: why an hour is empty.
CREATE TABLE link_state (
    id INTEGER PRIMARY KEY,
    at_ms INTEGER NOT NULL,
    link TEXT NOT NULL,
    state TEXT NOT NULL,
    detail TEXT NOT NULL
) STRICT;
CREATE INDEX link_state_by_link ON link_state (link, id);

ALTER TABLE parked ADD COLUMN hour INTEGER; -- the hour it was about, if that was known
CREATE INDEX parked_by_hour ON parked (station, hour) WHERE hour IS NOT NULL;
