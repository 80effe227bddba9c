// The wall: every area as a tile that can be read across the room, and above them what waits for people.
import { h, hidden, morph, shape } from "./dom.js";
import { closedAge, late_after_minutes } from "./frame.js";
import { aqiChip, duration, figure, levelOf, levelTops, list, noteText, numberOf, primary, text, when } from "./format.js";
import { t } from "./strings.js";
import { badge, issuedOf, nearest, pendingOf, stateWord, whatOf } from "./warning_parts.js";

const SVG = "http://www.w3.org/2000/svg";
const strip_most = 48;     // hours of the small strip
const own_parts = new Set(["areas", "stations", "warnings", "edition", "closed", "mode"]);
const columns_usual = 4;
const redraw_ms = 15_000;  // ages are to the minute

const svg = (tag, attributes, ...children) => {
  const element = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
  element.append(...children);
  return element;
};

/// A bar for each hour: its height the AQI, its class the colour, a gap a hatched foot. Told in words to who cannot see it.
function strip(area) {
  const hours = list(area.strip).slice(-strip_most).map((row) => (typeof row?.[1] === "number" ? row[1] : null));
  if (hours.length === 0) return null;
  const known = hours.filter((v) => v !== null);
  const most = known.length > 0 ? Math.max(...known) : 0;
  const top = levelTops.find((x) => x >= Math.max(most, 100)) ?? 500;
  const bars = hours.map((v, i) => (v === null
    ? svg("rect", { class: "gap", x: i * 4, y: 0, width: 3, height: 40 })
    : svg("rect", { class: `b${levelOf(v)}`, x: i * 4, y: 40 - Math.max(2, (v / top) * 40), width: 3, height: Math.max(2, (v / top) * 40) })));
  return h("span", { class: "strip" }, svg("svg", { viewBox: `0 0 ${hours.length * 4} 40`, preserveAspectRatio: "none", role: "img", "aria-label": t("wall.strip", { n: hours.length, most: known.length > 0 ? most : "—", gaps: hours.length - known.length }) }, ...bars));
}

function trend(area) {
  const rows = list(area.strip);
  const [now, then] = [rows.at(-1)?.[1], rows.at(-4)?.[1]];
  if (typeof now !== "number" || typeof then !== "number") return null;
  const n = now - then;
  return h("span", { class: `trend ${n >= 20 ? "rising" : ""}` }, h("b", { "aria-hidden": "true" }, n > 5 ? "↑" : n < -5 ? "↓" : "→"), " ", t("wall.change", { n: n > 0 ? `+${n}` : n < 0 ? `−${-n}` : "±0" }));
}

/// What is in force, what is issued but not in effect yet, what waits.
function levels(area, s) {
  const open = list(s.warnings).find((w) => w.id === area.warning) ?? null;
  const last = issuedOf(open), pending = pendingOf(open);
  const coming = last?.state === "issued" ? last : null;
  const in_force = list(open?.revisions).findLast((r) => r.state === "effective")?.level ?? (open ? "none" : area.level);
  return h("span", { class: "badges" },
    in_force && in_force !== "none" ? badge(in_force, t("in_force")) : coming || pending ? null : badge("none"),
    coming ? h("span", { class: `warning coming w-${coming.level}` }, shape("wait"), h("b", null, coming.level === "none" ? t("ends", { at: when(coming.effective, s.now) }) : t("comes", { level: t(`wlevel_${coming.level}`), at: when(coming.effective, s.now) }))) : null,
    pending ? h("span", { class: "work", title: stateWord(pending) }, shape("wait"), whatOf(pending), hidden(` ${stateWord(pending)}`)) : null);
}

function tile(area, s) {
  const hour = area.hour;
  const has = typeof hour?.aqi === "number";
  const age = closedAge({ now: s.now, closed: hour?.hour });
  const own = list(area.stations);
  const quiet = list(s.stations).filter((x) => own.includes(x.id) && x.silent !== false).length;
  const particle = (name, label) => h("span", { class: "value" }, h("span", { class: "label" }, label), " ", h("b", null, figure(hour?.values?.[name])));
  const unit_said = ["pm2_5", "pm10"].some((name) => numberOf(hour?.values?.[name]) !== null) ? h("small", null, "μg/m³") : null;
  return h("li", { class: `tile ${area.kind} level-${area.level ?? "none"}`, "data-key": area.id, "data-test": "wall-tile", "data-area": area.id },
    h("a", { href: `#/area/${encodeURIComponent(area.id)}`, "aria-label": t("wall.open_area", { area: text(area.name) }), class: "cover" }),
    h("p", { class: "tile-head" }, h("b", { class: "place", title: text(area.name) }, text(area.name))),
    levels(area, s),
    h("p", { class: "window" }, t("aqi_now"), " · ", hour ? t("window_hour", { at: when(hour.hour, s.now) }) : t("no_hour")),
    h("div", { class: "tile-aqi" }, aqiChip(has ? hour.aqi : null, s.edition, "big")),
    h("p", { class: "values" }, trend(area), has ? h("span", null, h("span", { class: "label", title: t("primary") }, t("wall.primary")), " ", h("b", null, primary(hour.primary))) : null,
      hour?.note ? h("span", { class: "note" }, noteText(hour.note)) : null,
      quiet > 0 ? h("span", { class: "note" }, shape("warn"), " ", t("wall.stations_quiet", { n: quiet, all: own.length })) : null),
    h("p", { class: "values" }, particle("pm2_5", "PM2.5"), particle("pm10", "PM10"), unit_said),
    strip(area),
    h("p", { class: "tile-foot" }, h("small", { "aria-hidden": "true" }, t("wall.hours", { n: Math.min(strip_most, list(area.strip).length) })),
      h("small", { class: age !== null && age > late_after_minutes ? "age bad-words" : "age" }, age === null ? t("wall.data_silent") : t("wall.data_age", { for: duration(age) }))));
}

/// What waits, one line for each step; areas that wait for the same until the same time stand together.
function waiting(s, now_ms) {
  const work = list(s.warnings).filter((w) => pendingOf(w));
  if (work.length === 0) return null;
  const groups = new Map();
  for (const w of work) {
    const clock = nearest(w, s, now_ms);
    const key = [whatOf(pendingOf(w)), stateWord(pendingOf(w)), clock?.textContent].join("/");
    if (!groups.has(key)) groups.set(key, { clock, of: [] });
    groups.get(key).of.push(w);
  }
  return h("section", { class: "waiting", "data-test": "wall-waiting", "aria-label": t("wall.waiting", { n: work.length }) }, h("h2", null, shape("warn"), " ", t("wall.waiting", { n: work.length })),
    h("ul", null, [...groups].map(([key, { clock, of }]) => h("li", { "data-key": key }, h("b", { class: "what" }, whatOf(pendingOf(of[0]))), " ", h("span", { class: "state" }, stateWord(pendingOf(of[0]))), " ",
      of.map((w) => [h("a", { href: `#/desk/${encodeURIComponent(w.id)}`, "data-test": "wall-pending" }, text(w.area_name)), " "]), clock))));
}

function make(host, ctx) {
  const top = h("div"), tiles = h("ul", { class: "tiles" });
  host.append(h("h1", { class: "unseen" }, t("wall.title")), top, tiles);
  const draw = (s, changed) => {
    if (!s || (changed && ![...changed].some((name) => own_parts.has(name.split("/")[0])))) return;
    morph(top, waiting(s, ctx.now()));
    const areas = [...list(s.areas)].sort((a, b) => Number(b.kind === "city") - Number(a.kind === "city"));
    tiles.dataset.columns = areas.length > columns_usual * 2 ? "5" : "4"; // two rows as long as they go into two
    morph(tiles, areas.length === 0 ? h("li", { class: "plain" }, t("no_areas")) : areas.map((a) => tile(a, s)));
  };
  const timer = setInterval(() => draw(ctx.status(), null), redraw_ms);
  return { draw, close: () => clearInterval(timer) };
}

export const screen = { id: "wall", key: "w", title: "menu.wall", needs: "read", make };
