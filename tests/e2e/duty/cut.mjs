// A page that is left open: through a kill of the daemon and its restart, and through ten minutes without network in which an
// alarm rises and a warning is proposed. It must grey out, say so, come back by itself, and say what it missed.
//
// The ten minutes are the page's own: its clock is moved on while the line is cut, so that staleness is judged as it always is.
import assert from "node:assert/strict";
import { Browser } from "./browser.mjs";
import { Forwarder } from "./forwarder.mjs";
import { Stage } from "./stage.mjs";

const quiet = { pm2_5: 60, pm10: 90, so2: 21, no2: 40, o3: 30, co: 1 };
// What a browser says of a line that is cut.
const cut_words = [/ERR_CONNECTION|ERR_NETWORK|ERR_EMPTY_RESPONSE|ERR_INCOMPLETE_CHUNKED|Failed to load resource/];

const stage = await Stage.open({ begins: "2016-12-04T23:30:00+08:00" });
const line = await Forwarder.open(stage.port);
let browser = null, seat = null, failed = true;
try {
  await stage.hours("2016-12-05", 1, 9, quiet, (_, hour) => ({ no2: 38 + (hour % 5), so2: 15 + (hour % 7) }));
  await stage.clock("2016-12-05T09:05:00+08:00");
  browser = await Browser.open();
  seat = await browser.seat("duty", { origin: line.origin });
  const { page } = seat;
  await page.clock.install();
  await seat.open("#/wall");
  await seat.signIn("duty", stage.passwords.duty);
  const live = page.locator("body[data-state='live']");
  await live.waitFor();
  // Whatever happens, it is this page that recovers: nothing loads it again.
  await page.evaluate(() => { window.sat_here = true; });
  const sameSeat = async () => {
    assert.equal(await page.evaluate(() => window.sat_here), true, "the page was not loaded again");
    assert.equal(await seat.find("signin-go").count(), 0, "still signed in");
  };
  const closedHour = (time) => page.locator("#header .facts b").getByText(time, { exact: true }).waitFor();
  await closedHour("09:00");

  // The daemon is killed and started again.
  seat.expected = cut_words;
  await stage.killDaemon();
  await page.locator("body:not([data-state='live'])").waitFor();
  await stage.startDaemon();
  await live.waitFor();
  await sameSeat();
  await stage.hours("2016-12-05", 10, 10, quiet);
  await stage.clock("2016-12-05T10:05:00+08:00");
  await closedHour("10:00");
  console.log("  [x] a killed daemon: the page is back by itself, still signed in, and hears what is new");

  // The network is cut for ten minutes.
  await line.cut();
  await page.locator("body:not([data-state='live'])").waitFor();
  await page.clock.fastForward("10:00");
  await page.locator("body[data-state='stale']").waitFor();
  const banner = await page.locator("#stale").innerText();
  assert.match(banner, /10\s*分钟/, `the banner says for how long: ${banner}`);
  await seat.shot("cut-stale-zh");

  await stage.hours("2016-12-05", 11, 11, { ...quiet, pm2_5: 260, pm10: 300 });
  await stage.clock("2016-12-05T11:05:00+08:00");
  for (const person of ["environment", "meteorology"])
    await stage.must({ command: "forecast", person, area: "410600", days: [["2016-12-06", 225], ["2016-12-07", 230], ["2016-12-08", 160]].map(([date, aqi]) => ({ date, low: aqi - 20, high: aqi, primary: "PM2.5" })) });
  const status = await stage.status();
  assert.ok(status.alarms.length > 0 && status.warnings.length > 0);
  assert.equal(await page.locator("body").getAttribute("data-state"), "stale", "nothing of it can have come through");

  await line.mend();
  // Its next try is at most some seconds of its own clock away; nobody presses anything.
  await live.waitFor();
  await sameSeat();
  await closedHour("11:00");
  await seat.wait("missed");
  await seat.says("missed", "10 分钟");
  await seat.wait("missed-alarms");
  await seat.wait("missed-warnings");
  await seat.wait("missed-hours");
  await seat.says("missed-warnings", "鹤壁市");
  await seat.shot("cut-missed-zh");
  await seat.press("missed-close");
  await seat.gone("missed");
  assert.equal(await page.locator("#stale").innerText(), "");
  console.log("  [x] ten minutes without network: it greyed out, said so, came back by itself and says what it missed");

  // And it still hears.
  seat.expected = [];
  await stage.hours("2016-12-05", 12, 12, quiet);
  await stage.clock("2016-12-05T12:05:00+08:00");
  await closedHour("12:00");
  assert.deepEqual(browser.troubles(), [], "no page reported an error");
  failed = false;
} catch (error) {
  await seat?.shot("cut-failed").catch(() => {});
  for (const trouble of browser?.troubles() ?? []) console.error(`  ${trouble}`);
  console.error(error);
} finally {
  await browser?.close();
  await stage.close(failed);
}
process.exit(failed ? 1 : 0);
