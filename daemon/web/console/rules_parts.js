// The standards in force and their steps, in tables: what the daemon judges by, as it says it. No number of a standard stands here.
import { h, shape } from "./dom.js";
import { aqiNumber, list, numberOf, primary, text, unit } from "./format.js";
import { panel, press, saidOf, sheet } from "./records.js";
import { language, t, word } from "./strings.js";

const valid = (row) => (row.from === null || row.from === undefined ? t("rules.always") : row.until ? t("records.to", { first: row.from, last: row.until }) : t("rules.onward", { from: row.from }));
const state = (row) => (row.in_force ? [shape("ok"), " ", h("b", null, t("rules.in_force"))] : row.by_name_only ? t("rules.by_name") : t("rules.not_in_force"));
export const warningWord = (level) => word(`rules.warning_${level ?? "none"}`, level);

function packSteps(pack) {
  const levels = sheet(`levels-${pack.id}`, [t("rules.level"), t("rules.range"), t("rules.advice")],
    list(pack.levels).map((l) => [h("b", null, text(l[language()])), l.upto === null ? `>${l.from - 1}` : `${l.from}–${l.upto}`, saidOf(l, "advice")]), { caption: t("rules.step_levels", { clause: text(pack.levels_clause) }) });
  const tables = sheet(`tables-${pack.id}`, [t("rules.item"), t("rules.bands")],
    list(pack.tables).map((table) => [[h("b", null, primary(table.label)), " ", h("code", null, table.item), " ", h("small", null, unit(table.unit))],
      list(table.bands).map((band) => `${band.low}–${band.high} → ${band.low_index}–${band.high_index}`).join("\u2002|\u2002")]), { caption: t("rules.step_tables", { clause: text(pack.index?.clause) }) });
  const limits = sheet(`limits-${pack.id}`, [t("records.pollutant"), t("rules.period"), t("rules.grade"), { of: t("rules.value"), class: "number" }],
    list(pack.limits).map((l) => [primary(l.label), [word(`rules.period_${l.period}`, l.period), l.percentile > 0 ? ` ${t("rules.percentile", { n: l.percentile })}` : ""], text(l.grade), { of: `${l.value} ${unit(l.unit)}`, class: "number" }]), { caption: t("rules.step_limits", { clause: text(pack.limits_clause) }) });
  const v = pack.validity ?? {};
  return [
    h("p", { class: "rec-line" }, t("rules.step_rounding", { concentrations: word(`rules.round_${pack.index?.concentrations}`, pack.index?.concentrations), rounding: word(`rules.round_${pack.index?.rounding}`, pack.index?.rounding), clause: text(pack.steps_clause) })),
    h("p", { class: "rec-line" }, t("rules.step_missing", { rule: word(`rules.missing_${pack.missing}`, pack.missing), clause: text(pack.missing_clause) })),
    h("p", { class: "rec-line" }, t("rules.step_validity", { day: v.day_hours, month: v.month_days, february: v.february_days, year: v.year_days, clause: text(v.clause) })),
    h("h3", null, t("rules.step_levels", { clause: text(pack.levels_clause) })), levels,
    h("h3", null, t("rules.step_tables", { clause: text(pack.index?.clause) })), tables,
    list(pack.limits).length > 0 ? [h("h3", null, t("rules.step_limits", { clause: text(pack.limits_clause) })), limits] : null,
  ];
}

const clauseWords = (c) => (c.hours > 0 ? t("rules.clause_hours", { above: c.above, hours: c.hours })
  : [t("rules.clause_days", { above: c.above, days: c.days }), c.with_above > 0 ? t("rules.clause_with", { above: c.with_above, days: c.with_days }) : null].filter(Boolean).join(t("comma")));

function editionSteps(edition) {
  return [
    sheet(`levels-${edition.id}`, [t("rules.level"), t("rules.steps"), t("rules.clause")],
      list(edition.levels).map((l) => [h("b", null, warningWord(l.level)), h("ul", null, list(l.any).map((c) => h("li", null, clauseWords(c)))), text(l.clause)]), { caption: saidOf(edition, "title") }),
    [["rules.spell", edition.spell_clause], ["rules.lift", edition.lift_clause], ["rules.lead", edition.lead_clause]].filter(([, clause]) => clause)
      .map(([key, clause]) => h("p", { class: "rec-line" }, key === "rules.spell" ? t("rules.spell", { clause }) : key === "rules.lift" ? t("rules.lift", { clause }) : t("rules.lead", { clause }))),
  ];
}

function card(row, steps, test) {
  return h("details", { class: "rec-card", "data-key": row.id, "data-test": test },
    h("summary", null, h("b", null, saidOf(row, "title")), " ", h("code", null, row.id), " ", h("span", null, valid(row)), " ", state(row),
      row.provisional ? [" ", h("b", { class: "rec-pending" }, t("rules.provisional", { why: row.provisional }))] : null, row.local ? [" ", h("span", { class: "tag" }, t("rules.local"))] : null),
    steps(row));
}

export function packs(rules) {
  return panel(t("rules.packs"), t("rules.packs_note"), list(rules.packs).map((pack) => card(pack, packSteps, "rules-pack")));
}
export function warnings(rules) {
  const configured = rules.warning_rules === "dated" ? t("rules.dated") : text(rules.warning_rules);
  return panel(t("rules.warnings"), t("rules.warnings_note", { rules: configured }), list(rules.warnings).map((edition) => card(edition, editionSteps, "rules-edition")),
    h("h3", null, t("rules.areas")),
    sheet("rules-areas", [t("records.area"), t("rules.warnings"), t("rules.state")],
      list(rules.areas).map((a) => ({ key: a.id, cells: [[text(a.name), " ", h("code", null, a.id)], a.warning_rules ? h("code", null, a.warning_rules) : t("rules.none_in_force"), a.own ? t("rules.own") : t("rules.of_city")] })), { caption: t("rules.areas") }));
}

const marks = { same: "ok", dominates: "ok", weaker: "bad", not_comparable: "wait" };
export function dominance(rules) {
  const proof = rules.dominance ?? {};
  const pairs = list(proof.pairs);
  return panel(t("rules.dominance"), t("rules.dominance_note"),
    pairs.length === 0 ? h("p", { class: "plain" }, t("rules.no_pairs"))
      : h("p", { class: `rec-verdict ${proof.proved ? "ok" : "bad"}`, role: "status", "data-test": "rules-proof" }, shape(proof.proved ? "ok" : "bad"), " ", h("b", null, proof.proved ? t("rules.proved") : t("rules.not_proved", { words: text(proof.words) }))),
    pairs.length === 0 ? null : sheet("rules-dominance", [t("rules.county"), t("rules.city"), t("rules.from"), t("rules.county_rules"), t("rules.city_rules"), t("rules.result")],
      pairs.map((p) => ({ key: `${p.county} ${p.from}`, test: "rules-pair", class: p.result === "weaker" ? "refused" : null, cells: [text(p.county_name), text(p.city_name), text(p.from),
        p.county_rules ? h("code", null, p.county_rules) : "—", p.city_rules ? h("code", null, p.city_rules) : "—",
        [shape(marks[p.result] ?? "none"), " ", word(`rules.result_${p.result}`, p.result), p.step ? h("p", null, t("rules.counterexample", { aqi: list(p.step.aqi).join(", "), county: warningWord(p.step.county), city: warningWord(p.step.city) })) : null]] })),
      { caption: t("rules.dominance") }));
}

const valueWords = (value) => (value === null || value === undefined ? h("small", null, t("rules.absent")) : typeof value === "object" ? h("code", null, JSON.stringify(value)) : text(value));
export function differences(answer) {
  const rows = list(answer.differences);
  if (rows.length === 0) return h("p", { class: "plain", "data-test": "rules-same" }, t("rules.same"));
  return [h("p", { class: "rec-line" }, t("rules.differences", { n: rows.length })),
    sheet("rules-differences", [t("rules.path"), saidOf(answer.a, "title"), saidOf(answer.b, "title")],
      rows.map((d) => ({ key: list(d.path).join("/"), test: "rules-difference", cells: [h("code", null, list(d.path).join(" › ")), valueWords(d.a), valueWords(d.b)] })), { caption: t("rules.diff") })];
}

const dayCell = (day, edition) => [aqiNumber(numberOf(day?.aqi), edition), " ", h("small", null, day?.primary ? primary(day.primary) : "")];
const spellCell = (s) => (s ? [h("b", null, warningWord(s.level)), h("br"), h("small", null, text(s.clause))] : t("rules.no_warning"));

/// A replay: of a pack day by day, of warning rules spell by spell. What comes out otherwise is marked in words, too.
export function replayed(answer, { onlyChanged, edition }) {
  const of_pack = answer.kind === "pack";
  const all = list(of_pack ? answer.days : answer.spells);
  const rows = onlyChanged ? all.filter((row) => row.changed) : all;
  const names = { area: text(answer.area_name), first: answer.first, last: answer.last, edition: saidOf(answer.edition, "title"), n: answer.changed };
  const head = h("p", { class: "rec-line" }, h("b", { "data-test": "rules-changed" }, answer.changed > 0 ? t("rules.changed", names) : t("rules.changed_none", names)), " ",
    all.length > 0 ? press("only-changed", onlyChanged ? t("rules.all") : t("rules.only_changed"), { "aria-pressed": onlyChanged ? "true" : "false" }) : null);
  if (all.length === 0) return [head, h("p", { class: "plain" }, t("rules.no_spells"))];
  if (of_pack) return [head, sheet("rules-replay", [t("rules.date"), t("rules.held"), t("rules.verdict"), t("rules.other"), t("rules.verdict")],
    rows.map((d) => ({ key: d.date, test: "rules-day", class: d.changed ? "noteworthy" : null, cells: [text(d.date), dayCell(d.held, edition), word(`rules.verdict_${d.held?.verdict}`, d.held?.verdict), dayCell(d.other, edition), word(`rules.verdict_${d.other?.verdict}`, d.other?.verdict)] })), { caption: t("rules.what_if") })];
  return [head, sheet("rules-replay", [t("rules.spell_days"), { of: t("rules.highest"), class: "number" }, t("rules.held"), t("rules.other")],
    rows.map((s) => ({ key: s.first, test: "rules-spell", class: s.changed ? "noteworthy" : null, cells: [t("records.to", { first: s.first, last: s.last }), { of: text(s.highest_aqi), class: "number" }, spellCell(s.held), spellCell(s.other)] })), { caption: t("rules.what_if") })];
}
