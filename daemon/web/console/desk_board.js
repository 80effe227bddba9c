// The board of the desk: a column for each step of a warning's life, a card for each warning.
import { h } from "./dom.js";
import { list, text, when } from "./format.js";
import { t } from "./strings.js";
import { badge, columnOf, columns, drillMark, nearest, newestOf, pendingOf, stateWord, whatOf } from "./warning_parts.js";

const lifted_shown = 8;

function card(w, s, chosen, now_ms, { to, drill }) {
  const r = pendingOf(w) ?? newestOf(w);
  return h("li", { "data-key": w.id },
    h("a", { class: `card ${chosen ? "chosen" : ""}`, href: `#/${to}/${w.id}`, "aria-current": chosen ? "true" : null, "data-test": `${to}-open`, "data-warning": w.id },
      h("b", { class: "place" }, drill ? drillMark() : null, text(w.area_name)),
      w.level && w.level !== "none" ? badge(w.level) : r && r.level !== "none" ? h("span", { class: "wish" }, badge(r.level)) : null,
      r ? h("span", null, whatOf(r)) : null,
      r ? h("span", { class: "label" }, stateWord(r), " · ", when(r.effective, s.now)) : null,
      nearest(w, s, now_ms), h("code", null, w.id)));
}

/// `drills`: the same board over the exercises.
export function cardColumns(s, chosen, now_ms, { warnings = s.warnings, to = "desk", drill = false } = {}) {
  const by = new Map(columns.map((c) => [c, []]));
  for (const w of list(warnings)) by.get(columnOf(w))?.push(w);
  return h("div", { class: "board", "data-key": "board", role: "group", "aria-label": t("desk.board") }, columns.map((c) => {
    const all = by.get(c);
    const some = c === "lifted" ? all.slice(0, lifted_shown) : all;
    return h("section", { class: `lane ${all.length === 0 ? "bare" : ""}`, "data-key": c, "data-test": `${to}-lane-${c}` },
      h("h3", null, t(`desk.column_${c}`), " ", h("small", null, String(all.length))),
      some.length === 0 ? h("p", { class: "plain" }, t("desk.lane_empty")) : h("ul", null, some.map((w) => card(w, s, w.id === chosen, now_ms, { to, drill }))),
      all.length > some.length ? h("p", { class: "label" }, t("desk.more", { n: all.length - some.length })) : null);
  }));
}
