// Forecast against observation: for each day the range a bureau gave so many days before, and the AQI that came.
import { levelOf } from "./format.js";
import { aqiWords, bands, base, box, categories, cellAt, hatch, inks, line, mostOf, tooltip, topOf, values } from "./chart_parts.js";
import { t } from "./strings.js";

/// `days`: the dates; `observed`: AQI or null a day; `ranges`: [{name, of: [{low, high} or null a day]}].
export function forecastFigure({ days, observed, ranges, lead, place }) {
  const ink = inks();
  const colours = [ink.first, ink.second, ink.third];
  const most = topOf([mostOf(observed) ?? 0, ...ranges.map((r) => mostOf(r.of.map((x) => x?.high ?? null)) ?? 0)], 150, 50);
  const within = (r) => {
    const both = days.flatMap((_, i) => (r.of[i] && observed[i] !== null ? [i] : []));
    return { days: both.length, hits: both.filter((i) => observed[i] >= r.of[i].low && observed[i] <= r.of[i].high).length };
  };
  // One beside the other in the width of a day: filled, outlined, hatched, so that colour is not all there is.
  const bars = ranges.map((range, k) => ({
    type: "custom", name: range.name, z: 3, silent: true, encode: { x: 0, y: [1, 2] },
    data: days.flatMap((_, i) => (range.of[i] ? [[i, range.of[i].low, range.of[i].high]] : [])),
    renderItem: (_params, api) => {
      const cell = cellAt(api, api.value(0), 0, 1);
      const width = Math.min(16, cell.width / ranges.length);
      const x = cell.x + cell.width / 2 + (k - ranges.length / 2) * width;
      const low = api.coord([0, api.value(1)])[1], high = api.coord([0, api.value(2)])[1];
      const r = { x, y: high, width: Math.max(3, width - 2), height: Math.max(3, low - high) };
      const colour = colours[k % 3];
      return { type: "group", children: [box(r, { fill: k % 3 === 0 ? colour : ink.ground, opacity: k % 3 === 0 ? 0.85 : 1, stroke: colour, lineWidth: 2 }), ...(k % 3 === 2 ? hatch(r, colour) : [])] };
    },
  }));
  const says = (i) => [days[i], `${t("charts.observed")} ${aqiWords(observed[i])}`, ...ranges.map((r) => `${r.name} ${r.of[i] ? `${r.of[i].low}–${r.of[i].high}` : t("charts.no_value")}`)].join("\n");
  const every = Math.max(1, Math.ceil(days.length / 12));
  return {
    empty: ranges.every((r) => r.of.every((x) => !x)) ? t("charts.no_forecasts") : null,
    label: t("charts.forecast_label", { place, lead, n: days.length, what: ranges.map((r) => t("charts.forecast_hits", { name: r.name, ...within(r) })).join(t("comma")) }),
    height: 280,
    keys: { series: 1, count: days.length },
    option: base(ink, {
      grid: { left: 48, right: 130, top: 24, bottom: 28 },
      tooltip: tooltip(ink, { trigger: "axis", formatter: (all) => says([all].flat()[0].dataIndex) }),
      xAxis: categories(ink, days, { axisLabel: { interval: (i) => (days.length - 1 - i) % every === 0, formatter: (d) => d.slice(5) }, axisTick: { alignWithLabel: true } }),
      yAxis: values(ink, { name: "AQI", nameGap: 8, max: most, splitLine: { show: false } }),
      series: [bands(most, ink, { opacity: 0.2, beside: true }), line(t("charts.observed"), observed, ink.ink, { width: 2.5, more: { symbolSize: 6 } }), ...bars],
    }),
    table: {
      caption: t("charts.forecast"), columns: [t("date"), t("charts.observed"), t("charts.class"), ...ranges.map((r) => r.name)],
      rows: days.map((d, i) => [d, observed[i], t(`level_${levelOf(observed[i])}`), ...ranges.map((r) => (r.of[i] ? `${r.of[i].low}–${r.of[i].high}` : null))]).reverse(),
    },
  };
}
