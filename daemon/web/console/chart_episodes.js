// The episodes of a year: the days of each heavy spell in their classes, the warnings in force above them, and what was sent when.
import { base, box, categories, fillOf, inks, inkOn, levelLetter, textAt, tooltip } from "./chart_parts.js";
import { levelOf } from "./format.js";
import { t, word } from "./strings.js";

// Warning levels are another system than AQI classes: outlined, with a triangle and their word.
const tones = { blue: "#4f9dff", yellow: "#ffd800", orange: "#ff9422", red: "#ff4b4b" };

/// `days`: [{date, aqi}] of the stretch; `warnings`: [{id, level, from, to}] in days; `messages`: [{day, kind, level, words}].
export function episodeFigure({ days, warnings, messages, place, title }) {
  const ink = inks();
  const dates = days.map((d) => d.date);
  const at = (date) => Math.max(0, Math.min(dates.length - 1, dates.indexOf(date.slice(0, 10)) >= 0 ? dates.indexOf(date.slice(0, 10)) : date.slice(0, 10) < (dates[0] ?? "") ? 0 : dates.length - 1));
  const rows = [t("charts.messages"), t("charts.warning"), t("charts.day_aqi")];
  const level = (l) => word(`wlevel_${l}`, l);
  const items = [
    ...days.map((d, i) => ({ kind: "day", row: 2, from: i, to: i, d, says: `${d.date}\nAQI ${d.aqi ?? t("charts.no_value")} ${t(`level_${levelOf(d.aqi)}`)}` })),
    ...warnings.map((w) => ({ kind: "warning", row: 1, from: at(w.from), to: Math.max(at(w.from), at(w.to)), w, says: [t("warning_named", { level: level(w.level) }), `${w.from} – ${w.to}`, w.id].join("\n") })),
    ...messages.map((m) => ({ kind: "message", row: 0, from: at(m.day), to: at(m.day), m, says: [m.day, m.words].join("\n") })),
  ];
  return {
    empty: days.length === 0 ? t("charts.no_episodes") : null,
    label: t("charts.episode_label", { place, title, most: Math.max(0, ...days.map((d) => d.aqi ?? 0)), warnings: warnings.map((w) => t("warning_named", { level: level(w.level) })).join(t("comma")) || t("no_warning"), n: messages.length }),
    height: 190,
    keys: { series: 0, count: items.length },
    option: base(ink, {
      grid: { left: 74, right: 12, top: 8, bottom: 26 },
      tooltip: tooltip(ink, { trigger: "item", formatter: (p) => items[p.dataIndex].says }),
      xAxis: categories(ink, dates, { axisLabel: { formatter: (d) => d.slice(5) }, axisTick: { alignWithLabel: true } }),
      yAxis: categories(ink, rows, { inverse: true, axisTick: { show: false }, axisLabel: { color: ink.ink } }),
      series: [{
        type: "custom", z: 3, encode: { x: 0, y: 1 }, data: items.map((x) => [x.from, x.row]),
        renderItem: (params, api) => {
          const x = items[params.dataIndex];
          const [left, y] = api.coord([x.from, x.row]);
          const right = api.coord([x.to, x.row])[0];
          const [w, tall] = api.size([1, 1]);
          const height = Math.min(34, tall * 0.7);
          const r = { x: left - w / 2 + 1, y: y - height / 2, width: right - left + w - 2, height };
          if (x.kind === "day") {
            const l = levelOf(x.d.aqi);
            return { type: "group", children: [box(r, { fill: l ? fillOf(l, ink) : ink.raised }), r.width > 12 ? textAt(r.x + r.width / 2, y, r.width > 44 && x.d.aqi !== null ? `${x.d.aqi} ${levelLetter(l)}` : levelLetter(l), { fill: inkOn(l, ink), size: 13, weight: 700, font: ink.font }) : null].filter(Boolean) };
          }
          const tone = tones[x.kind === "warning" ? x.w.level : x.m.level] ?? ink.quiet;
          if (x.kind === "warning")
            return { type: "group", children: [box({ ...r, round: 6 }, { fill: ink.ground, stroke: tone, lineWidth: 2 }), textAt(r.x + r.width / 2, y, r.width > 70 ? t("warning_named", { level: level(x.w.level) }) : level(x.w.level), { fill: ink.ink, size: 13, font: ink.font })] };
          return { type: "polygon", shape: { points: [[left, y - 9], [left + 9, y + 7], [left - 9, y + 7]] }, style: { fill: tone, stroke: ink.ink, lineWidth: 1 } };
        },
      }],
    }),
    table: { caption: t("charts.episodes"), columns: [t("date"), "AQI", t("charts.class"), t("charts.warning"), t("charts.messages")], rows: days.map((d, i) => [d.date, d.aqi, t(`level_${levelOf(d.aqi)}`),
      warnings.filter((w) => at(w.from) <= i && i <= at(w.to)).map((w) => level(w.level)).join(t("comma")) || null, messages.filter((m) => m.day.slice(0, 10) === d.date).map((m) => m.words).join(t("comma")) || null]) },
  };
}

