// The page's clockwork: asks the daemon every second, draws what changed, greys out when nobody answers.
import { h, morph } from "./dom.js";
import { list, parts } from "./format.js";
import { areaTiles, openWork } from "./areas.js";
import { drawStrip } from "./chart.js";
import { dayCells, detailHead, forecastTable, stationsNow, stripHead, stripMiddle } from "./detail.js";
import { drillBand, footerLines, headerParts, lightList, staleBand } from "./header.js";
import { messageTable } from "./messages.js";
import { noticeCards } from "./notices.js";
import { qualityParts } from "./quality.js";
import { choose, language, t } from "./strings.js";
import { overviewTable, targetBars } from "./targets.js";
import { pendingBlock, warningCards } from "./warnings.js";

const period_ms = 1000;
const patience_ms = 4000;   // one question
const stale_after_ms = 5000; // no answer at all
const errors_kept = 5;

const state = { status: null, area: null, answered_at: null, opened_at: Date.now(), why: null };

// Errors of our own are written where a test, or somebody on the telephone, can read them.
const errors = [];
function note(what) {
  if (errors.length < errors_kept) errors.push(String(what));
  document.body.dataset.errors = errors.join(" | ");
}
addEventListener("error", (event) => note(event.message || `cannot load ${event.target?.src ?? event.target?.href}`), true);
addEventListener("unhandledrejection", (event) => note(event.reason));
addEventListener("securitypolicyviolation", (event) => note(`forbidden by the content policy: ${event.violatedDirective} ${event.blockedURI}`));

// Preferences stay in this browser; where it keeps nothing, the page works without.
const remembered = (name) => { try { return localStorage.getItem(name); } catch { return null; } };
const remember = (name, value) => { try { localStorage.setItem(name, value); } catch { /* not kept */ } };

/// Every section: where it goes, what of the status it shows, and how. It is drawn again only when that has changed.
const day = (s) => parts(s.now)?.day;
const minute = (s) => String(s.now).slice(0, 16);
const sections = [
  ["drill", (s) => [s.mode], drillBand],
  ["header", (s) => [s.now, s.now_ms, s.mode, s.closed, s.edition, s.rules, list(s.notices).length], headerParts],
  ["pending", (s) => [minute(s), s.warnings], pendingBlock],
  ["lights", (s) => [day(s), s.mode, s.storage, s.recompute, s.links, s.channels, s.stations], lightList],
  ["areas", (s) => [day(s), s.areas, s.warnings, s.edition], areaTiles],
  ["detail-head", (s, a) => [day(s), a, s.edition, s.warnings], detailHead],
  ["strip-head", (s, a) => [a?.strip, s.edition], stripHead],
  ["strip-middle", (s, a) => [a?.strip], stripMiddle],
  ["stations-now", (s, a) => [day(s), a?.stations, s.stations, s.closed], stationsNow],
  ["targets", (s, a) => [day(s), a?.annual, a?.good_days, a?.days], targetBars],
  ["days", (s, a) => [day(s), a?.days, s.edition], dayCells],
  ["forecasts", (s, a) => [day(s), a?.forecasts, s.edition], forecastTable],
  ["overview", (s) => [day(s), s.areas], overviewTable],
  ["warnings", (s) => [minute(s), s.warnings, s.edition], warningCards],
  ["messages", (s) => [day(s), s.outbox, s.warnings], messageTable],
  ["notices", (s) => [day(s), s.notices, s.areas, s.stations], noticeCards],
  ["quality", (s) => [minute(s), s.counts, s.aside, s.stations, s.edition], qualityParts],
  ["footer", () => [], footerLines],
];
const drawn = new Map();

function selectedArea(s) {
  const areas = list(s.areas);
  return areas.find((a) => a.id === state.area) ?? areas.find((a) => a.kind === "city") ?? areas[0] ?? null;
}

/// A section that cannot be drawn says so in its place; the others and the clockwork go on.
function drawSection(id, needs, make) {
  const host = document.getElementById(id);
  try {
    const key = JSON.stringify([language(), needs()]);
    if (drawn.get(id) === key) return;
    drawn.set(id, key);
    make(host);
  } catch (error) {
    note(`${id}: ${error?.message}`);
    drawn.delete(id);
    morph(host, h("p", { class: "broken" }, t("broken_section")));
  }
}

function draw() {
  const s = state.status;
  if (!s) return;
  const area = selectedArea(s);
  for (const [id, needs, make] of sections)
    drawSection(id, () => [area?.id, needs(s, area)], (host) => morph(host, make(s, area)));
  drawSection("plots", () => [area?.id, area?.strip, s.edition], () => drawStrip(s, area));
  const work = openWork(s).length;
  document.title = [s.mode === "drill" ? t("drill") : "", work > 0 ? `(${work})` : "", t("name")].filter(Boolean).join(" ");
}

/// The state of the connection, twice a second; it needs no answer to notice that there is none.
function watch() {
  const now = Date.now();
  const since = Math.min(state.answered_at ?? state.opened_at, now); // a clock that was put back is no silence
  const stale = now - since > stale_after_ms;
  document.body.dataset.state = stale ? "stale" : state.status ? "live" : "waiting";
  drawSection("stale", () => [stale, stale && Math.floor((now - since) / 1000), state.why, state.status === null],
    (host) => morph(host, stale ? staleBand(state, now) : state.status ? null : h("p", { class: "plain" }, t("waiting"))));
  if (stale && !document.title.startsWith("⚠")) document.title = `⚠ ${document.title}`;
}

async function ask() {
  const abort = new AbortController();
  const timer = setTimeout(() => abort.abort(), patience_ms);
  try {
    const answer = await fetch("api/v1/status", { cache: "no-store", signal: abort.signal });
    if (!answer.ok) return { why: ["why_http", { status: answer.status }] };
    const status = await answer.json();
    if (status === null || typeof status !== "object" || Array.isArray(status)) return { why: ["why_form"] };
    if (status.schema !== "aqid/status/1") return { why: ["why_schema"] };
    return { status };
  } catch (error) {
    return { why: [abort.signal.aborted ? "why_timeout" : error instanceof SyntaxError ? "why_form" : "why_network"] };
  } finally {
    clearTimeout(timer);
  }
}

let turn = null;
async function poll() {
  clearTimeout(turn);
  turn = null;
  const began = Date.now();
  const { status, why } = await ask();
  if (status) Object.assign(state, { status, why: null, answered_at: Date.now() });
  else state.why = why;
  try {
    if (status) draw();
    watch();
  } catch (error) {
    note(error?.message);
  }
  turn = setTimeout(poll, Math.max(0, period_ms - (Date.now() - began)));
}

document.addEventListener("click", (event) => {
  const chosen = event.target.closest("[data-area]");
  if (chosen) {
    state.area = chosen.dataset.area;
    draw();
    const head = document.getElementById("detail-head");
    if (innerWidth < 700 || chosen.closest("#overview")) head.scrollIntoView({ block: "start" });
  } else if (event.target.closest("[data-switch-language]")) {
    choose(language() === "zh" ? "en" : "zh");
    remember("aqid.language", language());
    draw();
    watch();
  }
});
// A hidden page sleeps; a page that is looked at again asks at once.
document.addEventListener("visibilitychange", () => { if (!document.hidden && turn !== null) poll(); });

const asked = new URLSearchParams(location.search);
choose(asked.get("lang") ?? remembered("aqid.language") ?? "zh");
state.area = asked.get("area");
document.title = t("name");
watch();
setInterval(watch, 500);
poll();
