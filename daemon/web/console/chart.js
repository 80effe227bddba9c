// The 72-hour strip: AQI over its class bands, and the two concentrations below it on an axis of their own.
/* global uPlot */
import { morph, h } from "./dom.js";
import { figure, levelName, levelOf, levelTops, list, wallSeconds } from "./format.js";
import { t } from "./strings.js";

const classes = ["0,228,0", "255,255,0", "255,126,0", "255,0,0", "153,0,76", "126,0,35"]; // HJ 633, table 2
const band_opacity = [0.26, 0.2, 0.3, 0.34, 0.5, 0.75];
const ink = { text: "#c3ced9", grid: "rgba(195,206,217,0.16)", aqi: "#ffffff", pm2_5: "#7cc8ff", pm10: "#e3b7ff" };
const font = '12px system-ui, "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "WenQuanYi Micro Hei", sans-serif';
const hour_s = 3600;
const heights = { aqi: 210, pm: 140 };

let plots = null;
let shown = { rows: [], edition: null };

export const stripRows = (area) =>
  list(area?.strip).map((row) => (Array.isArray(row) ? { hour: row[0], aqi: typeof row[1] === "number" ? row[1] : null, pm2_5: toNumber(row[2]), pm10: toNumber(row[3]) } : null))
    .filter((row) => row !== null && wallSeconds(row.hour) !== null);
const toNumber = (v) => (v === null || v === undefined || v === "" || !Number.isFinite(Number(v)) ? null : Number(v));

function drawBands(u) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.beginPath();
  ctx.rect(bbox.left, bbox.top, bbox.width, bbox.height);
  ctx.clip();
  let from = 0;
  ctx.font = font.replace("12px", `${Math.round(12 * devicePixelRatio)}px`);
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  levelTops.forEach((top, i) => {
    const upto = i === levelTops.length - 1 ? Math.max(top, u.scales.y.max) : top;
    const [y0, y1] = [u.valToPos(from, "y", true), u.valToPos(Math.min(upto, u.scales.y.max), "y", true)];
    if (from < u.scales.y.max) {
      ctx.fillStyle = `rgba(${classes[i]},${band_opacity[i]})`;
      ctx.fillRect(bbox.left, y1, bbox.width, y0 - y1);
      ctx.fillStyle = "rgba(255,255,255,0.82)";
      if (y0 - y1 > 15 * devicePixelRatio) ctx.fillText(levelName(i + 1, shown.edition), bbox.left + 6 * devicePixelRatio, (y0 + y1) / 2);
    }
    from = top;
  });
  ctx.restore();
}

/// Hours without a figure are hatched: an empty place could be read as a low value.
function drawGaps(u, of) {
  const { ctx, bbox } = u;
  ctx.save();
  ctx.strokeStyle = "rgba(200,210,220,0.55)";
  ctx.lineWidth = devicePixelRatio;
  const step = 6 * devicePixelRatio;
  u.data[0].forEach((x, i) => {
    if (of.some((series) => u.data[series][i] !== null)) return;
    const left = Math.max(u.valToPos(x - hour_s / 2, "x", true), bbox.left);
    const right = Math.min(u.valToPos(x + hour_s / 2, "x", true), bbox.left + bbox.width);
    ctx.save();
    ctx.beginPath();
    ctx.rect(left, bbox.top, right - left, bbox.height);
    ctx.clip();
    ctx.fillStyle = "rgba(17,22,28,0.82)";
    ctx.fillRect(left, bbox.top, right - left, bbox.height);
    ctx.beginPath();
    // Lines of one grid for all hours, so that neighbouring gaps make one surface.
    for (let c = Math.floor((left - bbox.height) / step) * step; c < right; c += step) {
      ctx.moveTo(c, bbox.top + bbox.height);
      ctx.lineTo(c + bbox.height, bbox.top);
    }
    ctx.stroke();
    ctx.restore();
  });
  ctx.restore();
}

const twoDigits = (n) => String(n).padStart(2, "0");
function hourSplits(u, _axis, min, max) {
  const every = (u.width < 640 ? 12 : 6) * hour_s;
  const out = [];
  for (let x = Math.ceil(min / every) * every; x <= max; x += every) out.push(x);
  return out;
}
const hourLabels = (_u, splits) => splits.map((x) => {
  const d = new Date(x * 1000);
  return d.getUTCHours() === 0 ? `${twoDigits(d.getUTCMonth() + 1)}-${twoDigits(d.getUTCDate())}` : `${twoDigits(d.getUTCHours())}:00`;
});

const axis = (extra) => ({ stroke: ink.text, font, grid: { stroke: ink.grid, width: 1 }, ticks: { stroke: ink.grid, width: 1, size: 4 }, ...extra });
/// Only values between two gaps get a point of their own; a line shows the others.
const lonely = (u, series) => {
  const of = u.data[series];
  return of.flatMap((v, i) => (v !== null && (of[i - 1] ?? null) === null && (of[i + 1] ?? null) === null ? [i] : []));
};
const line = (stroke, extra) => ({ stroke, width: 2, spanGaps: false, points: { show: true, size: 5, fill: stroke, stroke, filter: lonely }, ...extra });

function make(host, height, series, hooks, range, splits) {
  return new uPlot({
    width: host.clientWidth || 300,
    height,
    legend: { show: false },
    cursor: { sync: { key: "strip" }, drag: { x: false, y: false }, points: { size: 8 }, y: false },
    scales: { x: { time: false, range: (_u, min, max) => [min - hour_s / 2, max + hour_s / 2] }, y: { range } },
    axes: [axis({ splits: hourSplits, values: hourLabels, size: 30 }), axis({ size: 46, splits })],
    series: [{}, ...series],
    hooks,
  }, [[0], ...series.map(() => [null])], host);
}

const aqiTop = (rows) => Math.max(150, Math.ceil((Math.max(0, ...rows.map((r) => r.aqi ?? 0)) + 10) / 50) * 50);

function build() {
  const aqi = document.getElementById("plot-aqi");
  const pm = document.getElementById("plot-pm");
  const both = (u) => readout(u.cursor.idx);
  plots = {
    aqi: make(aqi, heights.aqi, [line(ink.aqi, { width: 2.5 })], { drawClear: [drawBands, (u) => drawGaps(u, [1])], setCursor: [both] },
      () => [0, aqiTop(shown.rows)], (_u, _a, _min, max) => levelTops.filter((x) => x <= max).concat(0).sort((a, b) => a - b)),
    pm: make(pm, heights.pm, [line(ink.pm2_5), line(ink.pm10, { dash: [6, 4] })], { drawClear: [(u) => drawGaps(u, [1, 2])] },
      (_u, _min, max) => [0, Math.max(50, (max ?? 0) * 1.1)]),
  };
  new ResizeObserver(() => {
    for (const [name, host] of [["aqi", aqi], ["pm", pm]])
      if (host.clientWidth > 0 && host.clientWidth !== plots[name].width) plots[name].setSize({ width: host.clientWidth, height: heights[name] });
  }).observe(aqi);
}

/// The figures of the hour under the pointer, of the newest otherwise.
function readout(index) {
  const rows = shown.rows;
  const row = rows[index ?? rows.length - 1];
  const out = document.getElementById("strip-readout");
  if (!out || !row) return;
  const key = (name) => h("i", { class: `key ${name}`, "aria-hidden": "true" });
  morph(out, h("b", null, row.hour.slice(5)), key("k-aqi"), `AQI ${row.aqi ?? "—"} ${levelName(levelOf(row.aqi), shown.edition)}`,
    key("k-pm2_5"), `PM2.5 ${figure(row.pm2_5)}`, key("k-pm10"), `PM10 ${figure(row.pm10)} μg/m³`);
}

const label = (area, what, values) => {
  const known = values.filter((v) => v !== null);
  return t("strip_label", { area: area?.name ?? "", what, now: figure(values.at(-1)), most: known.length ? figure(Math.max(...known)) : "—" });
};

export function drawStrip(s, area) {
  const rows = stripRows(area);
  shown = { rows, edition: s.edition };
  const empty = rows.length === 0;
  for (const id of ["plot-aqi", "plot-pm"]) document.getElementById(id).hidden = empty;
  if (empty) return;
  if (!plots) build();
  const x = rows.map((r) => wallSeconds(r.hour));
  plots.aqi.setData([x, rows.map((r) => r.aqi)]);
  plots.pm.setData([x, rows.map((r) => r.pm2_5), rows.map((r) => r.pm10)]);
  document.getElementById("plot-aqi").setAttribute("aria-label", label(area, t("strip_aqi"), rows.map((r) => r.aqi)));
  document.getElementById("plot-pm").setAttribute("aria-label", `${label(area, "PM2.5", rows.map((r) => r.pm2_5))}; ${label(area, "PM10", rows.map((r) => r.pm10))}`);
  readout(null);
}
