// Two matrices of stations: hour by hour what became of every expected hour, and day by day how much of what was expected came.
import { base, categories, cells, hourAxis, inks, tooltip } from "./chart_parts.js";
import { t, word } from "./strings.js";

/// What an hour may be, as daemon/coverage names it, with a colour and a letter. Hatched: received, and not valid.
export const hour_kinds = [
  { kind: "observed", fill: "#2f7d5b", ink: "#fff" },
  { kind: "back_filled", fill: "#7d5bb5", ink: "#fff" },
  { kind: "corrected", fill: "#2f6fa8", ink: "#fff" },
  { kind: "flagged", fill: "#6d6233", ink: "#fff", hatched: true },
  { kind: "maintenance", fill: "#4b5866", ink: "#fff" },
  { kind: "put_aside", fill: "#d9822b", ink: "#000" },
  { kind: "link_down", fill: "#b03a48", ink: "#fff" },
  { kind: "not_sent" },
  { kind: "not_expected" },
];
const by_kind = new Map(hour_kinds.map((k) => [k.kind, k]));
const kindOf = (kind) => by_kind.get(kind) ?? by_kind.get("not_sent");
export const kindLetter = (kind) => t(`charts.kind_letter_${kind}`);
export const kindWords = (kind) => word(`charts.kind_${kind}`, kind);

const row_height = 24;
const heightFor = (rows) => 60 + rows * row_height;
const nameWidth = (names) => Math.min(170, 20 + 13 * Math.max(2, ...names.map((n) => n.length)));

/// `hours`: the names of the columns; `stations`: [{id, name, kinds: ["observed", ...], reasons: Map(hour index -> words)}].
export function commsFigure(hours, stations) {
  const ink = inks();
  const names = stations.map((s) => s.name);
  const data = stations.flatMap((s, row) => s.kinds.map((kind, column) => ({ row, column, kind: kindOf(kind), station: s })));
  // A run of the same kind carries its letter where it begins: one on every cell would be a carpet.
  const begins = ({ column, kind, station }) => column === 0 || kindOf(station.kinds[column - 1]) !== kind;
  const look = (d) => ({ fill: d.kind.fill, ink: d.kind.ink ?? ink.quiet, hatched: d.kind.hatched, letter: d.kind.kind === "observed" || d.kind.kind === "not_expected" || !begins(d) ? "" : kindLetter(d.kind.kind) });
  const count = (kind) => data.filter((d) => d.kind.kind === kind).length;
  return {
    empty: data.length === 0 ? t("charts.no_hours") : null,
    label: t("charts.comms_label", { stations: stations.length, hours: hours.length, what: hour_kinds.filter((k) => count(k.kind) > 0).map((k) => `${kindWords(k.kind)} ${count(k.kind)}`).join(t("comma")) }),
    height: heightFor(stations.length),
    keys: { series: 0, count: data.length },
    option: base(ink, {
      grid: { left: nameWidth(names), right: 24, top: 6, bottom: 26 },
      tooltip: tooltip(ink, { trigger: "item", formatter: (p) => {
        const d = data[p.dataIndex];
        return [d.station.name, hours[d.column], kindWords(d.kind.kind), d.station.reasons?.get(d.column)].filter(Boolean).join("\n");
      } }),
      xAxis: categories(ink, hours, hourAxis(hours, { axisTick: { show: false } })),
      yAxis: categories(ink, names, { inverse: true, axisTick: { show: false }, axisLabel: { width: nameWidth(names) - 10, overflow: "truncate", interval: 0 } }),
      series: [cells(data.map((d) => [d.column, d.row]), (i) => look(data[i]), ink)],
    }),
    table: {
      caption: t("charts.comms"), columns: [t("station"), ...hour_kinds.filter((k) => k.kind !== "not_expected").map((k) => kindWords(k.kind))],
      rows: stations.map((s) => [s.name, ...hour_kinds.filter((k) => k.kind !== "not_expected").map((k) => s.kinds.filter((kind) => kindOf(kind) === k).length)]),
    },
  };
}

const steps = [ // from, fill, ink: what is whole stays quiet, what lacks is light; the number stands in the cell
  [100, "#1c4a38", "#fff"], [90, "#2a6b4f", "#fff"], [75, "#479c78", "#000"], [50, "#e8c46a", "#000"], [1, "#f09a5b", "#000"], [0, "#b03a48", "#fff"],
];
const stepOf = (percent) => steps.find(([from]) => percent >= from) ?? steps.at(-1);
/// From how many percent on a step begins, for the legend.
export const heat_steps = steps.map(([from, fill, ink]) => ({ from, fill, ink }));

/// `days`: the dates; `stations`: [{id, name, percent: [number or null]}].
export function completenessFigure(days, stations) {
  const ink = inks();
  const names = stations.map((s) => s.name);
  const data = stations.flatMap((s, row) => days.map((day, column) => ({ row, column, percent: s.percent[column] ?? null, name: s.name, day })));
  const some = data.filter((d) => d.percent !== null);
  const every = Math.max(1, Math.ceil(days.length / 14));
  const look = (d) => {
    if (d.percent === null) return { letter: "" };
    const [, fill, on] = stepOf(d.percent);
    return { fill, ink: on, letter: d.percent < 100 ? String(Math.floor(d.percent)) : "" };
  };
  return {
    empty: some.length === 0 ? t("charts.no_days") : null,
    label: t("charts.completeness_label", { stations: stations.length, days: days.length, low: some.filter((d) => d.percent < 75).length }),
    height: heightFor(stations.length),
    keys: { series: 0, count: data.length },
    option: base(ink, {
      grid: { left: nameWidth(names), right: 24, top: 6, bottom: 26 },
      tooltip: tooltip(ink, { trigger: "item", formatter: (p) => {
        const d = data[p.dataIndex];
        return [d.name, d.day, d.percent === null ? t("charts.no_value") : `${d.percent}%`].join("\n");
      } }),
      xAxis: categories(ink, days, { axisTick: { show: false }, axisLabel: { interval: (i) => i % every === 0, formatter: (day) => day.slice(5) } }),
      yAxis: categories(ink, names, { inverse: true, axisTick: { show: false }, axisLabel: { width: nameWidth(names) - 10, overflow: "truncate", interval: 0 } }),
      series: [cells(data.map((d) => [d.column, d.row]), (i) => look(data[i]), ink)],
    }),
    table: { caption: t("charts.completeness"), columns: [t("station"), ...days.map((d) => d.slice(5))], rows: stations.map((s) => [s.name, ...days.map((_, i) => (s.percent[i] === null || s.percent[i] === undefined ? null : `${s.percent[i]}%`))]) },
  };
}
