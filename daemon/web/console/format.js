// Times, numbers and the few tables of the field: what every section says in the same way.
import { h, hidden } from "./dom.js";
import { language, t, word } from "./strings.js";

export const levelTops = [50, 100, 150, 200, 300, 500];
export const levelOf = (aqi) => (typeof aqi === "number" ? levelTops.findIndex((top) => aqi <= top) + 1 || 6 : 0);
export const warningLevels = ["none", "blue", "yellow", "orange", "red"];

export const list = (value) => (Array.isArray(value) ? value.filter((x) => x !== null && x !== undefined) : []);
export const text = (value) => (value === null || value === undefined || value === "" ? "—" : String(value));

/// Wall-clock parts of "2016-12-13", "2016-12-13 24:00" and "2016-12-13T16:20:00+08:00", all in the daemon's zone.
export function parts(stamp) {
  const found = /^(\d{4}-\d\d-\d\d)(?:[ T](\d\d):(\d\d))?(?::(\d\d))?/.exec(stamp ?? "");
  return found ? { day: found[1], time: found[2] ? `${found[2]}:${found[3]}` : "", seconds: found[4] ?? "" } : null;
}

/// "16:20" today, "12-13 16:20" this year, else with the year.
export function when(stamp, now) {
  const p = parts(stamp);
  if (!p) return "—";
  const today = parts(now)?.day ?? "";
  if (p.day === today && p.time) return p.time;
  return `${shortDay(p.day, now)}${p.time ? ` ${p.time}` : ""}`;
}

/// "12-13" this year, else "2015-12-13".
export const shortDay = (day, now) => {
  const d = parts(day)?.day;
  if (!d) return "—";
  return d.slice(0, 4) === (now ?? "").slice(0, 4) ? d.slice(5) : d;
};

/// Seconds of the wall clock as if it were UTC: for axes and for counting days, never for an instant.
export function wallSeconds(stamp) {
  const found = /^(\d{4})-(\d\d)-(\d\d)(?:[ T](\d\d):(\d\d))?/.exec(stamp ?? "");
  return found ? Date.UTC(found[1], found[2] - 1, found[3], found[4] ?? 0, found[5] ?? 0) / 1000 : null;
}
export const dayPlus = (day, days) => new Date((wallSeconds(day) + days * 86400) * 1000).toISOString().slice(0, 10);
export const weekday = (day) => (wallSeconds(day) === null ? "" : t(`weekday_${new Date(wallSeconds(day) * 1000).getUTCDay()}`));

/// Minutes from `now` to an instant with its zone; negative when it has passed.
export function minutesUntil(instant, nowMs) {
  const ms = Date.parse(instant ?? "");
  return Number.isFinite(ms) && typeof nowMs === "number" ? Math.round((ms - nowMs) / 60000) : null;
}

/// "35 分钟", "5 小时 10 分钟", "3 天 2 小时".
export function duration(minutes) {
  const m = Math.max(0, Math.round(minutes));
  if (m < 60) return t("minutes", { n: m });
  if (m < 48 * 60) return m % 60 === 0 ? t("hours", { n: m / 60 }) : t("hours_minutes", { h: Math.floor(m / 60), m: m % 60 });
  return t("days_hours", { d: Math.floor(m / 1440), h: Math.floor((m % 1440) / 60) });
}

/// A figure that came as text, with at most so many decimals; anything else as a dash.
export function figure(value, decimals = 1) {
  const n = typeof value === "number" ? value : typeof value === "string" && value !== "" ? Number(value) : NaN;
  return Number.isFinite(n) ? String(Number(n.toFixed(decimals))) : "—";
}
export const numberOf = (value) => (value === null || value === undefined || value === "" || !Number.isFinite(Number(value)) ? null : Number(value));
export const count = (value) => (typeof value === "number" ? value.toLocaleString("en-US") : text(value));

export const unit = (value) => String(value ?? "").replace(/^ug\//, "μg/").replace("m3", "m³");
/// "PM2.5、O3-8h" in the reader's punctuation.
export const primary = (value) => (value ? (language() === "en" ? String(value).replaceAll("、", ", ") : String(value)) : "—");

export function levelName(level, edition) {
  if (!(level >= 1 && level <= 6)) return t("level_0");
  return (language() === "zh" && edition?.levels_zh?.[level - 1]) || t(`level_${level}`);
}
export const noteText = (note) => (note ? word(`note_${note}`, note) : "");

/// An AQI in its official class colour, with its number and the name of its class.
export function aqiChip(aqi, edition, extra = "") {
  const level = levelOf(aqi);
  return h("span", { class: `aqi l${level} ${extra}` }, h("b", null, aqi ?? "—"), " ", h("span", { class: "name" }, levelName(level, edition)));
}
/// Only the number; the class in words is for the ear and the tooltip.
export function aqiNumber(aqi, edition, extra = "") {
  const level = levelOf(aqi);
  return h("span", { class: `aqi l${level} ${extra}`, title: levelName(level, edition) }, h("b", null, aqi ?? "—"), hidden(` ${levelName(level, edition)}`));
}

/// "SO2、NO2" in the reader's punctuation.
export const names = (labels) => primary(list(labels).join("、"));

export const warningName = (level) => t("warning_named", { level: word(`wlevel_${level}`, level) });

/// The headings all look alike.
export const heading = (key, note) => h("h2", null, t(key), note ? h("small", null, note) : null);
