// The quality of what comes in: counters, what was put aside and why, stations that are silent.
import { h, shape } from "./dom.js";
import { aqiChip, count, duration, list, primary, text, when } from "./format.js";
import { sheet } from "./records.js";
import { language, t, word } from "./strings.js";

const order = ["frames", "readings", "values", "duplicates", "revisions", "late_values", "forecasts", "acts", "corrections", "corrections_decided", "sign_offs", "dust_declarations", "station_declarations", "notices", "recoveries", "inbox_damage"];
const troubles = new Set(["inbox_damage"]);

function counterName(name) {
  if (name.startsWith("aside_")) return t("count_aside", { reason: word(`reason_${name.slice(6)}`, name.slice(6)) });
  return word(`count_${name}`, name);
}

function counters(s) {
  const counts = s.counts !== null && typeof s.counts === "object" ? Object.entries(s.counts) : [];
  const place = (name) => (order.includes(name) ? order.indexOf(name) : name.startsWith("aside_") ? 90 : 50);
  counts.sort((a, b) => place(a[0]) - place(b[0]) || a[0].localeCompare(b[0]));
  return h("section", { class: "panel" }, h("h2", null, t("counters")),
    counts.length === 0 ? h("p", { class: "plain" }, t("counters_none"))
      : h("dl", { class: "counters" }, counts.map(([name, n]) =>
        h("div", { class: name.startsWith("aside_") || troubles.has(name) ? "aside" : "", "data-key": name }, h("dt", { title: name }, counterName(name)), h("dd", null, count(n))))));
}

const stationState = (x) => (language() === "zh" ? x.state_zh : word(`station_${x.state}`, x.state)) || t("silent_short");
const age = (x) => (typeof x.minutes_ago === "number" ? duration(x.minutes_ago) : t("never"));

function stations(s) {
  const all = list(s.stations);
  const silent = all.filter((x) => x.silent !== false || (x.state && x.state !== "live")).sort((a, b) => (b.minutes_ago ?? Infinity) - (a.minutes_ago ?? Infinity));
  const columns = [t("station"), t("newest"), t("age"), t("aqi_now"), t("primary")];
  return h("section", { class: "panel" }, h("h2", null, t("silent")),
    all.length === 0 ? h("p", { class: "plain" }, t("stations_none"))
      : silent.length === 0 ? h("p", { class: "plain" }, shape("ok"), " ", t("silent_none", { n: all.length }))
        : sheet("silent", [t("station"), t("state"), t("words"), t("age")], silent.map((x) => [[shape("warn"), " ", h("a", { href: `#/station/${encodeURIComponent(x.id)}` }, text(x.name)), " ", h("code", null, text(x.id))], h("b", { class: x.silent !== false ? "bad-words" : "" }, stationState(x)), language() === "zh" ? text(x.detail_zh) : text(x.detail_en), age(x)]), { caption: t("silent") }),
    all.filter((x) => typeof x.clock_behind_hours === "number").map((x) =>
      h("p", { class: "plain" }, shape("warn"), " ", text(x.name), " ", h("code", null, text(x.id)), " ", t("clock_behind", { n: x.clock_behind_hours }))),
    all.length === 0 ? null
      : h("details", { "data-key": "all-stations" }, h("summary", null, t("all_stations", { n: all.length })),
        h("p", { class: "window" }, t("window_hour", { at: when(s.closed ?? all[0]?.hour?.hour, s.now) })),
        sheet("all", columns, all.map((x) => [[text(x.name), " ", h("code", null, text(x.id))], when(x.newest, s.now), x.silent !== false ? h("b", { class: "bad-words" }, shape("warn"), " ", age(x)) : age(x),
          aqiChip(x.hour?.aqi ?? null, s.edition), primary(x.hour?.primary)]), { caption: t("all_stations", { n: all.length }) })));
}

function aside(s) {
  const rows = list(s.aside);
  return h("section", { class: "panel" }, h("h2", null, t("aside"), rows.length > 0 ? h("small", null, t("aside_note")) : null),
    rows.length === 0 ? h("p", { class: "plain" }, t("aside_none"))
      : sheet("put-aside", [t("received"), t("reason"), t("words"), t("station"), t("origin")],
        rows.map((x) => [when(x.at, s.now), h("b", null, word(`reason_${x.reason}`, x.reason)), text(x.detail), text(x.station), [text(x.link), " ", h("code", null, text(x.origin))]]), { caption: t("aside") }));
}

/// What the health screen shows below the state of the system.
export const qualityParts = (s) => [h("div", { class: "columns even" }, stations(s), counters(s)), aside(s)];
