// A look at the page's sources: what is code, what is comment, and which literals stand in the code. Enough of JavaScript's
// grammar to tell these apart; nothing is run.

/// After these a slash begins a regular expression; after a name, a number or a closing bracket it divides.
const before_regex = /(?:^|[(,=:[!&|?{};+\-*%<>~^]|=>|\breturn|\btypeof|\bcase|\bin|\bof)\s*$/;

/// {code, strings}: `code` is the source with comments as blanks; `strings`: {text, line, template, before} of each literal.
/// A template's text has "\0" in the place of each ${...}, whose inside is scanned as code of its own.
export function scan(source, line_base = 1) {
  const strings = [];
  let code = "", at = 0;
  const line = () => line_base + (source.slice(0, at).match(/\n/g)?.length ?? 0);
  const blank = (text) => text.replace(/[^\n]/g, " ");
  while (at < source.length) {
    const two = source.slice(at, at + 2), one = source[at];
    if (two === "//" || two === "/*") {
      const end = two === "//" ? source.indexOf("\n", at) : source.indexOf("*/", at + 2) + 2;
      const stop = end < at + 2 ? source.length : end;
      code += blank(source.slice(at, stop));
      at = stop;
    } else if (one === '"' || one === "'") {
      let stop = at + 1;
      while (stop < source.length && source[stop] !== one) stop += source[stop] === "\\" ? 2 : 1;
      strings.push({ text: source.slice(at + 1, stop), line: line(), template: false, before: code.slice(-40) });
      code += source.slice(at, stop + 1);
      at = stop + 1;
    } else if (one === "`") {
      const { text, inner, stop } = template(source, at + 1);
      strings.push({ text, line: line(), template: true, before: code.slice(-40) });
      for (const part of inner) strings.push(...scan(source.slice(part.from, part.to), line_base + (source.slice(0, part.from).match(/\n/g)?.length ?? 0)).strings);
      code += source.slice(at, stop + 1);
      at = stop + 1;
    } else if (one === "/" && before_regex.test(code)) {
      let stop = at + 1, inside = false;
      for (; stop < source.length && (source[stop] !== "/" || inside); ++stop) {
        if (source[stop] === "\\") ++stop;
        else if (source[stop] === "[") inside = true;
        else if (source[stop] === "]") inside = false;
      }
      code += blank(source.slice(at, stop + 1));
      at = stop + 1;
    } else {
      code += one;
      ++at;
    }
  }
  return { code, strings };
}

function template(source, from) {
  const inner = [];
  let text = "", at = from;
  while (at < source.length && source[at] !== "`") {
    if (source[at] === "\\") {
      text += source.slice(at, at + 2);
      at += 2;
    } else if (source.startsWith("${", at)) {
      const begin = at + 2;
      let depth = 1;
      for (at = begin; at < source.length && depth > 0; ++at) {
        if (source[at] === "{") ++depth;
        else if (source[at] === "}") --depth;
        else if (source[at] === "`") at = template(source, at + 1).stop;
        else if (source[at] === '"' || source[at] === "'") {
          const quote = source[at++];
          while (at < source.length && source[at] !== quote) at += source[at] === "\\" ? 2 : 1;
        }
      }
      inner.push({ from: begin, to: at - 1 });
      text += "\0";
    } else text += source[at++];
  }
  return { text, inner, stop: at };
}

export const cjk = /[\u2e80-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uffef]/;

/// Keys asked for by t() or word(): {key, line, prefix}: a prefix where the rest is made at run time.
export function keysAsked(strings) {
  return strings.filter((s) => /\b(?:t|word)\(\s*$/.test(s.before))
    .map((s) => ({ key: s.text.split("\0")[0], line: s.line, prefix: s.text.includes("\0") }));
}

/// A literal that people would read: a word with a capital and another word after it. Errors for developers are not meant.
export const isSentence = (s) => /\b[A-Z][a-z]+ [a-z]{2,}/.test(s.text) && !/(?:Error|reportError)\(\s*$/.test(s.before);
