// What happened while the page heard nothing: which alarms rose, which warnings moved, which hours came. Both statuses are
// compared, so it is right whether the daemon, the network or this computer was away.
import { h, morph, shape } from "./dom.js";
import { duration, list, text, wallSeconds, when } from "./format.js";
import { detailOf, subjectOf, kindWord, severityWord } from "./alarm_words.js";
import { t } from "./strings.js";
import { newestOf, stateWord, whatOf } from "./warning_parts.js";

const worth_telling_ms = 8_000;
const names_most = 6;

const stepOf = (w) => {
  const r = newestOf(w);
  return r ? `${r.number}/${r.state}/${r.effective}` : "";
};

/// {from, to, alarms, warnings, hours}; null where nothing was missed.
export function difference(before, after) {
  if (!before || !after) return null;
  const had = new Map(list(before.alarms).map((a) => [a.id, a]));
  const alarms = list(after.alarms).filter((a) => !had.has(a.id) || (a.active && !had.get(a.id).active) || a.raised_at !== had.get(a.id).raised_at);
  const steps = new Map(list(before.warnings).map((w) => [w.id, stepOf(w)]));
  const warnings = list(after.warnings).filter((w) => steps.get(w.id) !== stepOf(w));
  const [first, last] = [wallSeconds(before.closed), wallSeconds(after.closed)];
  const hours = last === null ? 0 : first === null ? 1 : Math.max(0, Math.round((last - first) / 3600));
  return { from: before.now, to: after.now, alarms, warnings, hours, closed: after.closed };
}

export function missedPanel(host, away_ms, missed, s) {
  if (missed === null || away_ms < worth_telling_ms) return;
  const named = (items) => [items.slice(0, names_most), items.length > names_most ? h("li", null, t("shell.missed_more", { n: items.length - names_most })) : null];
  const nothing = missed.alarms.length === 0 && missed.warnings.length === 0 && missed.hours === 0;
  const away = h("button", { type: "button", class: "act", "data-test": "missed-close" }, t("shell.missed_close"));
  away.addEventListener("click", () => morph(host));
  morph(host, h("section", { class: "missed", "data-test": "missed", role: "status", "aria-labelledby": "missed-head" },
    h("h2", { id: "missed-head" }, t("shell.missed", { for: away_ms < 60_000 ? t("seconds", { n: Math.round(away_ms / 1000) }) : duration(away_ms / 60_000) }), h("small", null, t("shell.missed_span", { from: when(missed.from, s.now), to: when(missed.to, s.now) }))),
    nothing ? h("p", { "data-test": "missed-nothing" }, shape("ok"), " ", t("shell.missed_nothing")) : h("ul", null,
      missed.alarms.length > 0 ? h("li", { "data-test": "missed-alarms" }, shape("bad"), " ", h("b", null, t("shell.missed_alarms", { n: missed.alarms.length })),
        h("ul", null, named(missed.alarms.map((a) => h("li", null, h("a", { href: `#/alarms/${encodeURIComponent(a.id)}` }, when(a.raised_at, s.now), " ", severityWord(a.worst), " ", kindWord(a), " ", subjectOf(a, s)), " ", h("small", null, detailOf(a)))))))
        : null,
      missed.warnings.length > 0 ? h("li", { "data-test": "missed-warnings" }, shape("warn"), " ", h("b", null, t("shell.missed_warnings", { n: missed.warnings.length })),
        h("ul", null, named(missed.warnings.map((w) => h("li", null, h("a", { href: `#/desk/${encodeURIComponent(w.id)}` }, text(w.area_name), " ", newestOf(w) ? [whatOf(newestOf(w)), " · ", stateWord(newestOf(w))] : ""))))))
        : null,
      missed.hours > 0 ? h("li", { "data-test": "missed-hours" }, shape("wait"), " ", t("shell.missed_hours", { n: missed.hours, to: when(missed.closed, s.now) })) : null),
    away));
}
