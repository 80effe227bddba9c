// Which parts of the system are not as they should be. The light in the head counts them, the screen shows them.
import { list } from "./format.js";

const links = { up: "ok", connecting: "wait", down: "bad" };
const channels = { accepted: "ok", delivered: "ok", prepared: "wait", sending: "wait", held: "wait", retry: "warn", repeat: "warn", failed: "bad", in_doubt: "bad", expired: "bad", superseded: "none" };

export const linkLook = (x) => links[x.state] ?? "warn";
export function channelLook(c) {
  const waiting = Number(c.waiting) > 0;
  const look = c.last_state ? channels[c.last_state] ?? "warn" : "none";
  return waiting && (look === "ok" || look === "none") ? "wait" : look;
}
export const recomputeLook = (r) => (r === null || typeof r !== "object" ? "none" : r.trouble || r.differences > 0 ? "bad" : "ok");
export const stationLook = (x) => (x.silent !== false ? "bad" : x.state && x.state !== "live" ? "warn" : "ok");

/// What is broken, not what merely waits.
export function troubles(s) {
  return [
    ...list(s.storage).filter((x) => !x.good),
    ...list(s.links).filter((x) => linkLook(x) === "bad"),
    ...list(s.channels).filter((x) => channelLook(x) === "bad"),
    ...list(s.stations).filter((x) => stationLook(x) === "bad"),
    ...(recomputeLook(s.recompute) === "bad" ? [s.recompute] : []),
  ];
}
