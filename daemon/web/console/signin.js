// Signing in: as a dialog over what one was doing, or in the place of a screen that wants it.
import { h, shape } from "./dom.js";
import { show } from "./dialog.js";
import { signIn } from "./session.js";
import { t } from "./strings.js";

/// done(true) when somebody signed in.
function form(words, done) {
  const trouble = h("p", { class: "dialog-trouble", role: "alert", "data-test": "signin-trouble" });
  const button = h("button", { type: "submit", class: "act primary", "data-test": "signin-go" }, t("shell.sign_in"));
  const of = h("form", { class: "signin", "data-test": "signin" },
    words ? h("p", { class: "dialog-text" }, words) : null,
    h("label", { class: "field" }, h("span", { class: "label" }, t("shell.person")), h("input", { name: "person", type: "text", required: true, autocomplete: "username", autocapitalize: "none", spellcheck: "false", "data-test": "signin-person" })),
    h("label", { class: "field" }, h("span", { class: "label" }, t("shell.password")), h("input", { name: "password", type: "password", required: true, autocomplete: "current-password", "data-test": "signin-password" })),
    trouble, h("div", { class: "dialog-bar" }, button),
    h("p", { class: "plain" }, t("shell.no_password")));
  of.addEventListener("submit", async (event) => {
    event.preventDefault();
    const { person, password } = of.elements;
    button.disabled = true;
    trouble.textContent = "";
    try {
      await signIn(person.value.trim(), password.value);
      done(true);
    } catch (error) {
      trouble.replaceChildren(shape("bad"), ` ${error.message}`);
      password.value = "";
      password.focus();
    }
    button.disabled = false;
  });
  return of;
}

let asked = null; // one dialog, however many acts found out at once that the session is over
export function askSignIn(words = null) {
  asked ??= show("signin-dialog", t("shell.sign_in"), (close) => form(words, close)).then((answer) => answer === true).finally(() => { asked = null; });
  return asked;
}

export const signInPanel = (words) => h("section", { class: "panel signin-panel" }, h("h2", null, t("shell.sign_in")), form(words, () => {}),
  h("p", null, h("a", { href: "/public", "data-test": "to-public" }, t("shell.to_public"))));
