// The review's chart: what counts now, what would count if a correction were ratified, and a point on every hour with a mark.
import { base, categories, gaps, inks, line, named, tooltip, values } from "./chart_parts.js";
import { numberOf } from "./format.js";
import { pollutantName, unitOf } from "./review_hours.js";
import { t } from "./strings.js";

const tick = (hour) => (hour.slice(11, 13) === "24" ? hour.slice(5, 10) : hour.slice(11, 16));
const point = (data, colour, symbol, size) => ({ type: "line", data, symbol, symbolSize: size, showAllSymbol: true, silent: true, lineStyle: { width: 0 }, itemStyle: { color: colour }, z: 5 });

/// `rows` of review_hours.rowsOf().
export function reviewFigure(rows, { place, pollutant }) {
  const ink = inks();
  const hours = rows.map((row) => row.hour);
  const now = rows.map((row) => numberOf(row.value));
  const after = rows.map((row, i) => (row.pending === null || row.after === null ? null : numberOf(row.after) ?? now[i]));
  // A value that no longer counts is marked where it was received.
  const marked = rows.map((row, i) => (row.reasons.length > 0 ? now[i] ?? numberOf(row.received) : null));
  const dropped = rows.map((row, i) => (row.pending !== null && row.after === null ? now[i] : null));
  const empty = rows.flatMap((_, i) => (now[i] === null ? [i] : []));
  const every = Math.max(6, Math.ceil(hours.length / 72) * 6);
  const axis = { axisLabel: { interval: (i) => Number(hours[i]?.slice(11, 13)) % every === 0 || (every > 24 && hours[i]?.endsWith("24:00")), formatter: tick, hideOverlap: true } };
  const says = (i) => [hours[i], `${t("review.series_value")} ${now[i] ?? t("review.no_value")}`, rows[i].pending ? `${t("review.series_after")} ${after[i] ?? t("review.nothing_counts")}` : null, ...rows[i].reasons.map((r) => r.words)].filter(Boolean).join("\n");
  return {
    empty: now.some((v) => v !== null) ? null : t("review.no_value"),
    label: t("review.chart", { place, pollutant: pollutantName(pollutant) }),
    height: 260,
    keys: { series: 1, count: rows.length },
    option: base(ink, {
      grid: { left: 52, right: 92, top: 26, bottom: 28 },
      tooltip: tooltip(ink, { trigger: "axis", formatter: (all) => says([all].flat()[0].dataIndex) }),
      xAxis: categories(ink, hours, axis),
      yAxis: values(ink, { name: unitOf(pollutant), nameGap: 8, min: ({ min }) => Math.min(0, min) }),
      series: [
        gaps(empty, ink),
        line(t("review.series_value"), now, ink.first, { more: named(ink.first, t("review.series_value"), ink) }),
        line(t("review.series_after"), after, ink.third, { dash: [6, 4], more: { symbolSize: 8, symbol: "diamond" } }),
        point(dropped, ink.bad, "path://M0 0 L10 10 M10 0 L0 10 M0 1 L9 10 M10 1 L1 10", 12),
        point(marked, ink.fair, "triangle", 10),
      ],
    }),
  };
}
