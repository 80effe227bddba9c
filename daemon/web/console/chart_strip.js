// The strip of hours: AQI over its class bands, and below it PM2.5 and PM10 on an axis of their own. Gaps stay gaps.
import { levelOf, levelTops } from "./format.js";
import { aqiWords, bands, base, categories, gaps, hourAxis, inks, line, mostOf, named, tooltip, topOf, values } from "./chart_parts.js";
import { t } from "./strings.js";

const known = (v, unit) => (v === null ? t("charts.no_value") : unit ? `${v} ${unit}` : String(v));

/// `rows`: [{hour: "2016-12-20 14:00", aqi, pm2_5, pm10}], hour by hour; a null is a gap.
export function stripFigure(rows, { place }) {
  const ink = inks();
  const hours = rows.map((r) => r.hour);
  const of = (name) => rows.map((r) => r[name]);
  const [aqi, fine, coarse] = [of("aqi"), of("pm2_5"), of("pm10")];
  const most = topOf(aqi, 150, 50);
  const empty = (test) => rows.flatMap((r, i) => (test(r) ? [i] : []));
  const axis = hourAxis(hours);
  const says = (i) => [hours[i], `AQI ${aqiWords(aqi[i])}`, `PM2.5 ${known(fine[i], "μg/m³")}`, `PM10 ${known(coarse[i], "μg/m³")}`];
  const lower = { xAxisIndex: 1, yAxisIndex: 1 };
  return {
    empty: rows.some((r) => r.aqi !== null || r.pm2_5 !== null || r.pm10 !== null) ? null : t("charts.strip_none"),
    label: t("charts.strip_label", { place, n: rows.length, now: aqiWords(aqi.at(-1) ?? null), most: aqiWords(mostOf(aqi)), gaps: aqi.filter((v) => v === null).length, fine: known(fine.at(-1) ?? null), coarse: known(coarse.at(-1) ?? null) }),
    height: 396,
    keys: { series: 2, count: rows.length },
    option: base(ink, {
      grid: [{ left: 48, right: 58, top: 24, height: 190 }, { left: 48, right: 58, top: 268, bottom: 26 }],
      tooltip: tooltip(ink, { trigger: "axis", axisPointer: { type: "line", lineStyle: { color: ink.ink } }, formatter: (all) => says([all].flat()[0].dataIndex).join("\n") }),
      axisPointer: { link: [{ xAxisIndex: "all" }] },
      xAxis: [categories(ink, hours, { gridIndex: 0, ...axis }), categories(ink, hours, { gridIndex: 1, ...axis })],
      yAxis: [
        values(ink, { gridIndex: 0, max: most, name: "AQI", nameGap: 8, splitLine: { show: false }, axisLabel: { customValues: [0, ...levelTops].filter((x) => x <= most) }, axisTick: { customValues: [0, ...levelTops].filter((x) => x <= most) } }),
        values(ink, { gridIndex: 1, name: "μg/m³", nameGap: 8, splitNumber: 3, min: 0 }),
      ],
      series: [
        bands(most, ink),
        gaps(empty((r) => r.aqi === null), ink),
        line("AQI", aqi, ink.ink, { width: 2.5, more: named(ink.ink, "AQI", ink) }),
        gaps(empty((r) => r.pm2_5 === null && r.pm10 === null), ink, lower),
        line("PM2.5", fine, ink.first, { more: { ...lower, ...named(ink.first, "PM2.5", ink) } }),
        line("PM10", coarse, ink.second, { dash: [6, 4], more: { ...lower, ...named(ink.second, "PM10", ink) } }),
      ],
    }),
    table: {
      caption: t("charts.strip"), columns: [t("charts.hour"), "AQI", t("charts.class"), "PM2.5 μg/m³", "PM10 μg/m³"],
      rows: rows.map((r) => [r.hour, r.aqi, t(`level_${levelOf(r.aqi)}`), r.pm2_5, r.pm10]).reverse(),
    },
  };
}

/// Several lines over the same hours, for a station's pollutants: [{name, unit, values}].
export function hoursFigure(hours, lines, { place }) {
  const ink = inks();
  const colours = [ink.first, ink.second, ink.third, ink.good, ink.bad, ink.ink];
  const dashes = [null, [6, 4], [2, 3], [10, 3, 2, 3], [4, 2], [8, 6]];
  const empty = hours.flatMap((_, i) => (lines.every((l) => l.values[i] === null) ? [i] : []));
  return {
    empty: empty.length === hours.length ? t("charts.strip_none") : null,
    label: t("charts.hours_label", { place, n: hours.length, gaps: empty.length, what: lines.map((l) => `${l.name} ${known(l.values.at(-1), l.unit)}`).join(t("comma")) }),
    height: 260,
    keys: { series: 1, count: hours.length },
    option: base(ink, {
      grid: { left: 52, right: 62, top: 24, bottom: 28 },
      tooltip: tooltip(ink, { trigger: "axis", formatter: (all) => {
        const i = [all].flat()[0].dataIndex;
        return [hours[i], ...lines.map((l) => `${l.name} ${known(l.values[i], l.unit)}`)].join("\n");
      } }),
      xAxis: categories(ink, hours, hourAxis(hours, {}, 12)),
      yAxis: values(ink, { name: lines[0]?.unit ?? "", nameGap: 8 }),
      series: [gaps(empty, ink), ...lines.map((l, i) => line(l.name, l.values, colours[i % 6], { dash: dashes[i % 6], more: named(colours[i % 6], l.name, ink) }))],
    }),
    table: { caption: place, columns: [t("charts.hour"), ...lines.map((l) => `${l.name} ${l.unit}`)], rows: hours.map((hour, i) => [hour, ...lines.map((l) => l.values[i])]).reverse() },
  };
}
