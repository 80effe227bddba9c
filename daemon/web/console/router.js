// The address after the #: "#/station/1005A?day=2016-12-13" is the screen station with args ["1005A"] and query { day: ... }.
import { home, screenOf } from "./screens.js";

const plainly = (part) => {
  try {
    return decodeURIComponent(part);
  } catch {
    return part; // a half escape that somebody typed
  }
};

/// What an address asks for. An address that names no screen is the wall's.
export function parse(hash) {
  const [path, asked = ""] = hash.replace(/^#\/?/, "").split(/\?(.*)/s);
  const [id, ...args] = path.split("/").filter((part) => part !== "").map(plainly);
  const known = screenOf(id) !== null;
  return { id: known ? id : home, args: known ? args : [], query: Object.fromEntries(new URLSearchParams(asked)), lost: !known && path !== "" ? path : null };
}

export function go(hash) {
  const wanted = hash.startsWith("#") ? hash : `#${hash}`;
  if (location.hash === wanted) dispatchEvent(new HashChangeEvent("hashchange"));
  else location.hash = wanted;
}

export function watchAddress(moved) {
  addEventListener("hashchange", () => moved(parse(location.hash)));
  moved(parse(location.hash));
}
