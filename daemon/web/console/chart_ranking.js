// The counties of a day, the cleanest on top: a bar in the class of each, with its number and the letter of the class.
import { levelOf } from "./format.js";
import { base, box, categories, fillOf, hatch, inks, levelLetter, textAt, tooltip, topOf, values } from "./chart_parts.js";
import { t } from "./strings.js";

/// `rows`: [{name, rank, value, aqi, primary}], in their order; a null value is hatched and has no rank. `unit`: "" for the AQI.
export function rankingFigure(rows, { what, unit, day }) {
  const ink = inks();
  const most = topOf(rows.map((r) => r.value), 50, 50);
  const says = (r) => [r.rank === null ? r.name : `${r.rank}. ${r.name}`, r.value === null ? t("charts.no_value") : `${what} ${r.value}${unit ? ` ${unit}` : ""}`, r.primary].filter(Boolean).join("\n");
  return {
    empty: rows.some((r) => r.value !== null) ? null : t("charts.no_days"),
    label: t("charts.ranking_label", { what, day, list: rows.filter((r) => r.value !== null).map((r) => `${r.name} ${r.value}`).join(t("comma")) }),
    height: 50 + 30 * rows.length,
    keys: { series: 0, count: rows.length },
    option: base(ink, {
      grid: { left: 158, right: 70, top: 6, bottom: 28 },
      tooltip: tooltip(ink, { trigger: "item", formatter: (p) => says(rows[p.dataIndex]) }),
      xAxis: values(ink, { max: most }),
      yAxis: categories(ink, rows.map((r) => (r.rank === null ? r.name : `${r.rank}. ${r.name}`)), { inverse: true, axisTick: { show: false }, axisLabel: { width: 144, overflow: "truncate", color: ink.ink, interval: 0 } }),
      series: [{
        type: "custom", z: 3, encode: { x: 0, y: 1 }, data: rows.map((r, i) => [r.value ?? 0, i]),
        renderItem: (params, api) => {
          const r = rows[params.dataIndex];
          const [x0, y] = api.coord([0, params.dataIndex]);
          const height = Math.min(20, api.size([0, 1])[1] * 0.7);
          if (r.value === null) {
            const area = { x: x0, y: y - height / 2, width: 60, height };
            return { type: "group", children: [...hatch(area, ink.quiet), textAt(x0 + 68, y, t("charts.no_value"), { fill: ink.quiet, align: "left", font: ink.font })] };
          }
          const level = levelOf(r.aqi);
          const x1 = api.coord([r.value, params.dataIndex])[0];
          return { type: "group", children: [
            box({ x: x0, y: y - height / 2, width: Math.max(2, x1 - x0), height, round: 2 }, { fill: level ? fillOf(level, ink) : ink.first }),
            textAt(x1 + 6, y, `${r.value} ${level ? levelLetter(level) : ""}`, { fill: ink.ink, align: "left", size: 13, weight: 700, font: ink.font }),
          ] };
        },
      }],
    }),
    table: { caption: t("charts.ranking"), columns: [t("charts.rank"), t("area"), `${what}${unit ? ` ${unit}` : ""}`, t("charts.class"), t("primary")], rows: rows.map((r) => [r.rank, r.name, r.value, t(`level_${levelOf(r.aqi)}`), r.primary]) },
  };
}
