// Alarms that are heard. Three classes sound apart: the air (rising pair), what brings the data (falling pair), what carries the
// warning out (three short). From `serious` on a sound comes back until somebody has acknowledged the alarm; a notice sounds once.
// No files: WebAudio makes the tones.
import { classOf, rank, waits } from "./alarm_words.js";
import { list } from "./format.js";
import { remember, remembered } from "./prefs.js";

export const classes = ["dispatch", "pollution", "comms"]; // the order in which they speak
export const mute_ms = 5 * 60_000;
const flood_at = 4;            // more new alarms at once are one flood: one sound, and a count
const repeat_ms = { critical: 5_000, serious: 12_000 };
const gap_ms = 900;            // between two classes
const repeats_from = rank("serious");

const tunes = {
  pollution: [[660, 0, 0.22], [880, 0.26, 0.34]],
  comms: [[520, 0, 0.2], [390, 0.24, 0.3]],
  dispatch: [[988, 0, 0.12], [988, 0.18, 0.12], [988, 0.36, 0.12]],
  test: [[660, 0, 0.2], [520, 0.3, 0.2], [988, 0.6, 0.12], [988, 0.78, 0.12]],
};

let context = null;
let muted_until = 0;
let before = null;             // ids that were heard of already; null: the first look
let flood = 0;
const due = new Map();         // class -> when it sounds again
let listener = () => {};

/// changed(): the browser began or ceased to block, a mute began or ended, a flood came.
export const onSound = (changed) => { listener = changed; };

function audio() {
  if (context === null && typeof AudioContext === "function") {
    context = new AudioContext();
    context.addEventListener("statechange", () => listener());
  }
  return context;
}

function play(name) {
  const of = audio();
  if (of === null || of.state !== "running") return false;
  for (const [pitch, from, length] of tunes[name]) {
    const tone = of.createOscillator(), loudness = of.createGain();
    const start = of.currentTime + from;
    tone.type = "triangle";
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(0.0001, start);
    loudness.gain.exponentialRampToValueAtTime(0.5, start + 0.02);
    loudness.gain.exponentialRampToValueAtTime(0.0001, start + length);
    tone.connect(loudness).connect(of.destination);
    tone.start(start);
    tone.stop(start + length + 0.05);
  }
  document.body.dataset.sound = name; // what is heard, for who cannot hear it
  return true;
}

/// A browser lets no page sound before somebody has pressed something in it.
export async function unlock() {
  const of = audio();
  if (of === null) return;
  try {
    await of.resume();
  } catch { /* it stays blocked, and the banner says so */ }
  listener();
}
addEventListener("pointerdown", unlock, { capture: true });
addEventListener("keydown", unlock, { capture: true });

export const blocked = () => (audio() === null ? "none" : context.state === "running" ? null : "asleep");

export function mute(on = true) {
  muted_until = on ? Date.now() + mute_ms : 0;
  listener();
}
export const mutedFor = () => Math.max(0, muted_until - Date.now());
export const floodOf = () => flood;

/// The daily test: whoever takes over hears that there is sound. True when it was sent to the loudspeaker.
export async function test() {
  await unlock();
  const heard = play("test");
  if (heard) remember("sound-tested", new Date().toLocaleDateString("sv-SE"));
  listener();
  return heard;
}
export const testedToday = () => remembered("sound-tested") === new Date().toLocaleDateString("sv-SE");

const sounding = (s) => list(s?.alarms).filter((a) => waits(a) && !a.silent);

/// Looks at the alarms of a status: what is new sounds at once.
export function listen(s) {
  const all = sounding(s);
  const fresh = before === null ? all : all.filter((a) => !before.has(`${a.id}/${a.worst}`));
  before = new Set(all.map((a) => `${a.id}/${a.worst}`));
  const was = flood;
  if (fresh.length >= flood_at) flood = fresh.length - 1;
  else if (all.length < flood_at) flood = 0;
  if (was !== flood) listener();
  const now = Date.now();
  const spoken = fresh.length >= flood_at ? [fresh.reduce((a, b) => (rank(b.worst) > rank(a.worst) ? b : a))] : fresh;
  for (const a of spoken) due.set(classOf(a), Math.min(due.get(classOf(a)) ?? Infinity, now));
  const repeating = new Map(); // class -> the worst that repeats in it
  for (const a of all)
    if (rank(a.worst) >= repeats_from && rank(a.worst) > rank(repeating.get(classOf(a)))) repeating.set(classOf(a), a.worst);
  for (const name of classes) {
    if (!repeating.has(name) && !(due.get(name) <= now)) due.delete(name);
    else if (repeating.has(name) && !due.has(name)) due.set(name, now + repeat_ms[repeating.get(name)]);
  }
  worst = repeating;
  if (worst.size === 0 && due.size === 0) delete document.body.dataset.sound;
}

let worst = new Map();
let last_played = 0;
/// Sounds what is due; one class at a time, dispatch failures first.
setInterval(() => {
  const now = Date.now();
  if (muted_until !== 0 && muted_until <= now) {
    muted_until = 0;
    listener();
  }
  if (now - last_played < gap_ms || mutedFor() > 0) return;
  const name = classes.find((c) => due.get(c) <= now);
  if (name === undefined) return;
  play(name);
  last_played = now;
  if (worst.has(name)) due.set(name, now + repeat_ms[worst.get(name)]);
  else due.delete(name);
}, 250);
