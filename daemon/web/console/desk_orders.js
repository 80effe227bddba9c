// Orders from above: what stands, and the two ways to enter one: by its words, or by the CAP file the province sent.
import { h, shape } from "./dom.js";
import { list, text, when } from "./format.js";
import { input, labelled, select } from "./records.js";
import { t } from "./strings.js";
import { rightReason } from "./warning_acts.js";
import { actButton, badge, levelWord, raisable, toField } from "./warning_parts.js";

const cap_bytes_most = 512 * 1024;

const areaNames = (o, s) => list(o.areas).map((id) => list(s.areas).find((a) => a.id === id)?.name ?? id).join(" ");

export function orders(s, ctx) {
  const all = list(s.orders);
  if (all.length === 0) return h("p", { class: "plain", "data-key": "none" }, t("desk.orders_none"));
  return h("ul", { class: "orders" }, all.map((o) => h("li", { "data-key": o.id, "data-test": "desk-order", class: o.in_force ? "" : "over" },
    h("p", null, shape(o.in_force ? "warn" : "none"), " ", o.level === "none" ? h("b", null, t("desk.order_ended")) : badge(o.level, t(o.in_force ? "desk.order_stands" : "desk.order_over")), " ", h("b", null, text(o.authority)), " ", text(o.document)),
    h("p", { class: "label" }, areaNames(o, s), " · ", t("desk.from_to", { from: when(o.effective, s.now), until: o.until ? when(o.until, s.now) : t("desk.open_end") }), " · ", t("desk.entered", { who: text(o.entered?.name ?? o.entered?.person), at: when(o.entered?.at, s.now) })),
    o.text ? h("p", null, o.text) : null, o.message ? h("p", null, h("code", null, o.message)) : null,
    o.in_force ? actButton("order-end", t("desk.order_end"), rightReason("order", ctx), { test: "desk-order-end", attrs: { "data-of": o.id } }) : null)));
}

/// Made once: what a person has typed is never drawn over.
export function orderForm(s) {
  return h("details", { class: "order-form", "data-test": "desk-order-new" }, h("summary", null, t("desk.order_enter")),
    h("form", { "data-form": "order", class: "fields" },
      labelled(t("desk.cap_file"), h("input", { type: "file", name: "cap", accept: ".xml,.cap,application/cap+xml,text/xml", "data-test": "desk-order-cap" }), t("desk.cap_note")),
      labelled(t("desk.authority"), input("authority", { "data-test": "desk-order-authority" })),
      labelled(t("desk.document"), input("document", { "data-test": "desk-order-document" })),
      labelled(t("desk.level"), select("level", [["", t("desk.as_file")], ...raisable.map((l) => [l, t("desk.warning_of", { level: levelWord(l) })])], "", { "data-test": "desk-order-level" })),
      h("fieldset", null, h("legend", null, t("desk.areas")), list(s.areas).map((a) => h("label", { class: "tick" }, h("input", { type: "checkbox", name: "areas", value: a.id, "data-test": "desk-order-area" }), " ", text(a.name)))),
      labelled(t("desk.effective"), input("effective", { type: "datetime-local", step: 3600, "data-test": "desk-order-effective" }), t("desk.effective_note")),
      labelled(t("desk.until"), input("until", { type: "datetime-local", step: 3600, "data-test": "desk-order-until" })),
      labelled(t("desk.order_text"), h("textarea", { name: "text", rows: 3, "data-test": "desk-order-text" })),
      h("span", { class: "act-box" }, h("button", { type: "submit", class: "act primary", "data-test": "desk-order-save" }, t("desk.order_save")), h("small", { class: "reason" }))));
}

/// The form as a request, or the words of what is missing. What a file leaves unsaid is sent beside it; what it says is its own.
export async function readOrder(form) {
  const said = new FormData(form);
  const words = (name) => String(said.get(name) ?? "").trim();
  const out = {};
  const file = said.get("cap");
  if (file instanceof File && file.size > 0) {
    if (file.size > cap_bytes_most) return t("desk.cap_too_large", { n: Math.round(cap_bytes_most / 1024) });
    out.cap = await file.text();
  } else {
    if (!words("authority") || !words("document") || !words("level")) return t("desk.order_needs");
    Object.assign(out, { authority: words("authority"), document: words("document"), text: words("text") });
  }
  if (words("level")) out.level = words("level");
  const areas = said.getAll("areas").map(String);
  if (areas.length > 0) out.areas = areas;
  for (const name of ["effective", "until"]) if (words(name)) out[name] = toField(words(name));
  return out;
}
