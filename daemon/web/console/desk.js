// The warning desk: every warning at its step, the whole life of the chosen one, what the province ordered, and what units do.
// #/desk chooses the warning that waits for people; #/desk/<warning> that one.
import { cardColumns } from "./desk_board.js";
import { ledger } from "./desk_ledger.js";
import { orderForm, orders, readOrder } from "./desk_orders.js";
import { h, morph, shape } from "./dom.js";
import { list, text } from "./format.js";
import { presses } from "./records.js";
import { t } from "./strings.js";
import { actBar, perform, proposalFields, reasonFor, rightReason } from "./warning_acts.js";
import { actButton, badge, countdowns, forceOf, issuedOf, levelWord, lifeOf, pendingOf, raisable, stateWord, toField, whatOf } from "./warning_parts.js";

const own_parts = ["warnings", "orders", "responses", "areas", "mode"];
const redraw_every_ms = 5_000; // the countdowns are to the minute

/// What stands open for people comes first, then what is in force, then the newest.
function chosenOf(s, id) {
  const all = list(s.warnings);
  return all.find((w) => w.id === id) ?? all.find((w) => pendingOf(w)) ?? all.find((w) => !w.closed) ?? all[0] ?? null;
}

/// Why a change of what is in force cannot be proposed now.
function proposeReason(w, ctx) {
  if (w.closed) return t("desk.is_closed");
  if (!issuedOf(w)) return t("desk.nothing_in_force");
  return rightReason("propose", ctx);
}

/// Update and Lift: what the desk is for once a warning is out. A revision under way is gone on with where it is.
function large(w, ctx) {
  const r = pendingOf(w);
  const room = h("a", { class: "act large", href: `#/room/${w.id}`, "data-key": "room", "data-test": "desk-room" }, t(r ? "desk.to_room" : "desk.see_room"));
  if (r) return [room];
  const why_not = proposeReason(w, ctx);
  return [
    actButton("update", t("desk.update"), why_not, { test: "desk-update", look: "large primary" }),
    actButton("end", t("desk.lift"), why_not, { test: "desk-propose-lift", look: "large primary" }),
    actButton("cancel", t("desk.cancel"), why_not, { test: "desk-propose-cancel", look: "danger" }),
    room,
  ];
}

function emergencyReviews(w, ctx) {
  return list(w.revisions).filter((r) => r.emergency && !r.review).map((r) => {
    const own = r.issue?.person === ctx.session()?.person ? t("desk.own_emergency") : rightReason("review", ctx);
    return h("div", { class: "review-due", "data-key": `review${r.number}`, "data-test": "desk-review" },
      h("p", null, shape("warn"), " ", h("b", null, t("desk.review_due", { n: r.number })), " ", text(r.emergency_why)),
      h("div", { class: "acts" },
        actButton("confirm-review", t("desk.review_confirm"), own, { test: "desk-review-confirm", look: "primary", attrs: { "data-of": r.number } }),
        actButton("reject-review", t("desk.review_reject"), own, { test: "desk-review-reject", look: "danger", attrs: { "data-of": r.number } })));
  });
}

function chosenPanel(w, s, ctx) {
  if (!w) return h("p", { class: "plain", "data-key": "empty", "data-test": "desk-empty" }, t("desk.none"));
  const r = pendingOf(w);
  return h("section", { class: "panel desk-chosen", "data-key": `w-${w.id}`, "data-test": "desk-chosen", "aria-labelledby": "desk-chosen-head" },
    h("h2", { id: "desk-chosen-head" }, text(w.area_name), " ", h("span", { class: "badges" }, badge(w.level, forceOf(w))), " ", h("code", null, w.id)),
    r ? h("p", { class: "what-next" }, h("span", { class: "state pending" }, stateWord(r)), " ", h("b", null, whatOf(r)), " · ", t(`desk.next_${r.state}`)) : null,
    countdowns(w, s, ctx.now()),
    h("div", { class: "acts", "data-key": "large" }, large(w, ctx)),
    emergencyReviews(w, ctx),
    r ? actBar(w, r, ctx, "desk") : null,
    h("h3", null, t("desk.life")), lifeOf(w, s));
}

function make(host, ctx) {
  const boardHost = h("div"), chosenHost = h("div"), ordersHost = h("div"), formHost = h("div"), ledgerHost = h("div"), proposeHost = h("div", { class: "acts" });
  host.append(h("h1", null, t("desk.title")), proposeHost, boardHost,
    h("div", { class: "columns desk-columns" }, chosenHost, h("div", null, h("section", { class: "panel" }, h("h2", null, t("desk.orders"), h("small", null, t("desk.orders_note"))), ordersHost, formHost), h("section", { class: "panel" }, h("h2", null, t("desk.ledger"), h("small", null, t("desk.ledger_note"))), ledgerHost))));
  let shown = null;
  let gone = false;

  const draw = (s, changed) => {
    if (!s || gone) return;
    if (changed?.size > 0 && ![...changed].some((name) => own_parts.includes(name.split("/")[0]))) return;
    const first = shown === null;
    shown = s;
    const w = chosenOf(s, ctx.args?.[0]);
    morph(proposeHost, actButton("propose", t("desk.propose"), rightReason("propose", ctx), { test: "desk-propose", look: "primary" }),
      h("a", { class: "act", href: "#/drill", "data-key": "drill" }, t("desk.to_drill")));
    morph(boardHost, cardColumns(s, w?.id, ctx.now()));
    morph(chosenHost, chosenPanel(w, s, ctx));
    morph(ordersHost, orders(s, ctx));
    if (first) morph(formHost, orderForm(s));
    const why_not = rightReason("order", ctx);
    const button = formHost.querySelector("[data-test=desk-order-save]");
    if (button) {
      button.disabled = why_not !== null;
      formHost.querySelector(".reason").textContent = why_not ?? "";
    }
    morph(ledgerHost, ledger(s, ctx, w?.id));
  };
  const again = () => draw(ctx.status(), null);
  const chosen = () => chosenOf(ctx.status() ?? { warnings: [] }, ctx.args?.[0]);

  const propose = async (area, level, title, levels = []) => {
    const s = ctx.status();
    const said = await ctx.ask({ title, text: t("desk.propose_text"), fields: proposalFields(s, levels, area), verb: t("desk.put_forward") });
    if (!said) return;
    const answer = await ctx.act("propose", wanted({ area: area ?? said.area, level: level ?? said.level ?? levels[0], ...said }));
    if (answer?.ok) again();
  };
  const act = (verb) => async (button) => {
    const w = chosen();
    const r = pendingOf(w);
    if (!r || w.id !== button.dataset.warning || reasonFor(verb, w, r, ctx)) return again();
    await perform(verb, w, r, ctx, { late_why: chosenHost.querySelector("[name=late-why]")?.value.trim() ?? "" });
    again();
  };
  const review = (verdict) => async (button) => {
    const w = chosen();
    const said = await ctx.ask({ title: t(`desk.review_${verdict}`), text: t("desk.review_text", { id: w.id, n: button.dataset.of }), verb: t(`desk.review_${verdict}`), fields: [{ name: "why", label: t("desk.finding"), type: "textarea", required: true }] });
    if (said) await ctx.act("review-emergency", { warning: w.id, revision: Number(button.dataset.of), verdict, why: said.why });
  };

  const heard = {
    propose: () => propose(null, null, t("desk.propose"), raisable),
    update: () => {
      const w = chosen();
      return propose(w.area, null, t("desk.update_title", { area: w.area_name }), raisable.filter((l) => l !== w.level));
    },
    end: () => propose(chosen().area, "none", t("desk.lift_title", { area: chosen().area_name, level: levelWord(chosen().level).toLowerCase() })),
    cancel: async () => {
      const w = chosen();
      const sure = await ctx.confirmTyped({ title: t("desk.cancel_title", { area: w.area_name }), text: t("desk.cancel_text"), typed: levelWord(w.level), verb: t("desk.cancel") });
      if (sure) await propose(w.area, "cancel", t("desk.cancel_title", { area: w.area_name }));
    },
    "confirm-review": review("confirm"), "reject-review": review("reject"),
    "order-end": async (button) => {
      const o = list(ctx.status()?.orders).find((x) => x.id === button.dataset.of);
      const said = o && await ctx.ask({ title: t("desk.order_end_title", { document: o.document }), text: t("desk.order_end_text"), verb: t("desk.order_end"), fields: [{ name: "text", label: t("desk.order_text"), type: "textarea", required: true }] });
      if (said) await ctx.act("order", { authority: o.authority, document: o.document, areas: o.areas, level: "none", text: said.text });
    },
    respond: async (button) => {
      const { warning, measure, stage } = button.dataset;
      const said = await ctx.ask({ title: t("desk.respond_title", { stage: t(`desk.stage_${stage}`) }), text: t("desk.respond_text"), verb: t(`desk.do_${stage}`), fields: [{ name: "note", label: t("desk.note"), type: "textarea" }] });
      if (said) await ctx.act("respond", { warning, measure, stage, note: said.note ?? "" });
    },
  };
  for (const verb of ["sign", "object", "approve", "send-back", "issue", "lift", "emergency"]) heard[verb] = act(verb);
  const quiet = presses(host, heard);
  const submit = async (event) => {
    if (!event.target.matches("[data-form=order]")) return;
    event.preventDefault();
    const body = await readOrder(event.target);
    if (typeof body === "string") return ctx.say(body, "bad");
    const answer = await ctx.act("order", body);
    if (!answer?.ok) return;
    event.target.reset();
    if (list(answer.notes).length > 0) ctx.say(answer.notes.join("\n"));
  };
  host.addEventListener("submit", submit);
  const timer = setInterval(again, redraw_every_ms);
  again();
  return {
    draw,
    close() {
      gone = true;
      clearInterval(timer);
      quiet();
      host.removeEventListener("submit", submit);
    },
  };
}

/// What the form said as a proposal: empty fields are left to the daemon.
export function wanted(said) {
  const out = { area: said.area, level: said.level, why: said.why };
  if (said.effective) out.effective = toField(said.effective);
  if (said.until) out.until = toField(said.until);
  if (said.wording) out.wording = said.wording;
  return out;
}

export const screen = { id: "desk", key: "d", title: "desk.title", needs: "read", make };
