// What lies on the table as a form, and live beside it every form of the text as it would go out, with its count of SMS parts.
import { h, morph } from "./dom.js";
import { text, when } from "./format.js";
import { input, labelled, select } from "./records.js";
import { t } from "./strings.js";
import { levelWord, raisable, toField } from "./warning_parts.js";

const preview_after_ms = 350;
const forms = ["short", "full", "broadcast", "bulletin", "advice"];

export const proposalOf = (r) => ({ level: r.level, effective: toField(r.effective), until: toField(r.until), wording: r.wording ?? "" });

/// Made anew whenever a version is taken up, never drawn over: what is typed belongs to who types.
export function draftForm(r) {
  const p = proposalOf(r);
  const none = t(r.kind === "lift" ? "room.level_lift" : r.kind === "cancel" ? "room.level_cancel" : "room.level_none");
  return h("form", { class: "fields", "data-form": "consult", "data-test": "room-draft-form" },
    labelled(t("desk.level"), select("level", [["none", none], ...raisable.map((l) => [l, t("desk.warning_of", { level: levelWord(l) })])], p.level, { "data-test": "room-level" })),
    labelled(t("desk.effective"), input("effective", { type: "datetime-local", step: 3600, value: p.effective, "data-test": "room-effective" }), t("room.effective_note")),
    labelled(t("desk.until"), input("until", { type: "datetime-local", step: 3600, value: p.until, "data-test": "room-until" }), t("room.until_note")),
    labelled(t("desk.wording"), h("textarea", { name: "wording", rows: 4, maxlength: 600, "data-test": "room-draft" }, p.wording), t("room.wording_note")),
    labelled(t("room.why_change"), input("why", { maxlength: 600, "data-test": "room-why" })),
    h("span", { class: "act-box" }, h("button", { type: "submit", class: "act", "data-test": "room-consult", "aria-describedby": "room-consult-why" }, t("room.put_on_table")), h("small", { class: "reason", id: "room-consult-why" }, t("room.takes_back"))));
}

/// Only what is another than on the table: what nobody touched keeps following it.
export function readDraft(form, r) {
  const said = Object.fromEntries(new FormData(form));
  const p = proposalOf(r);
  const out = {};
  if (said.level !== p.level) out.level = said.level;
  if (said.effective && toField(said.effective) !== p.effective) out.effective = toField(said.effective);
  if (toField(said.until) !== p.until) out.until = said.until ? toField(said.until) : "open";
  if (said.wording !== p.wording) out.wording = said.wording;
  if (said.why.trim()) out.why = said.why.trim();
  return out;
}

/// Of a draft what the texts can be tried with. "No warning" has no text.
export function triedBy({ level, effective, until, wording }) {
  const out = {};
  for (const [name, value] of Object.entries({ level, effective, until, wording })) if (value !== undefined && !(name === "level" && value === "none")) out[name] = value;
  return out;
}

export const isTouched = (form, r) => {
  const said = Object.fromEntries(new FormData(form));
  const p = proposalOf(r);
  return said.why.trim() !== "" || Object.keys(p).some((k) => (k === "wording" ? said[k] : String(said[k]).slice(0, 16)) !== p[k]);
};

/// What another version changes, item by item: [name, was, is].
export function changes(was, is, s) {
  const words = { level: (v) => levelWord(v), effective: (v) => when(v, s.now), until: (v) => (v ? when(v, s.now) : t("desk.open_end")), wording: (v) => v || "—" };
  return Object.keys(words).filter((k) => was[k] !== is[k]).map((k) => [t(`desk.${k}`), words[k](was[k]), words[k](is[k])]);
}

const wordsOf = (x) => (x !== null && typeof x === "object" ? x.text : x);

/// Parts as the carrier counts them; with its signature before the text, if that makes another number.
function partsOf(of, test) {
  if (of === null || typeof of !== "object") return null;
  return h("span", { class: "parts", "data-test": test, "data-parts": of.parts }, " ", h("b", null, t("room.parts", { n: text(of.parts) })), " ",
    h("small", null, t("room.units", { n: text(of.units) }), of.signed_parts > of.parts ? ` · ${t("room.signed_parts", { n: of.signed_parts })}` : ""));
}

function oneLanguage(of, name) {
  if (!of) return null;
  const lang = name === "zh" ? "zh-CN" : "en";
  const count = (f) => partsOf(of[f], `room-parts-${name}-${f}`);
  return h("section", { "data-key": name, "data-test": `room-texts-${name}` }, h("h4", null, t(`room.language_${name}`)),
    forms.filter((f) => wordsOf(of[f])).map((f) => (f === "short" ? h("div", { class: "text-form", "data-key": f }, h("p", { class: "label" }, t(`room.form_${f}`), count(f)), h("p", { class: "words", lang, "data-test": `room-text-${name}-short` }, wordsOf(of[f])))
      : h("details", { class: "text-form", "data-key": f }, h("summary", null, t(`room.form_${f}`), count(f)), h("p", { class: "words", lang }, wordsOf(of[f]))))));
}

/// Asks for the texts a moment after the last key; an answer that was overtaken is dropped, a failure says so and keeps the last.
export function preview(host, ctx) {
  let timer = null, turn = 0, last = null, asked = "";
  const show = (state, trouble = null) => morph(host,
    h("p", { class: "label", "data-key": "state", role: "status" }, trouble ? h("b", { class: "bad-words" }, t("room.preview_failed"), " ", trouble) : t(`room.preview_${state}`)),
    last ? [oneLanguage(last.zh, "zh"), oneLanguage(last.en, "en")] : null);
  const ask = async (params) => {
    const mine = ++turn;
    try {
      const answer = await ctx.get("/api/v1/texts", params);
      if (mine !== turn) return;
      last = answer;
      show("current");
    } catch (error) {
      if (mine === turn) show("current", error.message);
    }
  };
  return {
    /// `draft`: what is typed and not yet on the table, as readDraft() says it. `version` only tells one table from another.
    want(warning, revision, version, draft) {
      const question = JSON.stringify([warning, revision, version, draft]);
      if (question === asked) return;
      asked = question;
      if (last) show("coming");
      clearTimeout(timer);
      timer = setTimeout(() => ask({ warning, revision, ...draft }), preview_after_ms);
    },
    close() {
      clearTimeout(timer);
      turn = -1;
    },
  };
}
