// What an alarm is called, whom it concerns, which of the three sounds it has and what is to be done about it.
import { list } from "./format.js";
import { language, word } from "./strings.js";

export const severities = ["none", "notice", "serious", "critical"];
export const rank = (severity) => Math.max(0, severities.indexOf(severity));
export const severityWord = (severity) => word(`alarms.severity_${severity}`, severity);
export const kindWord = (a) => word(`alarms.kind_${a.kind}`, language() === "zh" ? a.kind_zh : a.kind);
/// What the alarm says of itself, in the reader's language; old ones say it in Chinese only.
export const detailOf = (a) => String((language() === "zh" ? a.detail : a.detail_en ?? a.detail) ?? "—");
export const guidance = (a) => word(`alarms.guide_${a.kind}`, "");

/// The three classes are heard apart and listed apart: the air, what brings it here, what carries the warning out.
const classes = { station: "comms", link: "comms", channel: "dispatch" };
export const classOf = (a) => classes[a.kind] ?? "pollution";
export const isComms = (a) => classOf(a) === "comms";

export const waits = (a) => !a.over && !a.acknowledged;
export const shapeOf = (a) => (!a.active ? "none" : a.worst === "critical" ? "bad" : a.worst === "serious" ? "warn" : "wait");

/// "410600 2016 pm10", "hebi-2016-0001/2": what it is about comes first.
const idOf = (a) => String(a.subject ?? "").split(/[ /]/)[0];

/// An area or station by its name; a link, channel or revision by its own.
export function subjectOf(a, s) {
  const id = idOf(a);
  if (a.kind === "public-warning") return [list(s?.warnings).find((w) => w.id === id)?.area_name, a.subject].filter(Boolean).join(" ");
  return list(a.kind === "station" ? s?.stations : s?.areas).find((x) => x.id === id)?.name ?? String(a.subject ?? "—");
}
/// Where to look next.
export function placeOf(a) {
  const id = idOf(a);
  const to = { "hourly-aqi": "area", "county-weaker": "area", "target-pace": "targets", station: "station", "public-warning": "desk", channel: "dispatch", link: "health" }[a.kind];
  if (!to) return null;
  return to === "dispatch" || to === "health" ? `#/${to}` : `#/${to}/${encodeURIComponent(id)}`;
}

/// Newest on top within what is worst, as an operator reads: unacknowledged first, then by severity, then by time.
export const byUrgency = (a, b) => Number(waits(b)) - Number(waits(a)) || rank(b.worst) - rank(a.worst) || String(b.raised_at).localeCompare(String(a.raised_at));
