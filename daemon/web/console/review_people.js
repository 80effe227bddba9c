// What people said of data: corrections in their two levels, sign-offs, dust days, and the notices that followed.
import { h } from "./dom.js";
import { list, primary, text, when } from "./format.js";
import { nameOf, panel, press, sheet } from "./records.js";
import { pollutantName, unitOf } from "./review_hours.js";
import { t, word } from "./strings.js";

const whoAt = (act, now) => (act ? [text(act.name ?? act.person), h("br"), h("small", null, when(act.at, now))] : "—");
const stretch = (c) => (c.first === c.last ? text(c.first) : t("records.to", { first: text(c.first), last: text(c.last) }));
const kindOf = (c) => word(`review.kind_${c.kind}`, c.kind_zh);
const whatOf = (c) => [h("b", null, kindOf(c)), c.value === null || c.value === undefined ? "" : ` ${c.value} ${unitOf(c.pollutant)}`];

/// Who may decide it: the right, and not whoever asked for it. The daemon says the same again when it is tried.
function decideCell(c, ctx) {
  if (!ctx.can("ratify")) return h("small", null, t("review.may_not_ratify"));
  if (c.validated?.person === ctx.session()?.person) return h("small", null, t("review.own"));
  return [press("ratify", t("review.ratify"), { "data-correction": c.id, "data-test": "review-ratify", class: "rec-press primary" }),
    " ", press("refuse", t("review.refuse"), { "data-correction": c.id, "data-test": "review-refuse" })];
}

function correctionRow(c, status, cells) {
  return { key: c.id, test: "review-correction", cells: [
    [h("b", null, text(c.id)), h("br"), h("small", null, word(`review.state_${c.state}`, c.state_zh))],
    [text(nameOf(status, c.station)), " ", h("code", null, text(c.station)), h("br"), pollutantName(c.pollutant), " ", h("small", null, stretch(c))],
    [whatOf(c), h("br"), h("small", null, text(c.why)), c.document ? [h("br"), h("small", null, c.document)] : null],
    whoAt(c.validated, status?.now), ...cells,
    press("go", t("review.go"), { "data-correction": c.id, "data-test": "review-go" })] };
}

export function corrections(review, status, ctx) {
  const all = list(review.corrections);
  const open = all.filter((c) => c.state === "validated");
  const decided = all.filter((c) => c.state !== "validated");
  const head = (last) => [t("review.id"), t("review.hours"), t("review.what"), t("review.validated_by"), last, h("span", { class: "unseen" }, t("review.go"))];
  return panel(t("review.corrections"), t("review.corrections_note", { n: open.length }),
    sheet("review-open", head(t("review.decided_by")), open.map((c) => correctionRow(c, status, [decideCell(c, ctx)])),
      { caption: t("review.corrections"), empty: t("review.waiting_none"), test: "review-open" }),
    decided.length === 0 ? null : h("details", { "data-key": "decided" }, h("summary", { "data-test": "review-decided" }, t("review.decided", { n: decided.length })),
      sheet("review-decided", head(t("review.decided_by")), decided.map((c) => correctionRow(c, status, [[whoAt(c.decided, status?.now), c.decided_why ? [h("br"), h("small", null, c.decided_why)] : null]])),
        { caption: t("review.decided", { n: decided.length }) })));
}

export function signOffs(review, status, ctx) {
  return panel(t("review.sign_offs"), t("review.sign_offs_note"),
    ctx.can("validate") || ctx.can("ratify") ? h("p", null, press("sign-off", t("review.sign_off"), { "data-test": "review-sign-off" })) : null,
    sheet("review-sign-offs", [t("records.place"), t("review.days"), t("review.level"), t("records.by"), t("records.note")],
      list(review.sign_offs).map((s) => ({ key: `${s.place} ${s.first} ${s.level} ${s.at}`, cells: [text(nameOf(status, s.place)), stretch(s), word(`review.level_${s.level}`, s.level), whoAt(s, status?.now), text(s.note)] })),
      { caption: t("review.sign_offs"), empty: t("review.sign_offs_none") }));
}

export function dustDays(review, status, ctx) {
  const may = ctx.can("declare-dust");
  return panel(t("review.dust"), t("review.dust_note"),
    may ? h("p", null, press("dust", t("review.dust_declare"), { "data-test": "review-dust" })) : null,
    sheet("review-dust", [t("records.area"), t("review.date"), t("records.document"), t("records.why"), t("records.by"), ...(may ? [h("span", { class: "unseen" }, t("review.dust_undo"))] : [])],
      list(review.dust_days).map((d) => ({ key: `${d.area} ${d.date}`, cells: [text(nameOf(status, d.area)), text(d.date), text(d.document), text(d.why), whoAt(d, status?.now),
        ...(may ? [press("undo-dust", t("review.dust_undo"), { "data-area": d.area, "data-date": d.date })] : [])] })),
      { caption: t("review.dust"), empty: t("review.dust_none") }));
}

/// A figure as it was published; a pollutant brings its unit.
const published = (c, value) => (c.pollutant && value !== "NA" ? `${text(value)} ${c.pollutant === "CO" ? "mg/m³" : "μg/m³"}` : text(value));

export function notices(review, status) {
  const all = list(review.notices);
  return panel(t("review.notices"), t("review.notices_note"),
    all.length === 0 ? h("p", { class: "plain" }, t("review.notices_none")) : all.map((n, i) => h("details", { "data-key": n.number, "data-test": "review-notice", open: i === 0 },
      h("summary", null, h("b", null, text(n.number)), " ", when(n.at, status?.now), " ", word(`review.cause_${n.cause}`, n.cause_zh), " ", h("small", null, text(n.why), " (", text(n.who), ")")),
      sheet(`notice-${n.number}`, [t("records.place"), t("review.date"), t("review.figure"), t("review.before_after")],
        list(n.changes).map((c) => [text(nameOf(status, c.place)), text(c.day), [word(`review.change_${c.what}`, c.what_zh), " ", c.pollutant ? primary(c.pollutant) : ""],
          [h("span", { class: "was" }, published(c, c.before)), " → ", h("b", null, published(c, c.after))]]), { caption: text(n.number) }),
      n.further > 0 ? h("p", { class: "plain" }, t("review.further", { n: n.further })) : null)));
}
