// The page in a browser, each figure beside its limit and beside what it cannot be better than: how soon the wall stands, what it
// weighs, and how long a reading is on its way to changed pixels while 199 others listen.
//
//   AQID_BIN=build/release/bin tests/e2e/duty/run.sh ../../bench/page.mjs
//
// The real daemon with 20 stations in 8 areas and a year of hours, durable ("power"), a signed-in seat, everything on one machine.
import { spawn } from "node:child_process";
import { readdirSync, watch } from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { Worker } from "node:worker_threads";
import { Browser } from "../e2e/duty/browser.mjs";
import { Stage, hourEnding, top, until } from "../e2e/duty/stage.mjs";

const loads = 10, events = 200, others = 198; // the page, a bare listener and these: 200
const limit = { drawn_ms: 500, bytes: 300 * 1024, event_ms: 250 };
const days = 366, days_a_message = 6, today = "2016-12-05", last_hour = 10;
const seconds_to_settle = 1;

const connections = new http.Agent({ keepAlive: true, maxSockets: 6 }); // as many as a browser opens

const stations = Object.fromEntries(Array.from({ length: 20 }, (_, n) => [`S${String(n).padStart(2, "0")}`, `站点 ${n}`]));
const ids = Object.keys(stations);
const areas = { 410600: ["鹤壁市", "city", ids.slice(0, 8)] };
for (let county = 0; county < 7; ++county) areas[410621 + county] = [`县 ${county}`, "county", ids.filter((_, n) => n % 7 === county)];
const watched = { area: "410600", station: ids[0] };

/// Milliseconds of the machine's clock, finer than Date.now().
const now = () => performance.timeOrigin + performance.now();
const middle = (values) => [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)];
const most = (values) => Math.max(...values);
const nearly_most = (values) => [...values].sort((a, b) => a - b)[Math.ceil(values.length * 0.99) - 1];
const kib = (bytes) => (bytes / 1024).toFixed(0);

const dayBefore = (day, n) => new Date(Date.parse(`${day}T00:00:00Z`) - n * 86_400_000).toISOString().slice(0, 10);

/// A reading as stations send it; one in 33 says nothing of fine particles.
function reading(station, day, hour, fine) {
  const n = ids.indexOf(station), turn = Math.floor(Date.parse(`${day}T00:00:00Z`) / 3_600_000) + hour;
  const pm2_5 = fine ?? 20 + ((turn * 37 + n * 11) % 80);
  const values = { pm10_ug_m3: 2 * pm2_5, so2_ug_m3: 10 + (turn % 20), no2_ug_m3: 30 + ((turn + n) % 30), o3_ug_m3: 20 + ((turn * 7) % 90), co_mg_m3: 1 };
  if ((turn * 20 + n) % 33 !== 0 || fine !== undefined) values.pm2_5_ug_m3 = pm2_5;
  return { station, time: hourEnding(day, hour), values };
}

/// One station's publisher; what is written to it goes out at once, a message a line.
function publisher(stage, station) {
  const child = spawn("mosquitto_pub", ["-h", "127.0.0.1", "-p", String(stage.brokerPort), "-u", "stations", "-P", stage.secrets.stations, "-q", "1", "-t", `aqid/v1/${station}/hourly`, "-l"],
    { stdio: ["pipe", "ignore", "inherit"] });
  return { say: (what) => child.stdin.write(`${JSON.stringify(what)}\n`), end: () => child.stdin.end() };
}

/// A year of hours, some days a message, all of it late: nobody has to wait for a clock.
async function fill(stage) {
  const began = now();
  const frames = async () => (await stage.ask({ command: "counts" })).frames ?? 0;
  let sent = 0;
  for (const station of ids) {
    const out = publisher(stage, station);
    for (let left = days; left > 0; left -= days_a_message, ++sent) {
      const some = Array.from({ length: Math.min(days_a_message, left) }, (_, n) => left - 1 - n);
      out.say(some.flatMap((n) => Array.from({ length: n === 0 ? last_hour : 24 }, (_, h) => reading(station, dayBefore(today, n), h + 1))));
    }
    out.end();
  }
  await until("the year of history", async () => (await frames()) >= sent, 600_000);
  console.log(`${ids.length} stations in ${Object.keys(areas).length} areas, ${days} days of hours, ${((now() - began) / 1000).toFixed(0)} s to take in`);
}

/// That the year is really there: a wall over an empty database would be no measure.
async function checkYear(stage, cookie) {
  const answer = await request(stage, "GET", `/api/v1/calendar?year=${today.slice(0, 4)}&places=${watched.area}`, { headers: { cookie, "accept-encoding": "identity" } });
  const known = JSON.parse(answer.body).places[0].aqi.filter((aqi) => aqi !== null).length;
  if (known < 330) throw new Error(`the calendar knows ${known} days of the city`);
}

function request(stage, method, where, { headers = {}, body } = {}) {
  return new Promise((done, failed) => {
    const asked = http.request(`${stage.origin}${where}`, { method, agent: connections, headers: { "accept-encoding": "gzip", ...(body ? { "content-type": "application/json" } : {}), ...headers } }, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => done({ status: answer.statusCode, headers: answer.headers, body: Buffer.concat(chunks) }));
    });
    asked.once("error", failed);
    asked.end(body && JSON.stringify(body));
  });
}

async function signIn(stage) {
  const answer = await request(stage, "POST", "/api/v1/session", { body: { person: "duty", password: stage.passwords.duty } });
  const cookie = answer.headers["set-cookie"]?.[0].split(";")[0];
  if (answer.status !== 200 || !cookie) throw new Error(`nobody can sign in: ${answer.status} ${answer.body}`);
  return cookie;
}

/// What every file of the console weighs as it is sent; the wall needs a part of it.
async function wholeConsole(stage) {
  let bytes = 0, files = 0;
  const page = (await request(stage, "GET", "/", { headers: { "accept-encoding": "identity" } })).body.toString();
  const linked = [...page.matchAll(/href="([^"/]+)"/g)].map(([, name]) => name); // some are made of several files
  for (const name of new Set([...linked, ...readdirSync(path.join(top, "daemon/web/console"))])) {
    const answer = await request(stage, "GET", `/${name}`);
    if (answer.status !== 200) continue; // a licence, a README: not for browsers
    bytes += answer.body.length;
    ++files;
  }
  return { bytes, files };
}

/// In the page, before anything of it: when all tiles have been drawn, and a look-out for the next change of one of them.
function lookOut({ tiles, area }) {
  const painted = (then) => requestAnimationFrame(() => {
    const after = new MessageChannel(); // what it carries arrives when the frame has been drawn
    after.port1.onmessage = () => then(performance.now());
    after.port2.postMessage(null);
  });
  const bench = { drawn: null, seen: null };
  const first = new MutationObserver(() => {
    if (document.querySelectorAll('[data-test="wall-tile"]').length < tiles) return;
    first.disconnect();
    painted((at) => { bench.drawn = at; });
  });
  first.observe(document, { childList: true, subtree: true });
  bench.arm = () => {
    const said = () => document.querySelector(`[data-test="wall-tile"][data-area="${area}"] .values:not(:has(.trend)) b`)?.textContent;
    const before = said();
    bench.seen = new Promise((done) => {
      const next = new MutationObserver(() => {
        if (said() === before) return;
        next.disconnect();
        painted((at) => done(performance.timeOrigin + at));
      });
      next.observe(document.querySelector(".tiles"), { childList: true, subtree: true, characterData: true, attributes: true });
    });
    return before;
  };
  window.bench = bench;
}

async function coldSeat(browser, stage, cookie) {
  const seat = await browser.seat("wall", { origin: stage.origin });
  const [name, value] = cookie.split("=");
  await seat.context.addCookies([{ name, value, url: stage.origin, httpOnly: true, sameSite: "Strict" }]);
  await seat.page.addInitScript(lookOut, { tiles: Object.keys(areas).length, area: watched.area });
  await seat.page.goto("/#/wall");
  await seat.page.waitForFunction(() => window.bench.drawn !== null);
  return seat;
}

/// Cold loads, each a context with nothing kept: milliseconds to the first words and to all tiles, and what came over the line.
/// The neighbour: the same files by a plain client on as many connections, which reads and runs nothing of them.
async function paints(browser, stage, cookie) {
  const out = { words: [], drawn: [], plain: [], bytes: 0, files: 0 };
  for (let n = 0; n < loads; ++n) {
    const seat = await coldSeat(browser, stage, cookie);
    const count = () => seat.page.evaluate(() => performance.getEntriesByType("resource").length);
    for (let before = -1, after = await count(); before !== after; after = await count()) {
      before = after;
      await new Promise((later) => setTimeout(later, seconds_to_settle * 1000)); // what it fetches afterwards counts, too
    }
    const said = await seat.page.evaluate(() => {
      const came = [...performance.getEntriesByType("navigation"), ...performance.getEntriesByType("resource")];
      return { drawn: window.bench.drawn, words: performance.getEntriesByName("first-contentful-paint")[0].startTime, bytes: came.reduce((sum, e) => sum + e.encodedBodySize, 0), names: came.map((e) => e.name) };
    });
    out.words.push(said.words);
    out.drawn.push(said.drawn);
    Object.assign(out, { bytes: said.bytes, files: said.names.length });
    await seat.context.close();
    const began = now();
    await Promise.all(said.names.map((name) => request(stage, "GET", new URL(name).pathname, { headers: { cookie } })));
    out.plain.push(now() - began);
  }
  return out;
}

/// The neighbour: a socket that reads events and does nothing with them.
class BareListener {
  constructor(stage, cookie) {
    this.tail = "";
    this.waits = null;
    this.socket = net.connect(stage.port, "127.0.0.1", () => this.socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\nCookie: ${cookie}\r\n\r\n`));
    this.socket.setEncoding("latin1");
    this.socket.on("data", (text) => {
      this.tail += text;
      for (let end; (end = this.tail.indexOf("\n\n")) >= 0; this.tail = this.tail.slice(end + 2))
        if (this.waits?.mark.test(this.tail.slice(0, end))) {
          this.waits.done(now());
          this.waits = null;
        }
    });
  }
  next(mark) { return new Promise((done) => { this.waits = { mark, done }; }); }
}

/// Bytes of the live stream's first message as a browser is sent it.
function firstMessage(stage, cookie) {
  return new Promise((done) => {
    let bytes = 0;
    const socket = net.connect(stage.port, "127.0.0.1", () => socket.write(`GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\nCookie: ${cookie}\r\nAccept-Encoding: gzip\r\n\r\n`));
    socket.on("data", (chunk) => { bytes += chunk.length; });
    setTimeout(() => { socket.destroy(); done(bytes); }, seconds_to_settle * 1000);
  });
}

/// The other listeners, on a thread of their own, so that reading theirs does not hold up what is measured here.
function otherListeners(stage, cookie) {
  const thread = new Worker(`
    const { parentPort, workerData } = require("node:worker_threads");
    const net = require("node:net");
    let here = 0;
    for (let n = 0; n < workerData.count; ++n) {
      const socket = net.connect(workerData.port, "127.0.0.1", () => socket.write(workerData.words));
      socket.once("data", (came) => {
        if (!came.toString("latin1").startsWith("HTTP/1.1 200")) throw new Error(came.toString());
        if (++here === workerData.count) parentPort.postMessage("here");
      });
      socket.on("close", () => { throw new Error("a listener was cut off"); });
      socket.resume();
    }`, { eval: true, workerData: { count: others, port: stage.port, words: `GET /api/v1/live HTTP/1.1\r\nHost: 127.0.0.1:${stage.port}\r\nCookie: ${cookie}\r\n\r\n` } });
  return new Promise((done, failed) => thread.once("message", () => done(thread)).once("error", failed));
}

/// How far the page's clock is from ours: the shortest of some questions, in its middle.
async function clockApart(page) {
  let best = { took: Infinity, apart: 0 };
  for (let n = 0; n < 50; ++n) {
    const before = now();
    const there = await page.evaluate(() => performance.timeOrigin + performance.now());
    const after = now();
    if (after - before < best.took) best = { took: after - before, apart: there - (before + after) / 2 };
  }
  return best;
}

/// Readings one by one, each another value of the hour that stands on the wall. It is on its way from when the station's publisher
/// has it; its commit counts from the first byte of the transaction in the database's log, before the disk has it for good.
async function journeys(browser, stage, cookie) {
  const seat = await coldSeat(browser, stage, cookie);
  const first_message = await firstMessage(stage, cookie);
  const bare = new BareListener(stage, cookie);
  await bare.next(/event: full/);
  const crowd = await otherListeners(stage, cookie);
  const clock = await clockApart(seat.page);
  const out = publisher(stage, watched.station);
  const mark = new RegExp(`"areas/${watched.area}"`);
  let wrote = null;
  const log = watch(stage.file("data/aqid.db-wal"), () => { wrote ??= now(); });
  const commits = [], bares = [], pixels = [];
  for (let n = 0; n < events; ++n) {
    await seat.page.evaluate(() => { window.bench.arm(); });
    const heard = bare.next(mark);
    wrote = null;
    const sent = now();
    out.say([reading(watched.station, today, last_hour, 100 + 10 * (n % 2 === 0 ? 8 : 0) + (n % 7))]);
    const came = await heard;
    commits.push(wrote - sent);
    bares.push(came - sent);
    pixels.push((await seat.page.evaluate(() => window.bench.seen)) - clock.apart - sent);
    // Not in step with anything: some fall into the pause between two looks, some do not.
    await new Promise((later) => setTimeout(later, Math.random() * 300));
  }
  out.end();
  log.close();
  await crowd.terminate();
  return { commits, bares, pixels, clock, first_message };
}

const stage = await Stage.open({ begins: `${today}T10:05:00+08:00`, network: { stations, areas } });
let browser = null, failed = true;
try {
  await fill(stage);
  await stage.clock(`${today}T10:06:00+08:00`);
  const cookie = await signIn(stage);
  await checkYear(stage, cookie);
  browser = await Browser.open();
  const load = await paints(browser, stage, cookie);
  const all = await wholeConsole(stage);
  const way = await journeys(browser, stage, cookie);
  const row = (what, value, part) => console.log(`| ${what} | ${value} | ${part} |`);
  const three = (values) => [middle(values), nearly_most(values), most(values)].map((ms) => ms.toFixed(0)).join(" / ");
  const two = (values) => [middle(values), most(values)].map((ms) => ms.toFixed(0)).join(" / ");
  const part = (value, of) => (value / of).toFixed(2);
  const since = (later, earlier) => later.map((ms, n) => ms - earlier[n]);
  const from_commit = since(way.pixels, way.commits), bare_from_commit = since(way.bares, way.commits), share = since(way.pixels, way.bares);
  const heavy = load.bytes + way.first_message;
  console.log("\n| what | measured | of its limit |\n|---|---:|---:|");
  row(`${loads} cold loads: first words painted, ms, median / most`, two(load.words), part(most(load.words), limit.drawn_ms));
  row("the same: all tiles painted", two(load.drawn), `**${part(most(load.drawn), limit.drawn_ms)}**`);
  row("the same files by a plain client", two(load.plain), part(most(load.plain), limit.drawn_ms));
  row(`the wall's ${load.files} files and answers, compressed, KiB`, kib(load.bytes), `**${part(load.bytes, limit.bytes)}**`);
  row("with the first message of the live stream, as sent", kib(heavy), part(heavy, limit.bytes));
  row(`all ${all.files} files of the console, compressed, KiB`, kib(all.bytes), part(all.bytes, limit.bytes));
  row(`${events} readings, ${others + 2} listeners: from the commit to pixels, ms, median / p99 / most`, three(from_commit), `**${part(nearly_most(from_commit), limit.event_ms)}**`);
  row("the same to a bare socket", three(bare_from_commit), part(nearly_most(bare_from_commit), limit.event_ms));
  row("what the page adds", three(share), part(nearly_most(share), limit.event_ms));
  row("from the station's publisher to pixels", three(way.pixels), part(nearly_most(way.pixels), limit.event_ms));
  console.log(`\nThe two clocks are ${way.clock.apart.toFixed(1)} ms apart, known to ${(way.clock.took / 2).toFixed(1)} ms, and taken into account.`);
  const troubles = browser.troubles();
  if (troubles.length > 0) throw new Error(`the page reported: ${troubles.join("; ")}`);
  failed = false;
} catch (error) {
  console.error(error);
} finally {
  await browser?.close();
  await stage.close(failed);
}
process.exit(failed ? 1 : 0);
