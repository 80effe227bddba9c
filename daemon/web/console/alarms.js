// The alarm table in its three blocks: not acknowledged, acknowledged, cleared but not acknowledged; what brings the data in a tab of
// its own; and how good the alarms themselves are. #/alarms/<id> stands on that alarm.
import { acts as verbs, choose, chosenId, perform, reasonAgainst } from "./alarm_acts.js";
import { qualityOf, qualityPanel } from "./alarm_quality.js";
import { detailOf, guidance, isComms, kindWord, placeOf, severityWord, shapeOf, subjectOf, waits } from "./alarm_words.js";
import { h, morph, shape } from "./dom.js";
import { duration, list, minutesUntil, text, when } from "./format.js";
import { t } from "./strings.js";

const tabs = ["alarms", "comms", "quality"];
const history_most = 20;
const redraw_ms = 10_000;
const keyOf = { acknowledge: "a", note: "n", own: "o", silence: "s" };

const blocks = [
  ["active", (a) => a.active && !a.acknowledged],
  ["acknowledged", (a) => a.active && a.acknowledged],
  ["cleared", (a) => !a.active && !a.acknowledged],
];
const newestFirst = (a, b) => String(b.raised_at).localeCompare(String(a.raised_at)) || String(b.id).localeCompare(String(a.id));
const ago = (stamp, ctx) => duration(-(minutesUntil(stamp, ctx.now()) ?? 0));

function silence(a, s) {
  if (!a.silence) return null;
  const { asked, until, confirmed } = a.silence;
  const wanted = a.kind === "public-warning" && !confirmed;
  if (!wanted && !a.silent) return null; // it has run out
  return h("small", { class: "note" }, t(wanted ? "alarms.silence_wanted" : "alarms.silent_until", { person: text(asked?.person), at: when(until, s.now), why: text(asked?.note) }));
}

function row(a, s, ctx) {
  const to = placeOf(a);
  const here = a.id === chosenId();
  return h("tr", { class: `alarm s-${a.worst} ${a.active ? "" : "is-over"} ${here ? "chosen" : ""}`, "data-key": a.id, "data-test": "alarms-row", tabindex: "0", "aria-current": here ? "true" : null },
    h("td", { class: "severity" }, shape(shapeOf(a)), " ", h("b", null, severityWord(a.worst)),
      a.severity !== a.worst ? h("small", null, t(a.active ? "alarms.latched" : "alarms.latched_cleared", { worst: severityWord(a.worst), now: severityWord(a.severity) })) : null),
    h("td", { class: "what" }, h("b", null, kindWord(a)), " ", to ? h("a", { href: to, "data-test": "alarms-look" }, subjectOf(a, s)) : h("b", null, subjectOf(a, s)),
      h("p", null, detailOf(a)), guidance(a) && waits(a) ? h("p", { class: "guidance" }, h("span", { class: "label" }, t("alarms.guidance")), " ", guidance(a)) : null,
      list(a.notes).length > 0 ? h("details", { "data-key": "notes" }, h("summary", null, t("alarms.notes_n", { n: list(a.notes).length })),
        list(a.notes).map((n) => h("p", null, h("span", { class: "label" }, when(n.at, s.now), " ", text(n.person)), " ", text(n.note)))) : null,
      silence(a, s)),
    h("td", null, h("b", null, when(a.raised_at, s.now)), h("small", null, t("alarms.ago", { for: ago(a.raised_at, ctx) })),
      a.acknowledged ? h("small", null, t("alarms.acked_by", { person: text(a.acknowledged.person), at: when(a.acknowledged.at, s.now) })) : null),
    h("td", null, a.owner ? t("alarms.owned_by", { person: text(a.owner.person ?? a.owner) }) : h("span", { class: "label" }, t("alarms.unowned"))),
    h("td", { class: "acts" }, Object.keys(verbs).map((what) => {
      const reason = reasonAgainst(what, a, ctx);
      return h("button", { type: "button", class: `act small ${what === "acknowledge" ? "primary" : ""}`, "data-alarm-do": what, "data-test": what === "acknowledge" ? "alarms-ack" : `alarms-${what}`,
        disabled: reason !== null, title: reason }, t(`alarms.${what}`), h("kbd", { "aria-hidden": "true" }, keyOf[what]));
    })));
}

const table = (alarms, s, ctx) => h("div", { class: "scroll" }, h("table", { class: "alarm-table" },
  h("thead", null, h("tr", null, ["severity", "what", "since", "owner", "acts"].map((c) => h("th", { scope: "col" }, t(`alarms.${c}_head`))))),
  h("tbody", null, alarms.map((a) => row(a, s, ctx)))));

function make(host, ctx) {
  const view = { tab: tabs.includes(ctx.query.tab) ? ctx.query.tab : "alarms", filter: "" };
  const wanted = ctx.args[0] ?? null;
  choose(wanted);
  const bar = h("div", { class: "tabs", role: "tablist", "aria-label": t("alarms.title") });
  const filter = h("input", { type: "search", "data-filter": true, "data-test": "alarms-filter", placeholder: t("alarms.filter"), "aria-label": t("alarms.filter") });
  const body = h("div", { id: "alarms-body", role: "tabpanel" });
  host.append(h("h1", null, t("alarms.title"), h("small", null, t("alarms.note_line"))), h("div", { class: "alarm-bar-line" }, bar, filter), body);

  const draw = () => {
    const s = ctx.status();
    if (!s) return;
    const all = list(s.alarms);
    if (wanted !== null && chosenId() === wanted && view.tab === "alarms" && all.some((a) => a.id === wanted && isComms(a))) view.tab = "comms";
    morph(bar, tabs.map((tab) => {
      const n = tab === "quality" ? 0 : all.filter((a) => waits(a) && isComms(a) === (tab === "comms")).length;
      return h("button", { type: "button", role: "tab", "aria-selected": tab === view.tab ? "true" : "false", "aria-controls": "alarms-body", "data-tab": tab, "data-test": `alarms-tab-${tab}` }, t(`alarms.tab_${tab}`), n > 0 ? h("b", { class: "count bad" }, String(n)) : null);
    }));
    if (view.tab === "quality") return morph(body, qualityPanel(qualityOf(all, ctx.now()), s));
    const word = view.filter.toLowerCase();
    const some = all.filter((a) => isComms(a) === (view.tab === "comms"))
      .filter((a) => word === "" || [kindWord(a), subjectOf(a, s), a.subject, a.detail, a.detail_en, severityWord(a.worst), a.owner?.person].join(" ").toLowerCase().includes(word)).sort(newestFirst);
    const over = some.filter((a) => a.over).slice(0, history_most);
    morph(body,
      blocks.map(([name, belongs]) => {
        const of = some.filter((a) => !a.over && belongs(a));
        return h("section", { class: `panel block ${name}`, "data-key": name, "data-test": `alarms-${name}` }, h("h2", null, t(`alarms.${name}`), " ", h("small", null, String(of.length))),
          of.length === 0 ? h("p", { class: "plain" }, t(`alarms.none_${name}`)) : table(of, s, ctx));
      }),
      over.length === 0 ? null : h("details", { class: "panel block history", "data-key": "history" }, h("summary", null, t("alarms.history", { n: over.length })), table(over, s, ctx)));
  };

  const stand = (id) => {
    if (id === chosenId()) return;
    choose(id);
    draw();
  };
  const rowOf = (event) => event.target.closest?.("tr[data-key]") ?? null;
  host.addEventListener("focusin", (event) => { if (rowOf(event)) stand(rowOf(event).dataset.key); });
  host.addEventListener("click", (event) => {
    const tab = event.target.closest("[data-tab]");
    if (tab) {
      view.tab = tab.dataset.tab;
      choose(null);
      return draw();
    }
    const button = event.target.closest("[data-alarm-do]");
    const a = button && list(ctx.status()?.alarms).find((x) => x.id === rowOf(event).dataset.key);
    if (a) perform(button.dataset.alarmDo, a, ctx);
  });
  host.addEventListener("keydown", (event) => {
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (!step || !rowOf(event) || event.target !== rowOf(event)) return;
    const rows = [...host.querySelectorAll("tr[data-key]")];
    event.preventDefault();
    rows[rows.indexOf(rowOf(event)) + step]?.focus();
  });
  filter.addEventListener("input", () => {
    view.filter = filter.value.trim();
    draw();
  });
  const timer = setInterval(draw, redraw_ms);
  draw();
  if (wanted !== null) host.querySelector(`tr[data-key="${CSS.escape(wanted)}"]`)?.focus();
  return {
    draw(_s, changed) {
      if (!changed || [...changed].some((name) => /^(alarms|areas|stations)/.test(name))) draw();
    },
    close() {
      clearInterval(timer);
      choose(null);
    },
  };
}

export const screen = { id: "alarms", key: "a", title: "alarms.title", needs: "read", make };
