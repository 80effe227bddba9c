// One area: the strip of its hours, what is measured now, its stations, the year by days, forecasts beside what came, the ratio of
// fine particles, the episodes of the year. #/area/<id>; without an id the first area.
import { calendarFigure, dateOf } from "./chart_calendar.js";
import { episodeFigure } from "./chart_episodes.js";
import { forecastFigure } from "./chart_forecast.js";
import { ratioFigure } from "./chart_ratio.js";
import { stripFigure } from "./chart_strip.js";
import { areaHead, dayTable, episodeChoice, stationsNow } from "./area_parts.js";
import { h, morph } from "./dom.js";
import { chartPanel, classLegend, placeChooser, rangeLegend, stripRows } from "./figures.js";
import { dayPlus, list, numberOf, primary, text } from "./format.js";
import { labelled, select } from "./records.js";
import { t } from "./strings.js";

const around_days = 3; // of an episode, so that its beginning and its end are seen

/// The days of an answer of /api/v1/calendar, for the calendar.
function daysOf(answer, id) {
  const place = list(answer.places).find((p) => p.id === id);
  if (!place) return [];
  const dust = new Set(place.dust ?? []);
  return place.aqi.map((aqi, i) => ({
    date: dateOf(answer.year, i), aqi: numberOf(aqi), level: place.level[i], primary: place.primary[i] ? primary(place.primary[i]) : "", verdict: place.verdict[i],
    dust: dust.has(i), why: place.why?.[String(i)] !== undefined ? t("charts.lacks", { what: primary(place.why[String(i)]) }) : "",
  }));
}

/// What each bureau had said `lead` days before, beside what came.
function seriesOf(answer, lead, place) {
  const days = list(answer.days);
  return forecastFigure({
    place, lead, days: days.map((d) => d.date), observed: days.map((d) => numberOf(d.aqi)),
    ranges: list(answer.organisations).map((o) => ({ name: text(o.name), of: days.map((d) => list(d.forecasts).find((f) => f.organisation === o.id && f.lead_days === lead) ?? null) })),
  });
}

/// An episode with the days around it, the warnings that were in force and what was announced.
function episodeOf(answer, calendar, spell, place) {
  const first = dayPlus(spell.first, -around_days), last = dayPlus(spell.last, around_days);
  const own = list(answer.warnings).filter((w) => list(spell.warnings).includes(w.id));
  const issued = own.flatMap((w) => list(w.revisions).filter((r) => r.issued_at).map((r) => ({ w, r })));
  const spans = own.flatMap((w) => {
    const steps = list(w.revisions).filter((r) => r.issued_at && r.level !== "none");
    const end = w.in_force ? last : text(w.last ?? w.first ?? last).slice(0, 10);
    return steps.map((r, i) => ({ id: w.id, level: r.level, from: text(r.effective).slice(0, 10), to: i + 1 < steps.length ? dayPlus(text(steps[i + 1].effective).slice(0, 10), -1) : end }));
  });
  return episodeFigure({
    place, title: t("area.spell", { first: spell.first, last: spell.last, n: spell.days }), days: calendar.filter((d) => d.date >= first && d.date <= last && (d.aqi !== null || d.verdict)), warnings: spans,
    messages: issued.map(({ r }) => ({ day: text(r.issued_at).slice(0, 16).replace("T", " "), level: r.level, kind: r.kind, words: `${t(`kind_${r.kind}`)} ${r.level === "none" ? "" : t("warning_named", { level: t(`wlevel_${r.level}`) })}`.trim() })),
  });
}

function make(host, ctx) {
  const status = ctx.status();
  const id = ctx.args[0] ?? list(status?.areas)[0]?.id ?? null;
  const areaOf = (s) => list(s?.areas).find((a) => a.id === id);
  if (!areaOf(status)) {
    host.append(h("h1", null, t("area.title")), h("p", { class: "plain", "data-test": "area-none" }, !status ? t("waiting") : id === null ? t("no_areas") : t("area.unknown", { id })));
    return { draw(s) { if (list(s?.areas).length > 0 && (id === null || areaOf(s))) ctx.go(id === null ? `#/area/${s.areas[0].id}` : location.hash); } };
  }
  const place = text(areaOf(status).name);
  const year = numberOf(ctx.query.year) ?? Number(text(status.now).slice(0, 4));
  const view = { lead: 1, spell: null, calendar: [], newest: undefined };

  const head = h("div", { class: "panel", "data-test": "area-head" }), stations = h("section", { class: "panel" }), days = h("section", { class: "panel" }), chooser = h("div");
  const leads = select("lead", [1, 2, 3, 4, 5, 6, 7].map((n) => [n, t("area.lead_days", { n })]), 1, { "data-test": "area-lead" });
  const years = select("year", [0, 1, 2, 3, 4].map((n) => Number(text(status.now).slice(0, 4)) - n).map((y) => [y, String(y)]), year, { "data-test": "area-year" });
  const strip = chartPanel(ctx, { title: t("charts.strip"), note: t("area.strip_note"), test: "area-strip", legend: classLegend() });
  const calendar = chartPanel(ctx, { title: t("charts.calendar"), test: "area-calendar", controls: labelled(t("area.year"), years), legend: classLegend({ calendar: true }) });
  const forecast = chartPanel(ctx, { title: t("charts.forecast"), test: "area-forecast", controls: labelled(t("area.lead"), leads) });
  const ratio = chartPanel(ctx, { title: t("charts.ratio"), note: t("area.ratio_note"), test: "area-ratio" });
  const episodes = chartPanel(ctx, { title: t("charts.episodes"), note: t("area.episodes_note"), test: "area-episodes" });
  const panels = [strip, calendar, forecast, ratio, episodes];
  morph(chooser, placeChooser(ctx, "area", t("area.choose"), list(status.areas), id));
  host.append(h("div", { class: "figure-head" }, h("h1", null, place, h("small", null, t("area.title"))), chooser, h("a", { href: `#/targets/${encodeURIComponent(id)}`, "data-test": "area-targets" }, t("area.to_targets"))),
    head, strip.node, h("div", { class: "columns even" }, ratio.node, stations), calendar.node, forecast.node, episodes.node, days);

  const drawEpisodes = (answer) => {
    const spells = list(answer.spells);
    if (view.spell === null || !spells.some((s) => s.first === view.spell)) view.spell = spells.at(-1)?.first ?? null;
    episodes.under(episodeChoice(spells, view.spell));
    const spell = spells.find((s) => s.first === view.spell);
    return spell ? episodeOf(answer, view.calendar, spell, place) : episodeFigure({ place, title: String(year), days: [], warnings: [], messages: [] });
  };
  const askForecast = () => forecast.ask(() => ctx.get("/api/v1/forecast-series", { area: id }), (answer) => {
    forecast.under(rangeLegend(list(answer.organisations).map((o) => text(o.name))));
    return seriesOf(answer, view.lead, place);
  });
  const askYear = async () => {
    await calendar.ask(() => ctx.get("/api/v1/calendar", { year, places: id }), (answer) => {
      view.calendar = daysOf(answer, id);
      calendar.says(t("area.calendar_note", { to: answer.as_of ? text(answer.as_of).slice(0, 10) : "—", edition: list(answer.editions).map((e) => e.id).filter(Boolean).join(t("comma")) || "—" }));
      return calendarFigure(year, view.calendar, { place });
    });
    await episodes.ask(() => ctx.get("/api/v1/episodes", { area: id, year }), drawEpisodes);
  };
  leads.addEventListener("change", () => {
    view.lead = Number(leads.value);
    forecast.again();
  });
  years.addEventListener("change", () => ctx.go(`#/area/${encodeURIComponent(id)}?year=${years.value}`));
  episodes.node.addEventListener("click", (event) => {
    const press = event.target.closest("[data-spell]");
    if (!press) return;
    view.spell = press.dataset.spell;
    episodes.again();
  });

  return {
    draw(s, changed) {
      if (changed && !changed.has(`areas/${id}`) && !changed.has("warnings") && ![...changed].some((c) => c.startsWith("stations/"))) return;
      const area = areaOf(s);
      if (!area) return;
      const rows = stripRows(area);
      morph(head, areaHead(s, area));
      morph(stations, stationsNow(s, area));
      morph(days, dayTable(list(area.days), s));
      strip.draw(stripFigure(rows, { place }));
      ratio.draw(ratioFigure(rows, { place }));
      const newest = list(area.days).at(-1)?.date ?? null;
      if (newest === view.newest) return; // nothing of the days is new
      view.newest = newest;
      askYear();
      askForecast();
    },
    close() {
      for (const panel of panels) panel.close();
    },
  };
}

export const screen = { id: "area", key: null, title: "area.title", needs: "read", make };
