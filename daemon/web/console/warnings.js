// The warnings: what waits for people, and the life of each from the first proposal to the lift.
import { levelBadges, openWork, standingOf, warningBadge, whatOf } from "./areas.js";
import { h, shape } from "./dom.js";
import { aqiNumber, duration, heading, list, minutesUntil, shortDay, text, warningName, when } from "./format.js";
import { t, word } from "./strings.js";

const reached = { proposed: 1, consulting: 1, agreed: 2, approved: 3, issued: 4, effective: 5, withdrawn: 0, dismissed: 0 };

const given_up = (r) => r.state === "withdrawn" || r.state === "dismissed";

function countdown(r, s) {
  const minutes = minutesUntil(r.effective, s.now_ms);
  if (minutes === null) return null;
  return h("b", { class: minutes < 0 ? "passed" : "" }, minutes < 0 ? t("time_passed", { for: duration(-minutes) }) : t("in_time", { for: duration(minutes) }));
}

export function pendingBlock(s) {
  const work = openWork(s);
  if (work.length === 0) return [];
  return [
    h("h2", null, shape("warn"), " ", t("pending_head", { n: work.length })),
    h("ul", null, work.map(({ warning, revision: r }) => {
      const age = minutesUntil(r.proposed_at, s.now_ms);
      return h("li", { "data-key": `${warning.id}/${r.number}` },
        h("p", { class: "what" }, h("b", { class: "state" }, word(`state_${r.state}`, r.state_zh ?? r.state)),
          h("b", null, text(warning.area_name)), h("b", null, whatOf(r)), r.level === "none" ? null : warningBadge(r.level), (r.kind === "upgrade" || r.kind === "downgrade") ? h("span", null, t("level_from", { level: word(`wlevel_${r.previous}`, r.previous) })) : null),
        h("p", null, word(`next_${r.state}`, r.state), " · ", t("takes_effect", { at: when(r.effective, s.now) }), " ", countdown(r, s), " · ",
          t(age !== null && age <= -1 ? "proposed_ago" : "proposed_now", { at: when(r.proposed_at, s.now), for: duration(-(age ?? 0)) }), " · ",
          h("a", { href: `#warning-${warning.id}` }, t("see_below")), " ", h("code", null, text(warning.id))));
    })),
  ];
}

/// A step of a revision: done with who and when, or not yet.
function step(name, done, lines, r) {
  const look = done ? "ok" : given_up(r) ? "none" : "wait";
  return h("li", { class: done ? "done" : "open" }, shape(look), h("b", null, t(`step_${name}`)),
    list(lines).length > 0 ? list(lines).map((x) => h("span", null, x)) : h("span", { class: "label" }, t(given_up(r) ? "not_done" : "not_yet")));
}
const actLine = (act, s) => (act ? `${text(act.name ?? act.person)} ${when(act.at, s.now)}` : null);

/// Approved and issued after the hour it was to take effect.
const late = (r) => Date.parse(r.issue?.at ?? "") > Date.parse(r.effective ?? "");

function steps(r, s) {
  const at = reached[r.state] ?? 0;
  return h("ol", { class: "steps" },
    step("proposed", true, [`${t("by_rules")} ${text(r.rules)}`, when(r.proposed_at, s.now)], r),
    step("signed", at >= 2 || list(r.signatures).length >= 2, [...list(r.signatures).map((a) => actLine(a, s)), r.state === "consulting" ? h("span", { class: "label" }, t("one_missing")) : null], r),
    step("approved", at >= 3, list(r.approvals).map((a) => actLine(a, s)), r),
    step("issued", Boolean(r.issue), [actLine(r.issue, s)], r),
    given_up(r) ? h("li", { class: "done" }, shape("bad"), h("b", null, t(`step_${r.state}`)))
      : step("effective", r.state === "effective", [r.state === "effective" ? [when(r.effective, s.now), late(r) ? h("small", { class: "label" }, ` ${t("before_issue")}`) : null] : [t("takes_effect", { at: when(r.effective, s.now) }), " ", countdown(r, s)]], r));
}

function inputs(r, s) {
  return h("ul", { class: "chips" }, list(r.inputs).map((d) =>
    h("li", { class: `input ${d.basis}` }, h("span", null, shortDay(d.date, s.now)), " ", aqiNumber(d.aqi ?? null, s.edition), " ", h("small", null, word(`basis_${d.basis}`, d.basis)))));
}

function revision(r, s, newest) {
  const pending = ["proposed", "consulting", "agreed", "approved"].includes(r.state);
  return h("li", { class: `revision ${pending ? "pending" : ""} ${given_up(r) ? "withdrawn" : ""}`, "data-key": `r${r.number}`, "aria-current": newest ? "step" : null },
    h("p", { class: "revision-head" },
      h("span", { class: "label" }, t("revision", { n: text(r.number) })), h("b", null, word(`kind_${r.kind}`, r.kind_zh ?? r.kind)),
      r.level === "none" ? h("span", { class: "warning w-none" }, whatOf(r)) : warningBadge(r.level),
      (r.kind === "upgrade" || r.kind === "downgrade") ? h("span", { class: "label" }, t("level_from", { level: word(`wlevel_${r.previous}`, r.previous) })) : null,
      h("b", { class: `state ${pending ? "pending" : ""}` }, word(`state_${r.state}`, r.state_zh ?? r.state))),
    steps(r, s),
    h("div", { class: "basis" },
      h("span", { class: "label" }, t(r.level === "none" ? "rests_on_lift" : "rests_on")), inputs(r, s),
      h("p", null, t("spell", { first: shortDay(r.first_day, s.now), last: shortDay(r.last_day, s.now), heavy: text(r.heavy_days), severe: text(r.severe_days), most: text(r.highest_aqi) })),
      r.clause ? h("p", null, h("span", { class: "label" }, t("clause")), " ", h("q", { lang: "zh-CN" }, r.clause), " ", h("span", { class: "label" }, text(r.rules))) : null));
}

/// Ended for good: the daemon closes a warning when its lift is issued, people wait until it takes effect.
const over = (w) => Boolean(w.closed) && list(w.revisions).at(-1)?.state !== "issued";

function card(w, s, opened) {
  const revisions = list(w.revisions);
  const last = revisions.at(-1);
  const { inForce, coming } = standingOf(revisions);
  return h("details", { class: "warning-card", id: `warning-${w.id}`, "data-key": w.id, open: opened },
    h("summary", null,
      h("b", null, text(w.area_name)), " ",
      over(w) ? h("span", { class: "warning w-none" }, t("closed")) : h("span", { class: "badges" }, levelBadges(inForce, coming, s)), " ",
      last ? h("span", null, h("b", null, whatOf(last)), " · ", word(`state_${last.state}`, last.state_zh ?? last.state), " · ",
        t(last.state === "effective" || last.state === "issued" ? "effect_at" : "takes_effect", { at: when(last.effective, s.now) })) : null, " ",
      h("code", null, text(w.id))),
    h("ol", { class: "life" }, revisions.map((r) => revision(r, s, r === last))));
}

export function warningCards(s) {
  const work = new Set(openWork(s).map((x) => x.warning));
  const rank = (w) => (work.has(w) ? 0 : over(w) ? 2 : 1);
  const all = list(s.warnings).map((w, i) => [w, i]).sort((a, b) => rank(a[0]) - rank(b[0]) || a[1] - b[1]).map(([w]) => w);
  return [
    heading("warnings", all.length > 1 ? t("warnings_note") : null),
    all.length === 0 ? h("p", { class: "plain" }, t("warnings_none")) : all.map((w, i) => card(w, s, i === 0 || !over(w))),
  ];
}

export const nameOfRevision = (s, id, number) => {
  const r = list(list(s.warnings).find((w) => w.id === id)?.revisions).find((x) => x.number === number);
  return r ? (r.level === "none" ? whatOf(r) : `${word(`kind_${r.kind}`, r.kind)} ${warningName(r.level)}`) : "";
};
