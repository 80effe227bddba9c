// A browser for each person: Debian's Chromium, one context a person, nothing from outside. What the page reports as an error, and
// what the browser reports of the page, is collected and fails the test that caused it.
import { mkdirSync, readFileSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { limit_ms } from "./stage.mjs";

const require = createRequire(path.join(process.env.AQID_DUTY_MODULES ?? path.resolve("build/duty"), "here.js"));
const { chromium } = require("playwright-core");
const axe_source = readFileSync(require.resolve("axe-core/axe.min.js"), "utf8");

export const desk = { width: 1366, height: 768 };
export const phone = { width: 390, height: 844 };
const at = (id) => `[data-test="${id}"]`;

export class Browser {
  static async open() {
    return new Browser(await chromium.launch({
      executablePath: process.env.AQID_CHROMIUM ?? "/usr/bin/chromium",
      // A duty room's machine lets the console make a sound without being touched first; shut() below takes that back.
      args: ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync",
        "--autoplay-policy=no-user-gesture-required", "--mute-audio"],
    }));
  }
  constructor(browser) {
    this.browser = browser;
    this.seats = [];
  }
  /// A seat: one context with one page. `language`: what the browser asks for.
  async seat(name, { origin, viewport = desk, language = "zh-CN", touch = false } = {}) {
    const context = await this.browser.newContext({ baseURL: origin, viewport, locale: language, timezoneId: "Asia/Shanghai", hasTouch: touch, reducedMotion: "reduce" });
    context.setDefaultTimeout(limit_ms);
    const seat = new Seat(name, context, await context.newPage(), origin);
    this.seats.push(seat);
    return seat;
  }
  /// What went wrong on any seat since the last time, in words.
  troubles() { return this.seats.flatMap((seat) => seat.troubles()); }
  async close() { await this.browser.close(); }
}

export class Seat {
  #troubles = [];
  /// While the line is cut on purpose, what the browser says of it is no trouble.
  expected = [];
  /// Answers that are refusals on purpose (a wrong password, a click that must be refused): the console line of them is no trouble.
  constructor(name, context, page, origin) {
    Object.assign(this, { name, context, page, origin });
    page.on("pageerror", (error) => this.#note(`page error: ${error.stack ?? error.message}`));
    page.on("console", (message) => { if (message.type() === "error") this.#note(`console: ${message.text()} (${message.location().url})`); });
    page.on("request", (request) => {
      const url = new URL(request.url());
      if (["http:", "https:", "ws:", "wss:"].includes(url.protocol) && url.host !== new URL(origin).host) this.#note(`asks another host: ${request.url()}`);
    });
    page.on("response", (response) => { if (response.status() >= 500) this.#note(`${response.status()} from ${response.url()}`); });
  }
  #note(words) { if (!this.expected.some((pattern) => pattern.test(words))) this.#troubles.push(`${this.name}: ${words}`); }
  troubles() { return this.#troubles.splice(0); }

  find(id, within = this.page) { return within.locator(at(id)); }
  /// The row of this key inside what has this id.
  row(id, key) { return this.page.locator(`${at(id)}[data-key="${key}"], ${at(id)} [data-key="${key}"]`).first(); }
  async press(id, within = this.page) { await this.find(id, within).first().click(); }
  async write(id, words, within = this.page) { await this.find(id, within).first().fill(words); }
  async says(id, words) { await this.find(id).filter({ hasText: words }).first().waitFor(); }
  async wait(id) { await this.find(id).first().waitFor(); }
  async gone(id) { await this.find(id).first().waitFor({ state: "hidden" }); }
  text(id) { return this.find(id).first().innerText(); }

  async open(hash = "#/wall") {
    await this.page.goto(`/${hash}`);
    await this.page.locator("body[data-state]").waitFor();
  }
  /// Another screen of the page that is open, without loading it again.
  async go(hash) {
    await this.page.evaluate((to) => { location.hash = to; }, hash);
    const id = /^#\/([\w-]+)/.exec(hash)[1];
    await this.page.locator(`[data-screen="${id}"]`).first().waitFor();
  }
  async signIn(person, password) {
    await this.wait("signin-person");
    await this.write("signin-person", person);
    await this.write("signin-password", password);
    await this.press("signin-go");
    await this.gone("signin-go");
  }

  /// Words of the page that are keys nobody translated, or values nobody meant to show.
  async untranslated() {
    return this.page.evaluate(() => {
      const found = [];
      const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
      while (walk.nextNode()) {
        const words = walk.currentNode.data;
        if (walk.currentNode.parentElement?.closest("code, pre, script, noscript, [data-raw]")) continue;
        const key = /(?:^|\s)[a-z]+\.[a-z]+(?:_[a-z0-9]+)*(?=\s|$)/.exec(words);
        if (key && !/\.(?:js|css|csv|json|html|toml|db|md)$/.test(key[0].trim())) found.push(key[0].trim());
        const never = /\bundefined\b|\bNaN\b|\[object [A-Z]\w*\]|\{[a-z_]+\}/.exec(words);
        if (never) found.push(never[0]);
      }
      return [...new Set(found)];
    });
  }
  /// How far the page is wider than the window, and by what.
  async overflow() {
    return this.page.evaluate(() => {
      const root = document.documentElement;
      if (root.scrollWidth <= root.clientWidth) return null;
      const wide = [...document.body.querySelectorAll("*")].filter((each) => each.getBoundingClientRect().right > root.clientWidth + 1)
        .filter((each) => { for (let up = each.parentElement; up && up !== document.body; up = up.parentElement) if (getComputedStyle(up).overflowX !== "visible") return false; return true; })
        .slice(0, 5).map((each) => `${each.tagName.toLowerCase()}.${[...each.classList].join(".")}`);
      return `${root.scrollWidth} of ${root.clientWidth}: ${wide.join(", ")}`;
    });
  }
  /// Plots that are shown and hold nothing: a canvas of one colour or none at all. A chart that says in words why it has nothing to
  /// draw has no plot to be seen.
  async emptyCharts() {
    return this.page.evaluate(() => {
      const painted = (canvas) => {
        if (canvas.width === 0 || canvas.height === 0) return false;
        const { data } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
        const seen = new Set();
        for (let i = 0; i < data.length && seen.size < 4; i += 4 * 7) seen.add(`${data[i]},${data[i + 1]},${data[i + 2]},${data[i + 3]}`);
        return seen.size >= 4;
      };
      return [...document.querySelectorAll(".charted > .plot")].filter((plot) => plot.getClientRects().length > 0 && ![...plot.querySelectorAll("canvas")].some(painted))
        .map((plot) => plot.getAttribute("aria-label") ?? plot.className);
    });
  }
  async charts() { return this.page.locator(".charted > .plot:visible").count(); }
  /// Until no part of the screen says that it is still waiting.
  async settled() {
    await this.page.waitForFunction(() => document.querySelector("[aria-busy='true']") === null && document.fonts.status === "loaded");
    await this.page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
  }
  /// Serious and critical findings of axe-core, each with the first element it is about.
  async axe() {
    if (!(await this.page.evaluate(() => typeof window.axe !== "undefined"))) await this.page.evaluate(axe_source);
    return this.page.evaluate(async () => {
      const { violations } = await window.axe.run(document, { resultTypes: ["violations"], runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"] });
      return violations.filter((v) => v.impact === "serious" || v.impact === "critical")
        .map((v) => `${v.id} (${v.impact}): ${v.nodes.length} x ${v.nodes[0].target.join(" ")}: ${v.nodes[0].failureSummary.split("\n").slice(1, 3).join(" ").trim()}`);
    });
  }
  async shot(name, { whole = false } = {}) {
    const folder = process.env.AQID_SHOTS;
    if (!folder) return;
    mkdirSync(folder, { recursive: true });
    await this.page.screenshot({ path: path.join(folder, `${name}.png`), fullPage: whole, animations: "disabled" });
  }
}
