// The dispatch board: what was sent by which channel to whom, what is in doubt, and what a person decided of it. A message in doubt is
// never sent again by itself; "resend" is a new attempt that a person answers for, with a reason.
import { board, channels, needsPerson, replies } from "./dispatch_rows.js";
import { h, morph, shape } from "./dom.js";
import { list, text } from "./format.js";
import { labelled, presses, select } from "./records.js";
import { t } from "./strings.js";
import { levelWord, raisable } from "./warning_parts.js";

const own_parts = ["outbox", "replies", "channels", "mode"];
const rows_most = 200;
const deliveries_most = 500;
const redraw_every_ms = 10_000; // ages of queues are to the minute
const transitions = ["raise", "upgrade", "downgrade", "lift", "cancel"];

function routeForm(s) {
  return h("form", { class: "fields row-fields", "data-form": "route", "data-test": "dispatch-route" },
    labelled(t("dispatch.route_of"), select("warning", [["", t("dispatch.route_made_up")], ...list(s.warnings).filter((w) => !w.closed).map((w) => [w.id, `${w.area_name} ${w.id}`])], "", { "data-test": "dispatch-route-warning" })),
    labelled(t("desk.area"), select("area", list(s.areas).map((a) => [a.id, a.name]), "", { "data-test": "dispatch-route-area" })),
    labelled(t("desk.level"), select("level", raisable.map((l) => [l, levelWord(l)]), "orange", { "data-test": "dispatch-route-level" })),
    labelled(t("dispatch.transition"), select("transition", transitions.map((x) => [x, t(`dispatch.transition_${x}`)]), "raise", { "data-test": "dispatch-route-transition" })),
    h("label", { class: "tick" }, h("input", { type: "checkbox", name: "drill", "data-test": "dispatch-route-drill" }), " ", t("dispatch.route_drill")),
    h("button", { type: "submit", class: "act primary", "data-test": "dispatch-route-go" }, t("dispatch.route_go")));
}

function planned(answer) {
  const rows = list(answer.rows);
  return [
    h("p", { class: "label", "data-key": "note" }, t(answer.rehearsal ? "dispatch.route_rehearsed" : "dispatch.route_real", { id: answer.warning, n: answer.revision })),
    rows.length === 0 ? h("p", { class: "plain", "data-key": "none" }, t("dispatch.route_nobody"))
      : h("div", { class: "scroll", "data-key": "rows", tabindex: "0", role: "region", "aria-label": t("dispatch.route") }, h("table", { class: "dispatch-table", "data-test": "dispatch-planned" }, h("caption", { class: "unseen" }, t("dispatch.route")),
        h("thead", null, h("tr", null, ["row", "who", "messages", "text"].map((k) => h("th", { scope: "col" }, t(`dispatch.p_${k}`))))),
        h("tbody", null, rows.map((r) => h("tr", { "data-key": `${r.channel} ${r.provider} ${r.audience}`, "data-test": "dispatch-planned-row" },
          h("th", { scope: "row" }, text(r.channel), h("small", null, [r.provider, r.audience].filter(Boolean).join(" · "))),
          h("td", null, t("dispatch.recipients", { n: r.recipients }), h("small", null, list(r.names).join(" ") + (r.recipients > list(r.names).length && list(r.names).length > 0 ? " …" : ""))),
          h("td", null, r.refused ? [shape("bad"), " ", h("b", { class: "bad-words" }, r.refused)] : [String(r.messages), h("small", null, t("dispatch.parts_each", { n: r.zh?.parts ?? 0 }))]),
          h("td", { class: "words" }, r.zh?.subject ? h("b", null, r.zh.subject) : null, h("details", { "data-key": "text" }, h("summary", null, t("dispatch.see_text")), h("p", null, text(r.zh?.text)), r.en ? h("p", { lang: "en" }, text(r.en.text)) : null))))))),
  ];
}

function make(host, ctx) {
  const head = h("div"), filterHost = h("div", { class: "acts" }), boardHost = h("div"), channelHost = h("div"), replyHost = h("div"), routeHost = h("div"), planHost = h("div", { role: "status" });
  const panel = (title, note, ...inside) => h("section", { class: "panel" }, h("h2", null, t(title), note ? h("small", null, t(note)) : null), inside);
  host.append(h("h1", null, t("dispatch.title"), h("small", null, t("dispatch.note"))), head, filterHost, boardHost,
    h("div", { class: "columns" }, panel("dispatch.channels", "dispatch.channels_note", channelHost), panel("dispatch.replies", "dispatch.replies_note", replyHost)),
    panel("dispatch.route", "dispatch.route_note", routeHost, planHost));
  let rows = null, answers = null, opened = null, only = "", gone = false, turn = 0;

  const draw = (s, changed) => {
    if (!s || gone) return;
    if (changed?.size > 0 && ![...changed].some((name) => own_parts.includes(name))) return;
    const all = rows ?? list(s.outbox);
    const asks = all.filter(needsPerson);
    const doubts = all.reduce((n, r) => n + (r.states?.in_doubt ?? 0), 0);
    morph(head, h("p", { class: asks.length > 0 ? "asks-head" : "calm-head", "data-test": "dispatch-head", "data-doubts": doubts, role: "status" }, shape(asks.length > 0 ? "bad" : "ok"), " ", h("b", null, asks.length > 0 ? t("dispatch.asks", { n: asks.length, doubts }) : t("dispatch.calm"))));
    const names = [...new Set(all.map((r) => r.warning))];
    const focus = names.includes(only) ? only : "";
    morph(filterHost, labelled(t("dispatch.only"), select("only", [["", t("dispatch.all")], ...names.map((n) => [n, n])], focus, { "data-test": "dispatch-only" })));
    morph(boardHost, board(all.filter((r) => focus === "" || r.warning === focus), opened, s, ctx));
    morph(channelHost, channels(s, all, ctx.now()));
    morph(replyHost, replies(answers ?? list(s.replies), s));
    if (routeHost.childElementCount === 0) morph(routeHost, routeForm(s));
    if (changed?.has?.("outbox") || changed?.has?.("replies")) fetchRows();
  };
  const again = () => draw(ctx.status(), null);

  const fetchDeliveries = async () => {
    const mine = opened;
    if (!mine) return;
    try {
      const answer = await ctx.get("/api/v1/deliveries", { row: mine.row, most: deliveries_most });
      if (opened !== mine) return;
      mine.deliveries = list(answer.deliveries);
      mine.error = null;
    } catch (error) {
      if (opened === mine) mine.error = error.message;
    }
    again();
  };
  /// More rows than the status carries. Without them the newest of the status are shown.
  const fetchRows = async () => {
    const mine = ++turn;
    try {
      const answer = await ctx.get("/api/v1/dispatch", { most: rows_most });
      if (mine !== turn || gone) return;
      rows = list(answer.rows);
      answers = list(answer.replies);
    } catch {
      if (mine === turn) rows = answers = null;
    }
    again();
    fetchDeliveries();
  };

  const quiet = presses(host, {
    open: (button) => {
      const row = Number(button.dataset.of);
      opened = opened?.row === row ? null : { row, deliveries: null, error: null };
      again();
      fetchDeliveries();
    },
    resolve: async (button) => {
      const { keyOf: key, verdict } = button.dataset;
      const d = list(opened?.deliveries).find((x) => x.key === key);
      const said = d && await ctx.ask({ title: t(`dispatch.ask_${verdict}`, { who: d.name || d.address }), text: t(`dispatch.ask_${verdict}_text`), verb: t(`dispatch.do_${verdict}`), fields: [{ name: "why", label: t("dispatch.why"), type: "textarea", required: true }] });
      if (!said) return;
      await ctx.act("resolve", { key, verdict, why: said.why });
      await fetchRows();
    },
  });
  const chosen = (event) => {
    if (event.target.name !== "only") return;
    only = event.target.value;
    again();
  };
  const submit = async (event) => {
    event.preventDefault();
    if (event.target.dataset.form !== "route") return;
    const said = Object.fromEntries(new FormData(event.target));
    const question = said.warning ? { warning: said.warning } : { area: said.area, level: said.level, transition: said.transition, ...(said.drill ? { drill: "true" } : {}) };
    try {
      morph(planHost, planned(await ctx.get("/api/v1/route-test", question)));
    } catch (error) {
      morph(planHost, h("p", { class: "bad-words", role: "alert" }, text(error.message)));
    }
  };
  host.addEventListener("change", chosen);
  host.addEventListener("submit", submit);
  const timer = setInterval(again, redraw_every_ms);
  again();
  fetchRows();
  return {
    draw,
    close() {
      gone = true;
      clearInterval(timer);
      quiet();
      host.removeEventListener("change", chosen);
      host.removeEventListener("submit", submit);
    },
  };
}

export const screen = { id: "dispatch", key: null, title: "dispatch.title", needs: "read", make };
