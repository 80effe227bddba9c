"""checks.py AQICTL CHECK: one check of the figures against official rows or against figures.py. Exit 77: skipped, because
the real measurements are not there."""
import csv
import gzip
import io
import json
import os
import random
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from fractions import Fraction as F

import figures

AQICTL = sys.argv[1]
SOURCE = os.environ.get("AQID_SOURCE", ".")
MISSING = {"", "na", "nan", "null", "none", "_", "—", "-"}


def shared(name):
    folder = os.environ.get("AQID_SHARED", os.path.join(SOURCE, "..", "shared"))
    path = os.path.join(folder, "data", name)
    if not os.path.exists(path):
        print(f"SKIPPED: {name} is not in {folder}")
        sys.exit(77)
    return path


def aqictl(*arguments, stdin=None):
    done = subprocess.run([AQICTL, *arguments], capture_output=True, text=True, input=stdin)
    return done.returncode, done.stdout, done.stderr


def replayed(path, *arguments):
    code, out, err = aqictl("replay", path, "--json", *arguments)
    assert code == 0, err
    return json.loads(out)["areas"]


def rows_of(path):
    opener = gzip.open if path.endswith(".gz") else open
    with opener(path, "rt", encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def value(text, scale=1, unit=None):
    """A concentration. aqid keeps whole nanograms; digits finer than that are cut and leave an odd count, so that they
    still break a tie (libaqi/units.hpp)."""
    if text.strip().lower() in MISSING:
        return None
    exact = F(text) * scale
    ng = exact * (unit or 1000)
    whole = int(ng)
    if whole != ng and whole % 2 == 0:
        whole += 1
    return F(whole, unit or 1000)


def same(ours, theirs, what):
    assert ours == theirs, f"{what}: aqictl says {ours}, the second tool {theirs}"


def compare(ours, theirs, hourly):
    """Every day, year and target of an archive."""
    same(sorted(a["id"] for a in ours), sorted(theirs), "areas")
    days = 0
    for area in ours:
        other = theirs[area["id"]]
        same([d["date"] for d in area["days"]], [d["date"] for d in other["days"]], "dates")
        for mine, his in zip(area["days"], other["days"]):
            where = f"{area['id']} {mine['date']}"
            same(mine["aqi"], his["aqi"], where + " aqi")
            same(mine["primary"], his["primary"], where + " primary")
            same(mine["verdict"], his["verdict"], where + " verdict")
            same(mine["valid"], his["verdict"] != "undetermined", where + " valid")
            for p in figures.POLLUTANTS:
                mean = his["means"][p]
                same(mine["o3_8h" if p == "o3" else p], None if mean is None else float(figures.rounded(mean, 6 if p == "co" else 3)), f"{where} {p}")
                if hourly:
                    same(mine["valid_hours"][p], his["valid"][p], f"{where} hours of {p}")
            days += 1
        mine = {(a["year"], a["pollutant"]): a for a in area["annual"]}
        for year, ledger in other["years"].items():
            for p in figures.POLLUTANTS:
                expected = ledger.annual(p)
                if expected is None:
                    assert (year, p) not in mine, f"{area['id']} {year} {p}: should not be there"
                    continue
                for key, what in expected.items():
                    same(mine[(year, p)][key], what, f"{area['id']} {year} {p} {key}")
            good = next(g for g in area["good_days"] if g["year"] == year)
            for key, what in ledger.good_days().items():
                same(good[key], what, f"{area['id']} {year} good days {key}")
    print(f"{days} days of {len(ours)} areas are the same to the last digit")


LEVEL = {"优": 1, "良": 2, "轻度污染": 3, "中度污染": 4, "重度污染": 5, "严重污染": 6}
PRIMARY = {"细颗粒物(PM2.5)": "PM2.5", "颗粒物(PM10)": "PM10", "臭氧1小时": "O3", "二氧化氮(NO2)": "NO2", "二氧化硫(SO2)": "SO2", "一氧化碳(CO)": "CO"}


def official_hours():
    code, out, err = aqictl("index", "--edition", "cn-2012", "--of", "hour", shared("hebi_stations_hourly_2020-03-26_04-08.csv"))
    assert code == 0, err
    right = 0
    for row in csv.DictReader(io.StringIO(out)):
        if row["AQI"].strip().lower() in MISSING:
            continue
        same(int(row["aqi"]), int(row["AQI"]), f"{row['Date']} {row['Hour']} {row['WatchPoint']}")
        same(int(row["level"]), LEVEL[row["Level"]], "level")
        theirs = row["PrimaryPollution"]
        expected = "" if theirs.lower() in MISSING else "+".join(sorted((PRIMARY[p] for p in theirs.split(",")), key=["SO2", "NO2", "PM10", "CO", "O3", "PM2.5"].index))
        same(row["primary"], expected, "primary")
        right += 1
    assert right == 497, right
    print("497 published hours reproduced: AQI, level, primary pollutant")


def official_days():
    code, out, err = aqictl("index", "--edition", "cn-2012", "--of", "day", "--zero-is-missing", shared("tianjin_city_daily_2016.csv"))
    assert code == 0, err
    right = 0
    for row in csv.DictReader(io.StringIO(out)):
        if row["pm10"] == "0" or row["pm2_5"] == "0":
            continue
        same(int(row["aqi"]), int(row["input_aqi"]), row["time_point"])
        same(int(row["level"]), LEVEL[row["quality"]], row["time_point"])
        right += 1
    assert right >= 360, right
    print(f"{right} published days reproduced")


def hebi_2016():
    area, = replayed(shared("hebi_city_daily_concentrations_2016.csv"), "--edition", "cn-2012")
    annual = {a["pollutant"]: a for a in area["annual"]}
    same((annual["pm2_5"]["published"], annual["pm2_5"]["lost_on"], annual["pm2_5"]["met"]), (73, "2016-12-20", False), "PM2.5")
    same((annual["pm10"]["published"], annual["pm10"]["lost_on"], annual["pm10"]["met"]), (130, "2016-11-14", False), "PM10")
    good, = area["good_days"]
    same((good["good"], good["lost_on"], good["met"]), (163, "2016-12-04", False), "good days")
    assert all(w["basis"] == "hindsight" for w in area["warnings"]) and area["warnings"]
    red, = [w for w in area["warnings"] if w["level"] == "red"]
    same((red["first_day"], red["last_day"], red["heavy_days"], red["severe_days"]), ("2016-12-18", "2016-12-21", 4, 3), "the red warning")
    path = shared("hebi_city_daily_concentrations_2016.csv")
    days = {}
    for row in rows_of(path):
        days[date.fromisoformat(row["Date"])] = {"so2": value(row["SO2"]), "no2": value(row["NO2"]), "pm10": value(row["PM10"]), "co": value(row["CO"], unit=10**6), "o3": value(row["O3"]), "pm2_5": value(row["PM2.5"])}
    compare([area], figures.replay({"鹤壁": days}, hourly=False, named="cn-2012"), hourly=False)


def hour_into(areas, area, day, label, values):
    """The label is the hour's end: 0 is hour 24 of the day before."""
    if label == 0:
        day, label = day - timedelta(days=1), 24
    areas.setdefault(area, {}).setdefault(day, {})[label] = values


def hebi_hours():
    areas = {}
    for row in rows_of(shared("hebi_city_hourly_2018-12_2019-06.csv")):
        d = row["date"]
        hour_into(areas, row["城市"], date(int(d[:4]), int(d[4:6]), int(d[6:])), int(row["hour"]),
                  {"so2": value(row["SO2"]), "no2": value(row["NO2"]), "pm10": value(row["PM10"]), "co": value(row["CO"], unit=10**6), "o3": value(row["O3"]), "pm2_5": value(row["PM2.5"])})
    compare(replayed(shared("hebi_city_hourly_2018-12_2019-06.csv")), figures.replay(areas, hourly=True), hourly=True)


def missing_days():
    area, = replayed(shared("hebi_city_hourly_2018-12_2019-06.csv"))
    by_date = {d["date"]: d for d in area["days"]}
    for day in ("2018-12-22", "2018-12-23", "2018-12-24", "2018-12-25", "2018-12-26"):
        assert by_date[day]["aqi"] is None and not by_date[day]["valid"] and by_date[day]["reason"] == "no_valid_pollutant", by_date[day]
    assert all(a["target"] is None and a["met"] is None for a in area["annual"])
    assert all(g["target"] is None and g["met"] is None for g in area["good_days"])
    print("missing days are shown as missing, and there are no targets")


def prsa():
    path = shared("prsa_aotizhongxin_hourly_2013-03_2017-02.csv.gz")
    areas = {}
    for row in rows_of(path):
        hour_into(areas, row["station"], date(int(row["year"]), int(row["month"]), int(row["day"])), int(row["hour"]),
                  {"so2": value(row["SO2"]), "no2": value(row["NO2"]), "pm10": value(row["PM10"]), "co": value(row["CO"], F(1, 1000), 10**6), "o3": value(row["O3"]), "pm2_5": value(row["PM2.5"])})
    compare(replayed(path), figures.replay(areas, hourly=True), hourly=True)


def tianjin():
    path = shared("tianjin_city_daily_2016.csv")
    days = {}
    for row in rows_of(path):
        zero = lambda text: None if F(text) == 0 else value(text)
        days[date.fromisoformat(row["time_point"])] = {p: zero(row[c]) for p, c in (("so2", "so2"), ("no2", "no2"), ("pm10", "pm10"), ("co", "co"), ("o3", "o3"), ("pm2_5", "pm2_5"))}
    compare(replayed(path, "--zero-is-missing"), figures.replay({"天津": days}, hourly=False), hourly=False)


def invented(hourly):
    """Air nobody breathed: gaps, extremes, ties, a leap day, a year with targets, the change of edition."""
    for seed in range(1, 5):
        dice = random.Random(seed)
        first = [date(2015, 12, 20), date(2016, 2, 20), date(2025, 12, 25), date(2026, 2, 1)][seed - 1]
        header = ["station", "date", "hour", "PM10", "CO", "pm25", "O3", "NO2", "SO2"] if hourly else ["city", "date", "SO2", "NO2", "PM10", "CO", "O3", "PM2.5"]
        areas, lines = {}, []
        for area in ("甲", "乙"):
            for n in range(30 if hourly else 430):
                day = first + timedelta(days=n)
                if dice.random() < 0.05:
                    continue
                level = dice.choice([20, 40, 74, 75, 76, 90, 150, 260, 480])
                for hour in range(1, 25) if hourly else [None]:
                    if hourly and dice.random() < 0.1:
                        continue
                    def some(scale, digits):
                        if dice.random() < (0.06 if hourly else 0.03):
                            return dice.choice(["", "NA", "—", "_", "NaN"])
                        return f"{level * scale * dice.uniform(0.4, 1.6):.{digits}f}"
                    texts = {"so2": some(0.3, 1), "no2": some(0.6, 0), "pm10": some(1.6, 2), "co": some(0.012, 3), "o3": some(1.1, 1), "pm2_5": some(1, 3)}
                    if dice.random() < 0.02:
                        texts["o3"] = "950"
                    if dice.random() < 0.05:
                        texts["pm2_5"] = dice.choice(["75.5", "60.5", "74.5", "0", "75.500001"])
                    values = {p: value(t, unit=10**6 if p == "co" else 10**3) for p, t in texts.items()}
                    if hourly:
                        areas.setdefault(area, {}).setdefault(day, {})[hour] = values
                        label_day, label = (day, hour) if hour < 24 or dice.random() < 0.5 else (day + timedelta(days=1), 0)
                        lines.append([area, label_day.strftime("%Y%m%d"), str(label)] + [texts[p] for p in ("pm10", "co", "pm2_5", "o3", "no2", "so2")])
                    else:
                        areas.setdefault(area, {})[day] = values
                        lines.append([area, day.isoformat()] + [texts[p] for p in ("so2", "no2", "pm10", "co", "o3", "pm2_5")])
        dice.shuffle(lines)
        with tempfile.NamedTemporaryFile("w", suffix=".csv", encoding="utf-8") as file:
            csv.writer(file).writerows([header] + lines)
            file.flush()
            ours = replayed(file.name)
        # A row whose every value is missing still says that the area's record goes on that day.
        compare(ours, figures.replay(areas, hourly), hourly)


def index_contract():
    """The form of aqictl index that others script against."""
    text = 'level,"PM2.5",aqi,name,SO2,PM10,O3,CO,NO2\n7,36,x,"a, b",5,,NA,—,_\n1,,,c,,,,,\n2,75,9,d,-,nan,200,0.5,20\n'
    code, out, err = aqictl("index", "--edition", "cn-2012", "--of", "hour", "-", stdin=text)
    assert code == 0, err
    same(out.splitlines()[0], "input_level,PM2.5,input_aqi,name,SO2,PM10,O3,CO,NO2,aqi,level,primary,reason", "header")
    rows = list(csv.DictReader(io.StringIO(out)))
    same([(r["aqi"], r["level"], r["primary"], r["reason"]) for r in rows], [("52", "2", "PM2.5", ""), ("", "", "", "no_valid_pollutant"), ("100", "2", "O3+PM2.5", "")], "rows")
    same(rows[0]["name"], "a, b", "passed through")
    code, out, err = aqictl("index", "--edition", "cn-2012", "--of", "day", "-", stdin="O3,pm25\n200,75\n")
    same(list(csv.DictReader(io.StringIO(out)))[0]["primary"], "O3_8h", "a bare O3 of a day is the 8-hour maximum")  # 137 above 100
    code, out, err = aqictl("index", "--edition", "cn-2012", "--of", "hour", "--strict", "-", stdin="pm25\n75\n76\n")
    same([r["aqi"] for r in csv.DictReader(io.StringIO(out))], ["", "102"], "strict")
    code, out, err = aqictl("index", "--edition", "cn-2012", "--of", "hour", "-", stdin="pm25\n75\nmuch\n76\n")
    assert code != 0 and "-:3: pm25: 'much'" in err, err
    code, out, err = aqictl("index", "--edition", "cn-2012", "--of", "hour", "--keep-going", "-", stdin="pm25\n75\nmuch\n76\n1,2\n")
    assert code == 0 and "-:3: pm25: 'much'" in err and "-:5:" in err, err
    same([r["aqi"] for r in csv.DictReader(io.StringIO(out))][:3], ["100", "", "102"], "keep going")
    code, out, err = aqictl("index", "--edition", "cn-2013", "--of", "hour", "-", stdin="pm25\n75\n")
    assert code != 0 and "known: " in err, err
    code, out, err = aqictl("index", "--edition", "cn-2012", "--of", "hour", "-", stdin="pm10,PM10\n75,1\n")
    assert code != 0 and "are both" in err, err
    code, out, err = aqictl("index", "--edition", "us-epa-2024", "--of", "day", "-", stdin="pm25,pm10\n35.9,\n400,700\n")
    same([(r["aqi"], r["level"], r["primary"]) for r in csv.DictReader(io.StringIO(out))], [("102", "3", "PM2.5"), ("649", "6", "PM2.5")], "EPA days")
    code, out, err = aqictl("index", "--edition", "us-epa-2024", "--of", "hour", "-", stdin="pm25\n35.9\n")
    assert code != 0 and out == "" and "pm10_nowcast, pm2_5_nowcast" in err, err
    code, out, err = aqictl("index", "--edition", "us-epa-2024", "--of", "hour", "-", stdin="pm25,pm25_nowcast\n200,42.4776\n")
    assert code == 0 and "pm10_nowcast" in err, err
    same([r["aqi"] for r in csv.DictReader(io.StringIO(out))], ["118"], "NowCast of a column")
    code, out, err = aqictl("index", "--edition", "cn-2012-statutory", "--of", "hour", "-", stdin="pm25,pm25_24h,no2\n200,133,40\n")
    assert code == 0 and "pm10_24h, o3_8h" in err, err
    same([r["aqi"] for r in csv.DictReader(io.StringIO(out))], ["176"], "a sliding mean of a column")
    print("the contract of aqictl index holds")


def report(path, when, *arguments):
    code, out, err = aqictl("report", when, "--archive", path, "--format", "json", *arguments)
    assert code == 0, err
    return json.loads(out)["tables"]


def engine_hours():
    """The published hours once more, through the engine: every hour a report of its own."""
    path = shared("hebi_stations_hourly_2020-03-26_04-08.csv")
    published = {}
    for row in csv.DictReader(open(path, encoding="utf-8-sig")):
        published.setdefault((row["Date"], int(row["Hour"])), []).append(row)
    right = 0
    for (day, hour), rows in sorted(published.items()):
        when = f"{day[:4]}-{day[4:6]}-{day[6:]}T{hour:02}:00"
        mine = {r["place"]: r for r in report(path, when, "--edition", "cn-2012")["hours"]["rows"]}
        for row in rows:
            if row["AQI"].strip().lower() in MISSING:
                continue
            same(mine[row["WatchPoint"]]["aqi"], int(row["AQI"]), f"{when} {row['WatchPoint']}")
            right += 1
    assert right == 497, right
    print("497 published hours reproduced through the engine")


def engine_days():
    """The published days through the engine, and the year's statistics by hand."""
    path = shared("tianjin_city_daily_2016.csv")
    published = {r["time_point"]: r for r in csv.DictReader(open(path, encoding="utf-8-sig"))}
    days = replayed(path, "--zero-is-missing", "--edition", "cn-2012")[0]["days"]
    right = 0
    for day in days:
        row = published[day["date"]]
        if row["pm10"] == "0" or row["pm2_5"] == "0":
            continue
        same(day["aqi"], int(row["aqi"]), day["date"])
        right += 1
    assert right >= 360, right
    tables = report(path, "2016", "--zero-is-missing", "--edition", "cn-2012")
    mine = {r["pollutant"]: r for r in tables["pollutants"]["rows"]}
    for label, column, percent in (("SO2", "so2", 98), ("NO2", "no2", 98), ("PM10", "pm10", 95), ("PM2.5", "pm2_5", 95), ("O3", "o3", 90), ("CO", "co", 95)):
        step = F(1, 10) if label == "CO" else F(1)
        values = sorted(F(r[column]) for r in published.values() if F(r[column]) != 0)
        k = F((len(values) - 1) * percent, 100)
        low = int(k)
        at = values[low] + (values[min(low + 1, len(values) - 1)] - values[low]) * (k - low)
        for name, exact in (("mean", sum(values) / len(values)), ("percentile", at)):
            same(F(str(mine[label][name])), round(exact / step) * step, f"{label} {name}")
        same(mine[label]["valid_days"], len(values), f"{label} valid days")
    print(f"{right} published days reproduced through the engine; means and percentiles of six pollutants equal")


def validity():
    """prsa: four years with genuine gaps; valid days of every month, counted by validity_counts.py from the hours."""
    path = shared("prsa_aotizhongxin_hourly_2013-03_2017-02.csv.gz")
    theirs = {}
    lines = subprocess.run([sys.executable, os.path.join(os.path.dirname(__file__), "validity_counts.py"), path],
                           capture_output=True, text=True, check=True).stdout.splitlines()
    for line in lines:
        year, pollutant, total, *months = line.split()
        theirs[int(year), pollutant] = int(total), [int(m) for m in months]
    compared = 0
    for year in (2013, 2014, 2015, 2016, 2017):
        for row in report(path, str(year), "--co-unit", "ug", "--edition", "cn-2012")["validity"]["rows"]:
            pollutant = row["pollutant"].lower().replace(".", "_")
            months = [int(row[f"m{m:02}"].split("/")[0]) if row[f"m{m:02}"] else 0 for m in range(1, 13)]
            same((int(row["year"].split("/")[0]), months), theirs[year, pollutant], f"{year} {pollutant}")
            compared += 1
    assert compared == 30, compared
    print("valid days of 5 years x 6 pollutants x 12 months equal")


CHECKS = {"engine_hours": engine_hours, "engine_days": engine_days, "validity": validity, "official_hours": official_hours, "official_days": official_days, "hebi_2016": hebi_2016, "missing_days": missing_days, "prsa": prsa,
          "hebi_hours": hebi_hours, "tianjin": tianjin, "invented_hours": lambda: invented(True), "invented_days": lambda: invented(False), "index_contract": index_contract}
CHECKS[sys.argv[2]]()
