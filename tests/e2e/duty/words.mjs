// The words of the console: every key in both languages, every key that is asked for exists, every key is used, and no words
// stand outside the files of words. Needs node only.
import { readFileSync, readdirSync } from "node:fs";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { cjk, isSentence, keysAsked, scan } from "./sources.mjs";

const folder = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "../../../daemon/web/console");
const wrong = [];
const say = (words) => wrong.push(words);

// The measure must be able to find something before it may find nothing.
{
  const bad = scan('const a = "警"; // 中\nt("x.y"); word(`x.${b}`, "Two words"); const r = /"[/"]/; new Error("Not this one");');
  const asked = keysAsked(bad.strings);
  const found = [bad.strings.filter((s) => cjk.test(s.text)).length, cjk.test(bad.code.split("\n")[0].slice(14)), asked.length, asked[0]?.key, asked[1]?.prefix, bad.strings.filter(isSentence).length];
  if (JSON.stringify(found) !== JSON.stringify([1, false, 2, "x.y", true, 1])) throw new Error(`the measure itself is wrong: ${JSON.stringify(found)}`);
}

const files = readdirSync(folder).filter((name) => name.endsWith(".js") && !name.startsWith("vendor-")).sort();
const source = (name) => readFileSync(path.join(folder, name), "utf8");
const isWords = (name) => name.startsWith("words_");

// What the files of words say. They import nothing, so they can be read as they are.
const words = new Map(); // key -> {file, zh, en}
const imported = [...source("strings.js").matchAll(/from "\.\/(words_\w+\.js)"/g)].map((found) => found[1]);
for (const name of files.filter(isWords)) {
  if (!imported.includes(name)) say(`${name}: strings.js does not import it`);
  const { default: table } = await import(`data:text/javascript;base64,${Buffer.from(source(name)).toString("base64")}`);
  for (const language of ["zh", "en"]) if (table?.[language] === null || typeof table?.[language] !== "object") say(`${name}: no "${language}"`);
  const zh = table?.zh ?? {}, en = table?.en ?? {};
  for (const key of Object.keys(zh)) if (!(key in en)) say(`${name}: "${key}" is not there in English`);
  for (const key of Object.keys(en)) if (!(key in zh)) say(`${name}: "${key}" is not there in Chinese`);
  for (const key of new Set([...Object.keys(zh), ...Object.keys(en)])) {
    if (words.has(key)) say(`${name}: "${key}" stands in ${words.get(key).file}, too`);
    words.set(key, { file: name, zh: zh[key], en: en[key] });
  }
}
const blanks = (text) => [...new Set(String(text).match(/\{\w+\}/g) ?? [])].sort().join(" ");
for (const [key, { file, zh, en }] of words) {
  // Nothing at all, in both languages, is what somebody meant; in one of them it was forgotten.
  for (const text of [zh, en]) if (typeof text !== "string" || (text.trim() === "" && zh !== en)) say(`${file}: "${key}" is empty`);
  if (blanks(zh) !== blanks(en)) say(`${file}: "${key}" takes ${blanks(zh) || "nothing"} in Chinese and ${blanks(en) || "nothing"} in English`);
  // The marks of a drill and of an unknown mode are the same everywhere, and a button that leads to the other language speaks it.
  const other_way = /language|switch/.test(key);
  if (cjk.test(String(en).replace(/【[^】]*】/g, "")) && !other_way) say(`${file}: "${key}" is not English: ${en}`);
  if (cjk.test(en) === false && !cjk.test(zh) && zh !== en && !other_way) say(`${file}: "${key}" is not Chinese: ${zh}`);
}
if (words.size < 300) say(`only ${words.size} keys were found`);

// What the code asks for, and what it says itself.
const literals = new Set(), prefixes = new Set();
for (const name of files.filter((each) => !isWords(each))) {
  const { code, strings } = scan(source(name));
  for (const s of strings) {
    if (!s.template) literals.add(s.text);
    else if (s.text.includes("\0")) prefixes.add(s.text.split("\0")[0]);
    else literals.add(s.text);
    // "、" alone is taken apart, not said: the daemon joins names with it.
    if (cjk.test(s.text) && s.text !== "、") say(`${name}:${s.line}: Chinese outside the files of words: ${s.text.slice(0, 60)}`);
    if (isSentence(s)) say(`${name}:${s.line}: English outside the files of words: ${s.text.slice(0, 60)}`);
  }
  if (cjk.test(code.replace(/"(?:[^"\\]|\\.)*"|`(?:[^`\\]|\\.)*`/g, ""))) say(`${name}: Chinese in the code`);
  const titles = [...code.matchAll(/\btitle:\s*"([a-z_]+\.[\w.-]+)"/g)].map((found) => ({ key: found[1], line: 0, prefix: false }));
  for (const { key, line, prefix } of [...keysAsked(strings), ...titles]) {
    if (!prefix && !words.has(key)) say(`${name}:${line}: no words for "${key}"`);
    if (prefix && ![...words.keys()].some((each) => each.startsWith(key) && each !== key)) say(`${name}:${line}: no words begin with "${key}"`);
  }
}
for (const [key, { file }] of words)
  if (!literals.has(key) && ![...prefixes].some((prefix) => prefix.length > 2 && key.startsWith(prefix))) say(`${file}: nothing says "${key}"`);

for (const words_of_it of wrong) console.log(words_of_it);
console.log(`words: ${words.size} keys in ${imported.length} files, ${files.length - imported.length} files of code, ${wrong.length} wrong`);
process.exit(wrong.length === 0 ? 0 : 1);
