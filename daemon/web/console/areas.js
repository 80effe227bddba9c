// The areas as tiles: the hour of each, and the warning in force, which is another thing than the colour of the hour.
import { h, shape } from "./dom.js";
import { aqiChip, figure, heading, list, noteText, numberOf, primary, text, warningLevels, warningName, when } from "./format.js";
import { t, word } from "./strings.js";
import { yearLine } from "./targets.js";

/// What people have to do: warnings with a revision that is not issued yet, with that revision.
export function openWork(s) {
  return list(s.warnings).flatMap((w) => {
    const revision = w.pending === null || w.pending === undefined ? null : list(w.revisions).find((r) => r.number === w.pending);
    return revision ? [{ warning: w, revision }] : [];
  });
}

/// The level in force of an area, what is issued but not yet in effect, and what waits for people.
/// The daemon's `level` counts a warning from its issue; here an hour that has not come yet is said to be coming.
export function standing(area, s) {
  const own = list(s.warnings).filter((w) => w.area === area.id);
  const { inForce, coming } = standingOf([...own].reverse().flatMap((w) => list(w.revisions)));
  const pending = openWork(s).filter((x) => x.warning.area === area.id).map((x) => x.revision);
  return { inForce: own.length === 0 && area.level ? area.level : inForce, coming, pending };
}

/// The same of revisions, oldest first.
export function standingOf(revisions) {
  const out = { inForce: "none", coming: null };
  for (const r of revisions) {
    if (r.state === "effective") Object.assign(out, { inForce: r.level, coming: null });
    else if (r.state === "issued") out.coming = r;
  }
  return out;
}

export function warningBadge(level, state = "") {
  if (!level || level === "none") return h("span", { class: "warning w-none" }, t("no_warning"));
  const known = warningLevels.includes(level) ? level : "unknown";
  return h("span", { class: `warning w-${known}` }, shape("warn"), h("b", null, warningName(level)), state ? h("small", null, state) : null);
}

/// "升级为红色预警", for a revision.
export function whatOf(r) {
  const level = r.level === "none" ? r.previous : r.level;
  return word(`what_${r.kind}`, r.kind).replace("{level}", word(`wlevel_${level}`, level));
}

export const levelBadges = (inForce, coming, s) => [
  warningBadge(inForce, inForce !== "none" ? t("in_force") : ""),
  coming === null ? null
    : h("span", { class: `warning coming w-${coming.level}` }, shape("wait"),
      h("b", null, coming.level === "none" ? t("ends", { at: when(coming.effective, s.now) }) : t("comes", { level: word(`wlevel_${coming.level}`, coming.level), at: when(coming.effective, s.now) }))),
];

export function standingBadges(area, s) {
  const { inForce, coming, pending } = standing(area, s);
  return h("span", { class: "badges" },
    levelBadges(inForce, coming, s),
    pending.map((r) => h("span", { class: "work" }, shape("wait"), t("pending_badge", { what: whatOf(r) }), " · ", word(`state_${r.state}`, r.state_zh ?? r.state))));
}

function change(area) {
  const rows = list(area.strip);
  const [now, then] = [rows.at(-1)?.[1], rows.at(-4)?.[1]];
  if (typeof now !== "number" || typeof then !== "number") return null;
  const n = now - then;
  return h("span", { class: "change" }, h("span", { "aria-hidden": "true" }, n > 0 ? "↑" : n < 0 ? "↓" : "→"), " ", t("change_3h", { n: n > 0 ? `+${n}` : n < 0 ? `−${-n}` : "±0" }));
}

export const measured = [["pm2_5", "PM2.5", "μg/m³"], ["pm10", "PM10", "μg/m³"], ["o3", "O3", "μg/m³"], ["no2", "NO2", "μg/m³"], ["so2", "SO2", "μg/m³"], ["co", "CO", "mg/m³"]];

function values(hour, which, unit_each) {
  const known = (name) => numberOf(hour?.values?.[name]) !== null;
  return h("span", { class: "values" }, which.map(([name, label, unit], i) =>
    h("span", { class: "value" }, h("span", { class: "label" }, label), " ", h("b", null, figure(hour?.values?.[name])),
      known(name) && (unit_each || unit !== which[i + 1]?.[2]) ? h("small", null, " ", unit) : null)));
}

function tile(area, s, chosen) {
  const city = area.kind === "city";
  const hour = area.hour;
  const has = typeof hour?.aqi === "number";
  return h("li", { class: city ? "city" : "", "data-key": `area-${area.id}` },
    h("button", { type: "button", class: "tile", "data-area": area.id, "aria-pressed": chosen ? "true" : "false", "aria-controls": "detail" },
      h("span", { class: "place" }, text(area.name), city ? h("small", null, t("city")) : null),
      h("span", { class: "window" }, t("aqi_now"), " ", hour ? t("window_hour", { at: when(hour.hour, s.now) }) : t("no_hour")),
      aqiChip(has ? hour.aqi : null, s.edition, "big"),
      h("span", { class: "lines" },
        has ? h("span", { class: "line" }, h("span", { class: "label" }, t("primary")), " ", h("b", null, primary(hour.primary))) : null,
        hour?.note ? h("span", { class: "line note" }, noteText(hour.note)) : null,
        city && has ? change(area) : null),
      values(hour, city ? measured : measured.slice(0, 2), city),
      city ? yearLine(area, s) : null,
      standingBadges(area, s)));
}

export function areaTiles(s, selected) {
  const areas = [...list(s.areas)].sort((a, b) => (a.kind === "city" ? 0 : 1) - (b.kind === "city" ? 0 : 1));
  return [
    heading("areas"),
    areas.length === 0 ? h("p", { class: "plain" }, t("no_areas")) : h("ul", { class: "tiles" }, areas.map((a) => tile(a, s, a === selected))),
  ];
}
