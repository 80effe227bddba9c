// Reports: what a bureau signs, for an hour, day, month, quarter or year; seen here, printed from a page without script, or taken
// away as CSV or JSON. The preview is the printed paper itself: its words and numbers, in our own elements.
import { h, morph } from "./dom.js";
import { list, text } from "./format.js";
import { forms, input, labelled, lastDay, loader, saidOf, select, sheet, shown } from "./records.js";
import { language, t } from "./strings.js";

/// The choice, from the address; of the day that was closed last, where it does not say. `offer`: what there is to be asked for.
function wanted(ctx, offer) {
  const q = ctx.query ?? {};
  const kinds = list(offer.kinds).map((each) => each.kind).filter((kind) => kind !== "period" || list(offer.periods).some((p) => list(p.whens).length > 0));
  const kind = kinds.includes(q.kind) ? q.kind : "day";
  const day = offer.last_day ?? lastDay(ctx.status());
  const usual = { hour: String(ctx.status()?.closed ?? `${day} 24:00`).replace(" ", "T"), day, month: day.slice(0, 7), quarter: `${day.slice(0, 4)}Q${Math.ceil(Number(day.slice(5, 7)) / 3)}`,
    year: day.slice(0, 4), period: list(offer.periods).flatMap((p) => list(p.whens)).at(-1) };
  return { kinds, kind, places: q.places ?? "", beside: q.beside ?? "", when: q.when ?? usual[kind] ?? "" };
}

/// The address of the same report in one of its forms; `lang` for what people read.
function address(of, format) {
  const query = new URLSearchParams({ when: of.when, format, lang: language() });
  if (of.places) query.set("places", of.places);
  if (of.beside) query.set("beside", of.beside);
  return `/api/v1/reports?${query}`;
}

const hours = Array.from({ length: 24 }, (_, i) => String(i + 1).padStart(2, "0"));

/// What names the stretch: each kind has its own controls. An hour is named by its end, 01 to 24, so it is a day and an hour.
function whenFields(of, offer) {
  const days = { min: offer.first_day ?? null, max: offer.last_day ?? null };
  const year = (name, value) => labelled(t("reports.year"), input(name, { type: "number", min: "1990", max: "2200", value, required: true, "data-test": "reports-when" }));
  switch (of.kind) {
    case "hour": return [labelled(t("reports.day"), input("day", { type: "date", value: of.when.slice(0, 10), required: true, "data-test": "reports-when" })),
      labelled(t("reports.hour"), select("hour", hours.map((hour) => [hour, `${hour}:00`]), of.when.slice(11, 13)))];
    // Not every browser has a control for months.
    case "month": return [labelled(t("reports.month"), input("when", { value: of.when, required: true, pattern: "\\d{4}-\\d{2}", placeholder: "2016-12", "data-test": "reports-when" }))];
    case "quarter": return [year("year", of.when.slice(0, 4)), labelled(t("reports.quarter"), select("quarter", ["1", "2", "3", "4"].map((n) => [n, t("reports.quarter_n", { n })]), of.when.slice(5, 6)))];
    case "year": return [year("when", of.when)];
    case "period": return [labelled(t("reports.period"), select("when", list(offer.periods).flatMap((p) => list(p.whens).map((when) => [when, `${p.name} ${when.split(":")[1]}`])), of.when, { "data-test": "reports-when" }))];
    default: return [labelled(t("reports.day"), input("when", { type: "date", value: of.when, required: true, ...days, "data-test": "reports-when" }))];
  }
}

/// The controls of whenFields() as the one word that the daemon reads.
function whenOf(said) {
  if (said.kind === "hour") return `${said.day}T${said.hour}:00`;
  return said.kind === "quarter" ? `${said.year}Q${said.quarter}` : said.when;
}

function choiceForm(of, offer) {
  const group = (label, kinds) => h("optgroup", { label }, list(offer.places).filter((place) => kinds.includes(place.kind)).map((place) => h("option", { value: place.id, selected: place.id === of.places }, `${text(place.name)} ${place.id}`)));
  return h("form", { class: "rec-form", "data-form": "report" },
    labelled(t("reports.kind"), select("kind", of.kinds.map((kind) => [kind, t(`reports.kind_${kind}`)]), of.kind, { "data-test": "reports-kind" })),
    whenFields(of, offer),
    labelled(t("records.place"), h("select", { name: "places", "data-test": "reports-place" }, h("option", { value: "" }, t("reports.all_areas")), group(t("records.areas"), ["city", "county"]), group(t("records.stations"), ["station"]))),
    labelled(t("reports.beside"), select("beside", [["", t("reports.beside_none")], ...list(offer.beside).map((pack) => [pack.id, saidOf(pack, "title")])], of.beside)),
    h("button", { type: "submit", class: "rec-press primary", "data-test": "reports-show" }, t("records.show")));
}

/// The paper's tables as ours: text only, whatever the paper holds. An empty head belongs to the column of marks before it.
function tableOf(section, n) {
  const table = section.querySelector("table");
  const cells = (row) => [...row.children].flatMap((cell) => Array.from({ length: cell.colSpan }, (_, i) => (i === 0 ? { of: cell.textContent.trim(), class: cell.classList.contains("n") ? "number" : null } : { of: "" })));
  const head = [...table.querySelectorAll("thead tr")].flatMap(cells);
  const title = table.caption?.textContent.trim() ?? "";
  return h("section", { class: "rec-panel", "data-key": `table${n}` }, title ? h("h3", null, title) : null,
    sheet(`report-${n}`, head, [...table.querySelectorAll("tbody tr")].map(cells), { caption: title || null, test: "reports-table" }),
    notesOf(section));
}

const notesOf = (host) => [...host.querySelectorAll(":scope > .notes")].flatMap((notes) => [...notes.children]).map((note) => h("p", { class: "plain" }, note.textContent.trim()));

function paperOf(html) {
  const paper = new DOMParser().parseFromString(html, "text/html"); // parsed, never shown: its scripts and styles do nothing
  const sections = [...paper.querySelectorAll("section")].filter((each) => each.querySelector("table"));
  const facts = [...paper.querySelectorAll("dl > div")].map((div) => h("div", { class: "fact" }, h("dt", null, div.querySelector("dt")?.textContent), h("dd", null, div.querySelector("dd")?.textContent)));
  return [h("h2", null, paper.querySelector("h1")?.textContent, h("small", null, paper.querySelector(".subtitle")?.textContent)), facts.length > 0 ? h("dl", { class: "rec-facts" }, facts) : null,
    sections.length === 0 ? h("p", { class: "plain" }, t("reports.empty")) : sections.map(tableOf), notesOf(paper.querySelector("main"))];
}

/// The printed paper as text; a refusal is JSON in the operator's words.
async function paperText(path) {
  const answer = await fetch(path, { credentials: "same-origin", headers: { Accept: "text/html, application/json" } });
  const words = await answer.text();
  if (answer.ok) return words;
  let error = `HTTP ${answer.status}`;
  try { error = JSON.parse(words).error ?? error; } catch { /* no JSON: the status must do */ }
  throw new Error(error);
}

function links(of) {
  const link = (format, words, attributes) => h("a", { class: "rec-press", href: address(of, format), "data-test": `reports-${format}`, ...attributes }, words);
  return h("p", { class: "rec-line" }, link("html", t("reports.print"), { target: "_blank", rel: "noopener", title: t("reports.print_note") }),
    link("csv", t("reports.csv"), { download: `aqid-${of.kind}-${of.when.replace(/[^\w-]/g, "")}.csv` }), link("json", t("reports.json"), { target: "_blank", rel: "noopener" }));
}

function make(host, ctx) {
  const formHost = h("div"), linkHost = h("div"), paperHost = h("div", { class: "rec-paper", "data-test": "reports-paper" });
  host.append(h("h1", null, t("reports.title"), h("small", null, t("reports.note"))), formHost,
    h("section", { class: "panel rec-panel" }, h("h2", { class: "unseen" }, t("reports.preview")), linkHost, paperHost));
  let of = null;

  const paper = loader((state) => shown(paperHost, state, paperOf));
  const offers = loader((state) => shown(formHost, state, (offer) => {
    if (of === null) {
      of = wanted(ctx, offer);
      morph(linkHost, links(of));
      paper.ask(() => paperText(address(of, "html")));
    }
    return choiceForm(of, offer);
  }));
  const go = (said) => {
    const query = new URLSearchParams({ kind: said.kind });
    // Of another kind than before, the stretch is a new question.
    if (said.kind === of.kind) query.set("when", whenOf(said));
    if (said.places) query.set("places", said.places);
    if (said.beside) query.set("beside", said.beside);
    ctx.go(`#/reports?${query}`);
  };
  const end = forms(host, { report: go });
  // Another kind brings other controls at once.
  const changed = (event) => { if (event.target.name === "kind") go(Object.fromEntries(new FormData(event.target.form))); };
  host.addEventListener("change", changed);
  offers.ask(() => ctx.get("/api/v1/reports"));
  return {
    draw() {},
    close() {
      end();
      host.removeEventListener("change", changed);
      paper.forget();
      offers.forget();
    },
  };
}

export const screen = { id: "reports", key: null, title: "reports.title", needs: "read", make };
