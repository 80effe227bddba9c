// The response ledger: what an issued warning asks of which unit, and how far it has come. Called, notified, acknowledged, started, ended.
import { h, shape } from "./dom.js";
import { list, text, when } from "./format.js";
import { t } from "./strings.js";
import { actButton, levelWord } from "./warning_parts.js";

const stages = ["called", "notified", "acknowledged", "started", "ended"];
const next = (stage) => stages[stages.indexOf(stage) + 1] ?? null;

/// Somebody of the unit, or who keeps the ledger for the units.
function respondReason(e, ctx) {
  const session = ctx.session();
  if (!session?.person) return t("desk.no_session");
  return session.organisation === e.unit || ctx.can("respond") ? null : t("desk.not_your_unit", { unit: e.unit_name });
}

function row(e, s, ctx) {
  const to = next(e.stage);
  const at = stages.indexOf(e.stage);
  return h("li", { "data-key": `${e.warning} ${e.measure}`, "data-test": "desk-response", "data-stage": e.stage, class: e.stage === "ended" ? "over" : "" },
    h("p", null, shape(e.stage === "ended" ? "ok" : e.stage === "called" ? "warn" : "wait"), " ", h("b", null, text(e.unit_name)), " ", text(e.text), e.share_percent > 0 ? ` ${t("desk.share", { n: e.share_percent })}` : ""),
    h("ol", { class: "stages" }, stages.map((stage, i) => {
      const done = stage === "called" ? { at: e.called_at } : list(e.steps).find((x) => x.stage === stage);
      return h("li", { class: i <= at ? "done" : "open", "data-key": stage }, h("span", null, t(`desk.stage_${stage}`)), " ", h("small", null, done ? `${when(done.at, s.now)}${done.person ? ` ${done.person}` : ""}` : "—"));
    })),
    list(e.steps).filter((x) => x.note).map((x, i) => h("p", { class: "label", "data-key": `n${i}` }, t(`desk.stage_${x.stage}`), " · ", x.note)),
    h("p", { class: "label" }, t("desk.called_by", { n: e.revision, level: levelWord(e.level) }), e.cutback ? ` · ${e.cutback}` : "", e.no_longer_asked !== null && e.no_longer_asked !== undefined ? ` · ${t("desk.no_longer", { n: e.no_longer_asked })}` : ""),
    to ? actButton("respond", t(`desk.do_${to}`), respondReason(e, ctx), { test: `desk-respond-${to}`, attrs: { "data-of": `${e.warning} ${e.measure}`, "data-warning": e.warning, "data-measure": e.measure, "data-stage": to } }) : null);
}

/// Of the chosen warning first; the others folded away.
export function ledger(s, ctx, chosen) {
  const all = list(s.responses);
  const own = all.filter((e) => e.warning === chosen), others = all.filter((e) => e.warning !== chosen);
  const words = (n) => t("desk.ledger_others", { n });
  return [
    own.length === 0 ? h("p", { class: "plain", "data-key": "none" }, t("desk.ledger_none")) : h("ul", { class: "responses", "data-key": "own" }, own.map((e) => row(e, s, ctx))),
    others.length === 0 ? null : h("details", { "data-key": "others" }, h("summary", null, words(others.length)), h("ul", { class: "responses" }, others.map((e) => row(e, s, ctx)))),
  ];
}
