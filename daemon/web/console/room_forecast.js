// One's own bureau's forecast, entered in a form: a row a day, as a range, with primary pollutant, weather and concentrations.
import { h } from "./dom.js";
import { dayPlus, list, parts, weekday } from "./format.js";
import { t } from "./strings.js";

export const days_most = 10;
const days_first = 5;
const labels = ["PM2.5", "PM10", "O3", "NO2", "SO2", "CO"];
/// Field, key of the request, label.
const values = [["pm2_5", "pm2_5_ug_m3", "PM2.5"], ["pm10", "pm10_ug_m3", "PM10"], ["o3", "o3_8h_ug_m3", "O3-8h"], ["no2", "no2_ug_m3", "NO2"], ["so2", "so2_ug_m3", "SO2"], ["co", "co_mg_m3", "CO"]];

const both = (pair) => (!pair ? "" : pair[0] === pair[1] ? pair[0] : `${pair[0]}-${pair[1]}`);

function dayRow(date, i, known) {
  const field = (name, value, width, more = {}) => h("td", null, h("input", { name: `${name}-${i}`, value: value ?? "", class: `f-${width}`, autocomplete: "off", "aria-label": `${date} ${t(`room.f_${name}`)}`, "data-test": `forecast-${name}`, "data-day": i, ...more }));
  const number = { inputmode: "numeric" };
  return h("tr", { "data-key": date, "data-test": "forecast-day" },
    h("th", { scope: "row" }, h("input", { type: "hidden", name: `date-${i}`, value: date }), date.slice(5), h("small", null, weekday(date))),
    field("low", known?.low, "short", number), field("high", known?.high, "short", number),
    h("td", null, h("select", { name: `primary-${i}`, "aria-label": `${date} ${t("room.f_primary")}`, "data-test": "forecast-primary", "data-day": i }, ["", ...new Set([...labels, ...(known?.primary ? [known.primary] : [])])].map((l) => h("option", { value: l, selected: l === (known?.primary ?? "") }, l || "—")))),
    field("weather", known?.weather, "long"),
    h("td", null, h("input", { type: "checkbox", name: `dust-${i}`, checked: known?.dust === true, "aria-label": `${date} ${t("room.dust")}`, "data-test": "forecast-dust", "data-day": i })),
    values.map(([id, , label]) => h("td", null, h("input", { name: `${id}-${i}`, value: both(known?.values?.[id]), class: "f-middle", autocomplete: "off", "aria-label": `${date} ${label}`, "data-test": `forecast-${id}`, "data-day": i }))));
}

/// `area` absent: the form asks for it. What one's own bureau said last stands in the fields: a forecast replaces it whole.
export function forecastForm(s, session, area, n = days_first) {
  const today = parts(s.now)?.day ?? "";
  const own = new Map(list(area?.forecasts).filter((f) => f.organisation === session?.organisation_name).map((f) => [f.date, f]));
  return h("form", { class: "forecast-form", "data-form": "forecast", "data-test": "forecast-form" },
    h("label", { class: "rec-field" }, h("span", { class: "label" }, t("desk.area")), h("select", { name: "area", "data-test": "forecast-area" }, list(s.areas).map((a) => h("option", { value: a.id, selected: a.id === area?.id }, a.name)))),
    h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("room.own_forecast") },
      h("table", null, h("caption", { class: "unseen" }, t("room.own_forecast")),
        h("thead", null, h("tr", null, ["day", "low", "high", "primary", "weather", "dust"].map((k) => h("th", { scope: "col" }, t(k === "day" ? "room.day" : k === "dust" ? "room.dust" : `room.f_${k}`))), values.map(([id, , label]) => h("th", { scope: "col" }, label, h("small", null, id === "co" ? "mg/m³" : "μg/m³"))))),
        h("tbody", null, Array.from({ length: n }, (_, i) => dayRow(dayPlus(today, i + 1), i, own.get(dayPlus(today, i + 1))))))),
    h("p", { class: "label" }, t("room.forecast_note")),
    h("div", { class: "acts" },
      h("span", { class: "act-box" }, h("button", { type: "submit", class: "act primary", "data-test": "forecast-save" }, t("room.forecast_save")), h("small", { class: "reason" })),
      h("button", { type: "button", class: "act", "data-do": "add-day", "data-test": "forecast-add" }, t("room.add_day"))));
}

export function addDay(form, s) {
  const body = form.querySelector("tbody");
  const i = body.children.length;
  if (i < days_most) body.append(dayRow(dayPlus(parts(s.now)?.day ?? "", i + 1), i, null));
  return i + 1 < days_most;
}

const whole = (words) => (/^\d{1,4}$/.test(words) ? Number(words) : null);

function valueOf(words) {
  const found = /^(\d+(?:\.\d+)?)(?:\s*[-–~\uff5e]\s*(\d+(?:\.\d+)?))?$/.exec(words);
  if (!found) return null;
  return found[2] === undefined ? Number(found[1]) : [Number(found[1]), Number(found[2])];
}

/// The form as a request, or {wrong, field}: words for the person, and where. Days without an AQI are not forecast.
export function readForecast(form) {
  const said = new FormData(form);
  const words = (name) => String(said.get(name) ?? "").trim();
  const days = [];
  for (let i = 0; said.has(`date-${i}`); ++i) {
    const date = words(`date-${i}`);
    const filled = values.some(([id]) => words(`${id}-${i}`)) || words(`weather-${i}`);
    if (!words(`low-${i}`) && !words(`high-${i}`)) {
      if (filled) return { wrong: t("room.wrong_no_aqi", { date }), field: `high-${i}` };
      continue;
    }
    const high = whole(words(`high-${i}`) || words(`low-${i}`));
    const low = whole(words(`low-${i}`) || words(`high-${i}`));
    if (low === null || high === null || low > high || high > 500) return { wrong: t("room.wrong_aqi", { date }), field: low === null || low > (high ?? 0) ? `low-${i}` : `high-${i}` };
    const day = { date, low, high };
    if (words(`primary-${i}`)) day.primary = words(`primary-${i}`);
    if (words(`weather-${i}`)) day.weather = words(`weather-${i}`);
    if (said.has(`dust-${i}`)) day.dust = true;
    for (const [id, key, label] of values) {
      if (!words(`${id}-${i}`)) continue;
      const value = valueOf(words(`${id}-${i}`));
      if (value === null || (Array.isArray(value) && value[0] > value[1])) return { wrong: t("room.wrong_value", { date, label }), field: `${id}-${i}` };
      (day.values ??= {})[key] = value;
    }
    days.push(day);
  }
  if (days.length === 0) return { wrong: t("room.wrong_empty"), field: "high-0" };
  return { area: words("area"), days };
}
