// What the page asks before the rest of it is there: who sits here and, where they may read, everything. It imports nothing, so that
// it runs while the other files are still on their way; live.js and session.js take over what it has.
const names = ["full", "parts", "tick", "signed-out"];

let source = null, heard = [], session = null;

function open(said) {
  if (!said?.person && said?.reading !== "open") return;
  if (new URLSearchParams(location.search).get("events") === "off") return;
  source = new EventSource("/api/v1/live");
  for (const name of names) source.addEventListener(name, keep);
}
function keep(event) { heard.push(event); }

// The head of the page has asked this question already; a fetch in these words gets its answer.
session = fetch("/api/v1/session").then(async (answer) => (answer.ok ? answer.json() : null)).catch(() => null);
session.then(open);

/// Who sits here, once: later it may be somebody else. Null: ask yourself.
export function earlySession() {
  const said = session;
  session = null;
  return said;
}

/// The stream that was opened, once, and what it has said so far. Null: there is none.
export function earlyLine() {
  if (source === null) return null;
  for (const name of names) source.removeEventListener(name, keep);
  const line = { source, heard };
  source = null;
  heard = [];
  return line;
}
