// A chart in its place: the drawing, its words for who cannot see it, the same as a table, and its size. Loaded when the first
// chart is wanted. What is drawn comes from the builders (chart_*.js), or from a screen as an option of ECharts.
import { h, morph } from "./dom.js";
import { text } from "./format.js";
import { t } from "./strings.js";
import { init } from "./vendor-echarts.js";

const usual_height = 240;

/// The same figures as a table: for the ear, for copying, for who wants the number.
function sheet({ columns, rows, caption = null }) {
  return h("table", null, caption ? h("caption", { class: "unseen" }, caption) : null,
    h("thead", null, h("tr", null, columns.map((c) => h("th", { scope: "col" }, c)))),
    h("tbody", null, rows.map((row) => h("tr", null, row.map((cell, i) => h(i === 0 ? "th" : "td", i === 0 ? { scope: "row" } : null, text(cell)))))));
}

/// Draws `figure` ({ label, height, option, table, empty }, or an option alone) in `host` and keeps its size right.
export function chart(host, figure) {
  const plot = h("div", { class: "plot", role: "img", tabindex: "0", "data-test": "chart-plot" });
  const none = h("p", { class: "plain", hidden: true });
  const button = h("button", { type: "button", class: "link as-table", "aria-expanded": "false", "data-test": "chart-as-table" });
  const table = h("div", { class: "scroll chart-table", hidden: true, tabindex: "0", role: "region", "data-test": "chart-table" });
  host.replaceChildren(plot, none, button, table);
  host.classList.add("charted");

  let drawn = null, now = null, at = -1;
  const said = (f) => (f && f.option ? f : { option: f ?? {}, label: f?.aria?.label?.description ?? f?.aria?.description ?? t("charts.chart") });

  const fit = () => {
    if (!drawn || plot.clientWidth === 0) return;
    if (drawn.getWidth() !== plot.clientWidth || drawn.getHeight() !== plot.clientHeight) drawn.resize();
  };
  const tabulate = () => {
    const open = !table.hidden;
    button.textContent = t(open ? "charts.hide_table" : "charts.show_table");
    button.setAttribute("aria-expanded", String(open));
    if (open && now.table) morph(table, sheet(now.table));
  };
  const set = (next) => {
    now = said(next);
    const empty = Boolean(now.empty);
    plot.hidden = empty;
    none.hidden = !empty;
    none.textContent = empty ? now.empty : "";
    button.hidden = empty || !now.table;
    if (button.hidden) table.hidden = true;
    plot.setAttribute("aria-label", now.label);
    table.setAttribute("aria-label", now.label);
    plot.style.height = `${now.height ?? (host.clientHeight > 80 && !now.table ? host.clientHeight : usual_height)}px`;
    tabulate();
    if (empty) return;
    if (!drawn) drawn = init(plot, null, { renderer: "canvas", width: plot.clientWidth || 300, height: plot.clientHeight });
    fit();
    drawn.setOption(now.option, { notMerge: true, lazyUpdate: false });
  };

  button.addEventListener("click", () => {
    table.hidden = !table.hidden;
    tabulate();
  });
  // What the pointer can ask of a place, the arrow keys can.
  plot.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined || !drawn || now.keys === undefined) return;
    event.preventDefault();
    at = Math.min(now.keys.count - 1, Math.max(0, at < 0 ? now.keys.count - 1 : at + step));
    drawn.dispatchAction({ type: "showTip", seriesIndex: now.keys.series, dataIndex: at });
  });
  plot.addEventListener("blur", () => drawn?.dispatchAction({ type: "hideTip" }));

  const watcher = new ResizeObserver(fit);
  watcher.observe(plot);
  set(figure);
  return {
    set,
    resize: fit,
    close() {
      watcher.disconnect();
      drawn?.dispose();
      drawn = null;
    },
  };
}
