// The head of the page: drill, silence, clock, closed hour, edition, rules, lights.
import { h, hidden, shape } from "./dom.js";
import { count, duration, list, minutesUntil, parts, text, wallSeconds, weekday, when } from "./format.js";
import { language, t, word } from "./strings.js";

const late_after_minutes = 90; // the hour closes minutes after it ends; this much later something is wrong

export function drillBand(s) {
  if (s.mode === "real") return [];
  const known = s.mode === "drill"; // anything unknown is not taken for real
  return h("p", { class: "drill" }, h("b", null, t(known ? "drill" : "mode_unknown")), h("span", null, t(known ? "drill_says" : "mode_unknown_says")));
}

export function staleBand(state, now) {
  const clock = (ms) => new Date(ms).toLocaleTimeString("en-GB", { hour12: false });
  const silent = sinceSeconds(Math.floor((now - (state.answered_at ?? state.opened_at)) / 1000));
  const stands = parts(state.status?.now);
  return h("div", { class: "stale" },
    h("p", null, shape("bad"), " ", h("b", null, t("stale"))),
    h("p", null,
      state.answered_at ? t("stale_since", { at: clock(state.answered_at), for: silent, now: stands ? `${stands.day} ${stands.time}:${stands.seconds}` : "—" }) : t("stale_never"),
      " ", t("stale_retry"), state.why ? ` ${t("stale_why", { why: t(...state.why) })}` : ""));
}
const sinceSeconds = (seconds) => (seconds < 60 ? t("seconds", { n: seconds }) : duration(Math.floor(seconds / 60)));

function closedHour(s) {
  if (!s.closed) return h("span", null, t("never_closed"));
  const seconds = wallSeconds(String(s.now).slice(0, 16).replace("T", " "));
  const minutes = seconds === null ? null : Math.round((seconds - wallSeconds(s.closed)) / 60);
  const late = minutes !== null && minutes > late_after_minutes;
  return [
    h("b", null, when(s.closed, s.now)),
    minutes === null ? null : h("small", { class: late ? "bad-words" : "" }, late ? [shape("warn"), " ", t("closed_late", { for: duration(minutes) })] : t("closed_ago", { for: duration(minutes) })),
  ];
}

const fact = (label, ...value) => h("div", { class: "fact" }, h("dt", null, label), h("dd", null, value));

export function headerParts(s) {
  const now = parts(s.now);
  const edition = s.edition ? (language() === "en" ? s.edition.title_en : s.edition.title_zh) || s.edition.id : t("no_edition");
  return [
    h("div", { class: "title" },
      h("h1", null, t("name"), h("small", null, "aqid")),
      h("nav", { "aria-label": t("nav") }, ["areas", "detail", "warnings", "messages", ...(list(s.notices).length > 0 ? ["notices"] : []), "quality"].map((id) => h("a", { href: `#${id}` }, t(`nav_${id}`)))),
      h("button", { type: "button", class: "language", "data-switch-language": true, "aria-label": t("switch_label") }, "中文 / EN")),
    h("div", { class: "topline" },
      h("p", { class: "clock" }, h("b", null, now ? `${now.time}` : "—"), h("span", { class: "seconds" }, now ? `:${now.seconds}` : ""),
        h("span", { class: "date" }, now ? `${now.day} ${weekday(now.day)}` : "", h("small", null, s.mode === "drill" ? t("clock_drill") : t("clock_real")))),
      h("dl", { class: "facts" },
        fact(t("last_closed"), closedHour(s)),
        fact(t("edition"), h("span", null, edition),
          s.edition?.provisional ? h("small", { title: s.edition.provisional }, shape("warn"), " ", t("provisional"), hidden(`: ${s.edition.provisional}`)) : null),
        fact(t("rules"), h("span", { title: t("digest", { digest: text(s.rules?.digest) }) }, text(s.rules?.warnings))))),
  ];
}

function light(kind, name, look, says, detail, extra) {
  return h("li", { class: `light ${look}` }, shape(look), h("span", { class: "kind" }, kind), name ? h("b", null, name) : null, h("span", { class: "says" }, says), extra ?? null,
    detail && look !== "ok" ? h("span", { class: "why" }, detail) : null);
}

const link_looks = { up: "ok", connecting: "wait", down: "bad" };
export const send_looks = { prepared: "wait", sending: "wait", accepted: "ok", delivered: "ok", held: "wait", retry: "warn", repeat: "warn", failed: "bad", in_doubt: "bad", expired: "bad", superseded: "none" };

function channelLight(c, s) {
  const waiting = Number(c.waiting) > 0;
  const look = !c.last_state ? (waiting ? "wait" : "none") : (send_looks[c.last_state] ?? "warn");
  const says = c.last_state ? word(`send_${c.last_state}`, c.last_state) : t("channel_unused");
  const at = c.last_accepted && look === "ok" ? ` ${when(c.last_accepted, s.now)}` : "";
  return light(t("channel"), text(c.name), waiting && look === "ok" ? "wait" : look, `${says}${at}`, c.last_detail,
    [c.mode === s.mode ? null : h("span", { class: "tag" }, word(`mode_${c.mode}`, c.mode)), waiting ? h("span", { class: "says" }, t("channel_waiting", { n: c.waiting })) : null]);
}

/// The nightly figures made again from the journal: agreeing is one line, anything else is a fault like one of the storage.
function recomputeLight(r, s) {
  if (r === null || typeof r !== "object") return null;
  const bad = Boolean(r.trouble) || r.differences > 0;
  const at = when(r.at, s.now);
  return light(t("recompute"), "", bad ? "bad" : "ok",
    !bad ? t("recompute_good", { at, n: count(r.figures) }) : r.differences > 0 ? t("recompute_differs", { n: count(r.differences) }) : t("recompute_failed"),
    [text(r.trouble), ` (${at})`]);
}

export function lightList(s) {
  const stations = list(s.stations);
  const silent = stations.filter((x) => x.silent !== false).length;
  return h("ul", { class: "lights", "aria-label": t("lights") },
    list(s.storage).map((x) => light(t("storage"), word(`storage_${x.name}`, x.name), x.good ? "ok" : "bad", x.good ? t("light_good") : t("light_fault"),
      [x.detail, x.since && minutesUntil(x.since, s.now_ms) !== null ? ` (${t("since", { at: when(x.since, s.now) })})` : ""])),
    recomputeLight(s.recompute, s),
    list(s.links).map((x) => light(t("link"), text(x.name), link_looks[x.state] ?? "warn", word(`link_${x.state}`, x.state), x.detail)),
    list(s.channels).map((x) => channelLight(x, s)),
    stations.length === 0 ? null
      : light(t("station_light"), "", silent > 0 ? "warn" : "ok", silent > 0 ? t("stations_silent", { n: silent }) : t("stations_all", { n: stations.length })));
}

export function footerLines() {
  return h("p", null, t("read_only"));
}
