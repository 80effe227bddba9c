// People: who is signed in here, what that person may do, the password, and the sessions: one's own, or everybody's for an
// administrator. People and rights themselves stand in the configuration and are not changed here.
import { post, remove } from "./api.js";
import { h, morph, shape } from "./dom.js";
import { list, text, when } from "./format.js";
import { forms, input, labelled, loader, panel, press, presses, sheet, shown, trouble } from "./records.js";
import { t, word } from "./strings.js";

const rights = ["forecast", "sign", "approve", "issue", "order", "emergency", "respond", "validate", "ratify", "declare-dust", "administer"];
const password_least = 10;

const levelName = (level) => word(`people.level_${level}`, level);
const has = (session, right) => (right === "approve" ? (session?.may_approve_up_to ?? "none") !== "none" || list(session?.roles).length > 0 : list(session?.rights).includes(right));

function mePanel(session, now) {
  const fact = (label, value) => h("div", { class: "fact" }, h("dt", null, label), h("dd", null, value));
  return panel(t("people.me"), null, h("dl", { class: "rec-facts", "data-test": "people-me" },
    fact(t("people.person"), [h("b", null, text(session.name)), " ", h("code", null, text(session.person))]),
    fact(t("people.organisation"), text(session.organisation_name ?? session.organisation)),
    list(session.roles).length > 0 ? fact(t("people.roles"), list(session.roles).map(text).join(t("comma"))) : null,
    list(session.delegations).length > 0 ? fact(t("people.delegations"), list(session.delegations).map((d) => h("div", { "data-test": "people-delegation" },
      t("people.stands_in", { name: text(d.from_name), until: text(d.until) }), d.may_approve_up_to ? [t("comma"), t("people.approves", { level: levelName(d.may_approve_up_to) })] : null))) : null,
    fact(t("people.idle_until"), t("people.ends", { at: when(session.idle_until, now) })),
    fact(t("people.until"), t("people.ends", { at: when(session.until, now) }))));
}

function rightsPanel(session) {
  return panel(t("people.rights"), t("people.rights_note"),
    sheet("people-rights", [t("people.right"), t("people.granted"), t("people.means")], rights.map((right) => {
      const given = has(session, right);
      const upTo = right === "approve" && (session.may_approve_up_to ?? "none") !== "none" ? t("people.approves", { level: levelName(session.may_approve_up_to) }) : null;
      return { key: right, test: "people-right", class: given ? "given" : null, cells: [h("b", null, t(`people.right_${right}`)),
        [shape(given ? "ok" : "none"), " ", upTo ?? t(given ? "records.yes" : "records.no")], t(`people.means_${right}`)] };
    }), { caption: t("people.rights") }));
}

function passwordPanel(session) {
  const secret = (name, label, autocomplete) => labelled(label, input(name, { type: "password", autocomplete, required: true, "data-test": `people-${name}` }), name === "new" ? t("people.rule") : null);
  return panel(t("people.password"), t("people.password_note"), h("form", { class: "rec-form", "data-form": "password" },
    // Whose password it is, for who keeps passwords in the browser.
    h("input", { class: "unseen", type: "text", name: "person", autocomplete: "username", value: session.person, tabindex: "-1", "aria-hidden": "true", readonly: true }),
    secret("old", t("people.old"), "current-password"), secret("new", t("people.new"), "new-password"), secret("again", t("people.again"), "new-password"),
    h("button", { type: "submit", class: "rec-press primary", "data-test": "people-change" }, t("people.change"))), h("div", { id: "people-said", role: "status", "data-test": "people-said" }));
}

function sessionsPanel(answer, session, now) {
  return panel(t("people.sessions"), t(has(session, "administer") ? "people.sessions_all" : "people.sessions_own"),
    sheet("people-sessions", [t("people.person"), t("people.begun"), t("people.seen"), t("people.address"), t("people.expires"), h("span", { class: "unseen" }, t("people.end"))],
      list(answer.sessions).map((s) => ({ key: String(s.id), test: "people-session", cells: [
        [text(s.name ?? s.person), " ", h("code", null, text(s.person)), s.mine === true ? [" ", h("b", { class: "tag" }, t("people.this_one"))] : null],
        when(s.begun, now), when(s.seen, now), h("code", null, text(s.address)), when(s.until, now),
        press("end", t("people.end"), { "data-session": s.id, "data-test": "people-end" })] })),
      { caption: t("people.sessions"), empty: t("people.sessions_none") }));
}

/// Everybody's rights, as the configuration grants them.
function everybodyPanel(answer, now) {
  const mark = (given) => [shape(given ? "ok" : "none"), h("span", { class: "unseen" }, t(given ? "records.yes" : "records.no"))];
  const signsIn = (p) => [p.has_password === true ? t("people.has_password") : h("small", null, t("people.no_password")),
    p.locked_until ? [" ", h("b", { class: "tag" }, t("people.locked", { at: when(p.locked_until, now) }))] : null];
  return panel(t("people.everybody"), t("people.everybody_note"),
    sheet("people-all", [t("people.person"), t("people.organisation"), t("people.roles"), ...rights.map((right) => t(`people.right_${right}`)), t("people.sign_in")],
      list(answer.people).map((p) => ({ key: String(p.id), test: "people-one", cells: [
        [text(p.name), " ", h("code", null, text(p.id))], text(p.organisation_name || p.organisation), list(p.roles).map(text).join(t("comma")),
        ...rights.map((right) => (right === "approve" && p.may_approve_up_to ? levelName(p.may_approve_up_to) : mark(has(p, right)))), signsIn(p)] })),
      { caption: t("people.everybody") }));
}

function make(host, ctx) {
  const me = h("div"), sessionsHost = h("div"), everybodyHost = h("div");
  const session = ctx.session();
  const now = () => ctx.status()?.now;
  let listed = [];
  morph(me, h("div", { class: "columns even" }, mePanel(session, now()), passwordPanel(session)), rightsPanel(session));
  host.append(h("h1", null, t("people.title"), h("small", null, t("people.note"))), me, sessionsHost, everybodyHost);

  const sessions = loader((state) => shown(sessionsHost, state, (answer) => {
    listed = list(answer.sessions);
    return sessionsPanel(answer, session, now());
  }));
  const everybody = loader((state) => shown(everybodyHost, state, (answer) => everybodyPanel(answer, now())));
  everybody.ask(() => ctx.get("/api/v1/people"));
  const ask = () => sessions.ask(() => ctx.get("/api/v1/sessions"));

  const change = async (said, form) => {
    const again = form.elements.again;
    again.setCustomValidity(said.new === said.again ? "" : t("people.differ"));
    form.elements.new.setCustomValidity([...said.new].length < password_least || said.new === session.person || said.new === session.name ? t("people.rule") : "");
    const good = form.reportValidity();
    // Said once; what is typed next is judged anew.
    for (const field of [again, form.elements.new]) field.setCustomValidity("");
    if (!good) return;
    const outcome = me.querySelector("#people-said");
    try {
      await post("/api/v1/session/password", { old: said.old, new: said.new });
      form.reset();
      morph(outcome, h("p", null, shape("ok"), " ", t("people.changed")));
    } catch (error) {
      morph(outcome, trouble(error));
    }
  };
  const end = async (id) => {
    const one = listed.find((s) => String(s.id) === id);
    const sure = await ctx.ask({ title: t("people.end_title"), text: t("people.end_text", { name: text(one?.name ?? one?.person), address: text(one?.address) }), verb: t("people.end"), fields: [] });
    if (!sure) return;
    try {
      await remove(`/api/v1/sessions/${encodeURIComponent(id)}`);
      ctx.say(t("people.ended"));
      ask();
    } catch (error) {
      ctx.say(error.message, "bad");
    }
  };
  const ends = [forms(host, { password: change }), presses(host, { end: (button) => end(button.dataset.session) })];
  ask();
  return {
    draw() {},
    close() {
      for (const each of ends) each();
      sessions.forget();
      everybody.forget();
    },
  };
}

export const screen = { id: "people", key: null, title: "people.title", needs: "signed-in", make };
