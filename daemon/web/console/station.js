// One station: how it is reached and whether its clock is right, what it sent last, byte by byte, what came of its hours, what it is
// made of; maintenance and quarantine with their end, orders to it, the weather beside it. #/station/<id>
import { hoursFigure } from "./chart_strip.js";
import { commsFigure } from "./chart_heat.js";
import { matrixOf } from "./coverage.js";
import { h, morph } from "./dom.js";
import { chartPanel, kindLegend, placeChooser } from "./figures.js";
import { list, numberOf, text, when } from "./format.js";
import { labelled, loader, press, presses, select, shown } from "./records.js";
import { measured } from "./area_parts.js";
import { countersOf, frameRows, gapRows, instrumentRows, stationHead, weatherRows } from "./station_parts.js";
import { t } from "./strings.js";

const sets = { particles: ["pm2_5", "pm10"], gases: ["so2", "no2", "o3"], co: ["co"] };
const order_names = ["set-time", "realtime-interval", "minute-interval", "realtime-on", "realtime-off", "fetch"];
const with_number = ["realtime-interval", "minute-interval"];

/// The hour that is running, as a form wants it; hours are named by their end.
function hourNow(s) {
  const now = text(s?.now);
  const next = new Date(Date.parse(`${now.slice(0, 13)}:00:00Z`) + 3_600_000);
  return Number.isFinite(next.getTime()) ? next.toISOString().slice(0, 16) : "";
}
const hourField = (name, label, required, note, value = "") => ({ name, label, type: "datetime-local", step: 3600, required, note, value });

async function declare(note, id, name, ctx) {
  const said = await ctx.ask({
    title: t(`station.${note}_title`, { name }), text: t(`station.${note}_text`), verb: t(`station.${note}`),
    fields: [hourField("first", t("station.first"), true, t("station.hour_note"), hourNow(ctx.status())), hourField("last", t("station.last"), false, t("station.last_note")), { name: "why", label: t("station.why"), type: "textarea", required: true }],
  });
  if (!said) return null;
  return ctx.act("station", { station: id, note, first: said.first, ...(said.last ? { last: said.last } : {}), why: said.why });
}

const noteSays = (note) => t(note.last ? "station.note_until" : "station.note_open",
  { what: t(`station.${note.kind}`), first: when(note.first), last: when(note.last), why: text(note.why), person: text(note.person) });

/// Ends what runs now: from the hour that is named on the station counts as ever.
async function endNote(note, id, name, ctx) {
  const said = await ctx.ask({
    title: t("station.end_title", { what: t(`station.${note.kind}`), name }), text: noteSays(note), verb: t("station.end"),
    fields: [hourField("first", t("station.first_after"), true, t("station.hour_note"), hourNow(ctx.status())), { name: "why", label: t("station.why"), type: "textarea", required: true }],
  });
  return said ? ctx.act("station", { station: id, note: note.kind, ends: true, first: said.first, why: said.why }) : null;
}

async function order(name, id, place, ctx) {
  const numbered = with_number.includes(name);
  const said = await ctx.ask({
    title: t(`station.order_${name}`), text: t("station.order_text", { name: place }), verb: t("station.tell"),
    fields: [
      ...(numbered ? [{ name: "number", label: t(`station.number_${name}`), type: "number", min: 1, max: 100000, value: name === "minute-interval" ? 10 : 30, required: true }] : []),
      ...(name === "fetch" ? [hourField("first", t("station.fetch_first"), true, t("station.hour_note")), hourField("last", t("station.fetch_last"), false, null)] : []),
    ],
  });
  if (!said) return null;
  return ctx.act("tell", { station: id, order: name, ...(numbered ? { number: Number(said.number) } : {}), ...(said.first ? { first: said.first } : {}), ...(said.last ? { last: said.last } : {}) });
}

function make(host, ctx) {
  const status = ctx.status();
  const id = ctx.args[0] ?? list(status?.stations)[0]?.id ?? null;
  const of = (s) => list(s?.stations).find((x) => x.id === id);
  if (!of(status)) {
    host.append(h("h1", null, t("station.title")), h("p", { class: "plain", "data-test": "station-none" }, !status ? t("waiting") : id === null ? t("stations_none") : t("station.unknown", { id })));
    return { draw(s) { if (of(s) || (id === null && list(s?.stations).length > 0)) ctx.go(id === null ? `#/station/${s.stations[0].id}` : location.hash); } };
  }
  const name = text(of(status).name);
  const view = { set: "particles", closed: undefined, frames: null, marks: null };
  const may = ctx.can("validate");
  const head = h("section", { class: "panel", "data-test": "station-head" }), frames = h("section", { class: "panel" }), counters = h("section", { class: "panel" });
  const gaps = h("div"), weather = h("section", { class: "panel" }), instruments = h("section", { class: "panel" });
  const what = select("set", Object.keys(sets).map((k) => [k, t(`station.set_${k}`)]), view.set, { "data-test": "station-set" });
  const hours = chartPanel(ctx, { title: t("station.hours"), note: t("area.ratio_note"), test: "station-hours", controls: labelled(t("station.set"), what) });
  const comms = chartPanel(ctx, { title: t("station.came"), note: t("coverage.comms_note"), test: "station-coverage", legend: kindLegend() });
  const deed = (verb, words, more = {}) => press(verb, words, { class: "act", disabled: !may, ...more });
  const noted = h("p", { class: "plain", "data-test": "station-note", role: "status" });
  const end = deed("end", t("station.end_button"), { "data-test": "station-end" });
  const deeds = h("section", { class: "panel", "data-test": "station-acts" }, h("h2", null, t("station.acts")),
    may ? null : h("p", { class: "plain" }, t("station.no_right")),
    noted, h("div", { class: "acts" }, deed("maintenance", t("station.maintenance_button"), { "data-test": "station-maintenance" }), deed("quarantine", t("station.quarantine_button"), { "data-test": "station-quarantine" }), end),
    h("h3", null, t("station.orders")), h("div", { class: "acts" }, order_names.map((o) => deed("order", t(`station.order_${o}`), { "data-order": o, "data-test": `station-order-${o}` }))));
  const chooser = h("div", null, placeChooser(ctx, "station", t("station.choose"), list(status.stations), id));
  host.append(h("div", { class: "figure-head" }, h("h1", null, name, h("small", null, t("station.title"), " ", id)), chooser, h("a", { href: `#/review?place=${encodeURIComponent(id)}` }, t("station.to_review"))),
    head, comms.node, h("div", { class: "columns even" }, hours.node, gaps), h("div", { class: "columns even" }, deeds, counters), frames, h("div", { class: "columns even" }, weather, instruments));

  const drawHead = () => {
    const s = ctx.status();
    if (!of(s)) return;
    morph(head, stationHead(s, of(s), view.frames));
    const note = of(s).note ?? null;
    morph(noted, note ? noteSays(note) : t("station.note_none"));
    end.disabled = !may || note === null;
  };
  const drawCounters = () => morph(counters, countersOf(view.marks, view.frames));
  const frameReader = loader((state) => {
    view.frames = state.value;
    shown(frames, state, (answer) => frameRows(answer));
    drawHead();
    drawCounters();
  });
  const weatherReader = loader((state) => shown(weather, state, (answer) => weatherRows(answer, ctx.status()?.now)));
  const networkReader = loader((state) => shown(instruments, state, (answer) => instrumentRows(list(answer.stations).find((x) => x.id === id))));
  const askFrames = () => frameReader.ask(() => ctx.get("/api/v1/frames", { station: id, most: 50 }));
  const hoursOf = (answer) => {
    const rows = list(answer.hours);
    return hoursFigure(rows.map((r) => text(r.hour)), sets[view.set].map((p) => {
      const [, label, unit] = measured.find(([key]) => key === p);
      return { name: label, unit, values: rows.map((r) => numberOf(r.values?.[p])) };
    }), { place: name });
  };
  const askHours = () => {
    hours.ask(() => ctx.get("/api/v1/hours", { place: id }), hoursOf);
    comms.ask(() => ctx.get("/api/v1/coverage", { station: id }), (answer) => {
      view.marks = answer;
      const { hours: columns, stations } = matrixOf(answer);
      morph(gaps, gapRows(answer, ctx.status()?.now));
      drawCounters();
      return commsFigure(columns, stations);
    });
    weatherReader.ask(() => ctx.get("/api/v1/weather", { station: id }));
  };
  what.addEventListener("change", () => {
    view.set = what.value;
    hours.again();
  });
  const done = (answer) => {
    if (answer?.ok) askFrames();
  };
  const quiet = presses(host, {
    frames: askFrames,
    maintenance: () => declare("maintenance", id, name, ctx).then(done),
    quarantine: () => declare("quarantine", id, name, ctx).then(done),
    end: () => {
      const note = of(ctx.status())?.note;
      if (note) endNote(note, id, name, ctx).then(done);
    },
    order: (button) => order(button.dataset.order, id, name, ctx).then(done),
  });
  networkReader.ask(() => ctx.get("/api/v1/stations"));
  askFrames();
  return {
    draw(s) {
      drawHead();
      if (s.closed === view.closed) return;
      view.closed = s.closed;
      askHours();
    },
    close() {
      quiet();
      hours.close();
      comms.close();
      for (const reader of [frameReader, weatherReader, networkReader]) reader.forget();
    },
  };
}

export const screen = { id: "station", key: null, title: "station.title", needs: "read", make };
