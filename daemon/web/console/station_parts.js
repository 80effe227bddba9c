// What is said of a station: its state, its frames as they came, its counters, its gaps, the weather beside it, its instruments.
import { kindWords } from "./chart_heat.js";
import { valuesLine } from "./area_parts.js";
import { h, shape } from "./dom.js";
import { aqiChip, duration, figure, list, numberOf, text, unit, when } from "./format.js";
import { press, sheet } from "./records.js";
import { language, t, word } from "./strings.js";

const weather_items = ["wind_speed", "wind_direction", "temperature", "humidity", "pressure", "rain"];
const weather_shown = 24;

const weather_units = { deg: "°", degC: "°C" }; // as they are written for people
const weatherUnit = (u) => weather_units[u] ?? unit(u);

const fact = (label, ...value) => h("div", { class: "fact" }, h("dt", null, label), h("dd", null, value));

export function stationHead(s, station, frames) {
  const good = station.state === "live";
  const newest = list(frames?.frames)[0];
  const behind = station.clock_behind_hours;
  const own = list(s.links).find((l) => l.name === newest?.link);
  return [
    h("p", { class: "now" }, h("span", { class: good ? "standing ok" : "standing bad bad-words" }, shape(good ? "ok" : "warn"), " ", h("b", null, word(`station_${station.state}`, station.state_zh))),
      language() === "zh" ? station.detail_zh : station.detail_en, " ",
      h("span", { class: "label" }, t("aqi_now"), " ", station.hour ? t("window_hour", { at: when(station.hour.hour, s.now) }) : t("no_hour")), aqiChip(station.hour?.aqi, s.edition)),
    station.hour ? valuesLine(station.hour.values) : null,
    h("dl", { class: "facts" },
      fact(t("station.driver"), h("b", { "data-test": "station-driver" }, text(newest?.driver ?? own?.driver))),
      fact(t("station.link"), h("b", null, text(newest?.link)), own ? h("small", null, word(`link_${own.state}`, own.state)) : null, station.link ? h("small", { class: station.link.good ? null : "bad-words" }, text(station.link.detail)) : null),
      fact(t("station.last_frame"), h("b", { "data-test": "station-last-frame" }, newest ? when(newest.at, s.now) : t("station.no_frame")), newest ? h("small", null, t("station.from", { origin: text(newest.origin) })) : null),
      fact(t("station.newest"), h("b", null, station.newest ? when(station.newest, s.now) : t("never")), typeof station.minutes_ago === "number" ? h("small", null, t("closed_ago", { for: duration(station.minutes_ago) })) : null),
      fact(t("station.clock"), h("b", { class: behind ? "bad-words" : null, "data-test": "station-clock" }, behind ? t("station.behind", { n: behind }) : t("station.clock_right"))),
      list(station.late_pollutants).length > 0 ? fact(t("station.late"), h("b", { class: "bad-words" }, list(station.late_pollutants).join(t("comma")))) : null),
  ];
}

const outcome_looks = { readings: "ok", forecasts: "ok", counted: "ok", refused: "bad", malformed: "bad", nothing: "none", cut: "warn" };

function frame(f, i) {
  return h("li", { "data-key": `${f.at_ms}-${f.link}-${f.bytes}-${i}`, "data-test": "station-frame" }, h("details", { class: "frame" },
    h("summary", null, shape(outcome_looks[f.outcome] ?? "none"), " ", h("b", null, text(f.at).slice(0, 19).replace("T", " ")), " ", word(`station.outcome_${f.outcome}`, f.outcome), " ",
      h("span", { class: "label" }, `${text(f.link)} · ${text(f.origin)} · ${t("station.bytes", { n: f.bytes })}`), f.masked ? h("span", { class: "tag" }, t("station.masked")) : null, f.retained ? h("span", { class: "tag" }, t("station.retained")) : null, f.cut ? h("span", { class: "tag" }, t("station.cut")) : null),
    list(f.faults).map((fault) => h("p", { class: "bad-words" }, text(fault))),
    h("h4", null, t("station.as_text")), h("pre", { class: "raw", tabindex: "0" }, text(f.text)),
    h("h4", null, t("station.as_hex")), h("pre", { class: "raw", tabindex: "0" }, text(f.hex)),
    list(f.values).length === 0 ? null : sheet(`frame-values-${i}`, [t("station"), t("station.what"), t("station.period"), t("station.at"), t("station.value"), t("station.flag")], list(f.values).map((v) =>
      [text(v.station), text(v.label), word(`station.period_${v.period}`, v.period), text(v.at).slice(0, 19).replace("T", " "), v.value === null ? "—" : `${v.value} ${unit(v.unit)}`, v.flag === "N" ? "" : `${v.flag} ${text(v.flag_zh)}`]), { caption: t("station.values_of_frame") })));
}

/// Frames as they came, newest first; each opens to text, bytes and what its driver read from it.
export function frameRows(answer) {
  const frames = list(answer.frames), aside = list(answer.aside);
  return [
    h("h2", null, t("station.frames"), h("small", null, t("station.frames_note", { n: text(answer.kept) }))),
    h("p", null, press("frames", t("station.again"), { "data-test": "station-frames-again" })),
    frames.length === 0 ? h("p", { class: "plain", "data-test": "station-no-frames" }, t("station.no_frames")) : h("ol", { class: "frames", "data-test": "station-frames" }, frames.map(frame)),
    aside.length === 0 ? null : [h("h3", null, t("aside"), h("small", null, t("station.aside_note"))), sheet("station-aside", [t("received"), t("reason"), t("words"), t("link")], aside.map((a) => [text(a.at).slice(0, 19).replace("T", " "), word(`reason_${a.reason}`, a.reason), text(a.detail), text(a.link)]), { caption: t("aside") })],
  ];
}

/// What was expected and what came of it in 72 hours, and how the frames at hand ended.
export function countersOf(marks, frames) {
  const of = list(marks?.stations)[0];
  const outcomes = new Map();
  for (const f of list(frames?.frames)) outcomes.set(f.outcome, (outcomes.get(f.outcome) ?? 0) + 1);
  return [
    h("h2", null, t("station.counters"), h("small", null, t("station.counters_note"))),
    of ? sheet("station-counters", [t("station.count"), t("station.n")], [
      [t("coverage.expected"), text(of.expected)], [t("coverage.observed"), text(of.observed)], [t("coverage.back_filled"), text(of.back_filled)],
      [t("station.missing"), text(of.expected - of.observed)]], { caption: t("station.counters"), test: "station-counters" }) : h("p", { class: "plain" }, t("waiting")),
    outcomes.size === 0 ? null : h("p", { class: "label" }, t("station.frames_ended"), " ", [...outcomes].map(([name, n]) => `${word(`station.outcome_${name}`, name)} ${n}`).join(t("comma"))),
  ];
}

export function gapRows(answer, now) {
  const gaps = list(list(answer.stations)[0]?.gaps);
  return h("section", { class: "panel" }, h("h2", null, t("coverage.gaps")), sheet("station-gaps", [t("coverage.from"), t("coverage.to"), t("coverage.kind"), t("reason")], [...gaps].reverse().map((g) => [when(g.first, now), when(g.last, now), kindWords(g.kind), text(g.reason)]), { caption: t("coverage.gaps"), empty: t("coverage.no_gaps"), test: "station-gaps" }));
}

export function weatherRows(answer, now) {
  const hours = list(list(answer.stations)[0]?.hours);
  return [
    h("h2", null, t("station.weather"), h("small", null, t("station.weather_note", { n: weather_shown }))),
    sheet("station-weather", [t("charts.hour"), ...weather_items.map((i) => `${t(`station.${i}`)} ${weatherUnit(answer.units?.[i])}`)], [...hours].reverse().slice(0, weather_shown).map((r) => [when(r.hour, now), ...weather_items.map((i) => (numberOf(r[i]) === null ? "—" : figure(r[i])))]),
      { caption: t("station.weather"), empty: t("station.no_weather"), test: "station-weather" }),
  ];
}

export function instrumentRows(station) {
  if (!station) return h("p", { class: "plain" }, t("station.no_instruments"));
  const span = (x) => `${text(x.from)} – ${x.until ? text(x.until) : ""}`;
  return [
    h("h2", null, t("station.instruments")),
    sheet("station-instruments", [t("station.measures"), t("station.model"), t("station.serial"), t("station.from_until")], list(station.instruments).map((i) => [list(i.measures).join(t("comma")), text(i.model), text(i.serial), span(i)]), { caption: t("station.instruments"), empty: t("station.no_instruments"), test: "station-instruments" }),
    h("dl", { class: "facts" }, fact(t("station.position"), text(station.position)), list(station.without).length > 0 ? fact(t("station.without"), list(station.without).join(t("comma"))) : null,
      list(station.former_names).length > 0 ? fact(t("station.former"), list(station.former_names).map((n) => `${text(n.name)} (– ${text(n.until)})`).join(t("comma"))) : null),
  ];
}
