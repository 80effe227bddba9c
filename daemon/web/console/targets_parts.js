// The three figures of the year: where each stands against its target, and whether it can still be met.
import { h, hidden, shape } from "./dom.js";
import { figure, list, names, numberOf, shortDay, text, unit } from "./format.js";
import { t } from "./strings.js";

const looks = { met: "ok", failed: "bad", lost: "bad", unproven: "warn", open_in: "wait", open_over: "warn", open: "wait", none: "none" };
const few_days = 10; // that may still be lost before the year is void: said from here on

const isVoid = (f) => Boolean(f.void_on) || (numberOf(f.may_lose) ?? 0) < 0;

/// Where a mean stands, and why. What cannot be proven is never met, whatever the mean says.
function annualState(f, now) {
  const since = (day) => (day ? t("lost_on", { day: shortDay(day, now) }) : "");
  if (numberOf(f.target) === null) return ["none", ""];
  if (f.met === false) return ["failed", since(f.lost_on)];
  if (f.lost_on) return ["lost", since(f.lost_on)];
  if (isVoid(f)) return ["unproven", voidWhy(f, now)];
  if (f.year_over && !f.year_valid) return ["unproven", t("too_few_days")];
  if (f.met === true) return ["met", ""];
  if (f.year_over) return ["unproven", ""];
  const mean = numberOf(f.published);
  return [mean === null ? "open" : mean <= numberOf(f.target) ? "open_in" : "open_over", ""];
}
const voidWhy = (f, now) => (f.void_on ? t("void_since", { day: shortDay(f.void_on, now) }) : t("too_few_days"));

/// The same of the good days. An upper bound may prove that the target is lost, never that it is met.
function goodState(g, now) {
  const undetermined = numberOf(g.undetermined) ?? 0;
  if (numberOf(g.target) === null) return ["none", ""];
  // With undetermined days, `lost_on` is the day since when it cannot be proven; it may have been lost later.
  if (g.met === false) return [g.remaining === 0 ? "failed" : "lost", g.lost_on && undetermined === 0 ? t("lost_on", { day: shortDay(g.lost_on, now) }) : ""];
  if (g.upper_bound) return ["unproven", ""]; // boundNote() says why
  if (g.met === true) return ["met", ""];
  if (g.lost_on) return ["unproven", t("undetermined_since", { day: shortDay(g.lost_on, now), n: undetermined })];
  return g.remaining === 0 ? ["unproven", t("days_undetermined", { n: undetermined })] : ["open", ""];
}

const goodCount = (g) => (g.upper_bound ? t("at_most_days", { n: text(g.at_most) }) : text(g.good));
const boundNote = (g) => (g.upper_bound ? t("bound_note", { what: names(g.never_measured) }) : "");

const stateWords = (state) => (state === "none" ? t("no_target") : t(`state_${state}`));
/// "not proven: too few valid days since 11-28"; of a loss the words alone, its day stands in the area's own block.
const stateLine = ([state, why]) => (state === "unproven" && why ? t("because", { what: stateWords(state), why }) : stateWords(state));
function stateBadge([state, why]) {
  return h("span", { class: `verdict-badge ${looks[state]}` }, shape(looks[state]), h("b", null, stateWords(state)), why ? h("small", null, why) : null);
}

const percent = (part, whole) => `${whole > 0 ? Math.min(100, Math.max(0, (100 * part) / whole)).toFixed(2) : 0}%`;

const annualOf = (area, pollutant, window) => list(area?.annual).find((f) => f.pollutant === pollutant && f.window === window);

function meanBar(mean, target) {
  if (mean === null || target === null) return null;
  const whole = Math.max(target * 1.5, mean * 1.1);
  return h("div", { class: "bar", "aria-hidden": "true" },
    h("span", { class: "part within", style: { left: "0%", width: percent(Math.min(mean, target), whole) } }),
    mean > target ? h("span", { class: "part above", style: { left: percent(target, whole), width: percent(mean - target, whole) } }) : null,
    h("span", { class: "mark", style: { left: percent(target, whole) } }));
}

function allowance(f, remaining) {
  const n = numberOf(f.allowance);
  if (n === null) return null;
  const days = remaining ?? "—";
  // The mean is held against the target after rounding, so a negative allowance alone does not prove that it is lost.
  const key = n >= 0 ? "allowance_is" : f.lost_on ? "allowance_gone" : "allowance_rounding";
  return h("p", { class: n < 0 ? "allowance gone" : "allowance" }, h("span", { class: "label" }, t("allowance")), " ", t(key, { n: figure(n), days }));
}

/// The year itself may become void: what may still be lost, or since when it is lost.
function validity(f, [state], now) {
  if (isVoid(f)) return state === "unproven" ? null : h("p", { class: "window short" }, voidWhy(f, now));
  const n = numberOf(f.may_lose);
  if (f.year_over || n === null || n > few_days) return null;
  return h("p", { class: n === 0 && state !== "lost" ? "window short" : "window" }, t("may_lose", { n }));
}

function annualPart(area, pollutant, through, remaining, s) {
  const f = annualOf(area, pollutant, "year_to_date");
  if (!f) return null;
  const trailing = annualOf(area, pollutant, "trailing_365_days");
  const [mean, target] = [numberOf(f.published), numberOf(f.target)];
  const state = annualState(f, s.now);
  return h("div", { class: "target", "data-key": pollutant },
    h("div", { class: "target-head" },
      h("h4", null, `${text(f.label)} ${t("annual_mean")}`), stateBadge(state)),
    h("p", { class: "target-value" },
      h("b", null, figure(f.published)), " ", unit(f.unit), target === null ? null : h("span", { class: "against" }, t("target_at_most", { n: figure(target) })),
      h("small", null, t("unrounded", { n: figure(f.mean, 2) }))),
    meanBar(mean, target),
    allowance(f, remaining),
    h("p", { class: "window" }, t("annual_window", { from: `${text(f.year)}-01-01`, to: through ? shortDay(through, `${f.year}`) : "—", n: text(f.valid_days) })),
    validity(f, state, s.now),
    trailing ? h("p", { class: "window" }, t("trailing_mean", { value: figure(trailing.published), n: text(trailing.valid_days) })) : null);
}

function goodPart(g, through, s) {
  if (!g) return null;
  const n = (x) => numberOf(x) ?? 0;
  const whole = n(g.good) + n(g.lost) + n(g.undetermined) + n(g.remaining);
  const target = numberOf(g.target);
  const state = goodState(g, s.now);
  const parts = [["good", n(g.good)], ["undetermined", n(g.undetermined)], ["remaining", n(g.remaining)], ["lost", n(g.lost)]];
  let left = 0;
  const bar = parts.map(([name, days]) => {
    const part = h("span", { class: `part days-${name}`, style: { left: percent(left, whole), width: percent(days, whole) } });
    left += days;
    return part;
  });
  return h("div", { class: "target", "data-key": "good-days" },
    h("div", { class: "target-head" }, h("h4", null, t("good_days")), stateBadge(state)),
    h("p", { class: "target-value" }, h("b", null, g.upper_bound ? goodCount(g) : t("n_days", { n: goodCount(g) })), target === null ? null : h("span", { class: "against" }, t("target_at_least", { n: target }))),
    g.upper_bound ? h("p", { class: "allowance short" }, boundNote(g)) : null,
    h("div", { class: "bar", "aria-hidden": "true" }, bar, target === null ? null : h("span", { class: "mark", style: { left: percent(target, whole) } })),
    h("p", { class: "legend" }, parts.map(([name, days]) => h("span", null, h("span", { class: `swatch days-${name}`, "aria-hidden": "true" }), t(`days_${name}`, { n: days })))),
    state[0] === "open" && target > n(g.good) ? h("p", { class: "allowance" }, t("good_needed", { left: n(g.remaining), n: target - n(g.good) })) : null,
    h("p", { class: "window" }, t("good_days_window", { year: text(g.year), to: through ? shortDay(through, `${g.year}`) : "—" })));
}

export function targetBars(s, area) {
  const through = list(area?.days).at(-1)?.date;
  const good = area?.good_days ?? null;
  const year = good?.year ?? annualOf(area, "pm10", "year_to_date")?.year ?? String(s.now ?? "").slice(0, 4);
  const parts = ["pm10", "pm2_5"].map((p) => annualPart(area, p, through, good?.remaining, s)).concat(goodPart(good, through, s)).filter(Boolean);
  return [h("h3", null, t("targets", { year })), parts.length > 0 ? parts : h("p", { class: "plain" }, t("targets_none"))];
}

function overviewCell(value, state, ...more) {
  const look = looks[state[0]];
  return h("td", null, h("span", { class: `standing ${look}` }, shape(look), " ", h("b", null, value)), h("small", null, stateLine(state)), more.filter(Boolean).map((x) => h("small", null, x)));
}
const undeterminedNote = (g) => (numberOf(g.undetermined) > 0 ? t("days_undetermined", { n: g.undetermined }) : "");
function goodCell(g, s) {
  const state = goodState(g, s.now);
  const said = state[0] === "unproven" && !g.upper_bound; // the reason is the undetermined days
  return overviewCell(goodCount(g), state, boundNote(g), said ? "" : undeterminedNote(g));
}

function targetNote(areas, pollutant) {
  const targets = [...new Set(areas.map((a) => numberOf(annualOf(a, pollutant, "year_to_date")?.target)))].filter((x) => x !== null);
  return targets.length === 1 ? h("small", null, `≤ ${figure(targets[0])}`) : null;
}

export function overviewTable(s, chosen) {
  const areas = list(s.areas);
  const head = h("h2", null, t("overview"), h("small", null, t("overview_note")));
  if (!areas.some((a) => a.good_days || list(a.annual).length > 0)) return [head, h("p", { class: "plain" }, t("targets_none"))];
  const good = [...new Set(areas.map((a) => numberOf(a.good_days?.target)))].filter((x) => x !== null);
  return [head, h("div", { class: "scroll" }, h("table", { class: "overview" },
    h("thead", null, h("tr", null, h("th", { scope: "col" }, t("area")), h("th", { scope: "col" }, "PM10", targetNote(areas, "pm10")), h("th", { scope: "col" }, "PM2.5", targetNote(areas, "pm2_5")),
      h("th", { scope: "col" }, t("good_days"), good.length === 1 ? h("small", null, `≥ ${good[0]}`) : null))),
    h("tbody", null, areas.map((a) => h("tr", { "data-key": a.id },
      h("th", { scope: "row" }, h("a", { href: `#/targets/${encodeURIComponent(a.id)}`, "data-test": "targets-open", "aria-current": a.id === chosen ? "true" : null }, text(a.name))),
      ["pm10", "pm2_5"].map((p) => {
        const f = annualOf(a, p, "year_to_date");
        return f ? overviewCell(figure(f.published), annualState(f, s.now)) : h("td", null, "—");
      }),
      a.good_days ? goodCell(a.good_days, s) : h("td", null, "—"))))))];
}
