"""The figures of an archive by a second tool: plain Python with fractions, written from the standards and not from aqid.

Knows HJ 633-2012/2026, GB 3095 table 4, HJ 663: hours into days, ozone's windows, indices, good days, annual means, and
the day a target was lost on. Slow and simple on purpose."""
import math
from datetime import date, timedelta
from fractions import Fraction as F

LEVELS = [0, 50, 100, 150, 200, 300, 400, 500]
TABLES_2012 = {
    "so2": [0, 50, 150, 475, 800, 1600, 2100, 2620], "no2": [0, 40, 80, 180, 280, 565, 750, 940],
    "pm10": [0, 50, 150, 250, 350, 420, 500, 600], "co": [0, 2, 4, 14, 24, 36, 48, 60],
    "o3": [0, 100, 160, 215, 265, 800], "pm2_5": [0, 35, 75, 115, 150, 250, 350, 500],
}
TABLES_2026 = {**TABLES_2012, "pm10": [0, 50, 120, 250, 350, 420, 500, 600], "pm2_5": [0, 35, 60, 115, 150, 250, 350, 500]}
POLLUTANTS = ["so2", "no2", "pm10", "co", "o3", "pm2_5"]
TOKENS = {"so2": "SO2", "no2": "NO2", "pm10": "PM10", "co": "CO", "o3": "O3_8h", "pm2_5": "PM2.5"}


def rounded(value, digits):
    """GB/T 8170: to nearest, a tie to the even digit."""
    scaled = F(value) * 10**digits
    whole = math.floor(scaled)
    rest = scaled - whole
    if rest > F(1, 2) or (rest == F(1, 2) and whole % 2):
        whole += 1
    return F(whole, 10**digits)


def for_index(pollutant, value):
    return rounded(value, 1 if pollutant == "co" else 0)


def sub_index(points, value, above):
    if value > points[-1]:
        return above
    for i in range(1, len(points)):
        if value <= points[i]:
            return math.ceil(F(LEVELS[i] - LEVELS[i - 1]) / (points[i] - points[i - 1]) * (value - points[i - 1]) + LEVELS[i - 1])


def edition(day):
    return "cn-2026" if day >= date(2026, 3, 1) else "cn-2012" if day >= date(2013, 1, 1) else None


def day_index(means, day, ozone_1h=None, named=None):
    """(aqi published or None, maximum of what is there or None, primary, complete)"""
    which = named or edition(day)
    tables = TABLES_2026 if which == "cn-2026" else TABLES_2012
    indices = {}
    for p in POLLUTANTS:
        if means.get(p) is None:
            continue
        value = for_index(p, means[p])
        if p == "o3" and value > 800:
            if which == "cn-2026":
                indices[p] = 300
            elif ozone_1h is not None:
                one = for_index("o3", ozone_1h)
                indices["o3_1h"] = sub_index([0, 160, 200, 300, 400, 800, 1000, 1200], one, 500)
            continue
        indices[p] = sub_index(tables[p], value, 500)
    complete = all(p in indices or (p == "o3" and "o3_1h" in indices) for p in POLLUTANTS)
    if not indices:
        return None, None, "", complete
    highest = max(indices.values())
    primary = "+".join("O3" if p == "o3_1h" else TOKENS[p] for p in ["so2", "no2", "pm10", "co", "o3_1h", "o3", "pm2_5"] if indices.get(p) == highest) if highest > 50 else ""
    if which == "cn-2026" and not complete and highest <= 100:
        return None, highest, "", complete
    return highest, highest, primary, complete


def station_day(hours):
    """hours: {1..24: {pollutant: Fraction}} -> means, valid hours, highest 1-hour ozone."""
    means, valid = {}, {}
    for p in POLLUTANTS:
        values = [h[p] for h in hours.values() if h.get(p) is not None]
        valid[p] = len(values)
        if p != "o3":
            means[p] = sum(values) / len(values) if len(values) >= 20 else None
    ozone = {hour: v["o3"] for hour, v in hours.items() if v.get("o3") is not None}
    windows = []
    for end in range(8, 25):
        inside = [ozone[h] for h in range(end - 7, end + 1) if h in ozone]
        if len(inside) >= 6:
            windows.append(sum(inside) / len(inside))
    enough = len(windows) >= 14 or (windows and round(max(windows)) > 160)  # Python's round is half to even
    means["o3"] = max(windows) if enough else None
    return means, valid, max(ozone.values()) if ozone else None


class Year:
    """The ledger of a calendar year."""

    def __init__(self, year, targets):
        self.year, self.targets = year, targets
        self.days = {}  # date -> (means, verdict)

    def put(self, day, means, verdict):
        self.days[day] = (means, verdict)

    def annual(self, p):
        last, end = max(self.days), date(self.year, 12, 31)
        values = {d: m[p] for d, (m, _) in sorted(self.days.items()) if m.get(p) is not None}
        target = self.targets.get(p)
        total, lost_on = F(0), None
        count = 0
        for d in sorted(self.days):
            if d in values:
                total += values[d]
                count += 1
            left = (end - d).days
            if target is not None and lost_on is None and count and for_index(p, total / (count + left)) > target:
                lost_on = d
        if not values and target is None:
            return None
        mean = total / count if count else None
        months = {m: sum(1 for d in values if d.month == m) for m in range(1, 13)}
        whole = count >= 324 and all(n >= (25 if m == 2 else 27) for m, n in months.items())
        met = None
        if target is not None and last == end and whole:
            met = for_index(p, mean) <= target
        return {"mean": None if mean is None else float(rounded(mean, 6 if p == "co" else 3)),
                "published": None if mean is None else float(for_index(p, mean)), "valid_days": count, "target": target,
                "met": met, "lost_on": lost_on.isoformat() if lost_on else None}

    def good_days(self):
        end = date(self.year, 12, 31)
        target = self.targets.get("good_days")
        good, lost_on = 0, None
        for d in sorted(self.days):
            good += self.days[d][1] == "good"
            if target is not None and lost_on is None and good + (end - d).days < target:
                lost_on = d
        verdicts = [v for _, v in self.days.values()]
        met = None
        if target is not None:
            # What nobody could judge may still prove good: then nothing is proven.
            best = good + verdicts.count("undetermined") + (end - max(self.days)).days
            met = True if good >= target else False if best < target else None
        return {"good": good, "lost": verdicts.count("lost"), "undetermined": verdicts.count("undetermined"), "target": target,
                "met": met, "lost_on": lost_on.isoformat() if lost_on else None}


TARGETS = {2016: {"pm10": 100, "pm2_5": 67, "good_days": 190}}


def replay(areas, hourly, named=None):
    """areas: {id: {date: ...}}: of hours {1..24: {pollutant: value}}, or of daily values {pollutant: value}."""
    out = {}
    for area, days in areas.items():
        rows, years = [], {}
        own_first, own_last = min(days), max(days)
        day = own_first
        while day <= own_last:
            content = days.get(day, {})
            ozone_1h, valid = None, None
            if hourly:
                means, valid, ozone_1h = station_day(content)
            else:
                means = {p: content.get(p) for p in POLLUTANTS}
            aqi, present, primary, complete = day_index(means, day, ozone_1h, named)
            verdict = "lost" if present is not None and present > 100 else "good" if complete and aqi is not None else "undetermined"
            years.setdefault(day.year, Year(day.year, TARGETS.get(day.year, {}))).put(day, means, verdict)
            rows.append({"date": day.isoformat(), "aqi": aqi, "primary": primary, "verdict": verdict, "means": means, "valid": valid})
            day += timedelta(days=1)
        out[area] = {"days": rows, "years": years}
    return out
