// The calendar of a year: a row for each month, a cell for each day, in the class of its daily AQI with the letter of the class.
// A day that cannot be judged is hatched; a day that is taken out as dust carries a corner.
import { levelOf } from "./format.js";
import { aqiWords, base, categories, cells, inks, levelLetter, tooltip } from "./chart_parts.js";
import { t } from "./strings.js";

const days_of = (year) => (new Date(Date.UTC(year, 1, 29)).getUTCMonth() === 1 ? 366 : 365);
export const dateOf = (year, index) => new Date(Date.UTC(year, 0, 1 + index)).toISOString().slice(0, 10);

/// A day of the year: {date, aqi, level, primary, verdict, dust, why}; verdict null: not there yet.
export function calendarFigure(year, days, { place }) {
  const ink = inks();
  const shown = days.slice(0, days_of(year));
  const look = shown.map((d) => {
    const level = d.level || levelOf(d.aqi);
    if (d.verdict === null || d.verdict === undefined || d.verdict === "") return { letter: "" };
    if (d.verdict === "undetermined") return { level: level || 0, hatched: true, letter: level ? levelLetter(level) : "", faint: true };
    return { level, letter: levelLetter(level), mark: d.dust };
  });
  const says = (d) => [d.date, d.verdict ? `AQI ${aqiWords(d.aqi)}` : t("charts.not_yet"), d.primary, d.verdict ? t(`verdict_${d.verdict}`) : "", d.dust ? t("charts.dust") : "", d.why].filter(Boolean).join("\n");
  const counted = (verdict) => shown.filter((d) => d.verdict === verdict).length;
  return {
    empty: shown.some((d) => d.verdict) ? null : t("charts.no_days"),
    label: t("charts.calendar_label", { place, year, good: counted("good"), lost: counted("lost"), undetermined: counted("undetermined") }),
    height: 330,
    keys: { series: 0, count: shown.length },
    option: base(ink, {
      grid: { left: 44, right: 8, top: 6, bottom: 24 },
      tooltip: tooltip(ink, { trigger: "item", formatter: (p) => says(shown[p.dataIndex]) }),
      xAxis: categories(ink, Array.from({ length: 31 }, (_, i) => String(i + 1)), { axisTick: { show: false } }),
      yAxis: categories(ink, Array.from({ length: 12 }, (_, i) => t(`charts.month_${i + 1}`)), { inverse: true, axisTick: { show: false } }),
      series: [cells(shown.map((d) => [Number(d.date.slice(8)) - 1, Number(d.date.slice(5, 7)) - 1]), (i) => look[i], ink)],
    }),
    table: {
      caption: t("charts.calendar"), columns: [t("date"), "AQI", t("charts.class"), t("primary"), t("verdict"), t("charts.why")],
      rows: shown.filter((d) => d.verdict).map((d) => [d.date, d.aqi, t(`level_${d.level || levelOf(d.aqi)}`), d.primary, `${t(`verdict_${d.verdict}`)}${d.dust ? ` ${t("charts.dust")}` : ""}`, d.why]).reverse(),
    },
  };
}
