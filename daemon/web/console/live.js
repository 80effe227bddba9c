// The status, kept whole from what the daemon sends (server-sent events): first everything, then each part that became another.
// Where events are refused, it asks every two seconds. Knows: the connection and the clock. Does not know: what a part says.
import { ask } from "./api.js";
import { earlyLine } from "./early.js";

export const stale_after_ms = 15_000; // the daemon says something at least every 5 s
const dead_after_ms = 20_000;         // a connection that looks open and says nothing is closed and made again
const again_ms = [1_000, 2_000, 4_000, 8_000]; // between tries
const poll_ms = 2_000;
const poll_tries = 8;                 // questions before events are tried again
const lists = ["areas", "stations"];

const words = { network: "why_network", silent: "why_timeout", form: "why_form", schema: "why_schema" };

/// Parts of a list (areas, stations) by id, and the order in which they are shown.
export function assemble(before, parts, order) {
  const status = { ...before };
  const kept = Object.fromEntries(lists.map((name) => [name, new Map((before?.[name] ?? []).map((x) => [x.id, x]))]));
  const touched = new Set();
  for (const [name, value] of Object.entries(parts)) {
    const [list, id] = name.split(/\/(.*)/s);
    if (id !== undefined && Object.hasOwn(kept, list)) {
      touched.add(list);
      if (value === null) kept[list].delete(id);
      else kept[list].set(id, value);
    } else if (value === null) delete status[name];
    else status[name] = value;
  }
  for (const name of lists) {
    const ids = order?.[name] ?? null;
    if (ids === null && !touched.has(name)) continue;
    const of = kept[name];
    status[name] = ids === null ? [...of.values()] : ids.filter((id) => of.has(id)).map((id) => of.get(id));
  }
  return status;
}

/// heard(status, changed, {full, resumed}): after each message. `changed`: names of parts, null when everything is new.
/// signedOut(): the session is over. state(): after each change of the connection.
/// events: false where something in between lets none through (?events=off): then it only asks.
export function live({ heard, signedOut, state, events = true }) {
  let status = null, source = null, timer = null, tries = 0, asked = 0, stopped = true, over = false;
  let heard_at = null, opened_at = Date.now(), lost_at = null, why = null, how = "opening";
  // The daemon's clock, and how fast it runs: a drill's may stand or jump.
  let clock = null, pace = 1;

  const say = (next) => {
    how = next;
    state();
  };
  const isBack = () => {
    const was = lost_at;
    lost_at = null;
    tries = 0;
    heard_at = Date.now();
    why = null;
    return was;
  };
  const setClock = (now_ms) => {
    if (typeof now_ms !== "number") return;
    const at = performance.now();
    if (clock !== null && at - clock.at > 900) pace = (now_ms - clock.ms) / (at - clock.at);
    if (clock === null || at - clock.at > 900) clock = { ms: now_ms, at };
    else if (now_ms !== clock.ms) clock = { ms: now_ms, at };
  };
  const now = () => (clock === null ? Date.now() : pace > 0.5 && pace < 2 ? clock.ms + (performance.now() - clock.at) : clock.ms);

  const take = (next, changed, resumed_from) => {
    status = next;
    setClock(status.now_ms);
    say(source !== null ? "live" : "asking");
    heard(status, changed, { lost_at: resumed_from });
  };

  function lose(because) {
    if (lost_at === null) lost_at = heard_at ?? opened_at;
    why = because;
    source?.close();
    source = null;
  }
  function later(what, ms) {
    clearTimeout(timer);
    timer = setTimeout(what, ms);
  }
  const wait = () => again_ms[Math.min(tries++, again_ms.length - 1)];

  function open() {
    if (stopped) return;
    if (!events) return poll();
    clearTimeout(timer);
    source?.close();
    const early = earlyLine();
    source = early?.source ?? new EventSource("/api/v1/live");
    const own = source;
    let talked = false;
    const takers = new Map();
    const hear = (event) => {
      if (own !== source) return;
      let data;
      try {
        data = JSON.parse(event.data || "{}");
      } catch {
        lose(words.form);
        return later(open, wait());
      }
      talked = true;
      takers.get(event.type)(data);
    };
    const on = (name, take_it) => {
      takers.set(name, take_it);
      own.addEventListener(name, hear);
    };
    const parts = (full) => (data) => {
      const was = isBack();
      const base = full ? {} : status;
      if (base === null) return later(open, 0); // parts of something this page never had
      const next = { ...assemble(base, data.parts ?? {}, data.order), now: data.now ?? base.now, now_ms: data.now_ms ?? base.now_ms };
      if (next.schema !== "aqid/status/1") {
        lose(words.schema);
        return later(open, wait());
      }
      take(next, full ? null : new Set(Object.keys(data.parts ?? {})), was);
    };
    on("full", parts(true));
    on("parts", parts(false));
    on("tick", (data) => {
      const was = isBack();
      if (status === null) return;
      take({ ...status, now: data.now ?? status.now, now_ms: data.now_ms ?? status.now_ms }, new Set(["now"]), was);
    });
    on("signed-out", () => {
      stop();
      over = true;
      signedOut();
    });
    const broken = () => {
      if (own !== source) return;
      if (own.readyState === EventSource.CONNECTING) { // the browser comes back by itself and says what it had last
        if (lost_at === null) lost_at = heard_at ?? opened_at;
        why = words.network;
        return say("lost");
      }
      lose(words.network);
      say("lost");
      // Refused: is it the session, the daemon, or something between that lets no events through?
      later(talked ? open : poll, talked ? wait() : 0);
    };
    own.addEventListener("error", broken);
    early?.heard.forEach(hear);
    if (early && own.readyState === EventSource.CLOSED) broken(); // refused before anybody listened
  }

  async function poll() {
    if (stopped) return;
    try {
      const answer = await ask("GET", "/api/v1/status", { patience: 6_000 });
      if (stopped) return;
      if (answer.status === 401) {
        stop();
        over = true;
        return signedOut();
      }
      if (!answer.ok) throw new Error(`HTTP ${answer.status}`);
      if (answer.body?.schema !== "aqid/status/1") throw new Error(words.schema);
      const was = isBack();
      take(answer.body, null, was);
      asked = (asked + 1) % poll_tries;
      if (asked === 0) open();
      else later(poll, poll_ms);
    } catch (error) {
      if (stopped) return;
      lose(error.message);
      say("lost");
      later(tries % 2 === 0 ? open : poll, wait());
    }
  }

  function stop() {
    stopped = true;
    clearTimeout(timer);
    source?.close();
    source = null;
  }

  setInterval(() => {
    if (stopped) return;
    const silent_ms = Date.now() - (heard_at ?? opened_at);
    if (source !== null && silent_ms > dead_after_ms && source.readyState === EventSource.OPEN) {
      lose(words.silent);
      later(open, wait());
    }
    state();
  }, 1_000);

  // A computer that slept, or a network that came back, is not left to wait for the next try.
  const hurry = () => {
    if (!stopped && lost_at !== null) open();
  };
  addEventListener("online", hurry);
  document.addEventListener("visibilitychange", () => { if (!document.hidden) hurry(); });

  return {
    start() {
      if (!stopped) return;
      stopped = false;
      over = false;
      opened_at = Date.now();
      heard_at = null;
      open();
    },
    stop,
    forget() { status = null; },
    status: () => status,
    now,
    runs: () => pace > 0.5 && pace < 2,
    /// {how, stale, since, why}: `since` the page's own clock when it last heard something.
    connection() {
      const since = heard_at ?? opened_at;
      const gone = Math.max(0, Date.now() - since);
      return { how, stale: !stopped && gone > stale_after_ms, lost: lost_at !== null, since: heard_at, silent_ms: gone, why, over };
    },
  };
}
