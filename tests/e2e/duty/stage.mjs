// The stage of the duty room: a private broker with the shipped configuration, the real daemon under a simulated clock, catchers
// at the far end, five people with passwords, and a station's readings. Everything started here is ended here.
//
// Nothing sleeps for a guess: until() looks again until its condition holds, or says what never came. AQID_E2E_PATIENCE multiplies
// every limit; AQID_E2E_KEEP=1 keeps the folder.
import { spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { chmodSync, existsSync, mkdirSync, mkdtempSync, openSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import net from "node:net";
import { tmpdir, userInfo } from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";

export const top = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../..");
const bin = process.env.AQID_BIN ?? path.join(top, "build/release/bin");
const patience = Number(process.env.AQID_E2E_PATIENCE ?? 1) || 1;
export const limit_ms = 30_000 * patience;

/// Until `condition` gives something that is true; it may be asynchronous. What it gave.
export async function until(what, condition, limit = limit_ms) {
  const deadline = Date.now() + limit;
  for (;;) {
    const came = await condition();
    if (came) return came;
    if (Date.now() > deadline) throw new Error(`never came: ${what} (waited ${limit} ms)`);
    await new Promise((again) => setTimeout(again, 25));
  }
}

/// Whether it comes; for what must not.
export const comes = (condition, within) => until("what must not come", condition, within).then(() => true, () => false);

export const freePort = () => new Promise((done, failed) => {
  const server = net.createServer();
  server.once("error", failed);
  server.listen(0, "127.0.0.1", () => {
    const { port } = server.address();
    server.close(() => done(port));
  });
});

const listens = (port) => new Promise((done) => {
  const socket = net.connect(port, "127.0.0.1");
  socket.once("connect", () => { socket.destroy(); done(true); });
  socket.once("error", () => done(false));
});

/// One line to the control socket, one line back.
function talk(socketPath, line) {
  return new Promise((done, failed) => {
    const socket = net.connect(socketPath);
    let said = "";
    socket.setEncoding("utf8");
    socket.setTimeout(limit_ms, () => socket.destroy(new Error(`no answer to ${line}`)));
    socket.once("connect", () => socket.write(`${line}\n`));
    socket.on("data", (chunk) => {
      said += chunk;
      if (said.includes("\n")) {
        socket.destroy();
        done(said.slice(0, said.indexOf("\n")));
      }
    });
    socket.once("error", failed);
    socket.once("close", () => failed(new Error(`the daemon closed without an answer to ${line}`)));
  });
}

const children = new Set();
function start(command, options = {}) {
  const log = options.log ? openSync(options.log, "a", 0o644) : "ignore";
  const child = spawn(command[0], command.slice(1), { stdio: [options.input ? "pipe" : "ignore", log, log], detached: true, ...options.spawn });
  child.over = new Promise((done) => child.once("exit", (code, signal) => { children.delete(child); done(signal ?? code); }));
  child.once("error", (error) => process.stderr.write(`${command[0]}: ${error.message}\n`));
  children.add(child);
  return child;
}
/// Ends the group, and only what was started here.
function kill(child, signal = "SIGKILL") {
  if (child?.pid === undefined || child.exitCode !== null) return;
  try { process.kill(-child.pid, signal); } catch { /* it is over */ }
}
const folders = new Set();
process.on("exit", () => {
  for (const child of children) kill(child);
  for (const folder of folders) rmSync(folder, { recursive: true, force: true });
});
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"]) process.on(signal, () => process.exit(1));

const secret = () => randomBytes(18).toString("hex");
/// A shell word of TOML: no quotes, no backslashes stand in what is written here.
const quoted = (value) => JSON.stringify(value);

/// The duty room. Five people, each with what one of them may do, so that a missing check would be seen.
export const people = {
  duty: { name: "周值班", organisation: "office", may: ["issue", "validate", "declare-dust", "administer"] },
  environment: { name: "张工（监测站）", organisation: "epb", may: ["forecast", "sign"] },
  meteorology: { name: "李工（气象台）", organisation: "met", may: ["forecast", "sign"] },
  approver: { name: "赵市长", organisation: "office", approves: "red" },
  reviewer: { name: "孙审核", organisation: "epb", may: ["validate", "ratify"] },
};
const organisations = { office: ["鹤壁市人民政府", "government"], epb: ["鹤壁市环境保护局", "environment"], met: ["鹤壁市气象局", "meteorology"] };
export const stations = { S01: "市监测站", S02: "迎宾馆", S03: "浚县站", S04: "淇县站" };
export const areas = { 410600: ["鹤壁市", "city", ["S01", "S02", "S03", "S04"]], 410621: ["浚县", "county", ["S03"]], 410622: ["淇县", "county", ["S04"]] };

const pad = (n) => String(n).padStart(2, "0");
/// "2016-12-05 24:00" of a day and an hour by its end as ISO with the zone: hour 24 is the next day's 00:00.
export function hourEnding(day, hour) {
  const at = new Date(`${day}T00:00:00Z`);
  at.setUTCHours(hour);
  return `${at.toISOString().slice(0, 10)}T${pad(at.getUTCHours())}:00:00+08:00`;
}

export class Stage {
  /// Broker, catcher, daemon, passwords; `begins`: the simulated clock's first moment; `network`: other stations and areas.
  static async open({ begins = "2016-12-05T10:00:00+08:00", reading = "signed-in", network = { stations, areas } } = {}) {
    const stage = new Stage(begins, reading, network);
    try {
      await stage.#broker();
      await stage.#catcher();
      await stage.#configure();
      await stage.startDaemon();
      for (const id of Object.keys(people)) stage.#setPassword(id);
      return stage;
    } catch (error) {
      await stage.close(true);
      throw error;
    }
  }

  constructor(begins, reading, network) {
    this.begins = begins;
    this.reading = reading;
    this.network = network;
    this.folder = mkdtempSync(path.join(tmpdir(), "aqid-duty."));
    if (process.env.AQID_E2E_KEEP !== "1") folders.add(this.folder);
    chmodSync(this.folder, 0o711); // the broker gives up being root and must still come in
    this.passwords = Object.fromEntries(Object.keys(people).map((id) => [id, secret()]));
    this.now = begins;
  }

  file(name) { return path.join(this.folder, name); }
  read(name) { return existsSync(this.file(name)) ? readFileSync(this.file(name), "utf8") : ""; }
  get origin() { return `http://127.0.0.1:${this.port}`; }

  async #broker() {
    this.brokerPort = await freePort();
    const folder = this.file("broker");
    mkdirSync(folder);
    const passwords = path.join(folder, "passwords");
    writeFileSync(passwords, "", { mode: 0o600 });
    this.secrets = { aqid: secret(), stations: secret() };
    for (const [user, word] of Object.entries(this.secrets)) {
      writeFileSync(this.file(`${user}.password`), `${word}\n`, { mode: 0o600 });
      const made = spawnSync("mosquitto_passwd", ["-b", passwords, user, word]);
      if (made.status !== 0) throw new Error(`mosquitto_passwd: ${made.stderr ?? made.error}`);
    }
    const acl = path.join(folder, "acl");
    // One publisher speaks for all stations here; in the field each has its own account.
    writeFileSync(acl, `${readFileSync(path.join(top, "schemas/broker/aqid.acl"), "utf8")}\nuser stations\ntopic write aqid/v1/#\n`, { mode: 0o600 });
    const set = { persistence_location: `${folder}/`, password_file: passwords, acl_file: acl, listener: `${this.brokerPort} 127.0.0.1` };
    const conf = readFileSync(path.join(top, "schemas/broker/mosquitto.conf"), "utf8").split("\n")
      .map((line) => { const key = line.split(" ")[0]; return key in set ? `${key} ${set[key]}` : line; }).join("\n");
    writeFileSync(path.join(folder, "mosquitto.conf"), conf, { mode: 0o644 });
    if (process.getuid() === 0) spawnSync("chown", ["-R", "mosquitto:", folder]);
    const program = ["/usr/sbin/mosquitto", "/usr/local/sbin/mosquitto", "/usr/bin/mosquitto"].find(existsSync);
    if (!program) throw new Error("no mosquitto on this machine");
    this.broker = start([program, "-c", path.join(folder, "mosquitto.conf")], { log: this.file("broker.log") });
    await until("the broker", () => { this.#stillRuns(this.broker, "broker.log"); return listens(this.brokerPort); });
  }

  async #catcher() {
    writeFileSync(this.file("caught.jsonl"), "");
    start([path.join(bin, "aqi-sim"), "catch-web", "--port", "0", "--port-file", this.file("catcher.port"), "--caught", this.file("caught.jsonl")], { log: this.file("catcher.log") });
    this.catcherPort = Number(await until("the catcher", () => this.read("catcher.port").trim()));
    // What goes by command is said by a program of the same kind.
    writeFileSync(this.file("radio-desk"), `#!/bin/sh\nexec "${path.join(bin, "aqi-sim")}" catch-command --caught "${this.file("caught.jsonl")}"\n`, { mode: 0o700 });
  }

  async #configure() {
    this.port = await freePort();
    const account = userInfo().username;
    const lines = [
      "[daemon]", `data_folder = ${quoted(this.file("data"))}`, `control_socket = ${quoted(this.file("control"))}`, "",
      "[http]", `address = "127.0.0.1"`, `port = ${this.port}`, `reading = ${quoted(this.reading)}`, "",
      "[time]", "close_after_minutes = 0", "ahead_at_most_minutes = 1500", "",
      "[rules]", `warnings = "2016-225"`, "open_days = 1000", "",
      "[[link]]", `name = "broker"`, `driver = "mqtt-json"`, `uri = "tcp://127.0.0.1:${this.brokerPort}"`, `client_id = "aqid-duty"`, `topics = ["aqid/v1/+/hourly"]`,
      "station_level = 2", `status_topic = "aqid/v1/daemon/status"`, `user = "aqid"`, `password_file = ${quoted(this.file("aqid.password"))}`, "",
      "[[channel]]", `name = "city-portal"`, `kind = "webhook"`, `url = "http://127.0.0.1:${this.catcherPort}/warning"`, "drill = true", "",
      "[[channel]]", `name = "radio-desk"`, `kind = "command"`, `command = [${quoted(this.file("radio-desk"))}]`, "drill = true", "",
      // What is measured now, heard in the duty room.
      "[[alarm]]", `severity = "serious"`, `areas = ["410600"]`, "raise_above = 200", "clear_at_most = 150", "",
      "[[measure]]", `id = "III-1"`, `unit = "epb"`, `level = "yellow"`, `text_zh = "停止工地土石方作业"`, `text_en = "Earthworks stop"`, "",
    ];
    for (const [id, [name, bureau]] of Object.entries(organisations)) lines.push("[[organisation]]", `id = "${id}"`, `name = "${name}"`, `bureau = "${bureau}"`, "");
    for (const [id, p] of Object.entries(people)) {
      lines.push("[[person]]", `id = "${id}"`, `name = "${p.name}"`, `organisation = "${p.organisation}"`, `account = "${account}"`);
      if (p.may) lines.push(`may = [${p.may.map(quoted).join(", ")}]`);
      if (p.approves) lines.push(`may_approve_up_to = "${p.approves}"`);
      lines.push("");
    }
    for (const [id, name] of Object.entries(this.network.stations)) lines.push("[[station]]", `id = "${id}"`, `name = "${name}"`, "");
    for (const [id, [name, kind, members]] of Object.entries(this.network.areas)) lines.push("[[area]]", `id = "${id}"`, `name = "${name}"`, `kind = "${kind}"`, `stations = [${members.map(quoted).join(", ")}]`, "");
    writeFileSync(this.file("aqid.toml"), lines.join("\n"), { mode: 0o644 });
  }

  #stillRuns(child, log) {
    if (child.exitCode !== null || child.signalCode !== null) throw new Error(`${log}: it ended\n${this.read(log).slice(-3000)}`);
  }

  /// Starts the daemon where its clock stands, and waits until it takes readings.
  async startDaemon() {
    const before = this.read("aqid.log").length;
    this.daemon = start([path.join(bin, "aqid"), "--config", this.file("aqid.toml"), "--simulated-clock", this.now], { log: this.file("aqid.log") });
    await until("the daemon", () => {
      this.#stillRuns(this.daemon, "aqid.log");
      const said = this.read("aqid.log").slice(before);
      return said.includes("aqid is up") && said.includes("link broker: up");
    });
  }
  async killDaemon() {
    kill(this.daemon, "SIGKILL");
    await this.daemon.over;
  }
  async stopDaemon() {
    process.kill(this.daemon.pid, "SIGTERM");
    return this.daemon.over;
  }

  #setPassword(id) {
    const set = spawnSync(path.join(bin, "aqictl"), ["password", id, "--stdin", "--socket", this.file("control")], { input: `${this.passwords[id]}\n`, encoding: "utf8" });
    if (set.status !== 0) throw new Error(`aqictl password ${id}: ${set.stdout}${set.stderr}`);
  }
  aqictl(...words) {
    const told = spawnSync(path.join(bin, "aqictl"), words, { encoding: "utf8" });
    return { code: told.status, text: `${told.stdout}${told.stderr}` };
  }

  async ask(request) { return JSON.parse(await talk(this.file("control"), JSON.stringify(request))); }
  async must(request) {
    const answer = await this.ask(request);
    if (!answer.ok) throw new Error(`${JSON.stringify(request)}: ${answer.error}`);
    return answer;
  }
  status() { return this.ask({ command: "status" }); }
  async clock(now) {
    await this.must({ command: "clock", now });
    this.now = now;
  }

  /// What stations say: {station: [[hour as ISO, {pollutant: value}, {pollutant: flag}], ...]}; waits until all of it was taken in.
  async tell(readings) {
    const frames = async () => (await this.ask({ command: "counts" }))?.frames ?? (await this.status()).counts?.frames ?? 0;
    const before = await frames();
    let sent = 0;
    const senders = Object.entries(readings).map(([station, hours]) => {
      const lines = hours.map(([time, values, flags]) => JSON.stringify({ station, time,
        values: Object.fromEntries(Object.entries(values).map(([p, v]) => [`${p}_${p === "co" ? "mg" : "ug"}_m3`, v])), ...(flags ? { flags } : {}) }));
      sent += lines.length;
      const sender = start(["mosquitto_pub", "-h", "127.0.0.1", "-p", String(this.brokerPort), "-u", "stations", "-P", this.secrets.stations, "-q", "1", "-t", `aqid/v1/${station}/hourly`, "-l"],
        { input: true, log: this.file("stations.log") });
      sender.stdin.end(`${lines.join("\n")}\n`);
      return sender.over;
    });
    for (const code of await Promise.all(senders)) if (code !== 0) throw new Error(`mosquitto_pub ended with ${code}: ${this.read("stations.log").slice(-500)}`);
    await until(`${sent} readings to be taken in`, async () => (await frames()) - before >= sent);
  }

  /// All stations, the same values each hour from one to another by their ends; what a quiet or a heavy day looks like.
  async hours(day, first, last, values, except = () => null) {
    const readings = {};
    for (const station of Object.keys(this.network.stations)) {
      readings[station] = [];
      for (let hour = first; hour <= last; ++hour) {
        const other = except(station, hour);
        readings[station].push([hourEnding(day, hour), { ...values, ...(other ?? {}) }]);
      }
    }
    await this.tell(readings);
  }

  caught() { return this.read("caught.jsonl").split("\n").filter(Boolean).map((line) => JSON.parse(line)); }

  async close(failed = false) {
    if (failed) process.stderr.write(`--- the daemon's last words ---\n${this.read("aqid.log").slice(-3000)}---\n`);
    for (const child of [...children]) kill(child);
    await Promise.all([...children].map((child) => child.over));
    if (process.env.AQID_E2E_KEEP === "1") process.stdout.write(`kept: ${this.folder}\n`);
    else rmSync(this.folder, { recursive: true, force: true });
    folders.delete(this.folder);
  }
}
