// How much of PM10 is PM2.5, hour by hour: high when fine particles gather, low when the wind brings dust.
import { across, base, categories, gaps, hourAxis, inks, line, named, tooltip, values } from "./chart_parts.js";
import { t } from "./strings.js";

/// `rows`: those of the strip. A ratio of a PM10 of nothing, or of a gap, is a gap.
export function ratioFigure(rows, { place }) {
  const ink = inks();
  const hours = rows.map((r) => r.hour);
  const ratio = rows.map((r) => (r.pm2_5 !== null && r.pm10 !== null && r.pm10 > 0 ? Math.round((100 * r.pm2_5) / r.pm10) / 100 : null));
  const known = ratio.filter((v) => v !== null);
  const say = (v) => (v === null || v === undefined ? t("charts.no_value") : v.toFixed(2));
  return {
    empty: known.length === 0 ? t("charts.strip_none") : null,
    label: t("charts.ratio_label", { place, now: say(ratio.at(-1)), least: say(known.length > 0 ? Math.min(...known) : null), most: say(known.length > 0 ? Math.max(...known) : null) }),
    height: 190,
    keys: { series: 1, count: rows.length },
    option: base(ink, {
      grid: { left: 48, right: 90, top: 16, bottom: 28 },
      tooltip: tooltip(ink, { trigger: "axis", formatter: (all) => {
        const i = [all].flat()[0].dataIndex;
        return [hours[i], `PM2.5/PM10 ${say(ratio[i])}`].join("\n");
      } }),
      xAxis: categories(ink, hours, hourAxis(hours, {}, 12)),
      yAxis: values(ink, { max: Math.max(1, ...known.map((v) => Math.ceil(v * 4) / 4)), interval: 0.25 }),
      series: [gaps(ratio.flatMap((v, i) => (v === null ? [i] : [])), ink), line("PM2.5/PM10", ratio, ink.first, { more: named(ink.first, "PM2.5/PM10", ink) }), across(0.5, "0.5", ink.quiet, ink)],
    }),
    table: { caption: "PM2.5/PM10", columns: [t("charts.hour"), "PM2.5 μg/m³", "PM10 μg/m³", "PM2.5/PM10"], rows: rows.map((r, i) => [r.hour, r.pm2_5, r.pm10, ratio[i] === null ? null : say(ratio[i])]).reverse() },
  };
}
