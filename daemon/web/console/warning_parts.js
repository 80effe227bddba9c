// What the desk, the consultation room and the drills show of a warning: its badge, its column, its countdowns, its whole life.
// Nothing here knows a screen, and nothing here presses anything (warning_acts).
import { h, hidden, shape } from "./dom.js";
import { aqiNumber, duration, list, minutesUntil, shortDay, text, warningLevels, when } from "./format.js";
import { t, word } from "./strings.js";

export const columns = ["proposed", "consulting", "agreed", "approved", "issued", "updating", "lifted"];
export const raisable = ["blue", "yellow", "orange", "red"];

export const levelWord = (level) => word(`desk.level_${level}`, level);
export const stateWord = (r) => word(`desk.state_${r.state}`, r.state_zh ?? r.state);
export const pendingOf = (w) => list(w?.revisions).find((r) => r.number === w.pending) ?? null;
export const newestOf = (w) => list(w?.revisions).at(-1) ?? null;
/// The last revision that was issued: what the public has been told.
export const issuedOf = (w) => list(w?.revisions).findLast((r) => r.issue) ?? null;
/// Whether what was issued last has come into effect: published is not effective.
export const forceOf = (w) => (w.level === "none" ? "" : t(issuedOf(w)?.state === "issued" ? "desk.not_yet_effective" : "desk.in_force"));
export const isPending = (r) => ["proposed", "consulting", "agreed", "approved"].includes(r?.state);
export const givenUp = (r) => r.state === "withdrawn" || r.state === "dismissed";

/// Level in outline, triangle and words: never an AQI colour, never a colour alone.
export function badge(level, after = "") {
  if (!level || level === "none") return h("span", { class: "warning w-none" }, t("desk.no_warning"));
  return h("span", { class: `warning w-${warningLevels.includes(level) ? level : "unknown"}` }, shape("warn"), h("b", null, t("desk.warning_of", { level: levelWord(level) })),
    after ? h("small", null, after) : null);
}

/// "raise the red warning", "no warning is needed": what lies on the table, in words.
export function whatOf(r) {
  if (r.dismissal) return t("desk.what_dismissal");
  return t(`desk.what_${r.kind}`, { level: levelWord(r.level === "none" ? r.previous : r.level).toLowerCase() });
}

/// The one place of a warning on the desk. A revision of what is in force stands under "updating", at whatever step it is.
export function columnOf(w) {
  const pending = pendingOf(w);
  if (pending) return w.level === "none" || !w.level ? pending.state : "updating";
  return w.closed ? "lifted" : "issued";
}

const ms = (stamp) => Date.parse(stamp ?? "");

/// What runs out, soonest first: {what, at, minutes, of}. Minutes below zero have passed; `of`: the revision that comes into effect.
export function clocksOf(w, now_ms) {
  const out = [];
  const add = (what, at, of = null) => {
    const minutes = minutesUntil(at, now_ms);
    if (minutes !== null) out.push({ what, at, minutes, of });
  };
  const r = pendingOf(w);
  if (r) {
    if (r.state === "proposed" || r.state === "consulting") add("closes", r.closes);
    if (typeof r.lead_hours === "number" && Number.isFinite(ms(r.effective))) add("lead", new Date(ms(r.effective) - r.lead_hours * 3600000).toISOString());
    add("effective", r.effective, r);
  }
  const issued = issuedOf(w);
  if (issued && !w.closed) {
    if (issued.state === "issued") add("effective", issued.effective, issued);
    if (issued.level !== "none") add("until", issued.until);
  }
  for (const x of list(w.revisions)) if (x.emergency && !x.review) add("review", x.review_by);
  return out.sort((a, b) => a.minutes - b.minutes);
}

/// Instants we reckoned carry no zone of the daemon; the difference to its own "now" gives its wall clock back.
function wall(at, s) {
  if (!String(at).endsWith("Z")) return when(at, s.now);
  const zone = /([+-])(\d\d):(\d\d)$/.exec(s.now ?? "");
  const minutes = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  return when(new Date(ms(at) + minutes * 60000).toISOString(), s.now);
}

const soon_minutes = 60;
const tone = (minutes) => (minutes < 0 ? "passed" : minutes <= soon_minutes ? "soon" : "");

export function countdowns(w, s, now_ms) {
  const all = clocksOf(w, now_ms);
  if (all.length === 0) return null;
  return h("ul", { class: "clocks", "data-key": "clocks" }, all.map((c, i) =>
    h("li", { class: tone(c.minutes), "data-key": `${c.what}${i}`, "data-test": `desk-clock-${c.what}` },
      c.minutes <= soon_minutes ? shape(c.minutes < 0 ? "bad" : "warn") : shape("wait"),
      h("span", { class: "label" }, t(`desk.clock_${c.what}`), c.of ? [" · ", whatOf(c.of)] : null), " ", h("b", null, c.minutes < 0 ? t("desk.passed", { for: duration(-c.minutes) }) : t("desk.left", { for: duration(c.minutes) })),
      " ", h("small", null, wall(c.at, s)))));
}

/// The one that presses most, for a card.
export function nearest(w, s, now_ms) {
  const all = clocksOf(w, now_ms);
  const next = all.find((c) => c.minutes >= 0) ?? all.at(-1);
  if (!next) return null;
  return h("span", { class: `clock-line ${tone(next.minutes)}` }, t(`desk.clock_${next.what}`), " ", h("b", null, next.minutes < 0 ? t("desk.passed", { for: duration(-next.minutes) }) : t("desk.left", { for: duration(next.minutes) })));
}

const actLine = (act, s) => (act ? `${text(act.name ?? act.person)} ${when(act.at, s.now)}` : null);

function step(name, done, lines, r) {
  const said = list(lines);
  return h("li", { class: done ? "done" : "open" }, shape(done ? "ok" : givenUp(r) ? "none" : "wait"), h("b", null, t(`desk.step_${name}`)),
    said.length > 0 ? said.map((x) => h("span", null, x)) : h("span", { class: "label" }, t(givenUp(r) ? "desk.not_done" : "desk.not_yet")));
}

const reached = { proposed: 1, consulting: 1, agreed: 2, approved: 3, issued: 4, effective: 5 };

/// The five steps of a revision, with who and when.
export function steps(r, s) {
  const at = reached[r.state] ?? 0;
  const signatures = list(r.signatures), approvals = list(r.approvals);
  return h("ol", { class: "steps" },
    step("proposed", true, [r.origin === "people" ? text(r.authors?.[0]?.name ?? r.origin_zh) : word(`desk.origin_${r.origin}`, r.origin_zh), when(r.proposed_at, s.now)], r),
    step("signed", at >= 2 || signatures.length >= 2, [...signatures.map((a) => actLine(a, s)), r.state === "consulting" ? t("desk.one_missing") : null], r),
    step("approved", at >= 3 && !(r.emergency && approvals.length === 0), approvals.map((a) => actLine(a, s) + (a.in_place_of ? ` ${t("desk.in_place_of", { who: a.in_place_of })}` : "")), r),
    step("issued", Boolean(r.issue), [actLine(r.issue, s), r.emergency ? t("desk.by_emergency") : null], r),
    givenUp(r) ? h("li", { class: "done" }, shape("none"), h("b", null, stateWord(r)))
      : step("effective", r.state === "effective", [when(r.effective, s.now)], r));
}

/// Days a decision rests on.
export const judgedDays = (days, s) => h("ul", { class: "chips" }, list(days).map((d) =>
  h("li", { class: `input ${d.basis}`, "data-key": d.date }, h("span", null, shortDay(d.date, s.now)), " ", aqiNumber(d.aqi ?? null, s.edition), " ", h("small", null, word(`desk.basis_${d.basis}`, d.basis)))));

function basis(r, s) {
  const line = (key, of) => (of ? h("p", null, h("span", { class: "label" }, t(key)), " ", of) : null);
  return h("div", { class: "basis" },
    line("desk.clause", r.clause ? h("q", null, r.clause) : null),
    r.note ? h("p", null, r.note) : null,
    line("desk.why", r.why), line("desk.wording", r.wording), line("desk.late_why", r.late_why), line("desk.emergency_why", r.emergency_why),
    line("desk.carries_out", r.order ? h("code", null, r.order) : null),
    h("p", null, t("desk.spell", { first: shortDay(r.first_day, s.now), last: shortDay(r.last_day, s.now), heavy: text(r.heavy_days), severe: text(r.severe_days), most: text(r.highest_aqi) }), " · ", h("code", null, text(r.rules))),
    list(r.inputs).length > 0 ? judgedDays(r.inputs, s) : null);
}

/// Objections, approvals refused, times that ran out, the review of an emergency.
function remarks(r, s) {
  const rows = [
    ...list(r.remarks).map((m) => [m.at, shape("warn"), h("b", null, word(`desk.act_${m.verb}`, m.verb)), ` ${actLine(m, s)}`, m.why ? ` · ${m.why}` : ""]),
    ...list(r.overdue).map((o) => [o.at, shape("bad"), h("b", null, t(`desk.overdue_${o.stage}`)), ` ${when(o.at, s.now)}`, ` · ${t("desk.version", { n: o.version })}`]),
    ...(r.review ? [[r.review.at, shape(r.review.confirmed ? "ok" : "bad"), h("b", null, t(r.review.confirmed ? "desk.review_confirmed" : "desk.review_rejected")), ` ${actLine(r.review, s)}`, ` · ${text(r.review.why)}`]] : []),
  ].sort((a, b) => ms(a[0]) - ms(b[0]));
  return rows.length === 0 ? null : h("ul", { class: "remarks" }, rows.map(([, ...what], i) => h("li", { "data-key": `m${i}` }, what)));
}

export function revisionItem(r, s, newest) {
  return h("li", { class: `revision ${isPending(r) ? "pending" : ""} ${givenUp(r) ? "withdrawn" : ""}`, "data-key": `r${r.number}`, "data-test": "desk-revision", "aria-current": newest ? "step" : null },
    h("p", { class: "revision-head" }, h("span", { class: "label" }, t("desk.revision", { n: r.number })), h("b", null, whatOf(r)), r.level === "none" ? null : badge(r.level),
      h("span", { class: isPending(r) ? "state pending" : "state" }, stateWord(r)), r.emergency ? h("b", { class: "bad-words" }, t("desk.emergency")) : null,
      isPending(r) ? h("span", { class: "label" }, t("desk.version", { n: r.version })) : null),
    steps(r, s),
    h("p", { class: "window" }, t("desk.from_to", { from: when(r.effective, s.now), until: r.until ? when(r.until, s.now) : t("desk.open_end") })),
    remarks(r, s),
    newest ? basis(r, s) : h("details", { "data-key": "basis" }, h("summary", null, t("desk.rests_on")), basis(r, s)));
}

/// The whole life, newest first: what one must act on stands on top.
export const lifeOf = (w, s) => h("ol", { class: "life", reversed: true }, [...list(w.revisions)].reverse().map((r, i) => revisionItem(r, s, i === 0)));

/// A button, and beside it why it cannot be pressed. `reason` is text or null; the same words are its description for the ear.
export function actButton(what, words, reason = null, { test = null, look = "", attrs = {} } = {}) {
  const id = `why-${test ?? what}-${attrs["data-of"] ?? ""}`.replace(/[^\w-]/g, "-");
  return h("span", { class: "act-box", "data-key": `${what}${attrs["data-of"] ?? ""}` },
    h("button", { type: "button", class: `act ${look}`, "data-do": what, "data-test": test, disabled: reason !== null, "aria-describedby": reason !== null ? id : null, ...attrs }, words),
    reason !== null ? h("small", { class: "reason", id }, reason) : null);
}

/// What says "drill" on whatever belongs to one.
export const drillMark = () => h("b", { class: "drill-mark" }, t("desk.drill_mark"), hidden(" "));

/// A moment as a field shows it and as a command takes it: "2016-12-14T09:00", by the daemon's wall clock.
export const toField = (stamp) => (stamp ? String(stamp).slice(0, 16) : "");
/// The same as an instant, with the daemon's zone.
export const instantOf = (value, s) => `${toField(value)}:00${/[+-]\d\d:\d\d$|Z$/.exec(s?.now ?? "")?.[0] ?? "Z"}`;
