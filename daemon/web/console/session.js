// Who sits here: what the daemon says of the session, and the rights that follow. A page before sign-in has a session too, without a person.
import { get, post, remove, useToken } from "./api.js";
import { earlySession } from "./early.js";

const nobody = { ok: true, person: null, rights: [], roles: [], delegations: [], may_approve_up_to: null, token: null, reading: "signed-in" };

let current = null; // null until the daemon has said
const listeners = new Set();

function take(next) {
  current = { ...nobody, ...next };
  useToken(current.token);
  for (const listener of listeners) listener(current);
  return current;
}

export const session = () => current ?? nobody;
export const known = () => current !== null;
export const onSession = (listener) => { listeners.add(listener); };

export const load = async () => take((await earlySession()) ?? (await get("/api/v1/session")));

/// What a person may do; "approve" is a rank in the configuration.
export function can(right) {
  const s = session();
  if (!s.person) return false;
  if (right === "signed-in") return true;
  if (right === "approve") return Boolean(s.may_approve_up_to) && s.may_approve_up_to !== "none";
  return Array.isArray(s.rights) && s.rights.includes(right);
}

export async function signIn(person, password) {
  await post("/api/v1/session", { person, password });
  return load();
}
export async function signOut() {
  await remove("/api/v1/session");
  return load();
}
/// The daemon no longer knows this session.
export const ended = () => take({ reading: session().reading, mode: session().mode, version: session().version });
