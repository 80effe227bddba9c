// What stands around every screen: bands (drill, no contact, late data), clock and state, menu, the alarm that waits.
import { h, hidden, morph, shape } from "./dom.js";
import { detailOf, kindWord, severityWord, shapeOf, subjectOf, waits } from "./alarm_words.js";
import { reasonAgainst, urgent } from "./alarm_acts.js";
import { duration, list, minutesUntil, parts, text, wallSeconds, weekday, when } from "./format.js";
import { troubles } from "./health_state.js";
import { admission, groups, screens } from "./screens.js";
import * as sound from "./sound.js";
import { language, t } from "./strings.js";
import { isPending, newestOf } from "./warning_parts.js";

export const late_after_minutes = 90; // the hour closes minutes after it ends; this much later something is wrong

export function drillBand(mode) {
  if (mode === "real") return null;
  const known = mode === "drill"; // anything unknown is not taken for real
  return h("p", { class: "drill-band", role: "status", "data-test": "drill-band" }, h("b", null, t(known ? "drill" : "mode_unknown")), h("span", null, t(known ? "drill_says" : "mode_unknown_says")));
}

const clockTime = (ms) => new Date(ms).toLocaleTimeString("en-GB", { hour12: false });
const since = (ms) => (ms < 60_000 ? t("seconds", { n: Math.floor(ms / 1000) }) : duration(ms / 60_000));

/// The data itself may be late while the connection is well.
export function closedAge(s) {
  const [now, closed] = [wallSeconds(String(s?.now ?? "").slice(0, 16)), wallSeconds(s?.closed)];
  return now === null || closed === null ? null : Math.round((now - closed) / 60);
}

export function contactBand(c, s) {
  if (c.stale) {
    const stands = parts(s?.now);
    return h("div", { class: "stale", "data-test": "stale-band" },
      h("p", null, shape("bad"), " ", h("b", null, t("stale"))),
      h("p", null, c.since ? t("stale_since", { at: clockTime(c.since), for: since(c.silent_ms), now: stands ? `${stands.day} ${stands.time}:${stands.seconds}` : "—" }) : t("stale_never"),
        " ", t("shell.stale_retry"), c.why ? ` ${t("stale_why", { why: t(c.why) })}` : ""));
  }
  const minutes = s ? closedAge(s) : null;
  if (minutes !== null && minutes > late_after_minutes)
    return h("div", { class: "late", "data-test": "late-band" }, h("p", null, shape("warn"), " ", h("b", null, t("shell.late_data", { at: when(s.closed, s.now), for: duration(minutes) }))));
  return null;
}

export const localNow = (ms, stamp) => {
  const zone = /([+-])(\d\d):(\d\d)$/.exec(stamp ?? "");
  if (!zone) return stamp ?? "";
  const minutes = (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3]));
  return `${new Date(ms + minutes * 60_000).toISOString().slice(0, 19)}${zone[0]}`;
};

export function clock(ctx) {
  const s = ctx.status();
  const now = s ? parts(localNow(ctx.now(), s.now)) : null;
  return [h("b", { "data-test": "clock" }, now ? now.time : "—"), h("span", { class: "seconds" }, now ? `:${now.seconds}` : ""),
    h("span", { class: "date" }, now ? `${now.day} ${weekday(now.day)}` : "", h("small", null, t(s?.mode === "drill" ? "clock_drill" : "clock_real")))];
}

function systemLight(s) {
  const bad = s ? troubles(s) : [];
  const look = !s ? "none" : bad.length > 0 ? "bad" : "ok";
  return h("a", { class: `light ${look}`, href: "#/health", "data-test": "system-light" }, shape(look), h("span", { class: "kind" }, t("shell.system")), " ", h("span", { class: "says" }, !s ? "—" : bad.length > 0 ? t("shell.system_bad", { n: bad.length }) : t("light_good")));
}

function soundButton() {
  if (sound.blocked()) return null; // the band over the work says so
  const left = sound.mutedFor();
  const look = left > 0 ? "warn" : "ok";
  const words = left > 0 ? t("shell.muted", { left: `${Math.floor(left / 60_000)}:${String(Math.floor(left / 1000) % 60).padStart(2, "0")}` }) : t("shell.sound_on");
  return [
    h("button", { type: "button", class: `light ${look}`, "data-do": "mute", "data-test": "mute", "aria-pressed": left > 0 ? "true" : "false", title: t("shell.mute_title") }, shape(look), h("span", { class: "says" }, words), h("kbd", null, "m")),
    sound.testedToday() ? null : h("button", { type: "button", class: "light wait", "data-do": "test-sound", "data-test": "sound-test", title: t("shell.sound_test_title") }, t("shell.sound_test")),
  ];
}

export function headerRest(ctx) {
  const s = ctx.status();
  const me = ctx.session();
  const minutes = closedAge(s);
  const edition = s?.edition ? (language() === "en" ? s.edition.title_en : s.edition.title_zh) || s.edition.id : null;
  return [
    s ? h("dl", { class: "facts" },
      h("div", { class: "fact" }, h("dt", null, t("last_closed")), h("dd", null, s.closed ? [h("b", null, when(s.closed, s.now)), minutes === null ? null : h("small", null, t("closed_ago", { for: duration(minutes) }))] : h("span", null, t("never_closed")))),
      edition ? h("div", { class: "fact edition" }, h("dt", null, t("edition")), h("dd", null, h("span", { title: edition }, edition), s.edition.provisional ? h("small", { title: s.edition.provisional }, shape("warn"), " ", t("provisional"), hidden(`: ${s.edition.provisional}`)) : null)) : null) : null,
    h("div", { class: "tools" }, systemLight(s), soundButton(),
      me.person ? h("span", { class: "who", "data-test": "who" }, h("b", null, me.name || me.person), me.organisation_name ? h("small", null, me.organisation_name) : null) : null,
      me.person ? h("button", { type: "button", class: "act small", "data-do": "sign-out", "data-test": "sign-out" }, t("shell.sign_out"))
        : h("button", { type: "button", class: "act small", "data-do": "sign-in", "data-test": "sign-in" }, t("shell.sign_in")),
      h("button", { type: "button", class: "act small", "data-do": "language", "data-test": "language", title: t("switch_label") }, t("shell.language"))),
  ];
}

export function menu(ctx, here) {
  const s = ctx.status();
  const counts = {
    alarms: [list(s?.alarms).filter(waits).length, "bad"],
    desk: [list(s?.warnings).filter((w) => w.pending !== null && isPending(list(w.revisions).find((r) => r.number === w.pending) ?? newestOf(w))).length, "warn"],
    dispatch: [list(s?.outbox).filter((m) => ["failed", "in_doubt", "repeat"].includes(m.state)).length, "bad"],
  };
  return groups.map((group) => h("section", { "aria-label": t(`menu.group_${group}`) },
    h("h2", { "aria-hidden": "true" }, t(`menu.group_${group}`)),
    h("ul", null, screens.filter((x) => x.group === group).map((x) => {
      const [n, look] = counts[x.id] ?? [0, ""];
      return h("li", null, h("a", { href: `#/${x.id}`, class: admission(x.needs, ctx.session()) === "yes" ? "" : "closed", "aria-current": x.id === here ? "page" : null, "data-test": `menu-${x.id}` },
        h("span", null, t(x.title)), n > 0 ? h("b", { class: `count ${look}` }, String(n)) : null));
    }))));
}

/// The alarm that most wants somebody, on every screen; a flood is one line.
export function alarmBar(ctx) {
  const s = ctx.status();
  const a = urgent(s);
  const blocked = sound.blocked() ? h("button", { type: "button", class: "sound-blocked", "data-do": "unlock", "data-test": "sound-blocked" }, shape("bad"), " ", t("shell.sound_blocked")) : null;
  if (!a) return blocked;
  const more = list(s.alarms).filter(waits).length - 1;
  const reason = reasonAgainst("acknowledge", a, ctx);
  return [
    blocked,
    h("div", { class: `alarm-line s-${a.worst}`, "data-test": "alarm-bar", "data-alarm": a.id },
      shape(shapeOf(a)), h("b", null, severityWord(a.worst)), h("b", null, kindWord(a)), h("a", { href: `#/alarms/${encodeURIComponent(a.id)}` }, subjectOf(a, s)),
      h("span", { class: "detail" }, detailOf(a)), h("small", null, when(a.raised_at, s.now), " · ", duration(-(minutesUntil(a.raised_at, ctx.now()) ?? 0))),
      more > 0 ? h("a", { href: "#/alarms", "data-test": "alarm-more" }, sound.floodOf() > 0 ? t("shell.flood", { n: more }) : t("shell.more_alarms", { n: more })) : null,
      h("button", { type: "button", class: "act small primary", "data-do": "acknowledge", "data-test": "bar-ack", disabled: reason !== null && ctx.session().person !== null, title: reason }, t("alarms.acknowledge"), " ", h("kbd", null, "a"))),
  ];
}

export const draw = (id, ...children) => morph(document.getElementById(id), children);
