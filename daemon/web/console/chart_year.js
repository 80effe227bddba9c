// The year against its targets: the cumulative mean with the target and what is left of it, and the staircase of good days.
import { figure } from "./format.js";
import { across, base, categories, inks, line, mostOf, named, overlay, tooltip, topOf, values } from "./chart_parts.js";
import { t } from "./strings.js";

const monthTicks = (dates) => ({
  axisLabel: { interval: (i) => dates[i]?.endsWith("-01"), formatter: (date) => t(`charts.month_${Number(date.slice(5, 7))}`) },
  axisTick: { interval: (i) => dates[i]?.endsWith("-01"), alignWithLabel: true },
});
const lastKnown = (list) => list.findLast((v) => v !== null) ?? null;

/// `means`, `budget`: a value or null a day. Budget: what the remaining days may average at most to keep the target.
export function meanFigure({ dates, means, budget, target, label, unit, year, place }) {
  const ink = inks();
  const shownBudget = budget.map((v) => (v === null ? null : Math.max(0, v)));
  // Late in the year the budget runs away to both sides; the axis is for the mean.
  const most = topOf([mostOf(means) ?? 0, target ?? 0, ...shownBudget.filter((v) => v !== null && v <= (target ?? 0) * 2)], 50, 10);
  const now = lastKnown(means);
  const days = means.filter((v) => v !== null).length;
  const say = (v) => (v === null ? t("charts.no_value") : `${figure(v, 2)} ${unit}`);
  return {
    empty: now === null ? t("charts.no_days") : null,
    label: t("charts.mean_label", { place, label, year, now: say(now), target: target === null ? t("no_target") : say(target), budget: say(lastKnown(budget)), n: days }),
    height: 270,
    keys: { series: 0, count: dates.length },
    option: base(ink, {
      grid: { left: 48, right: 76, top: 24, bottom: 28 },
      tooltip: tooltip(ink, { trigger: "axis", formatter: (all) => {
        const i = [all].flat()[0].dataIndex;
        return [dates[i], `${t("charts.mean")} ${say(means[i])}`, `${t("charts.budget")} ${say(budget[i])}`, target === null ? null : `${t("charts.target")} ${say(target)}`].filter(Boolean).join("\n");
      } }),
      xAxis: categories(ink, dates, monthTicks(dates)),
      yAxis: values(ink, { name: unit, nameGap: 8, max: most }),
      series: [
        line(t("charts.mean"), means, ink.first, { width: 2.5, more: named(ink.first, t("charts.mean"), ink) }),
        line(t("charts.budget"), shownBudget, ink.fair, { dash: [3, 3], more: named(ink.fair, t("charts.budget_short"), ink) }),
        target === null ? null : across(target, t("charts.target_is", { n: figure(target) }), ink.ink, ink),
      ].filter(Boolean),
    }),
    table: { caption: t("charts.mean"), columns: [t("date"), `${t("charts.mean")} ${unit}`, `${t("charts.budget")} ${unit}`], rows: dates.map((d, i) => [d, means[i] === null ? null : figure(means[i], 2), budget[i] === null ? null : figure(budget[i], 2)]).filter((row) => row[1] !== null).reverse() },
  };
}

/// `good`, `before`: the count of good days up to each day, null where it is not known. The target's line is the pace of an even year.
export function staircaseFigure({ dates, good, before, target, year, place }) {
  const ink = inks();
  const now = lastKnown(good);
  const at = good.findLastIndex((v) => v !== null);
  const left = dates.length - 1 - at;
  const most = topOf([target ?? 0, mostOf(good) ?? 0, mostOf(before) ?? 0, (now ?? 0) + left], 50, 50);
  const say = (v) => (v === null || v === undefined ? t("charts.no_value") : t("n_days", { n: v }));
  const stair = { step: "end" };
  return {
    empty: now === null ? t("charts.no_days") : null,
    label: t("charts.stair_label", { place, year, now: say(now), before: say(before[at] ?? null), last: year - 1, target: target === null ? t("no_target") : say(target), most: say((now ?? 0) + left) }),
    height: 270,
    keys: { series: 1, count: dates.length },
    option: base(ink, {
      grid: { left: 48, right: 64, top: 24, bottom: 28 },
      tooltip: tooltip(ink, { trigger: "axis", formatter: (all) => {
        const i = [all].flat()[0].dataIndex;
        return [dates[i], `${year} ${say(good[i])}`, `${year - 1} ${say(before[i])}`].join("\n");
      } }),
      xAxis: categories(ink, dates, monthTicks(dates)),
      yAxis: values(ink, { name: t("charts.days_unit"), nameGap: 8, max: most }),
      series: [
        line(String(year - 1), before, ink.quiet, { dash: [6, 4], more: { ...stair, ...named(ink.quiet, String(year - 1), ink) } }),
        line(String(year), good, ink.good, { width: 3, more: { ...stair, ...named(ink.good, String(year), ink) } }),
        // What can still be: from no good day more to nothing but good days.
        now === null || left <= 0 ? null : overlay((_area, api) => {
          const [x0, y0] = api.coord([at, now]), [x1, y1] = api.coord([dates.length - 1, now + left]);

          return [
            { type: "polygon", shape: { points: [[x0, y0], [x1, y1], [x1, y0]] }, style: { fill: ink.good, opacity: 0.14, stroke: ink.good, lineWidth: 1 } },
          ];
        }, { z: 1 }),
        target === null ? null : across(target, t("charts.target_days", { n: target }), ink.ink, ink),
      ].filter(Boolean),
    }),
    table: { caption: t("charts.stair"), columns: [t("date"), String(year), String(year - 1)], rows: dates.map((d, i) => [d, good[i], before[i]]).filter((row) => row[1] !== null || row[2] !== null).reverse() },
  };
}
