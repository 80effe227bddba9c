// Every screen in both languages at 1366x768 and on a phone, over a world in which there is something to see on each: forty days of
// hours with gaps and marks, a warning in force with an upgrade on the table, a drill, corrections, sign-offs, a dust day, alarms.
// Nothing may be an error of the page, wider than the window, a key without words, an empty chart, a colour without words, or a
// serious finding of axe-core. AQID_SHOTS=DIR keeps a picture of each.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import path from "node:path";
import { Browser, desk, phone } from "./browser.mjs";
import { Stage, stations, top, until } from "./stage.mjs";

const city = "410600";
const history_days = 40;
const day_ms = 86_400_000;
const dayOf = (n) => new Date(Date.parse("2016-12-05T00:00:00Z") + n * day_ms).toISOString().slice(0, 10);

/// An hour of an invented winter: a slow wave of good and bad days, busy mornings, each station a little apart.
function air(day, hour, station) {
  const wave = 70 + 60 * Math.sin(day / 5) + 12 * Math.sin((hour - 8) / 3) + 4 * Object.keys(stations).indexOf(station);
  const pm2_5 = Math.max(8, Math.round(wave));
  return { pm2_5, pm10: Math.round(pm2_5 * (1.35 + 0.1 * Math.sin(hour))), so2: 14 + (hour * 3 + day) % 11, no2: 30 + (hour * 5 + day) % 17, o3: 12 + Math.abs(14 - hour) * 3, co: 0.8 + (hour % 6) / 10 };
}

async function furnish(stage) {
  for (let day = -history_days; day <= 0; ++day) {
    const last = day === 0 ? 10 : 24;
    const readings = {};
    for (const station of Object.keys(stations)) {
      readings[station] = [];
      for (let hour = 1; hour <= last; ++hour) {
        // S03 is silent for a day and for the last hours; S04 loses hours now and then.
        if (station === "S03" && (day === -9 || (day === 0 && hour > 6))) continue;
        if (station === "S04" && (hour + day) % 13 === 0) continue;
        const values = air(day, hour, station);
        if (station === "S01" && day === -1 && hour === 12) Object.assign(values, { pm2_5: 480, pm10: 500 });
        if (station === "S02" && day === -2 && hour > 3 && hour < 12) Object.assign(values, { so2: 20 }); // stuck
        readings[station].push([stageHour(day, hour), values]);
      }
    }
    await stage.tell(readings);
    await stage.clock(day === 0 ? `${dayOf(0)}T10:05:00+08:00` : `${dayOf(day)}T23:30:00+08:00`);
  }
  const forecast = (days) => Promise.all(["environment", "meteorology"].map((person, n) => stage.must({ command: "forecast", person, area: city,
    days: days.map((aqi, i) => ({ date: dayOf(i + 1), low: aqi - 30 + 5 * n, high: aqi, primary: "PM2.5", weather: n ? "静稳，雾" : "", values: { pm2_5_ug_m3: [Math.round(aqi * 0.6), Math.round(aqi * 0.75)] } })) })));
  await forecast([225, 230, 160]);
  const warning = await until("a proposal", async () => (await stage.status()).warnings.find((w) => w.area === city && w.pending));
  for (const [verb, person] of [["sign", "environment"], ["sign", "meteorology"], ["approve", "approver"], ["issue", "duty"]])
    await stage.must({ command: "act", verb, person, warning: warning.id, revision: 1 });
  await stage.clock(`${dayOf(0)}T10:20:00+08:00`);
  await forecast([260, 330, 340, 250, 120]);
  await stage.must({ command: "act", verb: "sign", person: "environment", warning: warning.id, revision: 2 });
  await stage.must({ command: "drill", person: "environment", area: "410621", level: "orange", why: "季度演练" });
  const correct = (first, kind, more) => stage.must({ command: "correct", person: "duty", station: "S01", pollutant: "pm2_5", first, kind, why: "零点校准", ...more });
  await correct(`${dayOf(-1)} 12:00`, "invalidate", {});
  await stage.must({ command: "decide", person: "reviewer", correction: (await stage.ask({ command: "review" })).corrections[0].id, verb: "ratify" });
  await correct(`${dayOf(-1)} 14:00`, "replace", { value: "61", document: "校准单 16-114" });
  await stage.must({ command: "sign-off", person: "duty", place: city, first: dayOf(-3), last: dayOf(-3), level: "validated" });
  await stage.must({ command: "dust", person: "duty", area: city, date: dayOf(-6), document: "环监〔2016〕88号" });
  // A heavy hour, so that an alarm stands.
  const heavy = Object.fromEntries(Object.keys(stations).filter((s) => s !== "S03").map((s) => [s, [[stageHour(0, 11), { ...air(0, 11, s), pm2_5: 265, pm10: 320 }]]]));
  await stage.tell(heavy);
  await stage.clock(`${dayOf(0)}T11:05:00+08:00`);
  return { warning: warning.id };
}
const stageHour = (day, hour) => {
  const at = new Date(Date.parse(`${dayOf(day)}T00:00:00Z`) + hour * 3_600_000);
  return `${at.toISOString().slice(0, 19)}+08:00`;
};

/// The screens are those of the page's own table; one that is added there is looked at here.
const ids = [...readFileSync(path.join(top, "daemon/web/console/screens.js"), "utf8").matchAll(/^\s*screen\("([\w-]+)"/gm)].map((found) => found[1]);
assert.ok(ids.length >= 16, `the page's table of screens could not be read: ${ids}`);
const addresses = (world) => ids.flatMap((id) => ({
  desk: [["desk", `#/desk/${world.warning}`]], room: [["room", `#/room/${world.warning}`], ["room-lobby", "#/room"]], area: [["area", `#/area/${city}`]], station: [["station", "#/station/S01"]],
  review: [["review", `#/review/S01?pollutant=pm2_5&first=${dayOf(-2)}&last=${dayOf(0)}`]], reports: [["reports", `#/reports?kind=month&when=2016-11&places=${city}`]],
}[id] ?? [[id, `#/${id}`]]));
/// Where a screen without a chart would be a screen without its point.
const charts_at_least = { area: 3, station: 1, targets: 2, review: 1, coverage: 1 };

/// What a screen shows only when it is asked to, and what shows that it did.
const asked = {
  review: [["review-only", '[data-test="review-only"][aria-pressed="true"]']],
  rules: [["rules-compare", '[data-test="rules-difference"]'], ["rules-replay", '[data-test="rules-changed"]']],
  reports: [[null, '[data-test="reports-table"]']],
  audit: [["audit-verify", '[data-test="audit-verdict"].ok'], ["audit-verify-ledger", '[data-test="audit-ledger-verdict"].ok']],
  people: [[null, '[data-test="people-session"]'], [null, '[data-test="people-one"]']],
};

const wrong = [];
const note = (where, found) => { for (const words of [found].flat()) if (words) wrong.push(`${where}: ${words}`); };

/// An AQI class or a warning level is never colour alone.
const colourAlone = (seat) => seat.page.evaluate(() => [...document.querySelectorAll(".l1, .l2, .l3, .l4, .l5, .l6, .warning")]
  .filter((each) => each.getClientRects().length > 0 && `${each.textContent}${each.parentElement?.textContent ?? ""}${each.getAttribute("aria-label") ?? ""}`.trim() === "")
  .map((each) => `a colour without words: ${each.className}`));

async function look(seat, where, name, { charts = 0 } = {}) {
  await seat.settled();
  if (charts > 0) await until(`${charts} charts on ${where}`, async () => (await seat.charts()) >= charts).catch((error) => note(where, error.message));
  if (charts > 0) await until(`${where} to be painted`, async () => (await seat.emptyCharts()).length === 0, 5_000).catch(() => {});
  note(where, (await seat.emptyCharts()).map((id) => `an empty chart: ${id}`));
  note(where, (await seat.untranslated()).map((words) => `not meant to be read: ${words}`));
  note(where, await seat.overflow().then((wide) => wide && `wider than the window: ${wide}`));
  note(where, await colourAlone(seat));
  if ((await seat.page.locator(".broken").count()) > 0) note(where, `broken: ${await seat.page.locator(".broken").first().innerText()}`);
  note(where, await seat.page.evaluate(() => document.body.dataset.errors ?? null));
  await seat.page.evaluate(() => { delete document.body.dataset.errors; });
  note(where, await seat.axe());
  note(where, seat.troubles());
  await seat.shot(name); // what is seen first
  await seat.shot(`${name}-whole`, { whole: true });
}

/// One person from the sign-in through every screen.
async function walk(browser, stage, world, language, viewport, label) {
  const seat = await browser.seat(`${label} ${language}`, { origin: stage.origin, viewport, touch: viewport === phone });
  await seat.page.goto(`/?lang=${language}#/wall`);
  await look(seat, `sign-in ${label} ${language}`, `sign-in-${label}-${language}`);
  await seat.signIn("duty", stage.passwords.duty);
  await seat.page.locator("body[data-state='live']").waitFor();
  assert.equal(await seat.page.locator("html").getAttribute("lang"), language === "zh" ? "zh-CN" : "en");
  for (const [id, hash] of addresses(world)) {
    const where = `${id} ${label} ${language}`;
    try {
      await seat.go(hash);
      for (const [press, shows] of asked[id] ?? []) {
        if (press !== null) await seat.press(press);
        await seat.page.locator(shows).first().waitFor();
      }
      await look(seat, where, `${id}-${label}-${language}`, { charts: viewport === desk ? charts_at_least[id] ?? 0 : 0 });
    } catch (error) {
      note(where, error.message.split("\n")[0]);
      await seat.shot(`${id}-${label}-${language}`).catch(() => {});
    }
  }
  await seat.context.close();
}

/// What is read without script: the public page and a printed report.
async function plainPages(browser, stage) {
  const context = await browser.browser.newContext({ baseURL: stage.origin, javaScriptEnabled: false, viewport: phone, locale: "zh-CN" });
  const page = await context.newPage();
  for (const [name, address, words] of [["public-zh", "/public", "鹤壁市"], ["public-en", "/public?lang=en", "AQI"], ["public-area-zh", `/public/${city}`, "黄色"], ["public-area-en", `/public/${city}?lang=en`, "yellow"]]) {
    const answer = await page.goto(address);
    if (answer.status() !== 200) note(name, `status ${answer.status()}`);
    const text = await page.locator("body").innerText();
    if (!text.toLowerCase().includes(words.toLowerCase())) note(name, `does not say ${words}`);
    if ((await page.locator("script").count()) > 0) note(name, "has a script");
    if (process.env.AQID_SHOTS) await page.screenshot({ path: path.join(process.env.AQID_SHOTS, `${name}.png`), fullPage: true });
  }
  await context.close();
  // The same pages where scripts run, for axe-core only.
  const seat = await browser.seat("public", { origin: stage.origin, viewport: phone });
  for (const address of ["/public", `/public/${city}?lang=en`]) {
    await seat.page.goto(address);
    note(`axe ${address}`, await seat.axe());
    note(`width ${address}`, await seat.overflow());
  }
  await seat.context.close();
}

const stage = await Stage.open({ begins: `${dayOf(-history_days - 1)}T23:30:00+08:00` });
let browser = null, failed = true;
try {
  const world = await furnish(stage);
  browser = await Browser.open();
  for (const language of ["zh", "en"]) await walk(browser, stage, world, language, desk, "desk");
  for (const language of ["zh", "en"]) await walk(browser, stage, world, language, phone, "phone");
  await plainPages(browser, stage);
  const pages = addresses(world).length * 4 + 4 + 6;
  for (const words of wrong) console.log(`  ${words}`);
  console.log(`screens: ${ids.length} screens, ${pages} pages looked at, ${wrong.length} findings`);
  failed = wrong.length > 0;
} catch (error) {
  for (const words of wrong) console.log(`  ${words}`);
  console.error(error);
} finally {
  await browser?.close();
  await stage.close(failed && wrong.length === 0);
}
process.exit(failed ? 1 : 0);
