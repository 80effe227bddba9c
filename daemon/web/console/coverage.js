// What came and what did not: stations by hours, with the reason of every gap, and stations by days as a share of what was expected.
import { commsFigure, completenessFigure, kindWords } from "./chart_heat.js";
import { h, morph } from "./dom.js";
import { chartPanel, heatLegend, kindLegend } from "./figures.js";
import { dayPlus, list, text, when } from "./format.js";
import { labelled, press, presses, select, sheet } from "./records.js";
import { t } from "./strings.js";

const hour_ms = 3_600_000;
const gaps_shown = 200;

/// "2016-12-20 24:00" and the hours before it, by their ends.
function hoursTo(last, n) {
  const end = Date.UTC(Number(last.slice(0, 4)), Number(last.slice(5, 7)) - 1, Number(last.slice(8, 10)), Number(last.slice(11, 13)));
  return Array.from({ length: n }, (_, i) => {
    const at = new Date(end - (n - 1 - i) * hour_ms);
    // An hour that ends at midnight is hour 24 of the day before.
    return at.getUTCHours() === 0 ? `${new Date(at.getTime() - hour_ms).toISOString().slice(0, 10)} 24:00` : `${at.toISOString().slice(0, 10)} ${at.toISOString().slice(11, 16)}`;
  });
}

/// Answer of /api/v1/coverage as columns and rows of the matrix.
export function matrixOf(answer) {
  const n = Math.max(0, ...list(answer.stations).map((s) => s.hours.length));
  const hours = hoursTo(text(answer.last), n);
  const index = new Map(hours.map((hour, i) => [hour, i]));
  const stations = list(answer.stations).map((s) => {
    const reasons = new Map();
    for (const gap of list(s.gaps))
      for (let i = index.get(gap.first) ?? 0; i <= (index.get(gap.last) ?? -1); i += 1) reasons.set(i, text(gap.reason));
    return { id: s.id, name: text(s.name), kinds: [...s.hours].map((mark) => answer.marks?.[mark]?.kind ?? "not_sent"), reasons };
  });
  return { hours, stations };
}

const share = (part, whole) => (whole > 0 ? `${((100 * part) / whole).toFixed(1)}%` : "—");

function gapTable(answer, now) {
  const rows = list(answer.stations).flatMap((s) => list(s.gaps).map((gap) => ({ s, gap }))).sort((a, b) => (a.gap.last < b.gap.last ? 1 : -1));
  return [
    h("h2", null, t("coverage.gaps"), h("small", null, rows.length > gaps_shown ? t("coverage.newest_of", { n: gaps_shown, all: rows.length }) : null)),
    sheet("coverage-gaps", [t("station"), t("coverage.from"), t("coverage.to"), t("coverage.kind"), t("coverage.what"), t("reason")], rows.slice(0, gaps_shown).map(({ s, gap }) => ({
      key: `${s.id} ${gap.first}`, test: "coverage-gap", cells: [h("a", { href: `#/station/${encodeURIComponent(s.id)}` }, text(s.name)), when(gap.first, now), when(gap.last, now), kindWords(gap.kind), list(gap.pollutants).map((p) => p.toUpperCase().replace("_", ".")).join(t("comma")), text(gap.reason)],
    })), { caption: t("coverage.gaps"), empty: t("coverage.no_gaps"), test: "coverage-gaps" }),
  ];
}

export function sharesTable(answer) {
  return sheet("coverage-shares", [t("station"), t("coverage.expected"), t("coverage.observed"), t("coverage.share"), t("coverage.back_filled")], list(answer.stations).map((s) => ({
    key: s.id, test: "coverage-share", cells: [h("a", { href: `#/station/${encodeURIComponent(s.id)}` }, text(s.name)), text(s.expected), text(s.observed), h("b", null, share(s.observed, s.expected)), text(s.back_filled)],
  })), { caption: t("coverage.shares"), empty: t("coverage.nothing") });
}

function make(host, ctx) {
  const view = { last: null, closed: undefined };
  const spans = select("span", [7, 31, 92].map((n) => [n, t("coverage.days", { n })]), 31, { "data-test": "coverage-span" });
  const comms = chartPanel(ctx, { title: t("charts.comms"), note: t("coverage.comms_note"), test: "coverage-comms", legend: kindLegend() });
  const complete = chartPanel(ctx, { title: t("charts.completeness"), note: t("coverage.completeness_note"), test: "coverage-completeness", legend: heatLegend(),
    controls: h("div", { class: "figure-head" }, labelled(t("coverage.span"), spans), press("earlier", t("coverage.earlier"), { "data-test": "coverage-earlier" }), press("later", t("coverage.later"), { "data-test": "coverage-later" })) });
  const shares = h("section", { class: "panel" }), gaps = h("section", { class: "panel" });
  host.append(h("h1", null, t("coverage.title")), comms.node, shares, complete.node, gaps);

  const askComms = () => comms.ask(() => ctx.get("/api/v1/coverage"), (answer) => {
    const { hours, stations } = matrixOf(answer);
    comms.says(t("coverage.comms_span", { first: text(answer.first), last: text(answer.last) }));
    morph(shares, h("h2", null, t("coverage.shares"), h("small", null, t("coverage.shares_note"))), sharesTable(answer));
    morph(gaps, gapTable(answer, ctx.status()?.now));
    return commsFigure(hours, stations);
  });
  const askDays = () => {
    const n = Number(spans.value);
    const params = view.last ? { first: dayPlus(view.last, 1 - n), last: view.last } : n === 31 ? {} : spanTo(ctx.status(), n);
    return complete.ask(() => ctx.get("/api/v1/completeness", params), (answer) => {
      view.shown = { first: answer.first, last: answer.last };
      complete.says(t("coverage.completeness_span", { first: answer.first, last: answer.last }));
      return completenessFigure(list(answer.dates), list(answer.stations).map((s) => ({ id: s.id, name: text(s.name), percent: s.tenths.map((x) => (x === null ? null : x / 10)) })));
    });
  };
  const spanTo = (s, n) => {
    const last = list(s?.areas).flatMap((a) => list(a.days)).map((d) => d.date).sort().at(-1);
    return last ? { first: dayPlus(last, 1 - n), last } : {};
  };
  const quiet = presses(host, {
    earlier() {
      if (!view.shown) return;
      view.last = dayPlus(view.shown.first, -1);
      askDays();
    },
    later() {
      view.last = null;
      askDays();
    },
  });
  spans.addEventListener("change", askDays);
  return {
    draw(s) {
      if (s.closed === view.closed) return;
      view.closed = s.closed;
      askComms();
      if (view.last === null) askDays();
    },
    close() {
      quiet();
      comms.close();
      complete.close();
    },
  };
}

export const screen = { id: "coverage", key: null, title: "coverage.title", needs: "read", make };
