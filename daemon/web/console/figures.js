// What the screens of figures share: a panel with a chart that reads for itself, legends, the choice of a place.
import { heat_steps, hour_kinds, kindLetter, kindWords } from "./chart_heat.js";
import { levelLetter } from "./chart_parts.js";
import { h, morph } from "./dom.js";
import { list, numberOf, text } from "./format.js";
import { labelled, loader, select, shown } from "./records.js";
import { t } from "./strings.js";

/// A panel with a chart. `ask(question, make)`: reads, and draws what `make` builds of the answer; the former stays while it waits.
export function chartPanel(ctx, { title, note = null, test, controls = null, legend = null }) {
  const plot = h("div", { class: "chart", "data-test": test });
  const problem = h("div"), small = h("small", null, note), after = h("div");
  const node = h("section", { class: "panel figure", "data-test": `${test}-panel` }, h("h2", null, title, small), controls, problem, plot, legend, after);
  let handle = null, make = null, gone = false;
  const draw = (figure) => {
    if (gone) return;
    if (handle) handle.set(figure);
    else handle = ctx.chart(plot, figure);
  };
  const reader = loader((state) => {
    if (state.error) return shown(problem, { ...state, value: null }, () => null);
    morph(problem, state.busy && state.value === null ? h("p", { class: "plain", "aria-busy": "true" }, t("waiting")) : null);
    if (!state.busy) draw(make(state.value));
  });
  return {
    node, draw,
    says: (words) => { small.textContent = words ?? ""; },
    under: (...children) => morph(after, ...children),
    ask(question, build) {
      make = build;
      return reader.ask(question);
    },
    again: () => { if (reader.value && make) draw(make(reader.value)); },
    close() {
      gone = true;
      reader.forget();
      handle?.close();
    },
  };
}

const tenth = (value) => (numberOf(value) === null ? null : Math.round(numberOf(value) * 10) / 10);
/// The hours of a strip, from the status: [hour, aqi, pm2_5, pm10].
export const stripRows = (area) => list(area?.strip).filter((row) => Array.isArray(row))
  .map((row) => ({ hour: text(row[0]), aqi: numberOf(row[1]), pm2_5: tenth(row[2]), pm10: tenth(row[3]) }));

/// Which place: a change goes to its address, so that it can be passed on.
export function placeChooser(ctx, screen, label, places, chosen) {
  const box = select("place", places.map((p) => [p.id, text(p.name)]), chosen, { "data-test": `${screen}-place` });
  box.addEventListener("change", () => ctx.go(`#/${screen}/${encodeURIComponent(box.value)}`));
  return labelled(label, box);
}

const swatch = (key) => h("i", { class: `cell ${key}`, "aria-hidden": "true" });

/// The classes with their letters, and what hatching and the corner mean.
export const classLegend = ({ calendar = false } = {}) => h("p", { class: "legend" },
  [1, 2, 3, 4, 5, 6].map((level) => h("span", null, h("i", { class: `cell l${level}`, "aria-hidden": "true" }, levelLetter(level)), " ", t(`level_${level}`))),
  calendar ? [h("span", null, swatch("hatched"), " ", t("charts.hatched_day")), h("span", null, swatch("corner"), " ", t("charts.dust"))] : h("span", null, swatch("hatched"), " ", t("charts.hatched_hour")));

export const rangeLegend = (names) => h("p", { class: "legend" }, h("span", null, swatch("range-observed"), " ", t("charts.observed")), names.map((name, i) => h("span", null, swatch(`range-${i % 3}`), " ", name)));

export const kindLegend = () => h("p", { class: "legend", "data-test": "coverage-legend" }, hour_kinds.map((k) => h("span", { "data-kind": k.kind },
  h("i", { class: `cell kind-${k.kind}`, "aria-hidden": "true" }, k.kind === "not_expected" || k.kind === "observed" ? "" : kindLetter(k.kind)), " ", kindWords(k.kind))));

export const heatLegend = () => h("p", { class: "legend" }, heat_steps.map((s, i) => h("span", null,
  h("i", { class: `cell heat-${i}`, "aria-hidden": "true" }), " ", s.from === 100 ? "100%" : s.from === 0 ? "0%" : `≥ ${s.from}%`)));
