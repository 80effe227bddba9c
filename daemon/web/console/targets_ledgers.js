// The ledgers of a year: where each mean stands and why, the days that were lost, the months and their valid days, what it would take.
import { h, shape } from "./dom.js";
import { figure, list, numberOf, primary, text, unit } from "./format.js";
import { sheet } from "./records.js";
import { language, t, word } from "./strings.js";

const looks = { open: "wait", met: "ok", missed: "bad", lost: "bad", not_proven: "warn" };
const why = (x) => (language() === "zh" ? x.why_zh : x.why_en);
const standing = (x) => h("span", { class: `standing ${looks[x.standing] ?? "none"}` }, shape(looks[x.standing] ?? "none"), " ", h("b", null, word(`targets.standing_${x.standing}`, x.standing_zh)));
const value = (v, of) => (numberOf(v) === null ? "—" : `${figure(v, 2)} ${unit(of)}`);

/// The means in numbers: everything the chart cannot say exactly.
export function yearFacts(year) {
  return [
    h("h2", null, t("targets.budget"), h("small", null, t("targets.as_of", { day: text(year.through), edition: text(year.edition), quality: word(`review_${year.quality}`, year.quality) }))),
    sheet("targets-budget", [t("targets.pollutant"), t("targets.window"), t("targets.mean"), t("targets.target"), t("targets.standing"), t("targets.allowance"), t("targets.lowest"), t("targets.valid_days"), t("targets.may_lose"), t("targets.earlier")],
      list(year.pollutants).map((p) => ({ key: `${p.pollutant}-${p.window}`, test: "targets-budget-row", cells: [
        text(p.label), word(`targets.window_${p.window}`, p.window), h("span", null, h("b", null, value(p.published, p.unit)), " ", h("small", null, t("unrounded", { n: figure(p.mean, 3) }))), value(p.target, p.unit),
        h("span", null, standing(p), why(p) ? [" ", h("small", null, why(p))] : null), value(p.allowance_published ?? p.allowance, p.unit), value(p.lowest_ever, p.unit), `${text(p.valid_days)} / ${text(p.elapsed_days)}`,
        text(p.coverage?.may_lose_year), list(p.earlier).map((e) => `${e.year}: ${value(e.mean, p.unit)}`).join(t("comma")) || "—"] })),
      { caption: t("targets.budget"), empty: t("targets_none"), test: "targets-budget" }),
  ];
}

/// The good days: how many, what is still needed, and each lost day with the limit it passed.
export function goodLedger(year) {
  const g = year.good_days;
  if (!g) return h("p", { class: "plain" }, t("targets.no_good_days"));
  const line = (label, v) => h("div", { class: "fact" }, h("dt", null, label), h("dd", null, v));
  return [
    h("h2", null, t("targets.good_ledger"), h("small", null, t("targets.as_of", { day: text(year.through), edition: text(year.edition), quality: word(`review_${year.quality}`, year.quality) }))),
    h("dl", { class: "facts", "data-test": "targets-good" },
      line(t("targets.standing"), h("span", null, standing(g), why(g) ? [" ", h("small", null, why(g))] : null)),
      line(t("targets.good"), h("b", null, g.upper_bound ? t("at_most_days", { n: text(g.at_most) }) : t("n_days", { n: text(g.good) }))),
      line(t("targets.target"), g.target === null ? t("no_target") : t("target_at_least", { n: g.target })), line(t("targets.lost"), text(g.lost)), line(t("targets.undetermined"), text(g.undetermined)), line(t("targets.remaining"), text(g.remaining)),
      line(t("targets.needed_rate"), g.needed_rate === null ? "—" : `${g.needed_rate}%`), line(t("targets.good_last_year"), text(g.good_year_before)),
      line(t("targets.never_measured"), list(g.never_measured).join(t("comma")) || t("targets.nothing"))),
    h("details", null, h("summary", { "data-test": "targets-lost" }, t("targets.lost_days", { n: list(g.lost_days).length })),
      sheet("targets-lost", [t("date"), "AQI", t("primary"), t("targets.value"), t("targets.limit"), t("targets.margin")], [...list(g.lost_days)].reverse().map((d) => [text(d.date), text(d.aqi), primary(d.label ?? d.primary), value(d.value, d.unit), value(d.limit, d.unit), value(d.margin, d.unit)]), { caption: t("targets.good_ledger"), empty: t("targets.nothing") })),
  ];
}

/// Whether the year can be judged at all: valid days by month against what the standard asks for.
export function validityLedger(year) {
  const counted = list(year.pollutants).filter((p) => p.coverage && p.window === "year_to_date");
  return [
    h("h2", null, t("targets.validity"), h("small", null, t("targets.validity_note"))),
    counted.length === 0 ? h("p", { class: "plain" }, t("targets_none")) : counted.map((p) => h("details", { "data-key": p.pollutant, "data-test": `targets-validity-${p.pollutant}` },
      h("summary", null, shape(p.coverage.void_on ? "bad" : p.coverage.may_lose_year <= 10 ? "warn" : "ok"), " ", h("b", null, text(p.label)), " ",
        p.coverage.void_on ? t("void_since", { day: p.coverage.void_on }) : t("targets.validity_of", { valid: p.coverage.valid, needed: p.coverage.needed, n: p.coverage.may_lose_year })),
      sheet(`targets-validity-${p.pollutant}`, [t("targets.month"), t("targets.elapsed"), t("targets.valid_days"), t("targets.needed"), t("targets.may_lose"), t("targets.missing")], list(p.coverage.months).map((m) => ({
        key: String(m.month), class: m.may_lose < 0 ? "noteworthy" : null, cells: [t(`charts.month_${m.month}`), text(m.elapsed), text(m.valid), text(m.needed), m.may_lose < 0 ? h("b", { class: "bad-words" }, String(m.may_lose)) : text(m.may_lose), text(m.missing)] })), { caption: t("targets.validity") }))),
  ];
}

const yes = (x) => (x === "yes" || x === true ? [shape("ok"), " ", t("targets.yes")] : x === "no" || x === false ? [shape("bad"), " ", t("targets.no")] : "—");

/// Answer of /api/v1/what-if: its tables, and the words of the paper below them.
export function whatIfAnswer(said) {
  const tables = said.paper?.tables ?? {};
  const rows = (name) => list(tables[name]?.rows);
  return h("div", { class: "what-if" },
    rows("year_end").length > 0 ? sheet("what-year-end", [t("targets.assumed"), t("targets.mean"), t("targets.target"), t("targets.meets"), t("targets.good"), t("targets.meets")], rows("year_end").map((r) => [text(r.assumed), value(r.mean, said.unit), value(r.target, said.unit), yes(r.meets), text(r.good_days), yes(r.meets_good_days)]), { caption: t("targets.year_end"), test: "targets-what-year-end" }) : null,
    rows("needed").length > 0 ? sheet("what-needed", [t("targets.month"), t("targets.at_most")], rows("needed").map((r) => [text(r.month), value(r.at_most, said.unit)]), { caption: t("targets.need") }) : null,
    h("details", { open: true }, h("summary", null, t("targets.paper")), h("pre", { class: "paper-text", tabindex: "0", "data-test": "targets-what-text" }, text(said.text))));
}
