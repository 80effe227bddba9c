// A heavy-pollution warning from the first alarm to the lift, and a correction to its notice, as five people at five desks: the
// duty operator, a signer of each bureau, who approves, who reviews. Each acts through the page and sees what the others did
// without loading anything again. What the page says is held against what the daemon knows and what arrived at the far end.
import assert from "node:assert/strict";
import { Browser } from "./browser.mjs";
import { Stage, areas, comes, people, until } from "./stage.mjs";

const city = "410600";
const quiet = { pm2_5: 60, pm10: 90, so2: 21, no2: 40, o3: 30, co: 1 };
const steps = [];
const step = async (words, does) => {
  const begins = Date.now();
  await does();
  steps.push(words);
  console.log(`  [x] ${words} (${Date.now() - begins} ms)`);
};

const stage = await Stage.open({ begins: "2016-12-03T23:30:00+08:00" });
let browser = null, failed = true;
const seats = {};
try {
  // Yesterday, with one hour at one station that was a calibration: (23 x 60 + 480) / 24 = 77.5, published as 78. Today grows heavy.
  await stage.hours("2016-12-04", 1, 24, quiet, (station, hour) => (station === "S01" && hour === 12 ? { pm2_5: 480, pm10: 500 } : { no2: 38 + (hour % 5), so2: 15 + (hour % 7) }));
  await stage.clock("2016-12-04T23:30:00+08:00");
  await stage.hours("2016-12-05", 1, 10, { ...quiet, pm2_5: 110, pm10: 150 }, (_, hour) => ({ no2: 38 + (hour % 5), so2: 15 + (hour % 7) }));
  await stage.clock("2016-12-05T10:05:00+08:00");
  assert.deepEqual((await stage.status()).warnings, [], "a quiet morning proposes nothing");

  browser = await Browser.open();
  await step("five people sign in at five desks", async () => {
    for (const id of Object.keys(people)) {
      const seat = await browser.seat(id, { origin: stage.origin });
      seats[id] = seat;
      await seat.open("#/wall");
      await seat.signIn(id, stage.passwords[id]);
      await seat.page.locator("body[data-state='live']").waitFor();
      await seat.says("who", people[id].name);
    }
  });
  const { duty, environment, meteorology, approver, reviewer } = seats;

  await step("a heavy hour raises an alarm, which is seen and heard", async () => {
    await duty.go("#/alarms");
    assert.equal(await duty.page.locator("body").getAttribute("data-sound"), null, "no sound before any alarm");
    await stage.hours("2016-12-05", 11, 11, { ...quiet, pm2_5: 260, pm10: 300 });
    await stage.clock("2016-12-05T11:05:00+08:00");
    await duty.wait("alarms-row");
    // The sound module says in an attribute what it is playing; nothing but tones sent to a running audio context set it.
    await duty.page.locator("body[data-sound='pollution']").waitFor();
  });

  await step("the duty operator acknowledges it by the key, and it is quiet everywhere", async () => {
    await duty.find("alarms-row").first().focus();
    await duty.page.keyboard.press("a");
    await duty.page.locator("body:not([data-sound])").waitFor();
    const alarm = await until("the acknowledgement in the journal", async () => (await stage.status()).alarms.find((a) => a.kind === "hourly-aqi" && a.acknowledged));
    assert.equal(alarm.acknowledged.person, "duty");
  });

  const forecast = async (seat, days) => {
    await seat.go(`#/room?area=${city}`);
    await seat.wait("forecast-form");
    await seat.find("forecast-area").selectOption(city);
    for (const [i, aqi] of days.entries()) {
      await seat.find("forecast-low").nth(i).fill(String(aqi - 20));
      await seat.find("forecast-high").nth(i).fill(String(aqi));
      await seat.find("forecast-primary").nth(i).selectOption("PM2.5");
    }
    await seat.press("forecast-save");
    await until(`the forecast of ${seat.name}`, async () => (await stage.status()).areas.find((a) => a.id === city).forecasts
      .filter((f) => f.person === seat.name).map((f) => f.high).slice(-days.length).join() === days.join());
  };
  const both = async (days) => {
    await forecast(meteorology, days);
    await forecast(environment, days);
  };
  const warningOf = async () => (await stage.status()).warnings.find((w) => w.area === city && !w.closed);

  let warning;
  await step("both bureaus enter their forecasts, and a yellow warning is proposed", async () => {
    await both([225, 230, 160]);
    warning = await until("the proposal", async () => { const w = await warningOf(); return w?.pending && w.revisions.at(-1).level === "yellow" ? w : null; });
    await duty.go("#/desk");
    await duty.says("desk-chosen", areas[city][0]);
    await duty.says("desk-chosen", warning.id);
  });

  const inRoom = async (state, ...who) => {
    for (const seat of who) await seat.page.locator(`[data-test="room-state"][data-state="${state}"]`).waitFor();
  };
  const all = [duty, environment, meteorology, approver];
  /// Both signatures, the approval and the issue with the level typed: each by the one who may, seen by the others as it happens.
  const publish = async (number, verb, level) => {
    for (const seat of all) await seat.go(`#/room/${warning.id}`);
    // What is not one's to do cannot be pressed.
    assert.equal(await environment.find("room-approve").isDisabled(), true, "who signs does not approve");
    assert.equal(await approver.find("room-sign").isDisabled(), true, "who approves has no right to sign");
    await environment.press("room-sign");
    await inRoom("consulting", meteorology, approver);
    await meteorology.press("room-sign");
    await inRoom("agreed", approver, duty);
    await approver.press("room-approve");
    await inRoom("approved", duty, environment);
    await duty.press(`room-${verb}`);
    await duty.wait("dialog-typed-word");
    // A second click is not enough: without the level's word nothing goes out.
    assert.equal(await duty.find("dialog-go").isDisabled(), true, "the level must be typed");
    await duty.write("dialog-typed-word", "蓝色");
    assert.equal(await duty.find("dialog-go").isDisabled(), true, "another level is not this one");
    await duty.write("dialog-typed-word", level);
    await duty.press("dialog-go");
    await until(`revision ${number} issued`, async () => (await stage.status()).warnings.find((w) => w.id === warning.id).revisions.find((r) => r.number === number)?.state === "issued");
    await inRoom("none", environment, meteorology, approver);
  };
  /// Every row of this revision accepted, on the board and at the far end: both channels have it, once each.
  const dispatched = async (number, level) => {
    await duty.go("#/dispatch");
    const rows = duty.page.locator(`[data-test="dispatch-row"]`).filter({ hasText: warning.id });
    await until("the board to show both channels", async () => (await rows.count()) >= 2 * number);
    await until("a green board", async () => (await duty.find("dispatch-head").getAttribute("data-doubts")) === "0"
      && (await stage.ask({ command: "dispatch" })).rows.filter((r) => r.warning === warning.id && r.revision === number).every((r) => ["accepted", "delivered"].includes(r.state)));
    await until("the page to say so", async () => (await rows.locator('[data-test="dispatch-n-accepted"].ok').count()) >= 2 * number);
    const caught = stage.caught().filter((c) => c.document.revision === number || c.key.includes(`/${number}/`));
    assert.deepEqual(caught.map((c) => `${c.via} ${c.document.level}`).sort(), [`command ${level}`, `webhook ${level}`], "each channel got it once");
  };

  await step("consultation: a change of the draft is seen by who read the one before", async () => {
    await meteorology.go(`#/room/${warning.id}`);
    await environment.go(`#/room/${warning.id}`);
    await environment.wait("room-forecasts");
    await environment.says("room-forecasts", "225");
    await environment.page.locator('[data-test="room-parts-zh-short"]').waitFor();
    await environment.write("room-draft", "请各单位提前做好准备。");
    await environment.write("room-why", "会商措辞");
    await environment.press("room-consult");
    await until("the wording on the table", async () => (await warningOf()).revisions.at(-1).wording === "请各单位提前做好准备。");
    await meteorology.wait("room-moved");
    // Until it is read, it cannot be signed.
    assert.equal(await meteorology.find("room-sign").isDisabled(), true, "what was not seen is not signed");
    await meteorology.press("room-seen");
    await meteorology.gone("room-moved");
  });
  await step("two signatures, approval, and issue with the level typed", () => publish(1, "issue", "黄色"));
  await step("the dispatch board is green, and it arrived", () => dispatched(1, "yellow"));

  await step("worse forecasts propose red, and it is upgraded", async () => {
    await both([260, 330, 340, 250, 120]);
    await until("the upgrade", async () => { const r = (await warningOf())?.revisions.at(-1); return r?.kind === "upgrade" && r.level === "red"; });
    await publish(2, "issue", "红色");
    await dispatched(2, "red");
  });

  await step("relief is forecast, and it is lifted", async () => {
    await both([90, 80, 70, 60, 60]);
    await until("the lift", async () => (await warningOf())?.revisions.at(-1).kind === "lift");
    await publish(3, "lift", "红色");
    await dispatched(3, "none");
    assert.equal((await stage.status()).warnings.find((w) => w.id === warning.id).closed, true);
  });

  await step("a correction is proposed by one and ratified by another, and a notice follows", async () => {
    await duty.go("#/review/S01?pollutant=pm2_5&first=2016-12-04&last=2016-12-04");
    await duty.wait("review-hour");
    await duty.page.locator('[data-test="review-choose"][data-hour="2016-12-04 12:00"]').click();
    await duty.press("review-invalidate");
    await duty.wait("field-why");
    await duty.write("field-why", "零点校准");
    await duty.press("dialog-go");
    const correction = await until("the correction", async () => (await stage.ask({ command: "review" })).corrections[0]);
    assert.deepEqual([correction.station, correction.pollutant, correction.first, correction.state], ["S01", "pm2_5", "2016-12-04 12:00", "validated"]);
    // Nobody decides what they asked for.
    await duty.wait("review-open");
    assert.equal(await duty.find("review-ratify").count(), 0);
    const before = (await stage.ask({ command: "review" })).notices.length;
    await reviewer.go("#/review/S01?pollutant=pm2_5&first=2016-12-04&last=2016-12-04");
    await reviewer.says("review-open", correction.id);
    await reviewer.press("review-ratify");
    await reviewer.wait("dialog-go");
    await reviewer.press("dialog-go");
    const notice = await until("the notice", async () => { const all_of_them = (await stage.ask({ command: "review" })).notices; return all_of_them.length > before ? all_of_them[0] : null; });
    // 77.5 without the 480 is 23 hours of 60.
    const change = notice.changes.find((c) => c.place === "S01" && c.what === "day_value" && c.pollutant === "PM2.5");
    assert.deepEqual([notice.cause, change.before, change.after], ["correction", "78", "60"]);
    assert.match(notice.who, /duty.*reviewer/);
    await reviewer.says("review-notice", notice.number);
    await duty.says("review-notice", notice.number);
  });

  await step("everything stands in the audit trail, and the chain is whole", async () => {
    await approver.go("#/audit");
    await approver.wait("audit-line");
    for (const id of Object.keys(people)) await approver.says("audit-line", people[id].name);
    await approver.press("audit-verify");
    await approver.page.locator('[data-test="audit-verdict"].ok').waitFor();
    const told = stage.aqictl("verify-ledger", stage.file("data/aqid.db"));
    assert.match(told.text, /: whole/);
  });

  await step("a wrong password is refused in words; a new one ends every session of its person", async () => {
    // A browser writes a line for each refusal it is told of.
    reviewer.expected = [/status of 4(01|22)/];
    await reviewer.go("#/people");
    const change = async (old) => {
      await reviewer.write("people-old", old);
      await reviewer.write("people-new", "another-long-word");
      await reviewer.write("people-again", "another-long-word");
      await reviewer.press("people-change");
    };
    await change("not-the-password");
    await reviewer.page.locator('[data-test="people-said"] [role="alert"]').waitFor();
    await change(stage.passwords.reviewer);
    await reviewer.wait("signin-go");
    await reviewer.write("signin-person", "reviewer");
    await reviewer.write("signin-password", stage.passwords.reviewer);
    await reviewer.press("signin-go");
    await until("the refusal of the old one", async () => (await reviewer.text("signin-trouble")).trim() !== "");
    await reviewer.signIn("reviewer", "another-long-word");
    await reviewer.page.locator("body[data-state='live']").waitFor();
  });

  assert.deepEqual(browser.troubles(), [], "no page reported an error");
  // Nothing more is on its way to anybody.
  assert.equal(await comes(() => stage.caught().length !== 6, 500), false);
  failed = false;
} catch (error) {
  for (const seat of Object.values(seats)) await seat.shot(`story-failed-${seat.name}`).catch(() => {});
  console.error(`duty: the story stopped after "${steps.at(-1) ?? "its beginning"}"`);
  for (const trouble of browser?.troubles() ?? []) console.error(`  ${trouble}`);
  console.error(error);
} finally {
  await browser?.close();
  await stage.close(failed);
}
process.exit(failed ? 1 : 0);
