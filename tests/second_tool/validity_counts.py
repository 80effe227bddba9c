"""validity_counts.py FILE: how many days of each year and month have a valid value, counted from a station's hours alone.

FILE is a CSV, plain or .gz, with the columns year, month, day, hour, SO2, NO2, PM10, CO, O3, PM2.5. Prints a line for every
year and pollutant: "year pollutant valid_days m1 .. m12". Written from GB 3095 table 4 and HJ 663, not from aqid, and
without figures.py:

- the label h is the hour that ends at h, so the label 0 is hour 24 of the day before (shared/data/README.md);
- a daily mean needs 20 hourly values;
- ozone's day is the highest of the 8-hour means that end at 08..24 of the day, each of at least 6 values; it needs 14 such
  means, or a highest one above 160 ug/m3 after rounding (half to even).

A value is a number not below zero; anything else is a gap. Of two rows for one hour the later counts."""
import csv
import gzip
import sys
from datetime import date, timedelta
from fractions import Fraction

COLUMNS = {"so2": "SO2", "no2": "NO2", "pm10": "PM10", "co": "CO", "o3": "O3", "pm2_5": "PM2.5"}
DAY_HOURS = 20
WINDOW_HOURS, WINDOW_NEEDS, FIRST_END, WINDOWS_NEEDED, OZONE_LIMIT = 8, 6, 8, 14, 160


def value_of(text):
    """A Fraction, or None for a gap."""
    try:
        value = Fraction(text.strip())
    except ValueError:
        return None
    return value if value >= 0 else None


def hours_of(path):
    """{pollutant: {date: {hour 1..24: Fraction}}}"""
    out = {p: {} for p in COLUMNS}
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            day, hour = date(int(row["year"]), int(row["month"]), int(row["day"])), int(row["hour"])
            if hour == 0:
                day, hour = day - timedelta(days=1), 24
            for pollutant, column in COLUMNS.items():
                hours = out[pollutant].setdefault(day, {})
                hours[hour] = value_of(row[column])
    return out


def day_is_valid(pollutant, hours):
    """hours: {1..24: Fraction or None}"""
    if pollutant != "o3":
        return sum(value is not None for value in hours.values()) >= DAY_HOURS
    means = []
    for end in range(FIRST_END, 25):
        inside = [hours.get(hour) for hour in range(end - WINDOW_HOURS + 1, end + 1)]
        known = [value for value in inside if value is not None]
        if len(known) >= WINDOW_NEEDS:
            means.append(sum(known) / len(known))
    return len(means) >= WINDOWS_NEEDED or any(round(mean) > OZONE_LIMIT for mean in means)


def counts(path):
    """{(year, pollutant): [valid days of month 1, .., of month 12]} for every year the file has an hour of."""
    hours = hours_of(path)
    years = sorted({day.year for days in hours.values() for day in days})
    out = {(year, pollutant): [0] * 12 for year in years for pollutant in COLUMNS}
    for pollutant, days in hours.items():
        for day, of_day in days.items():
            out[day.year, pollutant][day.month - 1] += day_is_valid(pollutant, of_day)
    return out


def main(arguments):
    if len(arguments) != 1:
        print("usage: validity_counts.py FILE", file=sys.stderr)
        return 2
    for (year, pollutant), months in counts(arguments[0]).items():
        print(year, pollutant, sum(months), *months)
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
