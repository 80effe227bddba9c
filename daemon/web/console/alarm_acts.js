// What is done to an alarm: acknowledge, note, own, silence with an end. By key, from the bar above every screen, or from the table.
import { isComms, kindWord, subjectOf, waits, byUrgency } from "./alarm_words.js";
import { ask } from "./dialog.js";
import { duration, list } from "./format.js";
import { t } from "./strings.js";

const silences = [10, 30, 60, 240]; // minutes

let chosen = null; // id of the row the table stands on
export const choose = (id) => { chosen = id; };
export const chosenId = () => chosen;

/// What a key acts on: the row chosen in the table, else the alarm that the bar shows.
export function target(s) {
  const all = list(s?.alarms);
  return all.find((a) => a.id === chosen) ?? urgent(s);
}
export const urgent = (s) => list(s?.alarms).filter(waits).sort((a, b) => Number(isComms(a)) - Number(isComms(b)) || byUrgency(a, b))[0] ?? null;

const about = (a, s) => ({ kind: kindWord(a), subject: subjectOf(a, s) });
const again = (instant_ms, s) => {
  const zone = /([+-])(\d\d):(\d\d)$/.exec(s.now ?? "");
  const minutes = zone ? (zone[1] === "-" ? -1 : 1) * (Number(zone[2]) * 60 + Number(zone[3])) : 0;
  return `${new Date(instant_ms + minutes * 60_000).toISOString().slice(0, 19)}${zone?.[0] ?? "Z"}`;
};

export const acts = {
  acknowledge: (a, ctx) => ctx.act("alarm", { alarm: a.id, verb: "acknowledge" }),
  own: (a, ctx) => ctx.act("alarm", { alarm: a.id, verb: "own" }),
  async note(a, ctx) {
    const said = await ask({ title: t("alarms.note_title", about(a, ctx.status())), verb: t("alarms.note"), fields: [{ name: "note", label: t("alarms.note_label"), type: "textarea", required: true, maxlength: 500 }] });
    return said ? ctx.act("alarm", { alarm: a.id, verb: "note", note: said.note }) : null;
  },
  async silence(a, ctx) {
    if (a.silence && !a.silence.confirmed && a.kind === "public-warning") return confirmSilence(a, ctx);
    const said = await ask({
      title: t("alarms.silence_title", about(a, ctx.status())), text: t(a.kind === "public-warning" ? "alarms.silence_two" : "alarms.silence_text"), verb: t("alarms.silence"),
      fields: [{ name: "minutes", label: t("alarms.silence_for"), type: "select", value: 30, options: silences.map((m) => [m, duration(m)]) },
        { name: "note", label: t("alarms.silence_why"), type: "text", required: true, maxlength: 500 }],
    });
    return said ? ctx.act("alarm", { alarm: a.id, verb: "silence", note: said.note, until: again(ctx.now() + Number(said.minutes) * 60_000, ctx.status()) }) : null;
  },
};
async function confirmSilence(a, ctx) {
  const said = await ask({ title: t("alarms.silence_confirm_title", about(a, ctx.status())), text: t("alarms.silence_asked", { person: a.silence.asked?.person ?? "—", why: a.silence.asked?.note ?? "" }), verb: t("alarms.silence_confirm"), fields: [] });
  return said ? ctx.act("alarm", { alarm: a.id, verb: "confirm-silence" }) : null;
}

/// Why something cannot be done to an alarm now; null when it can.
export function reasonAgainst(what, a, ctx) {
  if (!ctx.session().person) return t("alarms.sign_in_first");
  if (what === "acknowledge" && a.acknowledged) return t("alarms.is_acknowledged");
  if (what === "silence" && !a.active) return t("alarms.is_cleared");
  return null;
}

export async function perform(what, a, ctx) {
  if (a === null) return ctx.say(t("alarms.none_waits"));
  if (ctx.session().person && reasonAgainst(what, a, ctx)) return ctx.say(reasonAgainst(what, a, ctx));
  return acts[what](a, ctx);
}
