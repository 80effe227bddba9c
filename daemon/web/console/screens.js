// Every screen of the console: its address, its group in the menu, who may see it, and where it is. A screen is loaded when it is
// first opened, so that the wall is there at once and one broken screen leaves the others standing.
// `keys`: the letter after g. `needs`: "read" (who may read the status), "signed-in", or a right of the configuration.
const screen = (id, group, load, { key = null, needs = "read" } = {}) => ({ id, group, load: async () => (await load()).screen, key, needs, title: `menu.${id}` });

export const screens = [
  screen("wall", "duty", () => import("./wall.js"), { key: "w" }),
  screen("alarms", "duty", () => import("./alarms.js"), { key: "a" }),
  screen("desk", "duty", () => import("./desk.js"), { key: "d" }),
  screen("room", "duty", () => import("./room.js")),
  screen("dispatch", "duty", () => import("./dispatch.js")),
  screen("targets", "duty", () => import("./targets.js"), { key: "t" }),
  screen("area", "air", () => import("./area.js")),
  screen("station", "air", () => import("./station.js")),
  screen("coverage", "air", () => import("./coverage.js")),
  screen("review", "air", () => import("./review.js")),
  screen("rules", "records", () => import("./rules.js")),
  screen("reports", "records", () => import("./reports.js")),
  screen("audit", "records", () => import("./audit.js"), { needs: "signed-in" }),
  screen("notices", "records", () => import("./notices.js")),
  screen("people", "house", () => import("./people.js"), { needs: "signed-in" }),
  screen("health", "house", () => import("./health.js")),
  screen("drill", "house", () => import("./drill.js")),
  screen("help", "house", () => import("./help.js"), { needs: "anybody" }),
];

export const groups = ["duty", "air", "records", "house"];
export const home = "wall";
export const screenOf = (id) => screens.find((s) => s.id === id) ?? null;

/// Whether somebody may see a screen: "yes", "sign-in" when signing in may help, "no" when it would not.
export function admission(needs, session) {
  if (needs === "anybody") return "yes";
  if (needs === "read" && session?.reading === "open") return "yes";
  if (!session?.person) return "sign-in";
  return needs === "read" || needs === "signed-in" || session.rights?.includes(needs) ? "yes" : "no";
}
