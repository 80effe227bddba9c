// Dialogs: a form, the level typed before something dangerous, and short words in the corner. The browser's own <dialog> keeps
// the focus inside, closes on Esc and gives the focus back.
import { h, shape } from "./dom.js";
import { t } from "./strings.js";

const toast_ms = 7_000;

let number = 0;
function modal(test, build) {
  return new Promise((resolve) => {
    const opener = document.activeElement;
    const id = `dialog-${++number}`;
    const box = h("dialog", { class: "dialog", "aria-labelledby": id, "data-test": test });
    let answer = null;
    const close = (value) => {
      answer = value;
      box.close();
    };
    box.addEventListener("close", () => {
      box.remove();
      if (opener instanceof HTMLElement && opener.isConnected) opener.focus();
      resolve(answer);
    });
    box.append(build(close, id));
    document.body.append(box);
    box.showModal();
  });
}

const bar = (close, verb, { danger = false, disabled = false } = {}) => h("div", { class: "dialog-bar" },
  h("button", { type: "submit", class: `act primary ${danger ? "danger" : ""}`, disabled, "data-test": "dialog-go" }, verb),
  cancelButton(close));
function cancelButton(close) {
  const button = h("button", { type: "button", class: "act", "data-test": "dialog-cancel" }, t("shell.cancel"));
  button.addEventListener("click", () => close(null));
  return button;
}

function control(field) {
  const { name, type = "text", value, required = false, options = [], ...others } = field;
  const shared = { name, required, "data-test": `field-${name}`, autocomplete: others.autocomplete ?? "off", min: others.min, max: others.max, step: others.step,
    minlength: others.minlength, maxlength: others.maxlength, placeholder: others.placeholder, rows: others.rows };
  if (type === "select")
    return h("select", shared, options.map((option) => {
      const [to, words] = Array.isArray(option) ? option : typeof option === "object" ? [option.value, option.label] : [option, option];
      return h("option", { value: to, selected: String(to) === String(value ?? "") }, words);
    }));
  if (type === "textarea") return h("textarea", { rows: 3, ...shared, rows: others.rows ?? 3 }, value ?? "");
  if (type === "checkbox") return h("input", { ...shared, type, checked: Boolean(value) });
  return h("input", { ...shared, type, value: value ?? "" });
}

/// A form; what was filled in by name (a checkbox as true or false), or null when it was left.
/// `check(values)`, where given, may say in words why they cannot be taken.
export function ask({ title, text = null, fields = [], verb, danger = false, check = null }) {
  return modal("dialog-ask", (close, id) => {
    const trouble = h("p", { class: "dialog-trouble", role: "alert" });
    const form = h("form", { method: "dialog" },
      h("h2", { id }, title), text ? h("p", { class: "dialog-text" }, text) : null,
      fields.map((field) => h("label", { class: field.type === "checkbox" ? "field tick" : "field" },
        h("span", { class: "label" }, field.label, field.required ? h("span", { class: "must", title: t("shell.required") }, " *") : null), control(field), field.note ? h("small", null, field.note) : null)),
      trouble, bar(close, verb ?? t("shell.ok"), { danger }));
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      const values = Object.fromEntries(fields.map(({ name, type }) => {
        const input = form.elements.namedItem(name);
        return [name, type === "checkbox" ? input.checked : input.value.trim()];
      }));
      const empty = fields.find((field) => field.required && field.type !== "checkbox" && values[field.name] === "");
      const wrong = empty ? t("shell.fill_in", { what: empty.label }) : check?.(values) ?? null;
      if (wrong) trouble.textContent = wrong;
      else close(values);
    });
    return form;
  });
}

/// What cannot be taken back wants a word typed: the level, as it is written on the screen. A key pressed by mistake cannot do that.
export function confirmTyped({ title, text = null, typed, verb }) {
  return modal("dialog-typed", (close, id) => {
    const input = h("input", { name: "typed", type: "text", autocomplete: "off", "data-test": "dialog-typed-word" });
    const form = h("form", { method: "dialog" },
      h("h2", { id }, shape("warn"), " ", title), text ? h("p", { class: "dialog-text" }, text) : null,
      h("label", { class: "field" }, h("span", { class: "label" }, t("shell.type_it", { word: typed })), input),
      bar(close, verb ?? t("shell.ok"), { danger: true, disabled: true }));
    const right = () => input.value.trim() === typed;
    input.addEventListener("input", () => { form.querySelector("[type=submit]").disabled = !right(); });
    form.addEventListener("submit", (event) => {
      event.preventDefault();
      if (right()) close(true);
    });
    return form;
  }).then((answer) => answer === true);
}

/// Any other content in a dialog: `build(close)` gives the elements; the answer is what close() was given.
export const show = (test, title, build) => modal(test, (close, id) => h("div", null, h("h2", { id }, title), build(close)));

/// Short words in the corner, read out by a screen reader; trouble stays until it is put away.
export function say(words, look = "ok") {
  const host = document.getElementById("toasts");
  const away = h("button", { type: "button", class: "toast-away", "aria-label": t("shell.close") }, "×");
  const toast = h("p", { class: `toast ${look}`, role: look === "bad" ? "alert" : "status", "data-test": "toast" }, shape(look), " ", h("span", null, words), away);
  away.addEventListener("click", () => toast.remove());
  host.append(toast);
  while (host.children.length > 5) host.firstElementChild.remove();
  if (look !== "bad") setTimeout(() => toast.remove(), toast_ms);
}
