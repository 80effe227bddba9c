// What the screens of records share (review, rules, reports, audit, people): tables, small forms, presses, and a loader that
// tells an old answer from the newest one. Nothing here knows a screen.
import { h, morph } from "./dom.js";
import { dayPlus, list, text, wallSeconds } from "./format.js";
import { language, t } from "./strings.js";

const short_cell = 12;

/// A table with a head. A cell is anything h() takes, or {of, class, title}; a row may be {key, class, test, cells}.
export function sheet(key, columns, rows, { caption = null, empty = null, test = null } = {}) {
  if (rows.length === 0 && empty !== null) return h("p", { class: "plain", "data-test": test }, empty);
  // A date or a word is not broken in two.
  const short = (c) => (typeof c === "string" && c.length <= short_cell ? "short" : null);
  const cell = (c) => (c !== null && typeof c === "object" && !Array.isArray(c) && !(c instanceof Node)
    ? h("td", { class: c.class ?? short(c.of), title: c.title }, c.of) : h("td", { class: short(c) }, c));
  const line = (row) => (Array.isArray(row) ? h("tr", null, row.map(cell))
    : h("tr", { class: row.class, "data-key": row.key, "data-test": row.test }, row.cells.map(cell)));
  // The frame scrolls, not the page; it can be reached by keyboard because what it holds may be wider than it is.
  return h("div", { class: "rec-frame", "data-key": key, "data-test": test, tabindex: "0", role: "region", "aria-label": caption ?? t("records.table") },
    h("table", { class: "rec-table" },
      caption ? h("caption", { class: "unseen" }, caption) : null,
      h("thead", null, h("tr", null, columns.map((c) => (c !== null && typeof c === "object" && !(c instanceof Node)
        ? h("th", { scope: "col", class: c.class }, c.of) : h("th", { scope: "col" }, c))))),
      h("tbody", null, rows.map(line))));
}

/// A labelled control. The label holds it, so that neither needs an id.
export const labelled = (label, control, note = null) => h("label", { class: "rec-field" }, h("span", { class: "label" }, label), control, note ? h("small", null, note) : null);

export const input = (name, attributes = {}) => h("input", { name, type: "text", autocomplete: "off", ...attributes });

/// `options`: [value, words]. A value that none of them has is not chosen silently: the first is.
export function select(name, options, chosen, attributes = {}) {
  return h("select", { name, ...attributes }, options.map(([value, words]) => h("option", { value, selected: value === chosen }, words)));
}

/// A button that says by `data-do` what it is for; presses() hears it.
export const press = (what, words, attributes = {}) => h("button", { type: "button", class: "rec-press", "data-do": what, ...attributes }, words);

/// One listener for all buttons below `host`, so that redrawing never loses one. `heard`: {what: (button) => void}.
export function presses(host, heard) {
  const hear = (event) => {
    const button = event.target instanceof Element ? event.target.closest("[data-do]") : null;
    if (button === null || !host.contains(button) || !Object.hasOwn(heard, button.dataset.do)) return;
    event.preventDefault();
    heard[button.dataset.do](button);
  };
  host.addEventListener("click", hear);
  return () => host.removeEventListener("click", hear);
}

/// A form below `host` that answers to Enter and its button: `sent(values, form)` gets its fields by name.
export function forms(host, sent) {
  const send = (event) => {
    event.preventDefault();
    const form = event.target;
    const name = form.dataset.form;
    if (Object.hasOwn(sent, name)) sent[name](Object.fromEntries(new FormData(form)), form);
  };
  host.addEventListener("submit", send);
  return () => host.removeEventListener("submit", send);
}

export const panel = (title, note, ...children) => h("section", { class: "panel rec-panel" }, h("h2", null, title, note ? h("small", null, note) : null), children);
export const trouble = (error) => h("p", { class: "rec-trouble", role: "alert" }, t("records.trouble"), " ", text(error?.message ?? error));
export const waiting = () => h("p", { class: "plain", "aria-busy": "true" }, t("records.waiting"));

/// Asks, shows, and forgets answers that were overtaken by a later question or by the end of the screen.
/// `show(state)`: {busy, value, error}; while a further answer is awaited the former value stays to be seen.
export function loader(show) {
  let turn = 0;
  let value = null;
  return {
    async ask(question) {
      const mine = ++turn;
      show({ busy: true, value, error: null });
      try {
        const answer = await question();
        if (mine !== turn) return;
        value = answer;
        show({ busy: false, value, error: null });
      } catch (error) {
        if (mine === turn) show({ busy: false, value, error });
      }
    },
    forget() { turn = -1; },
    get value() { return value; },
  };
}

/// What a loader's state looks like: the words of a failure, the wait before the first answer, or `made(value)`.
export function shown(host, state, made) {
  if (state.error) return morph(host, trouble(state.error), state.value ? made(state.value) : null);
  if (state.value === null) return morph(host, waiting());
  return morph(host, made(state.value));
}

/// Of {"zh", "en"}, of title_zh/title_en beside each other, or of plain text: the reader's.
export const said = (words) => (words !== null && typeof words === "object" ? text(words[language()] ?? words.zh ?? words.en) : text(words));
export const saidOf = (row, name) => text(row?.[`${name}_${language()}`] ?? row?.[`${name}_zh`] ?? row?.[name]);

/// Areas and stations of a status as options of a select.
export const areaOptions = (status) => list(status?.areas).map((a) => [a.id, `${text(a.name)} ${a.id}`]);
export const stationOptions = (status) => list(status?.stations).map((s) => [s.id, `${text(s.name)} ${s.id}`]);
export const nameOf = (status, id) => [...list(status?.areas), ...list(status?.stations)].find((x) => x.id === id)?.name ?? id;

/// The day of the newest closed hour; before the first one the day it is.
export const lastDay = (status) => (status?.closed ?? status?.now ?? "").slice(0, 10);
/// The newest day that is over: the day before, until its hour 24 is closed.
export const closedDay = (status) => (wallSeconds(lastDay(status)) === null || status?.closed?.endsWith("24:00") ? lastDay(status) : dayPlus(lastDay(status), -1));
