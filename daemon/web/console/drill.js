// Drills: an exercise goes through every step of a warning, to the channels of drills only, with its mark on everything.
// #/drill/<drill> is the life of one. Where the daemon itself runs an exercise, its clock is set here.
import { cardColumns } from "./desk_board.js";
import { wanted } from "./desk.js";
import { h, morph } from "./dom.js";
import { list, text } from "./format.js";
import { input, labelled, presses } from "./records.js";
import { t } from "./strings.js";
import { actBar, perform, proposalFields, reasonFor, rightReason } from "./warning_acts.js";
import { actButton, badge, countdowns, drillMark, forceOf, instantOf, issuedOf, levelWord, lifeOf, pendingOf, raisable, stateWord, toField, whatOf } from "./warning_parts.js";

const own_parts = ["drills", "areas", "mode"];
const redraw_every_ms = 5_000;
const steps_h = [1, 6, 24];

const chosenOf = (s, id) => list(s?.drills).find((w) => w.id === id) ?? list(s?.drills).find((w) => pendingOf(w)) ?? list(s?.drills).find((w) => !w.closed) ?? list(s?.drills)[0] ?? null;

/// Full hours only: the daemon closes hours, and an hour half gone is closed by the next step.
function later(s, hours) {
  const at = Date.parse(`${String(s.now).slice(0, 13)}:00:00Z`) + hours * 3600000;
  return instantOf(new Date(at).toISOString(), s);
}

function chosenPanel(w, s, ctx) {
  if (!w) return h("p", { class: "plain", "data-key": "empty", "data-test": "drill-empty" }, t("drill.none"));
  const r = pendingOf(w);
  const why_not = w.closed ? t("desk.is_closed") : !issuedOf(w) ? t("desk.nothing_in_force") : rightReason("propose", ctx);
  return h("section", { class: "panel desk-chosen drill-frame", "data-key": `d-${w.id}`, "data-test": "drill-chosen", "aria-labelledby": "drill-head" },
    h("h2", { id: "drill-head" }, drillMark(), text(w.area_name), " ", badge(w.level, forceOf(w)), " ", h("code", null, w.id)),
    r ? h("p", { class: "what-next" }, h("span", { class: "state pending" }, stateWord(r)), " ", h("b", null, whatOf(r)), " · ", t(`desk.next_${r.state}`)) : null,
    countdowns(w, s, ctx.now()),
    h("div", { class: "acts", "data-key": "large" },
      r ? null : [actButton("update", t("desk.update"), why_not, { test: "drill-update", look: "large primary" }), actButton("end", t("desk.lift"), why_not, { test: "drill-propose-lift", look: "large primary" })],
      h("a", { class: "act large", href: `#/room/${w.id}`, "data-key": "room", "data-test": "drill-room" }, t(r ? "desk.to_room" : "desk.see_room"))),
    r ? actBar(w, r, ctx, "drill") : null,
    h("h3", null, t("desk.life")), lifeOf(w, s));
}

function clockPanel(s) {
  return h("form", { class: "fields", "data-form": "clock", "data-test": "drill-clock" },
    h("p", { class: "label" }, t("drill.clock_note")),
    h("div", { class: "acts" }, steps_h.map((n) => actButton("ahead", t("drill.ahead", { n }), null, { test: `drill-ahead-${n}`, attrs: { "data-of": n } }))),
    labelled(t("drill.set_to"), input("now", { type: "datetime-local", step: 3600, value: toField(later(s, 1)), "data-test": "drill-clock-to" })),
    h("div", { class: "acts" }, h("button", { type: "submit", class: "act", "data-test": "drill-clock-set" }, t("drill.set"))));
}

function make(host, ctx) {
  const head = h("div"), board = h("div"), chosenHost = h("div"), clockHost = h("div");
  const clock = h("section", { class: "panel", hidden: true }, h("h2", null, t("drill.clock")), clockHost);
  host.append(h("h1", null, drillMark(), t("drill.title"), h("small", null, t("drill.note"))), head, clock, board, chosenHost);
  let gone = false;

  const draw = (s, changed) => {
    if (!s || gone) return;
    if (changed?.size > 0 && ![...changed].some((name) => own_parts.includes(name.split("/")[0]))) return;
    const w = chosenOf(s, ctx.args?.[0]);
    morph(head, h("div", { class: "acts" }, actButton("begin", t("drill.begin"), rightReason("propose", ctx), { test: "drill-begin", look: "primary" })));
    clock.hidden = (ctx.session()?.mode ?? s.mode) !== "drill" || !ctx.session()?.person;
    if (!clock.hidden && clockHost.childElementCount === 0) morph(clockHost, clockPanel(s));
    morph(board, cardColumns(s, w?.id, ctx.now(), { warnings: s.drills, to: "drill", drill: true }));
    morph(chosenHost, chosenPanel(w, s, ctx));
  };
  const again = () => draw(ctx.status(), null);
  const chosen = () => chosenOf(ctx.status(), ctx.args?.[0]);
  const propose = async (area, level, title, levels) => {
    const s = ctx.status();
    const said = await ctx.ask({ title: `${t("desk.drill_mark")} ${title}`, text: t("drill.ask_text"), fields: proposalFields(s, levels, area), verb: t("desk.put_forward") });
    if (said) await ctx.act("drill", wanted({ area: area ?? said.area, level: level ?? said.level ?? levels[0], ...said }));
    again();
  };
  const setClock = async (to) => {
    await ctx.act("clock", { now: to });
    again();
  };

  const heard = {
    begin: () => propose(null, null, t("drill.begin"), raisable),
    update: () => propose(chosen().area, null, t("desk.update_title", { area: chosen().area_name }), raisable.filter((l) => l !== chosen().level)),
    end: () => propose(chosen().area, "none", t("desk.lift_title", { area: chosen().area_name, level: levelWord(chosen().level).toLowerCase() }), []),
    ahead: (button) => setClock(later(ctx.status(), Number(button.dataset.of))),
  };
  for (const verb of ["sign", "object", "approve", "send-back", "issue", "lift", "emergency"])
    heard[verb] = async () => {
      const w = chosen();
      const r = pendingOf(w);
      if (!r || reasonFor(verb, w, r, ctx)) return again();
      await perform(verb, w, r, ctx, { drill: true, late_why: chosenHost.querySelector("[name=late-why]")?.value.trim() ?? "" });
      again();
    };
  const quiet = presses(host, heard);
  const submit = (event) => {
    event.preventDefault();
    if (event.target.dataset.form === "clock" && event.target.elements.now.value) setClock(instantOf(event.target.elements.now.value, ctx.status()));
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

export const screen = { id: "drill", key: null, title: "drill.title", needs: "read", make };
