// The correction notices: published figures that became others, numbered, with who and why. They are no alarms.
import { h, morph } from "./dom.js";
import { list, numberOf, shortDay, text, unit, when } from "./format.js";
import { sheet } from "./records.js";
import { t, word } from "./strings.js";

const rows_open = 12; // the others of a notice are behind a click
const weight = { good_days: 0, annual_mean: 1, day_verdict: 2, day_aqi: 3 }; // what decides a target before what made it

/// A figure as it was published, in words where it is no number.
function published(c, value) {
  if (c.what === "day_verdict") return word(`verdict_${value}`, value);
  const days = c.what === "good_days" ? /^(\d+)\/(\d+)\/(\d+)$/.exec(value) : null;
  if (days) return [t("days_good", { n: days[1] }), t("days_lost", { n: days[2] }), t("days_undetermined", { n: days[3] })].join(t("comma"));
  return c.pollutant && numberOf(value) !== null ? `${value} ${unit(c.pollutant === "CO" ? "mg/m3" : "ug/m3")}` : text(value);
}

const yearly = new Set(["annual_mean", "good_days"]);

function changeTable(changes, places, s) {
  return sheet("changes", [t("place"), t("date"), t("figure"), t("change")], changes.map((c) => [
    h("b", null, text(places.get(c.place) ?? c.place)), yearly.has(c.what) ? t("up_to", { day: shortDay(c.day, s.now) }) : shortDay(c.day, s.now),
    [word(`change_${c.what}`, c.what_zh ?? c.what), c.pollutant ? ` ${c.pollutant}` : ""],
    [h("span", { class: "was" }, published(c, c.before)), " → ", h("b", null, published(c, c.after))]]));
}

function card(n, places, s, newest) {
  const rank = (c) => weight[c.what] ?? 4;
  const changes = list(n.changes).map((c, i) => [c, i]).sort((a, b) => rank(a[0]) - rank(b[0]) || a[1] - b[1]).map(([c]) => c);
  const [first, rest] = [changes.slice(0, rows_open), changes.slice(rows_open)];
  const further = numberOf(n.further) ?? 0;
  return h("details", { class: "warning-card notice", "data-key": n.number, "data-test": "notices-notice", open: newest },
    h("summary", null, h("b", null, text(n.number)), " ", when(n.at, s.now), " · ", h("b", null, word(`cause_${n.cause}`, n.cause_zh ?? n.cause)), " · ", t("n_changes", { n: changes.length + further })),
    h("div", { class: "notice-body" },
      h("p", null, h("span", { class: "label" }, word(`who_${n.cause}`, t("who"))), " ", text(n.who)),
      h("p", null, h("span", { class: "label" }, t("why")), " ", text(n.why)),
      changeTable(first, places, s),
      rest.length > 0 ? h("details", { "data-key": "rest" }, h("summary", null, t("and_more", { n: rest.length })), changeTable(rest, places, s)) : null,
      further > 0 ? h("p", { class: "window" }, t("and_further", { n: further })) : null));
}

function make(host) {
  const body = h("div");
  host.append(h("h1", null, t("notices"), h("small", null, t("notices_note"))), body);
  return {
    draw(s, changed) {
      if (changed && !changed.has("notices")) return;
      const notices = list(s.notices);
      const places = new Map([...list(s.stations), ...list(s.areas)].map((x) => [x.id, x.name]));
      morph(body, notices.length === 0 ? h("p", { class: "plain", "data-test": "notices-none" }, t("shell.no_notices")) : notices.map((n, i) => card(n, places, s, i === 0)));
    },
    close() {},
  };
}

export const screen = { id: "notices", key: null, title: "menu.notices", needs: "read", make };
