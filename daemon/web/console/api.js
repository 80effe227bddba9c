// Questions to the daemon. What goes wrong comes back as a Trouble whose message can be shown to an operator as it is.
import { language, t } from "./strings.js";

const patience_ms = 20_000;

export class Trouble extends Error {
  constructor(words, { status = 0, body = null } = {}) {
    super(words);
    this.status = status; // 0: no answer at all
    this.body = body;
  }
}

let token = null; // of the session, against requests that another site forged
export const useToken = (value) => { token = value ?? null; };

const usual = new Set([400, 401, 403, 404, 409, 413, 422, 429, 503]);
const wordsOf = (status, body) => (typeof body?.error === "string" && body.error !== "" ? body.error
  : usual.has(status) ? t(`shell.http_${status}`) : t("shell.http", { status }));

const address = (path, params) => {
  const asked = new URLSearchParams(Object.entries(params ?? {}).filter(([, value]) => value !== null && value !== undefined && value !== ""));
  return asked.size > 0 ? `${path}?${asked}` : path;
};

/// The JSON of an answer, whatever its status.
export async function ask(method, path, { params = null, body = undefined, patience = patience_ms } = {}) {
  const headers = { Accept: "application/json", "Accept-Language": language() === "zh" ? "zh-CN" : "en" };
  if (body !== undefined) headers["Content-Type"] = "application/json";
  if (method !== "GET" && token !== null) headers["X-Aqid-Token"] = token;
  let answer;
  try {
    answer = await fetch(address(path, params), {
      method, headers, body: body === undefined ? undefined : JSON.stringify(body), cache: method === "GET" ? "no-cache" : "no-store",
      credentials: "same-origin", signal: AbortSignal.timeout(patience),
    });
  } catch (error) {
    throw new Trouble(t(error?.name === "TimeoutError" ? "why_timeout" : "why_network"));
  }
  let said = null;
  try {
    said = await answer.json();
  } catch (error) {
    if (error?.name === "TimeoutError") throw new Trouble(t("why_timeout"));
    if (answer.ok) throw new Trouble(t("why_form"), { status: answer.status });
  }
  return { status: answer.status, ok: answer.ok, body: said, retry_after: Number(answer.headers.get("Retry-After")) || null };
}

async function demand(method, path, options) {
  const { status, ok, body } = await ask(method, path, options);
  if (!ok || body === null || typeof body !== "object" || body.ok === false) throw new Trouble(wordsOf(status, body), { status, body });
  return body;
}

export const get = (path, params) => demand("GET", path, { params });
export const post = (path, body) => demand("POST", path, { body });
export const remove = (path) => demand("DELETE", path, {});
export { wordsOf };
