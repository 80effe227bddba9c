-- aqid database, version 2: what a published figure rests on, marks of quality control, notices.
-- daily, annual and good_days are made again from the journal at the next start: they gain columns.

DROP TABLE daily;
CREATE TABLE daily (
    day INTEGER NOT NULL,
    place INTEGER NOT NULL REFERENCES place (id),
    so2_ng INTEGER, no2_ng INTEGER, pm10_ng INTEGER, co_ng INTEGER, o3_8h_ng INTEGER, pm2_5_ng INTEGER,
    so2_valid INTEGER NOT NULL, no2_valid INTEGER NOT NULL, pm10_valid INTEGER NOT NULL,
    co_valid INTEGER NOT NULL, o3_valid INTEGER NOT NULL, pm2_5_valid INTEGER NOT NULL,
    sites INTEGER NOT NULL,         -- an area: its evaluation sites of the day; a station: 0
    aqi INTEGER, of_present INTEGER, level INTEGER, primary_items INTEGER NOT NULL, note TEXT NOT NULL,
    absent INTEGER NOT NULL,        -- pollutants of the report without a sub-index: bit n is pollutant n
    exempt INTEGER NOT NULL,        -- of these, outside the monitoring plan (HJ 633-2026 5.3.2)
    verdict TEXT NOT NULL,
    edition TEXT NOT NULL,
    PRIMARY KEY (day, place)
) WITHOUT ROWID, STRICT;

DROP TABLE annual;
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
    may_lose INTEGER NOT NULL,      -- further days without a value before the year is void; negative: void
    void_on_day INTEGER,
    target_ng INTEGER,
    allowance_ng INTEGER,
    met INTEGER,
    lost_on_day INTEGER,
    PRIMARY KEY (year, place, pollutant, period)
) WITHOUT ROWID, STRICT;

DROP TABLE good_days;
CREATE TABLE good_days (
    year INTEGER NOT NULL,
    place INTEGER NOT NULL REFERENCES place (id),
    through_day INTEGER NOT NULL,
    good INTEGER NOT NULL,
    lost INTEGER NOT NULL,
    undetermined INTEGER NOT NULL,
    remaining INTEGER NOT NULL,
    never_measured INTEGER NOT NULL, -- not 0: good + undetermined is an upper bound; bit n is pollutant n
    target INTEGER,
    met INTEGER,
    lost_on_day INTEGER,
    PRIMARY KEY (year, place)
) WITHOUT ROWID, STRICT;

DELETE FROM meta WHERE key = 'rules_digest';

-- Marks of quality control. They change no figure; people decide. Made again for an hour when its values change.
CREATE TABLE mark (
    hour INTEGER NOT NULL,
    station INTEGER NOT NULL REFERENCES place (id),
    pollutant INTEGER NOT NULL,
    mark TEXT NOT NULL,
    detail TEXT NOT NULL,
    PRIMARY KEY (hour, station, pollutant, mark)
) WITHOUT ROWID, STRICT;

-- Notices are events of the journal; this finds them.
CREATE INDEX journal_notices ON journal (seq) WHERE kind = 'notice';
