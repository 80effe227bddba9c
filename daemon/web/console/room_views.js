// What both bureaus have before them: each one's forecast with how good its forecasts were, what was measured, and the weather.
import { h, shape } from "./dom.js";
import { aqiNumber, figure, levelOf, list, numberOf, primary, shortDay, text, unit, weekday, when } from "./format.js";
import { t, word } from "./strings.js";
import { badge, judgedDays } from "./warning_parts.js";

const strip_hours = 24;
const lead_days_shown = 3;
const values = [["pm2_5", "PM2.5"], ["pm10", "PM10"], ["o3", "O3-8h"], ["no2", "NO2"], ["so2", "SO2"], ["co", "CO"]];

/// Organisations that have spoken, those of the record first: it names the two who sign.
function speakers(r, area) {
  const names = [];
  for (const name of [...list(r?.consultation?.views).map((v) => v.name), ...list(area?.forecasts).map((f) => f.organisation)]) if (!names.includes(name)) names.push(name);
  return names;
}

const range = (day, s) => (day.low === day.high ? aqiNumber(day.high, s.edition) : [aqiNumber(day.low, s.edition), " – ", aqiNumber(day.high, s.edition)]);

function dayCell(day, s) {
  if (!day) return h("td", { class: "plain" }, t("room.said_nothing"));
  const said = values.filter(([id]) => day.values?.[id]).map(([id, label]) => {
    const [low, high] = day.values[id];
    return `${label} ${low === high ? low : `${low}–${high}`}`;
  });
  return h("td", null, h("span", { class: "aqi-range" }, range(day, s)), " ", h("small", null, day.primary ? primary(day.primary) : "", day.weather ? ` ${day.weather}` : "", day.dust ? ` ${t("room.dust")}` : ""),
    said.length > 0 ? h("small", null, said.join(" · ")) : null, h("small", { class: "label" }, t("room.said", { at: when(day.issued_at, s.now), who: text(day.person), n: text(day.revision ?? "") })));
}

const level = (day) => (day ? Math.max(levelOf(day.low), levelOf(day.high)) : 0);

/// Days down, bureaus across. A day on which the classes differ says so in words and with a shape.
export function forecasts(r, area, s) {
  const who = speakers(r, area);
  const all = list(area?.forecasts);
  const days = [...new Set(all.map((f) => f.date))].sort();
  if (days.length === 0) return h("p", { class: "plain", "data-key": "none", "data-test": "room-no-forecasts" }, t("room.no_forecasts"));
  const calls = new Map(list(r?.consultation?.views).map((v) => [v.name, v.level]));
  return h("div", { class: "scroll", "data-key": "forecasts", tabindex: "0", role: "region", "aria-label": t("room.forecasts") },
    h("table", { class: "beside", "data-test": "room-forecasts" },
      h("caption", { class: "unseen" }, t("room.forecasts")),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t("room.day")), who.map((name) => h("th", { scope: "col" }, text(name), calls.has(name) ? h("small", null, t("room.alone_calls"), " ", badge(calls.get(name))) : null)))),
      h("tbody", null, days.map((day) => {
        const cells = who.map((name) => all.find((f) => f.date === day && f.organisation === name) ?? null);
        const known = cells.filter(Boolean).map(level);
        const apart = known.length > 1 && new Set(known).size > 1;
        return h("tr", { "data-key": day, class: apart ? "apart" : "" }, h("th", { scope: "row" }, shortDay(day, s.now), h("small", null, weekday(day)), apart ? h("small", { class: "differs" }, shape("warn"), " ", t("room.differs")) : null), cells.map((c) => dayCell(c, s)));
      }))));
}

const share = (n, of) => (of > 0 ? `${n}/${of}` : "—");

/// Scores of the last ninety days by lead; the two baselines that cost nothing stand below for measure.
export function scores(v, all_leads) {
  const rows = list(v?.scores).filter((x) => all_leads || x.lead_days <= lead_days_shown);
  if (rows.length === 0) return h("p", { class: "plain", "data-key": "none" }, t("room.no_scores"));
  const bias = (x) => ["pm2_5", "o3"].filter((p) => x.bias?.[p]).map((p) => `${p === "o3" ? "O3-8h" : "PM2.5"} ${Number(x.bias[p].mean) > 0 ? "+" : ""}${figure(x.bias[p].mean)} ${unit(x.bias[p].unit)}`).join("; ");
  const gained = list(v.lead_gained);
  return [
    h("p", { class: "window", "data-key": "window" }, t("room.scores_window", { first: text(v.first), last: text(v.last) })),
    h("div", { class: "scroll", "data-key": "table", tabindex: "0", role: "region", "aria-label": t("room.scores") },
      h("table", { "data-test": "room-scores" }, h("caption", { class: "unseen" }, t("room.scores")),
        h("thead", null, h("tr", null, ["who", "lead", "in_range", "level_hits", "over_under", "heavy_hits", "false_alarms", "bias"].map((k) => h("th", { scope: "col" }, t(`room.score_${k}`))))),
        h("tbody", null, rows.map((x) => h("tr", { "data-key": `${x.organisation} ${x.lead_days}` }, h("th", { scope: "row" }, text(x.name)), h("td", null, t("room.lead", { n: x.lead_days })),
          h("td", null, share(x.in_range, x.days)), h("td", null, share(x.level_hits, x.days)), h("td", null, `${x.over} / ${x.under}`), h("td", null, share(x.heavy_hits, x.heavy)), h("td", null, String(x.false_alarms)), h("td", null, bias(x) || "—")))))),
    gained.length > 0 ? h("ul", { class: "gained", "data-key": "gained" }, gained.map((g) => h("li", { "data-key": g.organisation }, text(g.name), ": ", t("room.gained", { called: g.called, spells: g.spells, days: g.days_ahead })))) : null,
  ];
}

/// The newest hour with its window, the hours before it, the days before that.
export function observations(r, area, s) {
  const hour = area?.hour;
  const strip = list(area?.strip).slice(-strip_hours);
  return [
    hour ? h("p", { class: "now", "data-key": "now", "data-test": "room-now" }, h("span", { class: "window" }, t("room.hour_window", { at: when(hour.hour, s.now) })), " ", aqiNumber(hour.aqi, s.edition), " ",
      h("span", null, t("room.primary"), " ", h("b", null, primary(hour.primary))), " ", values.slice(0, 3).map(([id, label]) => h("span", { class: "value" }, h("span", { class: "label" }, id === "o3" ? "O3" : label), " ", h("b", null, figure(hour.values?.[id])), " ", h("small", null, "μg/m³"), " ")))
      : h("p", { class: "plain", "data-key": "now" }, t("room.no_hour")),
    h("ol", { class: "hours", "data-key": "hours", "aria-label": t("room.hours", { n: strip.length }) }, strip.map(([at, aqi, pm]) => h("li", { "data-key": at },
      h("small", null, String(at).slice(11, 13)), aqiNumber(numberOf(aqi), s.edition), h("small", null, pm === null ? "—" : figure(pm, 0))))),
    h("p", { class: "label", "data-key": "key" }, t("room.hours_key")),
    list(r?.consultation?.observed).length > 0 ? h("div", { "data-key": "days" }, h("p", { class: "label" }, t("room.days_before", { at: when(r.consultation.at, s.now) })), judgedDays(r.consultation.observed, s)) : null,
  ];
}

const weather_items = ["wind_speed", "wind_direction", "temperature", "humidity", "pressure", "rain"];
const points = ["n", "ne", "e", "se", "s", "sw", "w", "nw"];
const pointOf = (degrees) => word(`room.wind_${points[Math.round(degrees / 45) % 8]}`, "");

/// Each station's newest hour of weather. A station without any is named: silence is a state.
export function weather(answer, s) {
  const stations = list(answer?.stations);
  if (stations.length === 0) return h("p", { class: "plain", "data-key": "none" }, t("room.no_weather"));
  const cell = (row, item) => {
    const value = numberOf(row?.[item]);
    if (value === null) return "—";
    return item === "wind_direction" ? [h("b", null, pointOf(value)), " ", h("small", null, `${figure(value, 0)}°`)] : figure(value);
  };
  return h("div", { class: "scroll", "data-key": "weather", tabindex: "0", role: "region", "aria-label": t("room.weather") },
    h("table", { "data-test": "room-weather" }, h("caption", { class: "unseen" }, t("room.weather")),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t("room.station")), h("th", { scope: "col" }, t("room.hour")), weather_items.map((item) => h("th", { scope: "col" }, t(`room.w_${item}`), h("small", null, item === "wind_direction" ? "" : unit(answer.units?.[item])))))),
      h("tbody", null, stations.map((x) => {
        const row = list(x.hours).at(-1);
        return h("tr", { "data-key": x.id }, h("th", { scope: "row" }, text(x.name)), h("td", null, row ? when(row.hour, s.now) : t("room.no_weather_here")), weather_items.map((item) => h("td", null, row ? cell(row, item) : "—")));
      }))));
}

export function disagreement(r) {
  const said = r?.consultation?.disagreement;
  return h("p", { class: said ? "disagree" : "agree", "data-key": "disagreement", "data-test": "room-disagreement" }, shape(said ? "warn" : "ok"), " ", said ? [h("b", null, t("room.disagree")), " ", said] : t("room.agree"));
}
