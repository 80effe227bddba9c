// Making and updating elements. Text reaches the page through text nodes only; there is no way to pass markup.

const SVG = "http://www.w3.org/2000/svg";

// A name or a payload may carry characters that turn the direction of our own words around; they are shown as what they are.
const steering = /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\u200e\u200f\u061c\u202a-\u202e\u2066-\u2069]/g;
const plain = (value) => String(value).replace(steering, "\ufffd");

function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes ?? {})) {
    if (value === null || value === undefined || value === false) continue;
    // The content policy forbids style attributes in markup; properties set from script are permitted.
    if (name === "style") for (const [property, to] of Object.entries(value)) element.style.setProperty(property, to);
    else element.setAttribute(name, value === true ? "" : plain(value));
  }
  for (const child of children.flat(Infinity)) {
    if (child === null || child === undefined || child === false) continue;
    element.append(child instanceof Node ? child : plain(child));
  }
  return element;
}

export const h = (tag, attributes, ...children) => fill(document.createElement(tag), attributes, children);
const svg = (tag, attributes, ...children) => fill(document.createElementNS(SVG, tag), attributes, children);

/// Text for a screen reader where the eye is told by a shape or a place.
export const hidden = (text) => h("span", { class: "unseen" }, text);

const shapes = {
  ok: ["M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z", "m4.6 8.2 2.4 2.4 4.4-5"],
  wait: ["M8 1a7 7 0 1 0 0 14A7 7 0 0 0 8 1Z", "M8 4v4.3l2.8 1.8"],
  warn: ["M8 .8 15.6 15H.4Z", "M8 5.6v4.6M8 12v1.4"],
  bad: ["M4.8 1h6.4L15 4.8v6.4L11.2 15H4.8L1 11.2V4.8Z", "m5 5 6 6m0-6-6 6"],
  none: ["M8 2a6 6 0 1 0 0 12A6 6 0 0 0 8 2Z", ""],
};

/// A small shape that says the state without its colour: circle and tick, clock, triangle, octagon and cross, empty circle.
export function shape(name) {
  const [outline, mark] = shapes[name] ?? shapes.none;
  return svg("svg", { class: `shape ${name}`, viewBox: "0 0 16 16", width: 16, height: 16, "aria-hidden": "true", focusable: "false" },
    svg("path", { class: "outline", d: outline }), svg("path", { class: "mark", d: mark }));
}

/// Two small boxes, as many filled as levels were passed.
export const pips = (filled) => svg("svg", { class: "pips", viewBox: "0 0 15 7", width: 15, height: 7, "aria-hidden": "true", focusable: "false" },
  [0, 1].map((i) => svg("rect", { class: i < filled ? "filled" : "", x: 0.5 + 8 * i, y: 0.5, width: 6, height: 6 })));

/// Makes `host` hold `children`, changing only what differs, so that focus, scroll, selection and opened details stay.
export function morph(host, ...children) {
  const next = document.createDocumentFragment();
  fill(next, null, children);
  morphChildren(host, next);
}

const keyOf = (node) => node.dataset?.key;
const alike = (a, b) => a.nodeType === b.nodeType && a.nodeName === b.nodeName && keyOf(a) === keyOf(b);

function morphChildren(host, next) {
  const keyed = new Map();
  for (const child of host.children) if (keyOf(child)) keyed.set(keyOf(child), child);
  let at = host.firstChild;
  for (const wanted of [...next.childNodes]) {
    const key = keyOf(wanted);
    const current = key ? keyed.get(key) : at;
    if (!current || !alike(current, wanted)) {
      host.insertBefore(wanted, at);
      continue;
    }
    if (key) keyed.delete(key); // a second element of the same key is another one
    if (current === at) at = at.nextSibling;
    else host.insertBefore(current, at);
    morphNode(current, wanted);
  }
  while (at) {
    const after = at.nextSibling;
    at.remove();
    at = after;
  }
}

function morphNode(from, to) {
  if (from.nodeType !== Node.ELEMENT_NODE) {
    if (from.data !== to.data) from.data = to.data;
    return;
  }
  for (const { name, value } of to.attributes)
    if (name !== "style" && name !== "open" && from.getAttribute(name) !== value) from.setAttribute(name, value);
  for (const { name } of [...from.attributes])
    if (name !== "style" && name !== "open" && !to.hasAttribute(name)) from.removeAttribute(name); // open: the reader's choice
  if (from.style.cssText !== to.style.cssText) from.style.cssText = to.style.cssText;
  morphChildren(from, to);
}
