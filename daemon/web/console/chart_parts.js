// What the charts share: inks, AQI classes with their letters, axes, cells, hatching. A builder (chart_*.js) takes plain figures
// and gives { label, height, option, table }: the words for the ear, the height, what ECharts draws, the same as a table.
import { dayPlus, levelOf, levelTops } from "./format.js";
import { t } from "./strings.js";

export const class_fills = ["rgb(0,228,0)", "rgb(255,255,0)", "rgb(255,126,0)", "rgb(255,0,0)", "rgb(153,0,76)", "rgb(126,0,35)"]; // HJ 633, table 2
const class_inks = ["#000", "#000", "#000", "#000", "#fff", "#fff"];
const hatch_step = 6;
const least_letter = 9; // smaller, it cannot be read; the tooltip and the table have the word

/// The colours of the page, read from its style sheet, so that there is one place where they are chosen.
export function inks() {
  const style = getComputedStyle(document.documentElement);
  const of = (name, fallback) => style.getPropertyValue(name).trim() || fallback;
  return {
    ground: of("--ground", "#0f151b"), panel: of("--panel", "#18212a"), raised: of("--raised", "#212c37"), edge: of("--edge", "#3a4958"), ink: of("--ink", "#edf2f6"),
    quiet: of("--quiet", "#b3c0cc"), good: of("--good", "#4fd8a6"), fair: of("--fair", "#ffc861"), bad: of("--bad", "#ff8f87"),
    first: of("--series-1", "#7cc8ff"), second: of("--series-2", "#e3b7ff"), third: of("--series-3", "#ffd08a"),
    font: getComputedStyle(document.body).fontFamily,
  };
}

export const levelLetter = (level) => t(`charts.letter_${level >= 1 && level <= 6 ? level : 0}`);
/// The letter with the name, where the name does not begin with it.
export const levelMark = (level) => {
  const [letter, name] = [levelLetter(level), t(`level_${level}`)];
  return name.startsWith(letter) ? name : `${letter} ${name}`;
};
export const fillOf = (level, ink) => class_fills[level - 1] ?? ink.raised;
export const inkOn = (level, ink) => class_inks[level - 1] ?? ink.ink;

/// What is under every chart: no movement (the page is looked at for months), text for a tooltip, room for the axes.
export function base(ink, more = {}) {
  return {
    animation: false,
    textStyle: { fontFamily: ink.font, color: ink.quiet },
    grid: { left: 52, right: 16, top: 14, bottom: 30 },
    tooltip: tooltip(ink),
    ...more,
  };
}

/// Rich text is drawn on the canvas: markup in a tooltip would bring style attributes, which the content policy forbids.
export const tooltip = (ink, more = {}) => ({
  renderMode: "richText", confine: true, transitionDuration: 0, backgroundColor: ink.raised, borderColor: ink.quiet, padding: 8,
  textStyle: { color: ink.ink, fontSize: 13, fontFamily: ink.font }, ...more,
});

const axisLook = (ink) => ({
  axisLine: { lineStyle: { color: ink.edge } }, axisTick: { lineStyle: { color: ink.edge } }, axisLabel: { color: ink.quiet, fontSize: 12, hideOverlap: true },
  nameTextStyle: { color: ink.quiet, fontSize: 12 },
});
const merged = (look, more) => ({ ...look, ...more, axisLabel: { ...look.axisLabel, ...more.axisLabel }, axisTick: { ...look.axisTick, ...more.axisTick } });

export const categories = (ink, data, more = {}) => merged({ type: "category", data, ...axisLook(ink), splitLine: { show: false } }, more);
export const values = (ink, more = {}) => merged({ type: "value", min: 0, ...axisLook(ink), splitLine: { lineStyle: { color: ink.edge, opacity: 0.5 } } }, more);

/// Hours on an axis: every sixth, or as many apart as said, by its end; midnight by the day that begins.
export const hourAxis = (hours, more = {}, apart = 6) => {
  const sixth = (i) => Number(hours[i]?.slice(11, 13)) % apart === 0;
  const tick = (hour) => (hour.slice(11, 13) === "24" ? dayPlus(hour.slice(0, 10), 1).slice(5) : hour.slice(11, 16));
  return { axisLabel: { interval: sixth, formatter: tick }, axisTick: { interval: sixth, alignWithLabel: true }, ...more };
};

/// Only a value between two gaps gets a point of its own; a line shows the others.
const lonely = (data, i) => data[i] !== null && (data[i - 1] ?? null) === null && (data[i + 1] ?? null) === null;
export const line = (name, data, colour, { dash = null, width = 2, more = {} } = {}) => ({
  type: "line", name, data, connectNulls: false, silent: true, symbol: "circle", showAllSymbol: true, symbolSize: (_value, params) => (lonely(data, params.dataIndex) ? 6 : 0),
  lineStyle: { color: colour, width, type: dash ?? "solid" }, itemStyle: { color: colour }, z: 4, ...more,
});
/// The name of a line at its end: no legend to look up.
export const named = (colour, words, ink) => ({ endLabel: { show: true, color: colour, fontSize: 12, formatter: words, textBorderColor: ink.panel, textBorderWidth: 3 } });

export const textAt = (x, y, text, style) => ({ type: "text", silent: true, style: { x, y, text, fill: style.fill, font: `${style.weight ?? 400} ${style.size ?? 12}px ${style.font}`, align: style.align ?? "center", verticalAlign: style.vertical ?? "middle", stroke: style.stroke, lineWidth: style.stroke ? 3 : 0 } });
export const box = (r, style, more = {}) => ({ type: "rect", shape: { x: r.x, y: r.y, width: Math.max(0, r.width), height: Math.max(0, r.height), r: r.round ?? 0 }, style, ...more });

/// Diagonals of one grid for the whole chart, so that neighbouring hatched places make one surface.
export function hatch(r, colour, width = 1) {
  const out = [];
  for (let c = Math.ceil((r.x + r.y) / hatch_step) * hatch_step; c < r.x + r.width + r.y + r.height; c += hatch_step) {
    const x1 = Math.max(r.x, c - r.y - r.height), x2 = Math.min(r.x + r.width, c - r.y);
    if (x2 > x1) out.push({ type: "line", silent: true, shape: { x1, y1: c - x1, x2, y2: c - x2 }, style: { stroke: colour, lineWidth: width } });
  }
  return out;
}

/// A place of a chart over categories: where the cell (x, y) lies.
export function cellAt(api, x, y, gap = 1) {
  const [cx, cy] = api.coord([x, y]);
  const [w, h] = api.size([1, 1]);
  return { x: cx - w / 2 + gap, y: cy - h / 2 + gap, width: Math.max(1, w - 2 * gap), height: Math.max(1, h - 2 * gap) };
}

/// One group drawn over the whole plot, behind or before the lines.
export const overlay = (draw, more = {}) => ({
  type: "custom", silent: true, data: [[0, 0]], z: 1, clip: true, tooltip: { show: false }, ...more,
  renderItem: (params, api) => ({ type: "group", children: draw(params.coordSys, api) }),
});

/// A line across the plot at a value, with its words.
export const across = (value, words, colour, ink, more = {}) => overlay((area, api) => {
  const y = api.coord([0, value])[1];
  return [
    { type: "line", shape: { x1: area.x, y1: y, x2: area.x + area.width, y2: y }, style: { stroke: colour, lineWidth: 2, lineDash: [7, 4] } },
    textAt(area.x + 6, y - 8, words, { fill: colour, align: "left", font: ink.font, stroke: ink.panel }),
  ];
}, { z: 5, ...more });

/// AQI classes as bands behind a line, each with its name: within, or beside where much is drawn within.
export function bands(most, ink, { opacity = 0.32, beside = false } = {}) {
  return overlay((area, api) => levelTops.flatMap((top, i) => {
    const from = i === 0 ? 0 : levelTops[i - 1];
    if (from >= most) return [];
    const y0 = api.coord([0, from])[1], y1 = api.coord([0, Math.min(i === levelTops.length - 1 ? most : top, most)])[1];
    return [
      box({ x: area.x, y: y1, width: area.width, height: y0 - y1 }, { fill: class_fills[i], opacity: opacity * (i >= 4 ? 2 : 1) }),
      y0 - y1 > 15 ? textAt(area.x + (beside ? area.width : 0) + 6, (y0 + y1) / 2, levelMark(i + 1), { fill: beside ? ink.quiet : ink.ink, align: "left", font: ink.font }) : null,
    ].filter(Boolean);
  }), { z: 0, clip: false });
}

/// Categories without a value, hatched from top to bottom: an empty place could be read as a low value.
export const gaps = (empty, ink, more = {}) => ({
  type: "custom", silent: true, z: 2, tooltip: { show: false }, data: empty.map((i) => [i, 0]), ...more,
  renderItem: (params, api) => {
    const [cx] = api.coord([api.value(0), 0]);
    const w = api.size([1, 0])[0];
    const r = { x: cx - w / 2, y: params.coordSys.y, width: w, height: params.coordSys.height };
    return { type: "group", children: [box(r, { fill: ink.ground, opacity: 0.7 }), ...hatch(r, ink.quiet)] };
  },
});

/// Cells over two categories. `look(i)`: {level} or {fill, ink}, with {letter, hatched, mark, faint}.
export const cells = (data, look, ink, more = {}) => ({
  type: "custom", z: 3, data, encode: { x: 0, y: 1 }, ...more,
  renderItem: (params, api) => {
    const r = cellAt(api, api.value(0), api.value(1));
    const to = look(params.dataIndex);
    const fill = to.fill ?? (to.level ? fillOf(to.level, ink) : "transparent");
    const colour = to.ink ?? (to.level ? inkOn(to.level, ink) : ink.quiet);
    const size = Math.min(13, Math.floor(r.height * 0.72), Math.floor(r.width * 1.05));
    return { type: "group", children: [
      box(r, { fill, opacity: to.faint ? 0.6 : 1, stroke: ink.edge, lineWidth: to.fill || to.level ? 0 : 1 }),
      ...(to.hatched ? hatch(r, to.level ? colour : ink.quiet) : []),
      to.letter && size >= least_letter ? textAt(r.x + r.width / 2, r.y + r.height / 2, to.letter, { fill: colour, size, weight: 700, font: ink.font, stroke: to.hatched ? (to.level ? fill : ink.panel) : undefined }) : null,
      to.mark ? { type: "polygon", silent: true, shape: { points: [[r.x + r.width, r.y], [r.x + r.width - 7, r.y], [r.x + r.width, r.y + 7]] }, style: { fill: colour } } : null,
    ].filter(Boolean) };
  },
});

export const topOf = (list, least, step) => Math.max(least, Math.ceil((Math.max(0, ...list.filter((v) => v !== null)) * 1.05) / step) * step);
export const mostOf = (list) => list.reduce((best, v) => (v !== null && (best === null || v > best) ? v : best), null);
export const aqiWords = (aqi) => (aqi === null ? t("charts.no_value") : `${aqi} ${t(`level_${levelOf(aqi)}`)}`);
