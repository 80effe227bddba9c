// The words of the page in the language that was chosen. They stand in words_*.js: { zh: { key: words }, en: { key: words } }.
import alarms from "./words_alarms.js";
import area from "./words_area.js";
import audit from "./words_audit.js";
import charts from "./words_charts.js";
import coverage from "./words_coverage.js";
import desk from "./words_desk.js";
import dispatch from "./words_dispatch.js";
import drill from "./words_drill.js";
import people from "./words_people.js";
import records from "./words_records.js";
import reports from "./words_reports.js";
import review from "./words_review.js";
import room from "./words_room.js";
import rules from "./words_rules.js";
import shared from "./words_shared.js";
import shell from "./words_shell.js";
import station from "./words_station.js";
import targets from "./words_targets.js";
import wall from "./words_wall.js";

const books = [shared, alarms, area, audit, charts, coverage, desk, dispatch, drill, people, records, reports, review, room, rules, shell, station, targets, wall];
const words = { zh: Object.assign({}, ...books.map((b) => b.zh)), en: Object.assign({}, ...books.map((b) => b.en)) };

let chosen = "zh";
export const language = () => chosen;
export function choose(name) {
  chosen = name === "en" ? "en" : "zh";
  document.documentElement.lang = chosen === "zh" ? "zh-CN" : "en";
}

export const has = (key) => Object.hasOwn(words[chosen], key);

/// The words of a key; {name} is replaced. A key nobody wrote is an error of the page.
export function t(key, values = {}) {
  if (!has(key)) {
    reportError(new Error(`no words for "${key}"`));
    return key;
  }
  return words[chosen][key].replace(/\{(\w+)\}/g, (whole, name) => (Object.hasOwn(values, name) ? String(values[name]) : whole));
}

/// The words for a name that the daemon said; a name this page does not know is shown as it came.
export const word = (key, name) => (has(key) ? t(key) : String(name ?? "—"));
