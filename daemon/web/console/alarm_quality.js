// How good the alarms are: too many, in floods, or left alone. Counted from the alarms the daemon still keeps, and said so.
import { kindWord, subjectOf, waits } from "./alarm_words.js";
import { h } from "./dom.js";
import { duration, list, when } from "./format.js";
import { t } from "./strings.js";

export const flood_of = 10;           // ISA-18.2: ten in ten minutes
const flood_within_ms = 10 * 60_000;
const hour_ms = 3_600_000;
const hours_shown = 24;
const repeaters_most = 5;

const ms = (stamp) => Date.parse(stamp ?? "");
const middle = (sorted) => sorted[Math.floor((sorted.length - 1) / 2)];

/// Floods are counted, not their alarms: one begins with the tenth alarm of ten minutes and ends with the first quiet ten minutes.
export function floodsOf(times) {
  let floods = 0, is_on = false;
  times.forEach((at, i) => {
    const dense = i + 1 >= flood_of && at - times[i + 1 - flood_of] <= flood_within_ms;
    if (dense && !is_on) floods += 1;
    is_on = dense || (is_on && at - times[i - 1] <= flood_within_ms);
  });
  return floods;
}

export function qualityOf(alarms, now_ms) {
  const all = list(alarms).filter((a) => Number.isFinite(ms(a.raised_at)));
  const times = all.map((a) => ms(a.raised_at)).sort((a, b) => a - b);
  if (times.length === 0) return null;
  const per_hour = new Map();
  for (const at of times) per_hour.set(Math.floor(at / hour_ms), (per_hour.get(Math.floor(at / hour_ms)) ?? 0) + 1);
  const [most_hour, most] = [...per_hour].reduce((a, b) => (b[1] > a[1] ? b : a));
  const taken = all.filter((a) => a.acknowledged).map((a) => Math.max(0, ms(a.acknowledged.at) - ms(a.raised_at))).filter(Number.isFinite).sort((a, b) => a - b);
  const waiting = all.filter(waits);
  const by = new Map();
  for (const a of all) {
    const key = `${a.kind}/${a.subject}`;
    by.set(key, { alarm: a, n: (by.get(key)?.n ?? 0) + 1 });
  }
  const last = Math.floor(now_ms / hour_ms);
  return {
    n: times.length, from: all.reduce((a, b) => (ms(a.raised_at) <= ms(b.raised_at) ? a : b)).raised_at,
    most, most_at: all.find((a) => Math.floor(ms(a.raised_at) / hour_ms) === most_hour).raised_at,
    mean: times.length / Math.max(1, last - Math.floor(times[0] / hour_ms) + 1),
    floods: floodsOf(times),
    acknowledged: taken.length, median_ms: middle(taken) ?? null, longest_ms: taken.at(-1) ?? null,
    waiting: waiting.length, oldest_ms: waiting.length > 0 ? Math.max(...waiting.map((a) => now_ms - ms(a.raised_at))) : null,
    repeaters: [...by.values()].filter((x) => x.n > 1).sort((a, b) => b.n - a.n).slice(0, repeaters_most),
    hours: Array.from({ length: hours_shown }, (_, i) => per_hour.get(last - hours_shown + 1 + i) ?? 0),
  };
}

const minutes = (of_ms) => (of_ms < 60_000 ? t("seconds", { n: Math.round(of_ms / 1000) }) : duration(of_ms / 60_000));
const fact = (key, value, test) => h("div", { class: "fact" }, h("dt", null, t(`alarms.${key}`, { n: flood_of })), h("dd", { "data-test": test }, value));

export function qualityPanel(q, s) {
  if (q === null) return h("p", { class: "plain" }, t("alarms.quality_none"));
  const top = Math.max(1, ...q.hours);
  return h("section", { class: "panel", "data-key": "quality", "data-test": "alarms-quality" },
    h("h2", null, t("alarms.tab_quality"), h("small", null, t("alarms.quality_note", { n: q.n, from: when(q.from, s.now) }))),
    h("dl", { class: "facts wide" },
      fact("per_hour", t("alarms.per_hour_most", { n: q.most, at: when(q.most_at, s.now), mean: q.mean.toFixed(2) })),
      fact("floods", t("alarms.floods_n", { n: q.floods }), "alarms-floods"),
      q.acknowledged > 0 ? fact("time_to_ack", t("alarms.time_to_ack_is", { median: minutes(q.median_ms), most: minutes(q.longest_ms), n: q.acknowledged }), "alarms-time-to-ack") : null,
      fact("still_waiting", q.waiting > 0 ? t("alarms.still_waiting_is", { n: q.waiting, for: minutes(q.oldest_ms) }) : "0")),
    h("ol", { class: "per-hour", "aria-label": t("alarms.per_hour") }, q.hours.map((n, i) => h("li", { title: String(n) }, h("span", { class: "bar-up", style: { height: `${Math.round((n / top) * 60)}px` } }), h("small", null, n > 0 ? String(n) : (q.hours.length - 1 - i) % 6 === 0 ? "·" : "")))),
    q.repeaters.length === 0 ? null : [h("h3", null, t("alarms.repeaters")), h("ol", { class: "repeaters" }, q.repeaters.map(({ alarm, n }) => h("li", null, h("b", null, String(n)), " ", kindWord(alarm), " ", subjectOf(alarm, s))))]);
}
