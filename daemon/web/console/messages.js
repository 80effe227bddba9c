// What was handed to the channels, and what they said.
import { h, shape } from "./dom.js";
import { heading, list, text, when } from "./format.js";
import { send_looks } from "./header.js";
import { t, word } from "./strings.js";
import { nameOfRevision } from "./warnings.js";

const urgency = { bad: 0, warn: 1, wait: 2 };

/// A table whose cells know the name of their column, so that a narrow screen can show each row as a card.
export function table(name, columns, rows) {
  return h("div", { class: "scroll" }, h("table", { class: `rows ${name}` },
    h("thead", null, h("tr", null, columns.map((c) => h("th", { scope: "col" }, c)))),
    h("tbody", null, rows.map((cells) => h("tr", null, cells.map((cell, i) => h("td", { "data-label": columns[i] }, cell)))))));
}

/// A row to many people: to whom, and how many stand where.
function audience(m) {
  if (!m.audience) return null;
  return h("div", { class: "note" }, `${m.audience} (${m.recipients}): `,
    Object.entries(m.states ?? {}).map(([state, count]) => `${word(`send_${state}`, state)} ${count}`).join(t("comma")));
}

export function messageTable(s) {
  const look = (m) => send_looks[m.state] ?? "warn";
  const rows = list(s.outbox).map((m, i) => [m, i]).sort((a, b) => (urgency[look(a[0])] ?? 3) - (urgency[look(b[0])] ?? 3) || a[1] - b[1]).map(([m]) => m);
  return [
    heading("messages", rows.length > 0 ? t("messages_note") : null),
    rows.length === 0 ? h("p", { class: "plain" }, t("messages_none"))
      : h("div", { class: "panel" }, table("messages", [t("created"), t("warning_id"), t("revision_head"), t("channel_head"), t("state"), t("attempts"), t("last_words")],
        rows.map((m) => [when(m.created_at, s.now), h("code", null, text(m.warning)), [text(m.revision), " ", nameOfRevision(s, m.warning, m.revision)], [text(m.channel), audience(m)],
          h("span", { class: `standing ${look(m)}` }, shape(look(m)), " ", h("b", null, word(`send_${m.state}`, m.state))), text(m.attempts), text(m.detail)]))),
  ];
}
