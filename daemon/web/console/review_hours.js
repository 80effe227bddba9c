// One pollutant of one place, hour by hour: the rows of the review table and the lines of its chart, from the hours as the
// daemon says them and the corrections that lie over them. It says what would count, it never counts.
import { h } from "./dom.js";
import { aqiNumber, list, numberOf, primary, text } from "./format.js";
import { press, sheet } from "./records.js";
import { t, word } from "./strings.js";

export const pollutants = [["pm2_5", "PM2.5"], ["pm10", "PM10"], ["so2", "SO2"], ["no2", "NO2"], ["o3", "O3"], ["co", "CO"]];
export const pollutantName = (id) => pollutants.find(([key]) => key === id)?.[1] ?? text(id);
export const unitOf = (id) => (id === "co" ? "mg/m³" : "μg/m³");

const covers = (c, station, pollutant, hour) => c.station === station && c.pollutant === pollutant && c.first <= hour && hour <= c.last;

/// Why an hour wants a look: the station's own flag, then each mark, with the detail where the journal of marks has one. That it was
/// corrected is said by the correction itself.
function reasons(row, pollutant, details, corrected) {
  const flag = row.flags?.[pollutant];
  return [
    ...(flag ? [{ mark: `flag ${flag.flag}`, words: t("review.flagged", { what: word(`review.flag_${flag.flag}`, flag.zh) }), detail: flag.flag }] : []),
    ...list(row.marks?.[pollutant]).filter((mark) => mark !== "corrected" || !corrected).map((mark) => ({ mark, words: word(`review.mark_${mark}`, mark), detail: details.get(`${row.hour} ${mark}`) ?? "" })),
  ];
}

/// Rows of the stretch in time's order: {hour, value, received, pending, after, ratified, reasons, raw}. `after` is null where the hour would
/// not count and undefined where nothing is proposed for it.
export function rowsOf(hours, review, place, pollutant) {
  const details = new Map(list(review?.marks).filter((m) => m.station === place && m.pollutant === pollutant).map((m) => [`${m.hour} ${m.mark}`, m.detail]));
  const over = list(review?.corrections).filter((c) => c.station === place && c.pollutant === pollutant);
  return list(hours).map((raw) => {
    const here = over.filter((c) => covers(c, place, pollutant, raw.hour));
    // Newest first, as the daemon lists them: the newest ratified one is what lies over the hour.
    const pending = here.find((c) => c.state === "validated") ?? null;
    const ratified = here.find((c) => c.state === "ratified") ?? null;
    const value = raw.values?.[pollutant] ?? null;
    const received = raw.received?.[pollutant] ?? null;
    const after = pending === null ? undefined : pending.kind === "invalidate" ? null : pending.kind === "replace" ? pending.value : received ?? value;
    return { hour: raw.hour, value, received, pending, after, ratified: ratified !== null && ratified.kind !== "restore" ? ratified : null, reasons: reasons(raw, pollutant, details, ratified !== null), raw };
  });
}

export const noteworthy = (row) => row.reasons.length > 0 || row.pending !== null || row.ratified !== null;

function afterWords(row) {
  if (row.pending === null) return "";
  if (row.pending.kind === "invalidate") return t("review.nothing_counts");
  if (row.pending.kind === "replace") return text(row.pending.value);
  return row.received === null ? t("review.as_received") : text(row.received);
}

function marksCell(row) {
  return h("ul", { class: "rec-marks" },
    row.reasons.map((r) => h("li", { "data-key": r.mark }, h("b", null, r.words), r.detail ? [" ", h("small", null, r.detail)] : null)),
    row.pending ? h("li", { "data-key": "pending" }, h("b", { class: "rec-pending" }, t("review.pending", { id: row.pending.id })), " ", word(`review.kind_${row.pending.kind}`, row.pending.kind_zh), " ", h("small", null, text(row.pending.why))) : null,
    row.ratified ? h("li", { "data-key": "ratified" }, h("b", null, t("review.mark_corrected")), " ", text(row.ratified.id), " ", word(`review.kind_${row.ratified.kind}`, row.ratified.kind_zh), " ", h("small", null, text(row.ratified.why))) : null);
}

/// "2/3 站": sites of an area, pollutants of a station.
const coverage = ({ coverage: of }) => (!of ? "—" : of.what === "sites" ? t("review.coverage_sites", of) : t("review.coverage_pollutants", of));

/// `chosen`: {first, last} of hours or null. The hour itself is the button that chooses it.
export function hoursTable(rows, { edition, chosen, choosable, caption }) {
  const within = (hour) => chosen !== null && chosen.first <= hour && hour <= chosen.last;
  return sheet("review-hours", [t("review.hour"), { of: t("review.value"), class: "number" }, { of: t("review.received"), class: "number" }, { of: t("review.after"), class: "number" },
    t("review.marks"), t("review.aqi"), t("review.coverage"), t("review.edition"), t("review.quality")],
  rows.map((row) => ({ key: row.hour, test: "review-hour", class: [within(row.hour) ? "chosen" : "", noteworthy(row) ? "noteworthy" : ""].join(" ").trim() || null,
    cells: [choosable ? press("choose", row.hour, { "data-hour": row.hour, "aria-pressed": within(row.hour) ? "true" : "false", "data-test": "review-choose", class: "rec-press rec-hour" }) : row.hour,
      { of: row.value === null ? h("span", { class: "rec-none" }, t("review.no_value")) : h("b", null, text(row.value)), class: "number" },
      { of: text(row.received), class: "number" },
      { of: h("b", { class: "rec-pending" }, afterWords(row)), class: "number" },
      marksCell(row),
      [aqiNumber(numberOf(row.raw.aqi), edition), " ", h("small", null, row.raw.primary ? primary(row.raw.primary) : "")],
      coverage(row.raw), text(row.raw.edition), word(`review.quality_${row.raw.quality}`, row.raw.quality)] })),
  { caption });
}
