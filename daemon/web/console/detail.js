// The selected area: the head, the words around the strip, its stations, the last 31 days, the forecasts.
import { stripRows } from "./chart.js";
import { h, hidden, pips, shape } from "./dom.js";
import { aqiChip, aqiNumber, dayPlus, figure, heading, levelName, levelOf, list, noteText, numberOf, primary, shortDay, text, weekday, when } from "./format.js";
import { measured, standingBadges } from "./areas.js";
import { table } from "./messages.js";
import { t, word } from "./strings.js";

const days_shown = 31;

export function detailHead(s, area) {
  if (!area) return null;
  return [
    h("h2", null, text(area.name), h("small", null, t("detail"))),
    h("p", { class: "now" },
      h("span", { class: "label" }, t("aqi_now"), " ", area.hour ? t("window_hour", { at: when(area.hour.hour, s.now) }) : t("no_hour")), " ",
      aqiChip(area.hour?.aqi, s.edition), " ",
      area.hour?.primary ? h("span", null, h("span", { class: "label" }, t("primary")), " ", h("b", null, primary(area.hour.primary))) : null, " ",
      standingBadges(area, s)),
  ];
}

export function stripHead(s, area) {
  const rows = stripRows(area);
  const missing = rows.filter((r) => r.aqi === null).length;
  return [
    h("h3", null, t("strip"), missing > 0 ? h("small", null, t("strip_hours", { n: missing }), " · ", t("strip_gap")) : null),
    rows.length === 0 ? h("p", { class: "plain" }, t("strip_none")) : [h("p", { class: "readout", id: "strip-readout" }), h("p", { class: "axis" }, t("strip_aqi"))],
  ];
}

export const stripMiddle = (_s, area) => (stripRows(area).length === 0 ? [] : h("p", { class: "axis" }, t("strip_pm")));

export function stationsNow(s, area) {
  const known = new Map(list(s.stations).map((x) => [x.id, x]));
  const ids = list(area?.stations);
  if (ids.length === 0) return [];
  return [
    h("h3", null, t("stations_now", { at: when(s.closed, s.now) })),
    h("ul", { class: "chips" }, ids.map((id) => {
      const x = known.get(id);
      return h("li", null, h("span", null, text(x?.name ?? id)), " ", aqiNumber(x?.hour?.aqi ?? null, s.edition),
        x?.silent !== false ? h("span", { class: "bad-words" }, " ", shape("warn"), " ", t("silent_short")) : null);
    })),
  ];
}

const verdicts = { good: ["ok", "verdict_good"], lost: ["bad", "verdict_lost"], undetermined: ["none", "verdict_undetermined"] };

const reviews = { preliminary: 0, validated: 1, ratified: 2 };
const reviewMark = (level) => (level in reviews ? pips(reviews[level]) : null);
const reviewWords = (d) => (d.review ? word(`review_${d.review}`, d.review) : "");

/// What is measured of a day. HJ 633-2026 5.3.1 and 5.3.2: "NA" for what is missing, "/" for what is not in the monitoring plan.
const dayColumns = measured.map(([name, label, unit]) => ({ name, label, unit, shown: name === "o3" ? "O3-8h" : label }));
const dayValue = (d, { name, label }) => (numberOf(d.values?.[name]) !== null ? figure(d.values[name]) : list(d.exempt).includes(label) ? "/" : "NA");

function dayCell(date, d, s) {
  const first = date.endsWith("-01");
  const label = h("span", { class: "day" }, first || !d ? date.slice(5) : date.slice(8));
  if (!d) return h("li", { class: "cell absent", "data-key": date, title: `${date} ${t("no_day")}` }, label, h("span", { class: "aqi l0" }, h("b", null, "—")), hidden(t("no_day")));
  const [look, words] = verdicts[d.verdict] ?? ["none", null];
  const verdict = words ? t(words) : text(d.verdict);
  const level = levelOf(d.aqi);
  const whole = [`${date} ${weekday(date)}`, `AQI ${text(d.aqi)} ${levelName(level, s.edition)}`, d.primary ? `${t("primary")} ${primary(d.primary)}` : "", verdict, noteText(d.note),
    dayColumns.map((c) => `${c.shown} ${dayValue(d, c)}`).join(" · "), reviewWords(d)].filter(Boolean).join(t("comma"));
  return h("li", { class: `cell ${d.verdict === "undetermined" ? "undetermined" : ""}`, "data-key": date, title: whole },
    label, h("span", { class: `aqi l${level}` }, h("b", null, d.aqi ?? "—")),
    h("span", { class: "verdict" }, shape(look), h("span", { "aria-hidden": "true" }, word(`verdict_short_${d.verdict}`, d.verdict)), reviewMark(d.review)), hidden(whole));
}

/// The same days as rows, with every value; for who wants to read them, not for the first glance.
function dayTable(days, s) {
  const columns = [t("date"), "AQI", t("primary"), t("verdict"), ...dayColumns.map((c) => c.shown), t("review")];
  return h("details", { class: "day-rows", "data-key": "day-rows" }, h("summary", null, t("day_values")),
    h("p", { class: "window" }, t("day_values_note")),
    table("day-values", columns, [...days].reverse().map((d) => [
      [shortDay(d.date, s.now), " ", h("small", null, weekday(d.date))], aqiNumber(d.aqi ?? null, s.edition), primary(d.primary), word(`verdict_${d.verdict}`, d.verdict),
      ...dayColumns.map((c) => dayValue(d, c)), h("span", { class: "review" }, reviewMark(d.review), " ", reviewWords(d) || "—")])));
}

export function dayCells(s, area) {
  const days = list(area?.days).filter((d) => /^\d{4}-\d\d-\d\d$/.test(d.date ?? ""));
  const last = days.at(-1)?.date;
  if (!last) return [h("h3", null, t("days")), h("p", { class: "plain" }, t("days_none"))];
  const of = new Map(days.map((d) => [d.date, d]));
  const known = days.map((d) => d.date).sort();
  // From the first day known: a year that has just begun has no empty month before it.
  const span = Array.from({ length: days_shown }, (_, i) => dayPlus(last, i - days_shown + 1)).filter((date) => date >= known[0]);
  return [
    h("h3", null, t("days"), h("small", null, t("days_note", { to: when(last, s.now) }))),
    h("ol", { class: "days" }, span.map((date) => dayCell(date, of.get(date), s))),
    h("p", { class: "legend" },
      [1, 2, 3, 4, 5, 6].map((level) => h("span", null, h("span", { class: `swatch l${level}`, "aria-hidden": "true" }), levelName(level, s.edition))),
      Object.values(verdicts).map(([look, words]) => h("span", null, shape(look), t(words))),
      days.some((d) => d.review) ? Object.entries(reviews).map(([level, n]) => h("span", null, pips(n), " ", t(`review_${level}`))) : null),
    dayTable(days, s),
  ];
}

function forecastCell(f, s) {
  if (!f) return h("td", null, "—");
  const [low, high] = [levelOf(f.low), levelOf(f.high)];
  return h("td", null,
    h("span", { class: "range" }, h("span", { class: `swatch l${low}`, "aria-hidden": "true" }), h("b", null, `${text(f.low)}–${text(f.high)}`), h("span", { class: `swatch l${high}`, "aria-hidden": "true" })),
    h("span", { class: "range-name" }, low === high ? levelName(high, s.edition) : `${levelName(low, s.edition)}–${levelName(high, s.edition)}`, f.primary ? ` · ${primary(f.primary)}` : ""),
    h("small", null, t("said_at", { at: when(f.issued_at, s.now) })));
}

export function forecastTable(s, area) {
  const rows = list(area?.forecasts);
  const head = h("h3", null, t("forecasts"), h("small", null, t("forecasts_note")));
  if (rows.length === 0) return [head, h("p", { class: "plain" }, t("forecasts_none"))];
  const dates = [...new Set(rows.map((f) => text(f.date)))].sort();
  const organisations = [...new Set(rows.map((f) => text(f.organisation)))].sort();
  return [head, h("div", { class: "scroll" }, h("table", { class: "forecasts" },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, t("date")), organisations.map((o) => h("th", { scope: "col" }, o)))),
    h("tbody", null, dates.map((date) => h("tr", { "data-key": date },
      h("th", { scope: "row" }, shortDay(date, s.now), h("small", null, weekday(date))),
      organisations.map((o) => forecastCell(rows.find((f) => f.date === date && text(f.organisation) === o), s)))))))];
}
