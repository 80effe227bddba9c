// The console's clockwork: who sits here, which screen is open, what the daemon says; and what every screen is given (ctx).
import * as api from "./api.js";
import { choose as chooseAlarm, perform, target } from "./alarm_acts.js";
import * as dialog from "./dialog.js";
import { h, morph } from "./dom.js";
import * as frame from "./frame.js";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { difference, missedPanel } from "./missed.js";
import { remember, remembered } from "./prefs.js";
import { go, watchAddress } from "./router.js";
import { admission, screenOf } from "./screens.js";
import * as people from "./session.js";
import { askSignIn, signInPanel } from "./signin.js";
import * as sound from "./sound.js";
import { choose, language, t } from "./strings.js";

const errors_kept = 5;

// Errors of our own are written where a test, or somebody on the telephone, can read them.
const errors = [];
function note(what) {
  if (errors.length < errors_kept) errors.push(String(what));
  document.body.dataset.errors = errors.join(" | ");
}
addEventListener("error", (event) => note(event.message || `cannot load ${event.target?.src ?? event.target?.href}`), true);
addEventListener("unhandledrejection", (event) => note(event.reason));
addEventListener("securitypolicyviolation", (event) => note(`forbidden by the content policy: ${event.violatedDirective} ${event.blockedURI}`));

const byId = (id) => document.getElementById(id);
let place = null;   // where the address points
let open = null;    // {screen, view, host}: what is drawn
let turn = 0;       // a screen that arrives after another was asked for is dropped
let at_loss = null; // the status when contact was lost

const asked = new URLSearchParams(location.search);
const line = live({ heard, signedOut, state: watch, events: asked.get("events") !== "off" });

/// What a screen is given. The place belongs to the screen it was made for.
const contextFor = (of) => ({
  status: line.status,
  session: people.session,
  can: people.can,
  args: of?.args ?? [],
  query: of?.query ?? {},
  go,
  get,
  act,
  say: dialog.say,
  ask: dialog.ask,
  confirmTyped: dialog.confirmTyped,
  now: line.now,
  chart,
  canSee: () => mayRead(),
});
const general = contextFor(null);

const mayRead = () => admission("read", people.session()) === "yes";

async function get(path, params) {
  try {
    return await api.get(path, params);
  } catch (error) {
    if (error.status === 401 && people.session().person) signedOut();
    throw error;
  }
}

/// An act: its outcome is told here, so that no screen forgets to.
async function act(command, body = {}) {
  for (let tries = 0; ; tries += 1) {
    let answer;
    try {
      answer = await api.ask("POST", `/api/v1/acts/${encodeURIComponent(command)}`, { body });
    } catch (error) {
      dialog.say(t("shell.act_unknown", { why: error.message }), "bad");
      return { ok: false, error: error.message };
    }
    if (answer.ok && answer.body?.ok !== false) {
      dialog.say(t("shell.act_done"));
      return { ok: true, ...answer.body };
    }
    const error = api.wordsOf(answer.status, answer.body);
    // The session ended between two looks: sign in, and do what was asked for; what is written on the screen stays.
    if (answer.status === 401 && tries === 0) {
      if (await askSignIn(t("shell.sign_in_to_act"))) continue;
      people.ended();
      return { ok: false, error, status: 401 };
    }
    // The token may be of a session that was renewed in another window.
    if (answer.status === 403 && tries === 0) {
      const token = people.session().token;
      await people.load().catch(() => null);
      if (people.session().token !== token) continue;
    }
    const waited = answer.status === 429 && answer.retry_after ? ` ${t("shell.try_after", { n: answer.retry_after })}` : "";
    dialog.say(`${t("shell.act_refused", { why: error })}${waited}`, "bad");
    return { ...answer.body, ok: false, error, status: answer.status };
  }
}

/// A chart in a place: the bundle is fetched when the first one is wanted; set() before it is there is kept.
function chart(host, option) {
  let handle = null, wanted = option, closed = false;
  host.setAttribute("aria-busy", "true");
  import("./charts.js").then(({ chart: make }) => {
    host.removeAttribute("aria-busy");
    if (!closed) handle = make(host, wanted);
  }).catch((error) => {
    note(`charts: ${error?.message}`);
    morph(host, h("p", { class: "broken" }, t("broken_section")));
  });
  return {
    set(next) {
      wanted = next;
      handle?.set(next);
    },
    resize: () => handle?.resize(),
    close() {
      closed = true;
      handle?.close();
    },
  };
}

function broken(host, id, error) {
  note(`${id}: ${error?.message}`);
  host.replaceChildren(h("p", { class: "broken", "data-test": "broken" }, t("broken_section"), " ", h("code", null, String(error?.message ?? ""))));
}

function closeScreen() {
  try {
    open?.view?.close?.();
  } catch (error) {
    note(`${open.screen.id}: ${error?.message}`);
  }
  open = null;
}

async function show() {
  const mine = ++turn;
  closeScreen();
  if (place.id !== "alarms") chooseAlarm(null);
  const screen = screenOf(place.id);
  const main = byId("screen");
  const host = h("div", { class: `screen ${screen.id}`, "data-screen": screen.id });
  drawFrame();
  const may = people.known() ? admission(screen.needs, people.session()) : "wait";
  if (may === "wait") return main.replaceChildren(h("p", { class: "plain" }, t("waiting")));
  if (may === "sign-in") return main.replaceChildren(signInPanel(t("shell.sign_in_to_see")));
  if (may === "no") return main.replaceChildren(h("p", { class: "plain", "data-test": "no-right" }, t("shell.no_right", { right: screen.needs })));
  try {
    const module = await screen.load();
    if (mine !== turn) return;
    main.replaceChildren(host);
    if (place.lost) host.append(h("p", { class: "plain" }, t("shell.no_such_screen", { what: place.lost })));
    open = { screen, host, view: null };
    open.view = module.make(host, contextFor(place));
    if (line.status() !== null) open.view?.draw?.(line.status(), null);
  } catch (error) {
    if (mine === turn) {
      main.replaceChildren(host);
      broken(host, screen.id, error);
    }
  }
}

function drawFrame() {
  const s = line.status();
  const mode = s?.mode ?? people.session().mode;
  frame.draw("drill", mode ? frame.drillBand(mode) : null);
  frame.draw("menu", frame.menu(general, place?.id));
  frame.draw("alarm-bar", mayRead() ? frame.alarmBar(general) : null);
  drawHeader();
  const waiting = s ? s.alarms?.filter((a) => !a.over && !a.acknowledged).length ?? 0 : 0;
  document.title = [s?.mode === "drill" ? t("drill") : "", waiting > 0 ? `(${waiting})` : "", place ? t(screenOf(place.id).title) : "", t("name")].filter(Boolean).join(" ");
  byId("skip").textContent = t("shell.skip");
  byId("menu").setAttribute("aria-label", t("menu.label"));
}
const drawHeader = () => frame.draw("header", h("h1", null, t("shell.name"), h("small", null, "aqid")), h("p", { class: "clock" }, frame.clock(general)), frame.headerRest(general));

/// A second has passed, or the connection is another: the clock, and whether what is shown can be relied on.
function watch() {
  const c = line.connection();
  document.body.dataset.state = !mayRead() ? "signed-out" : c.stale ? "stale" : c.lost ? "lost" : line.status() ? "live" : "waiting";
  frame.draw("stale", mayRead() ? frame.contactBand(c, line.status()) : null);
  drawHeader();
  if (c.lost && at_loss === null) at_loss = line.status();
}

function heard(status, changed, { lost_at }) {
  if (lost_at !== null) {
    const before = at_loss ?? shown;
    missedPanel(byId("missed"), Date.now() - lost_at, difference(before, status), status);
  }
  at_loss = null;
  shown = status;
  sound.listen(status);
  drawFrame();
  watch();
  if (!open) return;
  try {
    open.view?.draw?.(status, changed);
  } catch (error) {
    broken(open.host, open.screen.id, error);
    open.view = null;
  }
}
let shown = null;

let sitting = null;   // whose page this is
let holding = false;  // while somebody is asked to sign in again, the screen and what is written on it stay
function settle() {
  const s = people.session();
  if (mayRead()) line.start();
  else {
    line.stop();
    line.forget();
  }
  const who = `${s.person}/${s.reading}`;
  if (who !== sitting) {
    sitting = who;
    if (place) show();
  }
  drawFrame();
  watch();
}
people.onSession(() => { if (!holding) settle(); });

async function signedOut() {
  if (holding) return;
  holding = people.session().person !== null;
  people.ended();
  if (!holding) return;
  dialog.say(t("shell.signed_out"), "warn");
  await askSignIn(t("shell.sign_in_again"));
  holding = false;
  settle();
}

async function signOut() {
  line.stop(); // it would be told that the session is over, and ask who is there
  try {
    await people.signOut();
  } catch (error) {
    dialog.say(error.message, "bad");
    settle();
  }
}

const pressed = {
  mute: () => sound.mute(sound.mutedFor() === 0),
  "test-sound": async () => dialog.say(t((await sound.test()) ? "shell.sound_tested" : "shell.sound_blocked"), "ok"),
  unlock: sound.unlock,
  "sign-in": () => askSignIn(),
  "sign-out": signOut,
  language() {
    choose(language() === "zh" ? "en" : "zh");
    remember("language", language());
    show();
    watch();
  },
  acknowledge: () => perform("acknowledge", target(line.status()), general),
};
for (const id of ["header", "alarm-bar"])
  byId(id).addEventListener("click", (event) => pressed[event.target.closest("[data-do]")?.dataset.do]?.());
byId("skip").addEventListener("click", () => byId("screen").focus());

const onAlarm = (what) => () => { if (mayRead()) perform(what, target(line.status()), general); };
keys({ acknowledge: onAlarm("acknowledge"), note: onAlarm("note"), own: onAlarm("own"), silence: onAlarm("silence"), mute: pressed.mute, help: () => go("#/help"), go });
sound.onSound(() => drawFrame());

async function whoIsThere() {
  try {
    await people.load();
  } catch (error) {
    watch();
    frame.draw("stale", h("div", { class: "stale" }, h("p", null, h("b", null, t("stale_never")), " ", error.message)));
    setTimeout(whoIsThere, 2_000);
  }
}

choose(asked.get("lang") ?? remembered("language", "zh"));
watchAddress((next) => {
  place = next;
  show();
});
whoIsThere();
