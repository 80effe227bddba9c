// Parts of the console that need no browser: what a correction would change, what was missed while the line was cut, how a status is
// put together from its parts, and that an old answer never replaces a newer one. Needs node only.
import assert from "node:assert/strict";
import { cpSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

const console_folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../daemon/web/console");
// Node takes a .js for a module only where a package.json says so.
const folder = mkdtempSync(path.join(tmpdir(), "aqid-parts."));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
cpSync(console_folder, folder, { recursive: true });
writeFileSync(path.join(folder, "package.json"), '{"type":"module"}');
const part = (name) => import(pathToFileURL(path.join(folder, name)).href);
// What the modules look for when they are loaded; none of it is used here.
Object.assign(globalThis, { addEventListener() {}, reportError(error) { throw error; } });
globalThis.document = { addEventListener() {}, hidden: false, documentElement: {} };

let told = 0;
const says = (words, does) => { does(); ++told; console.log(`  [x] ${words}`); };

const { noteworthy, rowsOf } = await part("review_hours.js");
const hour = (name, value, more = {}) => ({ hour: name, values: { pm2_5: value }, marks: {}, ...more });
const correction = (id, state, kind, more = {}) => ({ id, state, kind, station: "S01", pollutant: "pm2_5", first: "2016-12-04 12:00", last: "2016-12-04 12:00", value: null, why: "w", ...more });
const only = (correctionsOf, value = "480", more = {}) => rowsOf([hour("2016-12-04 12:00", value, more)], { corrections: correctionsOf, marks: [] }, "S01", "pm2_5")[0];

says("a correction that waits says what would count, and nothing counts before it is ratified", () => {
  assert.deepEqual([only([]).after, only([]).pending], [undefined, null]);
  assert.equal(only([correction("R1", "validated", "invalidate")]).after, null);
  assert.equal(only([correction("R1", "validated", "replace", { value: "61" })]).after, "61");
  assert.equal(only([correction("R1", "validated", "accept")], null, { received: { pm2_5: "500" } }).after, "500");
  assert.equal(only([correction("R1", "validated", "invalidate")]).value, "480");
  assert.equal(only([correction("R1", "refused", "invalidate")]).after, undefined);
});
says("a correction lies over its own station, pollutant and hours only", () => {
  const hours = ["2016-12-04 23:00", "2016-12-04 24:00", "2016-12-05 01:00", "2016-12-05 02:00"].map((each) => hour(each, "60"));
  const over = correction("R1", "validated", "invalidate", { first: "2016-12-04 24:00", last: "2016-12-05 01:00" });
  const touched = (review, station = "S01", pollutant = "pm2_5") => rowsOf(hours, { corrections: [review], marks: [] }, station, pollutant).map((row) => row.pending !== null);
  assert.deepEqual(touched(over), [false, true, true, false]);
  assert.deepEqual(touched(over, "S02"), [false, false, false, false]);
  assert.deepEqual(touched(over, "S01", "pm10"), [false, false, false, false]);
});
says("what was taken back no longer lies over the hour, and a mark brings its detail", () => {
  assert.equal(only([correction("R1", "ratified", "invalidate")]).ratified.id, "R1");
  assert.equal(only([correction("R2", "ratified", "restore"), correction("R1", "ratified", "invalidate")]).ratified, null);
  const row = rowsOf([hour("2016-12-04 12:00", "480", { marks: { pm2_5: ["spike"] } })], { corrections: [], marks: [{ station: "S01", pollutant: "pm2_5", hour: "2016-12-04 12:00", mark: "spike", detail: "60 before" }] }, "S01", "pm2_5")[0];
  assert.deepEqual([row.reasons[0].mark, row.reasons[0].detail, noteworthy(row)], ["spike", "60 before", true]);
  assert.equal(noteworthy(only([])), false);
});

const { loader } = await part("records.js");
await (async () => {
  const seen = [];
  const asked = loader((state) => { if (!state.busy) seen.push(state.error ? "error" : state.value); });
  const later = {};
  const answers = [1, 2].map((n) => asked.ask(() => new Promise((done) => { later[n] = () => done(n); })));
  later[2]();
  later[1]();
  await Promise.all(answers);
  says("an answer that was overtaken is dropped", () => assert.deepEqual(seen, [2]));
  const last = asked.ask(async () => 3);
  asked.forget();
  await last;
  says("an answer after the screen was closed is dropped", () => assert.deepEqual(seen, [2]));
})();

const { assemble } = await part("live.js");
says("a status is kept whole from its parts: one changed, one new, one gone, another order", () => {
  const first = assemble({}, { mode: "drill", "areas/A": { id: "A", n: 1 }, "areas/B": { id: "B", n: 1 } }, { areas: ["A", "B"], stations: [] });
  assert.deepEqual([first.mode, first.areas.map((a) => a.id).join()], ["drill", "A,B"]);
  const second = assemble(first, { "areas/B": { id: "B", n: 2 } }, undefined);
  assert.deepEqual(second.areas, [{ id: "A", n: 1 }, { id: "B", n: 2 }]);
  const third = assemble(second, { "areas/A": null, "areas/C": { id: "C", n: 1 }, mode: null }, { areas: ["C", "B"], stations: [] });
  assert.deepEqual([third.areas.map((a) => a.id).join(), "mode" in third], ["C,B", false]);
  assert.equal(first.areas.length, 2, "what was shown before is not changed under the reader");
});

const { difference } = await part("missed.js");
says("what was missed: new alarms, moved warnings, hours over midnight and a year's end", () => {
  const before = { now: "2016-12-31T22:05:00+08:00", closed: "2016-12-31 22:00", alarms: [{ id: "a", active: true, raised_at: "x" }], warnings: [{ id: "w", revisions: [{ number: 1, state: "proposed", effective: "e" }] }] };
  const after = { now: "2017-01-01T02:05:00+08:00", closed: "2017-01-01 02:00", alarms: [...before.alarms, { id: "b", active: true, raised_at: "y" }], warnings: [{ id: "w", revisions: [{ number: 1, state: "issued", effective: "e" }] }] };
  const missed = difference(before, after);
  assert.deepEqual([missed.alarms.map((a) => a.id), missed.warnings.map((w) => w.id), missed.hours], [["b"], ["w"], 4]);
  const nothing = difference(before, before);
  assert.deepEqual([nothing.alarms.length, nothing.warnings.length, nothing.hours], [0, 0, 0]);
});

console.log(`parts: ${told} told`);
