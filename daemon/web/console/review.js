// Review: chart and table of a stretch together, marks with their reasons, corrections and what they would change, and the two
// levels of people who answer for it. The address holds place, pollutant and days, so that one can be sent to a colleague.
import { h, morph } from "./dom.js";
import { dayPlus, list, wallSeconds } from "./format.js";
import { areaOptions, forms, input, labelled, lastDay, loader, nameOf, panel, press, presses, select, shown, stationOptions } from "./records.js";
import { hoursTable, noteworthy, pollutantName, pollutants, rowsOf, unitOf } from "./review_hours.js";
import { corrections, dustDays, notices, signOffs } from "./review_people.js";
import { t } from "./strings.js";

const longest_days = 31;
const usual_days = 3;
const kinds = ["invalidate", "replace", "accept", "restore"];

const daysBetween = (first, last) => (wallSeconds(last) - wallSeconds(first)) / 86400;

/// What is asked for, from the address; the last three days of the first station, where it does not say.
function wanted(ctx) {
  const status = ctx.status();
  const last = ctx.query?.last ?? lastDay(status);
  const place = ctx.args?.[0] ?? list(status?.stations)[0]?.id ?? list(status?.areas)[0]?.id ?? "";
  return { place, pollutant: ctx.query?.pollutant ?? "pm2_5", first: ctx.query?.first ?? (wallSeconds(last) === null ? "" : dayPlus(last, 1 - usual_days)), last };
}

function questionForm(ctx, of) {
  const status = ctx.status();
  const group = (label, options) => h("optgroup", { label }, options.map(([value, words]) => h("option", { value, selected: value === of.place }, words)));
  return h("form", { class: "rec-form", "data-form": "stretch" },
    labelled(t("records.place"), h("select", { name: "place", "data-test": "review-place" }, group(t("records.stations"), stationOptions(status)), group(t("records.areas"), areaOptions(status)))),
    labelled(t("records.pollutant"), select("pollutant", pollutants, of.pollutant, { "data-test": "review-pollutant" })),
    labelled(t("records.first"), input("first", { type: "date", value: of.first, required: true, "data-test": "review-first" })),
    labelled(t("records.last"), input("last", { type: "date", value: of.last, required: true, "data-test": "review-last" })),
    h("button", { type: "submit", class: "rec-press primary", "data-test": "review-show" }, t("records.show")));
}

/// The words of what was chosen, and what may be done with it.
function chosenBar(view, ctx) {
  const { of, chosen, rows } = view;
  const isStation = list(ctx.status()?.stations).some((s) => s.id === of.place);
  if (!isStation) return h("p", { class: "plain" }, t("review.only_stations"));
  if (!ctx.can("validate")) return h("p", { class: "plain" }, t("review.may_not_validate"));
  if (chosen === null) return h("p", { class: "plain" }, t("review.choose_first"));
  const n = rows.filter((row) => chosen.first <= row.hour && row.hour <= chosen.last).length;
  return h("div", { class: "rec-bar", role: "group", "aria-label": t("review.corrections") },
    h("b", { "data-test": "review-chosen" }, n === 1 ? t("review.chosen_one", chosen) : t("review.chosen", { ...chosen, n })),
    kinds.map((kind) => press("correct", t(`review.kind_${kind}`), { "data-kind": kind, "data-test": `review-${kind}` })),
    press("clear", t("review.clear")));
}

/// Every "HH:MM" of the stretch as a value of the dialog's selects.
const hourOptions = (rows) => rows.map((row) => [row.hour, row.hour]);

function make(host, ctx) {
  const of = wanted(ctx);
  const view = { of, hours: null, review: null, rows: [], chosen: null, onlyMarked: false };
  const formHost = h("div"), figures = h("div"), chartHost = h("div", { class: "chart", "data-test": "review-chart" }), tableHost = h("div"), people = h("div");
  const problem = h("div");
  let chart = null, closed = false;
  morph(formHost, questionForm(ctx, of));
  host.append(h("h1", null, t("review.title"), h("small", null, t("review.note"))), formHost, problem, figures, people);

  /// The builder comes with the charts, when the first figures are there.
  const drawChart = async (about) => {
    const { reviewFigure } = await import("./chart_review.js");
    if (closed) return;
    const figure = reviewFigure(view.rows, about);
    if (chart === null) chart = ctx.chart(chartHost, figure);
    else chart.set(figure);
  };
  const drawFigures = () => {
    view.rows = rowsOf(view.hours?.hours, view.review, of.place, of.pollutant);
    const status = ctx.status();
    const names = { place: nameOf(status, of.place), pollutant: pollutantName(of.pollutant) };
    const some = view.onlyMarked ? view.rows.filter(noteworthy) : view.rows;
    morph(tableHost, h("p", { class: "rec-line" }, press("only", view.onlyMarked ? t("review.all_hours") : t("review.only_marked"), { "aria-pressed": view.onlyMarked ? "true" : "false", "data-test": "review-only" })),
      chosenBar(view, ctx),
      some.length === 0 && view.onlyMarked ? h("p", { class: "plain" }, t("review.only_marked_none"))
        : hoursTable(some, { edition: status?.edition, chosen: view.chosen, choosable: ctx.can("validate"), caption: t("review.figures_note", { ...names, unit: unitOf(of.pollutant), first: of.first, last: of.last, n: view.rows.length }) }));
    drawChart({ place: names.place, pollutant: of.pollutant });
  };

  const hours = loader((state) => {
    if (state.value === null) return void shown(figures, state, () => null);
    morph(problem);
    if (state.error) shown(problem, { ...state, value: null }, () => null);
    view.hours = state.value;
    if (!figures.contains(chartHost)) {
      const names = { place: nameOf(ctx.status(), of.place), pollutant: pollutantName(of.pollutant), unit: unitOf(of.pollutant), first: of.first, last: of.last, n: list(state.value.hours).length };
      figures.replaceChildren(panel(t("review.figures"), t("review.figures_note", names), chartHost, tableHost));
    }
    drawFigures();
  });
  const reviews = loader((state) => shown(people, state, (review) => {
    view.review = review;
    if (view.hours !== null) drawFigures();
    const status = ctx.status();
    return [corrections(review, status, ctx), h("div", { class: "columns even" }, signOffs(review, status, ctx), dustDays(review, status, ctx)), notices(review, status)];
  }));

  const askHours = () => hours.ask(() => ctx.get("/api/v1/hours", { place: of.place, first: of.first, last: of.last }));
  const askReview = () => reviews.ask(() => ctx.get("/api/v1/review"));
  /// An act, and what it changed; nobody waits for the next commit to be told.
  const act = async (command, body) => {
    const answer = await ctx.act(command, body);
    if (answer?.ok) await Promise.all([askReview(), askHours()]);
    return answer;
  };

  const correct = async (kind) => {
    const names = { kind: t(`review.kind_${kind}`), place: nameOf(ctx.status(), of.place), pollutant: pollutantName(of.pollutant) };
    const said = await ctx.ask({
      title: t("review.correct_title", names), text: t("review.correct_text"), verb: t("review.propose"),
      fields: [
        { name: "first", label: t("review.first_hour"), type: "select", value: view.chosen.first, options: hourOptions(view.rows), required: true },
        { name: "last", label: t("review.last_hour"), type: "select", value: view.chosen.last, options: hourOptions(view.rows), required: true },
        ...(kind === "replace" ? [{ name: "value", label: t("review.new_value", { unit: unitOf(of.pollutant) }), type: "text", required: true }] : []),
        { name: "why", label: t("records.why"), type: "text", required: true },
        { name: "document", label: t("records.document"), type: "text" },
      ],
    });
    if (said === null) return;
    const answer = await act("correct", { station: of.place, pollutant: of.pollutant, kind, ...said });
    if (answer?.ok) {
      view.chosen = null;
      drawFigures();
    }
  };

  const decide = async (id, verb) => {
    const c = list(view.review?.corrections).find((x) => x.id === id);
    if (!c) return;
    const said = await ctx.ask({
      title: t(`review.${verb}_title`, { id }), verb: t(`review.${verb}`),
      text: t("review.ratify_text", { station: nameOf(ctx.status(), c.station), pollutant: pollutantName(c.pollutant), hours: c.first === c.last ? c.first : t("records.to", c), kind: t(`review.kind_${c.kind}`) }),
      fields: [{ name: "why", label: t("records.why"), type: "text", required: verb === "refuse" }],
    });
    if (said !== null) await act("decide", { correction: id, verb, ...said });
  };

  const signOff = async () => {
    const said = await ctx.ask({
      title: t("review.sign_off_title"), verb: t("review.sign_off"),
      fields: [
        { name: "place", label: t("records.place"), type: "select", value: of.place, options: [...areaOptions(ctx.status()), ...stationOptions(ctx.status())], required: true },
        { name: "first", label: t("records.first"), type: "date", value: of.first, required: true },
        { name: "last", label: t("records.last"), type: "date", value: of.last, required: true },
        { name: "level", label: t("review.level"), type: "select", value: ctx.can("ratify") ? "ratified" : "validated", options: [["validated", t("review.level_validated")], ["ratified", t("review.level_ratified")]], required: true },
        { name: "note", label: t("records.note"), type: "text" },
      ],
    });
    if (said !== null) await act("sign-off", said);
  };

  const dust = async () => {
    const said = await ctx.ask({
      title: t("review.dust_declare"), verb: t("review.dust_declare"),
      fields: [
        { name: "area", label: t("records.area"), type: "select", value: areaOptions(ctx.status())[0]?.[0], options: areaOptions(ctx.status()), required: true },
        { name: "date", label: t("review.date"), type: "date", value: of.last, required: true },
        { name: "document", label: t("records.document"), type: "text", required: true },
        { name: "why", label: t("records.why"), type: "text" },
      ],
    });
    if (said !== null) await act("dust", said);
  };

  const undoDust = async (area, date) => {
    const said = await ctx.ask({
      title: t("review.dust_undo_title", { area: nameOf(ctx.status(), area), date }), verb: t("review.dust_undo"),
      fields: [{ name: "document", label: t("records.document"), type: "text" }, { name: "why", label: t("records.why"), type: "text", required: true }],
    });
    if (said !== null) await act("dust", { area, date, undo: true, ...said });
  };

  /// The first press is one hour; the next one, before or after it, the other end; a third begins anew.
  const choose = (hour) => {
    const c = view.chosen;
    if (c === null || c.first !== c.last) view.chosen = { first: hour, last: hour };
    else view.chosen = hour < c.first ? { first: hour, last: c.last } : { first: c.first, last: hour };
    drawFigures();
  };

  const go = (place, pollutant, first, last) => ctx.go(`#/review/${encodeURIComponent(place)}?${new URLSearchParams({ pollutant, first, last })}`);
  const ends = [
    forms(host, {
      stretch: (said, form) => {
        const days = daysBetween(said.first, said.last);
        form.elements.last.setCustomValidity(days < 0 ? t("review.backwards") : days >= longest_days ? t("review.too_long") : "");
        if (form.reportValidity()) go(said.place, said.pollutant, said.first, said.last);
        form.elements.last.setCustomValidity("");
      },
    }),
    presses(host, {
      choose: (button) => choose(button.dataset.hour),
      clear: () => { view.chosen = null; drawFigures(); },
      only: () => { view.onlyMarked = !view.onlyMarked; drawFigures(); },
      correct: (button) => correct(button.dataset.kind),
      ratify: (button) => decide(button.dataset.correction, "ratify"),
      refuse: (button) => decide(button.dataset.correction, "refuse"),
      "sign-off": signOff,
      dust,
      "undo-dust": (button) => undoDust(button.dataset.area, button.dataset.date),
      go: (button) => {
        const c = list(view.review?.corrections).find((x) => x.id === button.dataset.correction);
        if (c) go(c.station, c.pollutant, dayPlus(c.first, -1), dayPlus(c.last, 1));
      },
    }),
  ];
  askHours();
  askReview();

  let counted = "";
  return {
    /// Corrections, sign-offs, dust days and notices are counted; a late value moves the closed hour's figures or the notices.
    draw(status) {
      const c = status?.counts ?? {};
      const now = JSON.stringify([status?.closed, c.corrections, c.corrections_decided, c.sign_offs, c.dust_declarations, c.notices, c.revisions, c.late_values]);
      if (counted !== "" && now !== counted) {
        askReview();
        if ((status?.closed ?? "").slice(0, 10) <= of.last || list(status?.notices).length > 0) askHours();
      }
      counted = now;
    },
    close() {
      closed = true;
      for (const end of ends) end();
      hours.forget();
      reviews.forget();
      chart?.close();
    },
  };
}

export const screen = { id: "review", key: null, title: "review.title", needs: "signed-in", make };
