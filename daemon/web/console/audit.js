// The audit trail, line by line and as a chain that can be verified; the acts of the journal beside it. Read only: nobody,
// not even an administrator, can change a line here.
import { h, morph, shape } from "./dom.js";
import { list, text, when } from "./format.js";
import { input, labelled, loader, panel, press, presses, select, sheet, shown, trouble } from "./records.js";
import { t, word } from "./strings.js";

const lines_a_page = 100;
const acts_shown = 50;
const short_digest = 12; // the whole one is in the tooltip and in the verdict

const commandName = (name) => word(`audit.command_${name}`, name);
const outcomes = ["ok", "refused", "failed", "asked"];
const outcomeName = (name) => (outcomes.includes(name) ? t(`audit.outcome_${name}`) : text(name));

/// "page", "socket account zhang", "token": the first word is ours, the rest is said as it came.
function viaName(via) {
  const [first, ...rest] = String(via ?? "").split(" ");
  return [word(`audit.via_${first}`, first), rest.length > 0 ? [" ", h("code", null, rest.join(" "))] : null];
}

const matches = (line, needle) => needle === "" || [line.person, line.name, line.command, commandName(line.command), line.about, line.address, line.why, line.via]
  .some((part) => String(part ?? "").toLowerCase().includes(needle));

function outcomeCell(line) {
  const mark = line.outcome === "ok" ? "ok" : line.outcome === "asked" ? "wait" : "bad";
  return [shape(mark), " ", outcomeName(line.outcome)];
}

function trailTable(lines, now) {
  return sheet("audit-lines", [{ of: t("audit.number"), class: "number" }, t("audit.at"), t("audit.person"), t("audit.command"), t("audit.about"), t("audit.outcome"), t("audit.why"), t("audit.via"), t("audit.address"), t("audit.digest")],
    lines.map((line) => ({ key: String(line.number), test: "audit-line", class: line.outcome === "refused" || line.outcome === "failed" ? "refused" : null, cells: [
      { of: line.number, class: "number" }, { of: when(line.at, now), title: line.at },
      line.person ? [text(line.name ?? line.person), " ", h("code", null, text(line.person))] : h("small", null, t("audit.nobody")),
      { of: commandName(line.command), title: line.command }, text(line.about), { of: outcomeCell(line), class: "short" }, text(line.why), viaName(line.via), h("code", null, text(line.address)),
      { of: h("code", null, text(line.digest).slice(0, short_digest)), title: line.digest }] })),
    { caption: t("audit.trail"), empty: t("audit.none") });
}

/// Whether a chain is whole: {lines, newest, trouble}. `chain`: the trail here, or the ledger of dispatch.
const chains = { trail: ["/api/v1/audit", { verify: 1 }, "audit-verdict"], ledger: ["/api/v1/ledger", {}, "audit-ledger-verdict"] };
function verdict(of, chain) {
  const of_chain = t(`audit.chain_${chain}`), test = chains[chain][2];
  return of.trouble
    ? h("p", { class: "rec-verdict bad", role: "alert", "data-test": test }, shape("bad"), " ", h("b", null, t("audit.broken", { chain: of_chain, why: of.trouble })))
    : h("p", { class: "rec-verdict ok", role: "status", "data-test": test }, shape("ok"), " ", h("b", null, t("audit.whole", { chain: of_chain, n: of.lines, digest: text(of.newest) })));
}

const says_shown = 160;
function saysCell(says) {
  const all = typeof says === "string" ? says : JSON.stringify(says, null, 1);
  const line = all.replace(/\s+/g, " ");
  return line.length <= says_shown ? h("code", null, line)
    : [h("code", null, `${line.slice(0, says_shown)}…`), h("details", { "data-key": "all" }, h("summary", null, t("audit.all_says")), h("pre", null, all))];
}

function actsTable(acts, now) {
  return sheet("audit-acts", [t("audit.at"), t("audit.event"), t("audit.says")],
    list(acts).map((act, i) => ({ key: `${act.when} ${act.event} ${acts.length - i}`, cells: [when(act.when, now), word(`audit.event_${act.event}`, act.event), saysCell(act.says)] })),
    { caption: t("audit.acts"), empty: t("audit.acts_none") });
}

function make(host, ctx) {
  const view = { lines: [], next: null, filter: "", outcome: "" };
  const verdictHosts = { trail: h("div"), ledger: h("div") }, trailHost = h("div"), actsHost = h("div"), moreHost = h("div");
  const filters = h("div", { class: "rec-form" },
    labelled(t("audit.filter"), input("filter", { type: "search", placeholder: t("audit.filter_hint"), "data-test": "audit-filter", "data-filter": "" })),
    labelled(t("audit.outcome"), select("outcome", [["", t("audit.outcome_any")], ...outcomes.map((name) => [name, outcomeName(name)])], "", { "data-test": "audit-outcome" })));
  const count = h("small");
  host.append(h("h1", null, t("audit.title"), h("small", null, t("audit.note"))),
    h("p", { class: "rec-line" }, press("verify", t("audit.verify"), { class: "rec-press primary", "data-test": "audit-verify" }), press("verify-ledger", t("audit.verify_ledger"), { "data-test": "audit-verify-ledger" })), verdictHosts.trail, verdictHosts.ledger,
    h("section", { class: "panel rec-panel" }, h("h2", null, t("audit.trail"), count), filters, trailHost, moreHost), actsHost);

  const drawLines = () => {
    // Every act has two lines, what was asked and what became of it; where both are known, one says it all.
    const answered = new Set(view.lines.map((line) => line.of).filter((of) => typeof of === "number"));
    const some = view.lines.filter((line) => (view.outcome === "" ? !answered.has(line.number) : line.outcome === view.outcome) && matches(line, view.filter));
    morph(count, t("audit.trail_note", { n: view.lines.length, m: some.length }));
    morph(trailHost, trailTable(some, ctx.status()?.now));
    morph(moreHost, view.next === null ? h("p", { class: "plain" }, t("audit.end"))
      : h("p", { class: "rec-line" }, press("more", t("audit.more", { n: lines_a_page }), { "data-test": "audit-more" })));
  };
  const newest = loader((state) => {
    if (state.error || state.value === null) return void shown(trailHost, state, () => null);
    // Of what was read before, everything older than the new page stays.
    const fresh = list(state.value.lines);
    const oldest = fresh.length > 0 ? fresh[fresh.length - 1].number : Infinity;
    const older = state.busy ? null : view.lines.filter((line) => line.number < oldest);
    if (older === null) return;
    if (older.length === 0) view.next = state.value.next ?? null;
    view.lines = [...fresh, ...older];
    drawLines();
  });
  const earlier = loader((state) => {
    if (state.busy) return;
    if (state.error) return void morph(moreHost, trouble(state.error), h("p", { class: "rec-line" }, press("more", t("audit.more", { n: lines_a_page }), { "data-test": "audit-more" })));
    view.lines = [...view.lines, ...list(state.value.lines)];
    view.next = state.value.next ?? null;
    drawLines();
  });
  const verifier = (chain) => loader((state) => {
    const to = verdictHosts[chain];
    if (state.busy) return void morph(to, h("p", { class: "plain", role: "status" }, t("audit.verifying")));
    if (state.error) return void morph(to, trouble(state.error));
    morph(to, verdict(state.value, chain), state.value.trouble ? null : h("p", { class: "plain" }, t(`audit.keep_${chain}`)));
  });
  const verified = { trail: verifier("trail"), ledger: verifier("ledger") };
  const verify = (chain) => verified[chain].ask(() => ctx.get(chains[chain][0], chains[chain][1]));
  const acts = loader((state) => shown(actsHost, state, (value) => panel(t("audit.acts"), t("audit.acts_note", { n: list(value.acts).length }), actsTable(list(value.acts), ctx.status()?.now))));

  const ask = () => {
    newest.ask(() => ctx.get("/api/v1/audit", { most: lines_a_page }));
    acts.ask(() => ctx.get("/api/v1/acts", { most: acts_shown }));
  };
  const retold = (event) => {
    if (event.target.name === "filter") view.filter = event.target.value.trim().toLowerCase();
    else if (event.target.name === "outcome") view.outcome = event.target.value;
    else return;
    drawLines();
  };
  filters.addEventListener("input", retold);
  const end = presses(host, {
    verify: () => verify("trail"),
    "verify-ledger": () => verify("ledger"),
    more: () => earlier.ask(() => ctx.get("/api/v1/audit", { most: lines_a_page, before: view.next })),
  });
  ask();

  let acted = "";
  return {
    /// People's acts are counted; a sign-in is not, and is seen with the next act or the next visit.
    draw(status) {
      const c = status?.counts ?? {};
      const now = JSON.stringify([c.acts, c.forecasts, c.corrections, c.corrections_decided, c.sign_offs, c.dust_declarations, c.station_declarations]);
      if (acted !== "" && acted !== now) ask();
      acted = now;
    },
    close() {
      end();
      for (const each of [newest, earlier, verified.trail, verified.ledger, acts]) each.forget();
    },
  };
}

export const screen = { id: "audit", key: null, title: "audit.title", needs: "signed-in", make };
