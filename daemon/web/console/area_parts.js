// The words beside the charts of an area: what is measured now, its stations, the values of its last days.
import { h, pips, shape } from "./dom.js";
import { aqiChip, aqiNumber, figure, list, noteText, numberOf, primary, shortDay, text, weekday, when } from "./format.js";
import { press, sheet } from "./records.js";
import { t, word } from "./strings.js";
import { badge } from "./warning_parts.js";

/// In the order of the report: the name in the answer, the name on the page, the unit.
export const measured = [["pm2_5", "PM2.5", "μg/m³"], ["pm10", "PM10", "μg/m³"], ["so2", "SO2", "μg/m³"], ["no2", "NO2", "μg/m³"], ["co", "CO", "mg/m³"], ["o3", "O3", "μg/m³"]];

export const valuesLine = (values) => h("p", { class: "values" }, measured.map(([name, label, unit]) =>
  h("span", { class: "value" }, h("span", { class: "label" }, label), " ", h("b", null, figure(values?.[name])), " ", h("small", null, unit))));

export function areaHead(s, area) {
  const hour = area.hour;
  return [
    h("p", { class: "now" },
      h("span", { class: "label" }, t("aqi_now"), " ", hour ? t("window_hour", { at: when(hour.hour, s.now) }) : t("no_hour")), " ",
      aqiChip(hour?.aqi, s.edition), " ",
      hour?.primary ? h("span", null, h("span", { class: "label" }, t("primary")), " ", h("b", null, primary(hour.primary))) : null,
      hour?.note && hour.aqi === null ? h("span", { class: "label" }, noteText(hour.note)) : null,
      area.warning ? h("a", { href: `#/desk/${area.warning}`, "data-test": "area-warning" }, badge(area.level)) : badge("none")),
    hour ? valuesLine(hour.values) : null,
    s.edition ? h("p", { class: "window" }, t("edition"), " ", text(s.edition.id), s.edition.provisional ? ` (${t("provisional")})` : "") : null,
  ];
}

export function stationsNow(s, area) {
  const known = new Map(list(s.stations).map((x) => [x.id, x]));
  const ids = list(area.stations);
  return [
    h("h2", null, t("area.stations"), h("small", null, s.closed ? t("window_hour", { at: when(s.closed, s.now) }) : t("no_hour"))),
    sheet("area-stations", [t("station"), "AQI", "PM2.5", "PM10", t("primary"), t("state")], ids.map((id) => {
      const x = known.get(id);
      const good = x?.state === "live";
      return { key: id, test: "area-station", cells: [
        h("a", { href: `#/station/${encodeURIComponent(id)}` }, text(x?.name ?? id)), aqiNumber(x?.hour?.aqi ?? null, s.edition), figure(x?.hour?.values?.pm2_5), figure(x?.hour?.values?.pm10), primary(x?.hour?.primary),
        h("span", { class: good ? null : "bad-words" }, shape(good ? "ok" : "warn"), " ", word(`station_${x?.state}`, x?.state_zh))] };
    }), { caption: t("area.stations"), empty: t("area.no_stations"), test: "area-stations" }),
  ];
}

const reviews = { preliminary: 0, validated: 1, ratified: 2 };
const looks = { good: "ok", lost: "bad", undetermined: "none" };
// HJ 633-2026 5.3.1 and 5.3.2: "NA" for what is missing, "/" for what is not in the monitoring plan.
const dayValue = (d, name, label) => (numberOf(d.values?.[name]) !== null ? figure(d.values[name]) : list(d.exempt).includes(label) ? "/" : "NA");

export function dayTable(days, s) {
  const to = days.at(-1)?.date;
  return [
    h("h2", null, t("area.days"), h("small", null, to ? t("days_note", { to: shortDay(to, s.now) }) : null)),
    h("p", { class: "window" }, t("day_values_note")),
    sheet("area-days", [t("date"), "AQI", t("primary"), t("verdict"), ...measured.map(([name, label]) => (name === "o3" ? "O3-8h" : label)), t("review")], [...days].reverse().map((d) => ({
      key: d.date, test: "area-day", cells: [
        [shortDay(d.date, s.now), " ", h("small", null, weekday(d.date))], aqiNumber(d.aqi ?? null, s.edition), primary(d.primary),
        h("span", null, shape(looks[d.verdict] ?? "none"), " ", word(`verdict_${d.verdict}`, d.verdict)),
        ...measured.map(([name, label]) => dayValue(d, name, label)),
        d.review in reviews ? [pips(reviews[d.review]), " ", word(`review_${d.review}`, d.review)] : "—"],
    })), { caption: t("area.days"), empty: t("days_none"), test: "area-days" }),
  ];
}

/// The spells of the year as buttons, the chosen one marked.
export function episodeChoice(spells, chosen) {
  if (spells.length === 0) return null;
  return h("ul", { class: "chips", "aria-label": t("charts.episodes") }, [...spells].reverse().map((spell) => h("li", { "data-key": spell.first },
    press("spell", [t("area.spell", { first: spell.first.slice(5), last: spell.last.slice(5), n: spell.days }), " · ", t("area.peak", { n: spell.peak?.aqi ?? "—" }), spell.ongoing ? ` · ${t("area.ongoing")}` : ""],
      { "data-spell": spell.first, "aria-pressed": spell.first === chosen ? "true" : "false", "data-test": "area-spell" }))));
}
