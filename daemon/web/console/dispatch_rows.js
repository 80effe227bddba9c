// The dispatch board's table: a row for what one channel sends by one provider to one audience, a column for each state of its
// deliveries. What asks for a person stands on top. Below an opened row its deliveries, each with what may be decided of it.
import { h, shape } from "./dom.js";
import { duration, list, minutesUntil, text, when } from "./format.js";
import { t, word } from "./strings.js";
import { rightReason } from "./warning_acts.js";
import { actButton } from "./warning_parts.js";

/// Columns, and the states of the outbox that each holds.
export const columns = [
  ["in_doubt", ["in_doubt"]], ["failed", ["failed", "expired"]], ["waiting", ["prepared", "retry", "repeat", "held"]], ["sending", ["sending"]],
  ["accepted", ["accepted"]], ["delivered", ["delivered"]], ["superseded", ["superseded"]],
];
const urgency = ["in_doubt", "failed", "expired", "repeat", "retry", "sending", "prepared", "held", "accepted", "delivered", "superseded"];
const looks = { in_doubt: "bad", failed: "bad", waiting: "wait", sending: "wait", accepted: "ok", delivered: "ok", superseded: "none" };

export const needsPerson = (row) => (row.states?.in_doubt ?? 0) > 0 || (row.states?.failed ?? 0) > 0 || (row.states?.expired ?? 0) > 0;
const inDoubt = (row) => (row.states?.in_doubt ?? 0) > 0;

/// In doubt, then what failed, then what is on its way, then the rest; within each the newest first.
export function ranked(rows) {
  const rank = (row) => (inDoubt(row) ? 0 : urgency.indexOf(row.state) + 1);
  return [...rows].sort((a, b) => rank(a) - rank(b) || b.row - a.row);
}

const sum = (row, states) => states.reduce((n, s) => n + (row.states?.[s] ?? 0), 0);

function stateCell(row, [name, states]) {
  const n = sum(row, states);
  const which = states.filter((s) => row.states?.[s] > 0 && s !== name);
  return h("td", { class: `count ${n > 0 ? looks[name] : "zero"}`, "data-test": `dispatch-n-${name}`, "data-label": t(`dispatch.column_${name}`) }, n === 0 ? h("span", { "aria-label": "0" }, "·") : [shape(looks[name]), " ", h("b", null, String(n)),
    which.length > 0 ? h("small", null, which.map((s) => word(`dispatch.state_${s}`, s)).join(" ")) : null]);
}

/// A mass of ordinary letters beside warnings: what a row is about.
const about = (row) => (row.kind === "canary" || row.warning?.startsWith("canary") ? t("dispatch.kind_canary") : word(`dispatch.kind_${row.kind}`, row.kind));

/// A warning or drill leads to its life; alarms and canaries have none.
const subject = (id, s) => (list(s.warnings).some((w) => w.id === id) ? h("a", { href: `#/desk/${id}` }, id) : list(s.drills).some((w) => w.id === id) ? h("a", { href: `#/drill/${id}` }, id) : h("code", null, text(id)));

function decisions(d, ctx) {
  const why_not = rightReason("resolve", ctx);
  const button = (verdict, look) => actButton("resolve", t(`dispatch.do_${verdict}`), why_not, { test: `dispatch-${verdict}`, look, attrs: { "data-of": `${d.key} ${verdict}`, "data-key-of": d.key, "data-verdict": verdict } });
  if (d.state === "in_doubt") return h("div", { class: "acts" }, button("sent", ""), button("not-sent", ""), button("resend", "danger"));
  if (d.state === "failed" || d.state === "expired") return h("div", { class: "acts" }, button("resend", "danger"));
  return null;
}

function deliveryTable(opened, s, ctx) {
  if (opened.error) return h("p", { class: "bad-words", role: "alert" }, t("dispatch.trouble"), " ", opened.error);
  if (opened.deliveries === null) return h("p", { class: "plain", "aria-busy": "true" }, t("dispatch.reading"));
  const rank = (d) => urgency.indexOf(d.state);
  const all = [...opened.deliveries].sort((a, b) => rank(a) - rank(b) || a.recipient - b.recipient);
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("dispatch.deliveries") },
    h("table", { class: "deliveries dispatch-table", "data-test": "dispatch-deliveries" }, h("caption", { class: "unseen" }, t("dispatch.deliveries")),
      h("thead", null, h("tr", null, ["to", "state", "attempts", "provider_id", "detail", "decide"].map((k) => h("th", { scope: "col" }, t(`dispatch.d_${k}`))))),
      h("tbody", null, all.map((d) => h("tr", { "data-key": d.key, "data-test": "dispatch-delivery", "data-state": d.state },
        h("th", { scope: "row" }, d.name ? text(d.name) : t("dispatch.everybody"), h("small", null, d.address)),
        h("td", null, word(`dispatch.state_${d.state}`, d.state), d.state === "retry" || d.state === "repeat" ? h("small", null, t("dispatch.next_at", { at: when(d.next_at, s.now) })) : null),
        h("td", null, String(d.attempts)), h("td", null, h("code", null, text(d.provider_id))), h("td", { class: "detail" }, text(d.detail)), h("td", null, decisions(d, ctx)))))));
}

/// `opened`: {row, deliveries, error} or null.
export function board(rows, opened, s, ctx) {
  if (rows.length === 0) return h("p", { class: "plain", "data-key": "none", "data-test": "dispatch-none" }, t("dispatch.none"));
  return h("div", { class: "scroll", "data-key": "board", tabindex: "0", role: "region", "aria-label": t("dispatch.board") },
    h("table", { class: "dispatch-board", "data-test": "dispatch-board" }, h("caption", { class: "unseen" }, t("dispatch.board")),
      h("thead", null, h("tr", null, h("th", { scope: "col" }, t("dispatch.row")), h("th", { scope: "col" }, t("dispatch.what")), columns.map(([name]) => h("th", { scope: "col" }, t(`dispatch.column_${name}`))), h("th", { scope: "col" }, t("dispatch.d_detail")))),
      h("tbody", null, ranked(rows).flatMap((row) => {
        const is_open = opened?.row === row.row;
        return [
          h("tr", { "data-key": `row${row.row}`, "data-test": "dispatch-row", "data-state": row.state, class: needsPerson(row) ? "asks" : "" },
            h("th", { scope: "row" }, h("button", { type: "button", class: "link", "data-do": "open", "data-of": row.row, "aria-expanded": is_open ? "true" : "false", "data-test": "dispatch-open" }, text(row.channel)), h("small", null, [row.provider, row.audience].filter(Boolean).join(" · ") || t("dispatch.everybody")), h("small", null, t("dispatch.recipients", { n: row.recipients }), row.parts > 1 ? ` · ${t("dispatch.parts", { n: row.parts })}` : "")),
            h("td", null, subject(row.warning, s), h("small", null, `${about(row)} · ${t("desk.revision", { n: row.revision })} · ${when(row.created_at, s.now)}`)),
            columns.map((c) => stateCell(row, c)),
            h("td", { class: "detail" }, text(row.detail), row.attempts > 1 ? h("small", null, t("dispatch.attempts", { n: row.attempts })) : null)),
          is_open ? h("tr", { "data-key": `open${row.row}`, class: "opened" }, h("td", { colspan: String(columns.length + 3) }, deliveryTable(opened, s, ctx))) : null,
        ];
      }))));
}

/// Each channel: what waits and since when, its last success, its last canary.
export function channels(s, rows, now_ms) {
  const all = list(s.channels);
  if (all.length === 0) return h("p", { class: "plain" }, t("dispatch.no_channels"));
  const age = (at) => {
    const minutes = minutesUntil(at, now_ms);
    return minutes === null ? "" : t("dispatch.ago", { for: duration(-minutes) });
  };
  return h("div", { class: "scroll", tabindex: "0", role: "region", "aria-label": t("dispatch.channels") },
    h("table", { class: "dispatch-table", "data-test": "dispatch-channels" }, h("caption", { class: "unseen" }, t("dispatch.channels")),
      h("thead", null, h("tr", null, ["channel", "waiting", "oldest", "last_accepted", "last_canary", "last_state"].map((k) => h("th", { scope: "col" }, t(`dispatch.c_${k}`))))),
      h("tbody", null, all.map((c) => {
        const canary = rows.filter((r) => r.channel === c.name && (r.kind === "canary" || String(r.warning).startsWith("canary"))).sort((a, b) => b.row - a.row)[0];
        return h("tr", { "data-key": c.name, "data-test": "dispatch-channel" },
          h("th", { scope: "row" }, text(c.name), h("small", null, text(c.kind), c.mode === "drill" ? ` ${t("desk.drill_mark")}` : "")),
          h("td", null, c.waiting > 0 ? [shape("wait"), " ", h("b", null, String(c.waiting))] : "0"),
          h("td", null, c.oldest ? [h("b", null, age(c.oldest)), h("small", null, when(c.oldest, s.now))] : "—"),
          h("td", null, c.last_accepted ? [when(c.last_accepted, s.now), h("small", null, age(c.last_accepted))] : t("dispatch.never")),
          h("td", null, canary ? [word(`dispatch.state_${canary.state}`, canary.state), h("small", null, when(canary.created_at, s.now))] : t("dispatch.never")),
          h("td", { class: "detail" }, c.last_state ? word(`dispatch.state_${c.last_state}`, c.last_state) : "—", c.last_detail ? h("small", null, c.last_detail) : null));
      }))));
}

/// What people answered. A reply that names a warning is a receipt of it.
export function replies(all, s) {
  if (all.length === 0) return h("p", { class: "plain" }, t("dispatch.replies_none"));
  return h("ul", { class: "replies", "data-test": "dispatch-replies" }, all.map((r, i) => h("li", { "data-key": `${r.at} ${r.from} ${i}`, "data-test": "dispatch-reply" },
    h("p", { class: "label" }, when(r.at, s.now), " · ", text(r.name || r.from), " · ", text(r.channel), r.answers ? [" · ", t("dispatch.answers"), " ", subject(r.answers, s)] : ""), h("p", { class: "said" }, text(r.text)))));
}
