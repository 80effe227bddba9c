// Rules and standards: every edition with its dates and steps, the proof that counties warn no less than their city, what differs
// between two editions, and what a history would have been under another one. Everything here is read; rules change by files.
import { h } from "./dom.js";
import { dayPlus, list, wallSeconds } from "./format.js";
import { areaOptions, closedDay, forms, input, labelled, loader, panel, presses, saidOf, select, shown } from "./records.js";
import { differences, dominance, packs, replayed, warnings } from "./rules_parts.js";
import { t } from "./strings.js";

const replay_days = 30;

const options = (rows) => list(rows).map((row) => [row.id, `${saidOf(row, "title")} ${row.id}`]);

/// Standards and warning rules are different things; two of one kind can be compared.
function editionSelect(name, rules, chosen, test) {
  return h("select", { name, "data-test": test },
    [[t("rules.packs"), rules.packs], [t("rules.warnings"), rules.warnings]].map(([label, rows]) => h("optgroup", { label }, options(rows).map(([value, words]) => h("option", { value, selected: value === chosen }, words)))));
}

function diffForm(rules) {
  const in_force = list(rules.packs).find((pack) => pack.in_force)?.id;
  const other = list(rules.packs).find((pack) => pack.id !== in_force && !pack.by_name_only)?.id;
  return h("form", { class: "rec-form", "data-form": "diff" },
    labelled(t("rules.a"), editionSelect("a", rules, in_force, "rules-a")), labelled(t("rules.b"), editionSelect("b", rules, other, "rules-b")),
    h("button", { type: "submit", class: "rec-press primary", "data-test": "rules-compare" }, t("rules.compare")));
}

function whatIfForm(rules, status) {
  const last = closedDay(status);
  const other = list(rules.warnings).find((edition) => !edition.in_force)?.id;
  return h("form", { class: "rec-form", "data-form": "what-if" },
    labelled(t("rules.edition"), editionSelect("edition", rules, other, "rules-what-edition")),
    labelled(t("records.area"), select("area", areaOptions(status), undefined, { "data-test": "rules-what-area" })),
    labelled(t("records.first"), input("first", { type: "date", value: wallSeconds(last) === null ? "" : dayPlus(last, 1 - replay_days), required: true })),
    labelled(t("records.last"), input("last", { type: "date", value: last, required: true })),
    h("button", { type: "submit", class: "rec-press primary", "data-test": "rules-replay" }, t("rules.replay")));
}

function make(host, ctx) {
  const noteHost = h("small"), body = h("div"), diffHost = h("div"), replayHost = h("div");
  const diffPanel = h("div"), whatIfPanel = h("div");
  host.append(h("h1", null, t("rules.title"), noteHost), body, diffPanel, whatIfPanel);
  let onlyChanged = false;

  const all = loader((state) => shown(body, state, (rules) => {
    noteHost.textContent = t("rules.note", { today: rules.today, digest: rules.digest });
    // The forms are made once: what is chosen in them belongs to who chooses.
    if (!diffPanel.hasChildNodes()) diffPanel.append(panel(t("rules.diff"), t("rules.diff_note"), diffForm(rules), diffHost));
    if (!whatIfPanel.hasChildNodes()) whatIfPanel.append(panel(t("rules.what_if"), t("rules.what_if_note"), whatIfForm(rules, ctx.status()), replayHost));
    return [dominance(rules), packs(rules), warnings(rules)];
  }));
  const diff = loader((state) => shown(diffHost, state, differences));
  const replay = loader((state) => shown(replayHost, state, (answer) => replayed(answer, { onlyChanged, edition: ctx.status()?.edition })));

  const ends = [
    forms(host, {
      diff: (said, form) => {
        const kind = (id) => (list(all.value?.packs).some((pack) => pack.id === id) ? "pack" : "warnings");
        form.elements.b.setCustomValidity(kind(said.a) === kind(said.b) ? "" : t("rules.kinds_differ"));
        const good = form.reportValidity();
        form.elements.b.setCustomValidity("");
        if (good) diff.ask(() => ctx.get("/api/v1/rules/diff", said));
      },
      "what-if": (said) => replay.ask(() => ctx.get("/api/v1/rules/what-if", said)),
    }),
    presses(host, {
      "only-changed": () => {
        onlyChanged = !onlyChanged;
        if (replay.value) shown(replayHost, { value: replay.value, error: null }, (answer) => replayed(answer, { onlyChanged, edition: ctx.status()?.edition }));
      },
    }),
  ];
  all.ask(() => ctx.get("/api/v1/rules"));
  let digest = null;
  return {
    /// Another digest: the configuration was read again, with other rules.
    draw(status) {
      if (digest !== null && status?.rules?.digest !== digest) all.ask(() => ctx.get("/api/v1/rules"));
      digest = status?.rules?.digest ?? null;
    },
    close() {
      for (const end of ends) end();
      for (const each of [all, diff, replay]) each.forget();
    },
  };
}

export const screen = { id: "rules", key: null, title: "rules.title", needs: "read", make };
