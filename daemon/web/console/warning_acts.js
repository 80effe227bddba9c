// What a person may do with a revision, why not, and the doing of it. The daemon decides; a button is only closed where its refusal is
// certain from what the page knows, and says so. Every act carries the version that was seen.
import { h } from "./dom.js";
import { list, warningLevels } from "./format.js";
import { t, word } from "./strings.js";
import { actButton, isPending, levelWord, stateWord, whatOf } from "./warning_parts.js";

const from = {
  sign: ["proposed", "consulting"], object: ["proposed", "consulting", "agreed"], approve: ["agreed"], "send-back": ["agreed", "approved"],
  issue: ["approved"], lift: ["approved"], emergency: ["proposed", "consulting", "agreed", "approved"], consult: ["proposed", "consulting", "agreed"],
};
const right_for = { sign: "sign", object: "sign", consult: "sign", propose: "sign", issue: "issue", lift: "issue", emergency: "emergency", order: "order", respond: "respond", forecast: "forecast", resolve: "issue" };
const rank = (level) => warningLevels.indexOf(level ?? "none");

/// Why this person cannot do such things at all; null: perhaps.
export function rightReason(verb, ctx) {
  const session = ctx.session();
  if (!session?.person) return t("desk.no_session");
  const right = right_for[verb];
  if (right && !ctx.can(right)) return t("desk.no_right", { right: word(`desk.right_${right}`, right) });
  return null;
}

/// Rank or role, one's own or that of somebody who delegated it. Which level asks for a role is known to the daemon alone: whoever has
/// any may try.
function rankReason(r, session) {
  const needed = Math.max(rank(r.level), rank(r.previous));
  const all = [session, ...list(session?.delegations)];
  if (all.some((x) => rank(x?.may_approve_up_to) >= needed || list(x?.roles).length > 0)) return null;
  return all.every((x) => rank(x?.may_approve_up_to) <= 0) ? t("desk.no_rank") : t("desk.rank_below", { level: levelWord(warningLevels[needed]) });
}

export function reasonFor(verb, w, r, ctx) {
  const session = ctx.session();
  const right = rightReason(verb, ctx);
  if (right) return right;
  if (!from[verb].includes(r.state)) return t("desk.not_from_here", { state: stateWord(r) });
  const signed = list(r.signatures).some((a) => a.person === session.person);
  if (verb === "sign") {
    if (signed) return t("desk.signed_already");
    if (r.closes && Date.parse(r.closes) < ctx.now()) return t("desk.closed_consultation");
  }
  if (verb === "approve") {
    if (signed) return t("desk.signer_cannot");
    if (list(r.approvals).some((a) => a.person === session.person)) return t("desk.approved_already");
  }
  if (verb === "emergency" && (r.dismissal || rank(r.level) < rank(r.previous))) return t("desk.emergency_only_up");
  return verb === "approve" || verb === "send-back" ? rankReason(r, session) : null;
}

/// The lead time its level asks for has gone by.
export const isLate = (r, now_ms) => isPending(r) && typeof r.lead_hours === "number" && Date.parse(r.effective) - r.lead_hours * 3600000 < now_ms;

export const publishVerb = (r) => (r.kind === "lift" ? "lift" : "issue");

/// The buttons of a pending revision. `screen` begins their test ids; `hold`: why nothing of it may be pressed just now.
export function actBar(w, r, ctx, screen, hold = null) {
  const button = (verb, look) => actButton(verb, verb === "issue" ? t("desk.act_issue_what", { what: whatOf(r) }) : t(`desk.act_${verb}`), hold ?? reasonFor(verb, w, r, ctx),
    { test: `${screen}-${verb}`, look, attrs: { "data-warning": w.id } });
  return [
    isLate(r, ctx.now()) ? h("label", { class: "field wide", "data-key": "late" }, h("span", { class: "label" }, t("desk.late_label", { hours: r.lead_hours })), h("input", { type: "text", name: "late-why", maxlength: 500, autocomplete: "off", "data-test": `${screen}-late-why` })) : null,
    h("div", { class: "acts", "data-key": "acts", role: "group", "aria-label": t("desk.acts") },
      button("sign", "primary"), button("object", ""), button("approve", "primary"), button("send-back", ""), button(publishVerb(r), "large danger"), button("emergency", "danger")),
  ];
}

/// Does it. The level's word must be typed where the public will hear of it.
export async function perform(verb, w, r, ctx, { drill = false, late_why = "" } = {}) {
  const body = { warning: w.id, revision: r.number, verb, version: r.version };
  const about = { area: w.area_name ?? w.area, what: whatOf(r), id: w.id };
  const mark = drill ? `${t("desk.drill_mark")} ` : "";
  if (verb === "object" || verb === "send-back" || verb === "emergency") {
    const said = await ctx.ask({ title: `${mark}${t(`desk.ask_${verb}`, about)}`, text: t(`desk.ask_${verb}_text`, about), verb: t(`desk.act_${verb}`),
      fields: [{ name: "why", label: t("desk.why"), type: "textarea", required: true }] });
    if (!said) return null;
    body.why = said.why;
  }
  if (verb === "issue" || verb === "lift" || verb === "emergency") {
    const level = r.level === "none" ? r.previous : r.level;
    const sure = await ctx.confirmTyped({ title: `${mark}${t(`desk.sure_${verb}`, about)}`, text: t(drill ? "desk.sure_text_drill" : "desk.sure_text", about), typed: levelWord(level), verb: t(`desk.act_${verb}`) });
    if (!sure) return null;
    if (late_why) body.why ??= late_why;
  }
  return ctx.act("act", body);
}

const times = () => [
  { name: "effective", label: t("desk.effective"), type: "datetime-local", step: 3600, value: "", note: t("desk.effective_note") },
  { name: "until", label: t("desk.until"), type: "datetime-local", step: 3600, value: "", note: t("desk.until_note") },
  { name: "wording", label: t("desk.wording"), type: "textarea", value: "" },
  { name: "why", label: t("desk.why"), type: "textarea", required: true },
];
export const proposalFields = (s, levels, area) => [
  ...(area ? [] : [{ name: "area", label: t("desk.area"), type: "select", options: list(s?.areas).map((a) => [a.id, a.name]), required: true }]),
  ...(levels.length > 1 ? [{ name: "level", label: t("desk.level"), type: "select", options: levels.map((l) => [l, t("desk.warning_of", { level: levelWord(l) })]), required: true }] : []),
  ...times(),
];
