// The year of every county against its targets: budget, good days, validity, what it would take, and the order of the counties.
// #/targets/<area>; without an area the first.
import { rankingFigure } from "./chart_ranking.js";
import { meanFigure, staircaseFigure } from "./chart_year.js";
import { dateOf } from "./chart_calendar.js";
import { h, morph } from "./dom.js";
import { chartPanel, placeChooser } from "./figures.js";
import { list, numberOf, primary, text, unit } from "./format.js";
import { forms, input, labelled, loader, select, shown } from "./records.js";
import { overviewTable, targetBars } from "./targets_parts.js";
import { goodLedger, validityLedger, whatIfAnswer, yearFacts } from "./targets_ledgers.js";
import { language, t } from "./strings.js";

const pollutants = ["pm2_5", "pm10"];

const padded = (values, n) => Array.from({ length: n }, (_, i) => numberOf(values?.[i]));
const yearDates = (answer) => Array.from({ length: answer.days }, (_, i) => dateOf(answer.year, i));

/// Answer of /api/v1/year: the cumulative mean of a pollutant with its target and budget.
function meanOf(answer, pollutant, place) {
  const p = list(answer.pollutants).find((x) => x.pollutant === pollutant && x.window === "year_to_date") ?? list(answer.pollutants).find((x) => x.pollutant === pollutant);
  return meanFigure({ dates: yearDates(answer), means: padded(p?.by_day, answer.days), budget: padded(p?.allowance_by_day, answer.days), target: numberOf(p?.target), label: text(p?.label), unit: unit(p?.unit), year: answer.year, place });
}
function stairsOf(answer, place) {
  const g = answer.good_days;
  // The 29th of February of one of the two years has no counterpart; the days are counted, not named.
  return staircaseFigure({ dates: yearDates(answer), good: padded(g?.by_day, answer.days), before: padded(g?.last_year?.by_day, answer.days), target: numberOf(g?.target), year: answer.year, place });
}

const rankings = {
  day: (a) => ({ value: numberOf(a.aqi), aqi: numberOf(a.aqi) }),
  month: (a) => ({ value: numberOf(a.composite), aqi: null }),
  year: (a) => ({ value: numberOf(a.composite), aqi: null }),
};
const rankingOf = (answer) => rankingFigure(list(answer.areas).map((a) => ({ name: text(a.name), rank: a.rank, primary: a.primary ? primary(a.primary) : "", ...rankings[answer.period](a) })), {
  what: t(answer.by === "aqi" ? "targets.by_aqi" : "targets.by_composite"), unit: "", day: answer.first === answer.through ? text(answer.date) : t("targets.span", { first: text(answer.first), last: text(answer.through) }),
});

const whatIfForm = () => h("form", { class: "rec-form", "data-form": "what-if" },
  labelled(t("targets.pollutant"), select("pollutant", pollutants.map((p) => [p, p === "pm10" ? "PM10" : "PM2.5"]), "pm2_5", { "data-test": "targets-what-pollutant" })),
  labelled(t("targets.assume"), input("assume", { placeholder: "12=70", "data-test": "targets-what-assume" }), t("targets.assume_note")),
  labelled(t("targets.need"), input("need", { placeholder: "12", "data-test": "targets-what-need" }), t("targets.need_note")),
  labelled(t("targets.good_rate"), input("good_rate", { inputmode: "decimal", placeholder: "60", "data-test": "targets-what-rate" }), t("targets.good_rate_note")),
  labelled(t("targets.draws"), input("draws", { inputmode: "numeric", placeholder: "1000", "data-test": "targets-what-draws" }), t("targets.draws_note")),
  h("button", { type: "submit", class: "rec-press", "data-test": "targets-what-go" }, t("targets.calculate")));

function make(host, ctx) {
  const status = ctx.status();
  const id = ctx.args[0] ?? list(status?.areas)[0]?.id ?? null;
  const areaOf = (s) => list(s?.areas).find((a) => a.id === id);
  if (!areaOf(status)) {
    host.append(h("h1", null, t("targets.title")), h("p", { class: "plain", "data-test": "targets-none" }, !status ? t("waiting") : id === null ? t("no_areas") : t("area.unknown", { id })));
    return { draw(s) { if (areaOf(s) || (id === null && list(s?.areas).length > 0)) ctx.go(id === null ? `#/targets/${s.areas[0].id}` : location.hash); } };
  }
  const place = text(areaOf(status).name);
  const view = { newest: undefined };
  const periods = select("period", ["day", "month", "year"].map((p) => [p, t(`targets.period_${p}`)]), "day", { "data-test": "targets-period" });
  const forms_of_mean = select("form", ["as_measured", "dust_deducted"].map((f) => [f, t(`targets.form_${f}`)]), "as_measured", { "data-test": "targets-form" });
  const overview = h("section", { class: "panel", "data-test": "targets-overview" }), bars = h("section", { class: "panel", "data-test": "targets-bars" });
  const facts = h("section", { class: "panel" }), good = h("section", { class: "panel" }), validity = h("section", { class: "panel" }), answer = h("div", { "data-test": "targets-what-answer", "aria-live": "polite" });
  const means = pollutants.map((p) => [p, chartPanel(ctx, { title: t("targets.mean_of", { label: p === "pm10" ? "PM10" : "PM2.5" }), note: t("targets.mean_note"), test: `targets-mean-${p}` })]);
  const stairs = chartPanel(ctx, { title: t("charts.stair"), note: t("targets.stair_note"), test: "targets-stairs" });
  const ranking = chartPanel(ctx, { title: t("charts.ranking"), test: "targets-ranking", controls: labelled(t("targets.period"), periods) });
  const panels = [...means.map(([, panel]) => panel), stairs, ranking];
  host.append(h("div", { class: "figure-head" }, h("h1", null, place, h("small", null, t("targets.title"))), h("div", null, placeChooser(ctx, "targets", t("area.choose"), list(status.areas), id)), labelled(t("targets.form"), forms_of_mean),
    h("a", { href: `#/area/${encodeURIComponent(id)}`, "data-test": "targets-area" }, t("targets.to_area"))),
  h("div", { class: "columns even" }, overview, bars), h("div", { class: "columns even" }, means.map(([, panel]) => panel.node)), h("div", { class: "columns even" }, stairs.node, ranking.node), facts, good, validity,
  h("section", { class: "panel" }, h("h2", null, t("targets.what_if"), h("small", null, t("targets.what_if_note"))), whatIfForm(), answer));

  const ledgers = loader((state) => {
    shown(facts, state, (year) => yearFacts(year, ctx.status()?.now));
    if (state.value === null) return;
    morph(good, goodLedger(state.value));
    morph(validity, validityLedger(state.value));
  });
  let asked = null; // one answer for the charts and the ledgers
  const askYear = () => {
    asked = ctx.get("/api/v1/year", { place: id, form: forms_of_mean.value });
    ledgers.ask(() => asked);
    for (const [pollutant, panel] of means) panel.ask(() => asked, (year) => meanOf(year, pollutant, place));
    stairs.ask(() => asked, (year) => stairsOf(year, place));
  };
  const askRanking = () => ranking.ask(() => ctx.get("/api/v1/ranking", { period: periods.value }), (said) => {
    ranking.says(t(said.period === "day" ? "targets.ranking_day" : "targets.ranking_composite", { first: text(said.first), last: text(said.through) }));
    return rankingOf(said);
  });
  const whatIf = loader((state) => {
    if (state.busy || state.error || state.value) shown(answer, state, whatIfAnswer);
  });
  const quiet = forms(host, {
    "what-if": (said) => whatIf.ask(() => ctx.get("/api/v1/what-if", { area: id, year: Number(view.newest?.slice(0, 4)) || Number(text(ctx.status()?.now).slice(0, 4)), pollutant: said.pollutant, assume: said.assume.trim(), need: said.need.trim(), good_rate: said.good_rate.trim(), draws: said.draws.trim(), lang: language() })),
  });
  periods.addEventListener("change", askRanking);
  forms_of_mean.addEventListener("change", askYear);
  return {
    draw(s, changed) {
      if (changed && ![...changed].some((c) => c.startsWith("areas"))) return;
      if (!areaOf(s)) return;
      morph(overview, overviewTable(s, id));
      morph(bars, targetBars(s, areaOf(s)));
      const newest = list(areaOf(s).days).at(-1)?.date ?? null;
      if (newest === view.newest) return;
      view.newest = newest;
      askYear();
      askRanking();
    },
    close() {
      quiet();
      for (const panel of panels) panel.close();
      for (const reader of [ledgers, whatIf]) reader.forget();
    },
  };
}

export const screen = { id: "targets", key: "t", title: "targets.title", needs: "read", make };
