// The consultation room: both bureaus' forecasts and how good they were, what is measured, the draft with its texts, signatures,
// approval and issue. #/room/<warning> is the room of a warning or drill; #/room chooses one, and takes a forecast for any area.
import { cardColumns } from "./desk_board.js";
import { h, morph, shape } from "./dom.js";
import { list, text, when } from "./format.js";
import { presses } from "./records.js";
import { addDay, forecastForm, readForecast } from "./room_forecast.js";
import { changes, draftForm, isTouched, preview, proposalOf, readDraft, triedBy } from "./room_draft.js";
import { disagreement, forecasts, observations, scores, weather } from "./room_views.js";
import { t } from "./strings.js";
import { actBar, perform, reasonFor, rightReason } from "./warning_acts.js";
import { badge, countdowns, drillMark, lifeOf, pendingOf, revisionItem, stateWord, whatOf } from "./warning_parts.js";

const own_parts = ["warnings", "drills", "areas", "mode"];
const redraw_every_ms = 5_000;
const weather_every_ms = 300_000;
const weather_hours = 6;

const section = (title, host, note = null, test = null) => h("section", { class: "panel", "data-test": test }, h("h2", null, t(title), note ? h("small", null, t(note)) : null), host);

/// Where its rooms are, and a forecast for whoever has none.
function lobby(s, ctx) {
  const open = list(s.warnings).filter((w) => pendingOf(w));
  return [
    h("section", { class: "panel", "data-key": "open" }, h("h2", null, t("room.open_rooms")),
      open.length === 0 ? h("p", { class: "plain", "data-test": "room-none" }, t("room.nothing_open")) : cardColumns(s, null, ctx.now(), { warnings: open, to: "room" })),
  ];
}

/// What the forecast form is for, who may fill it in, and the first thing wrong with it.
function forecastPanel(ctx, area_of) {
  const formHost = h("div");
  const fill = (s, area = area_of(s)) => {
    formHost.replaceChildren(forecastForm(s, ctx.session(), area));
    mark();
  };
  const mark = () => {
    const why_not = rightReason("forecast", ctx);
    const button = formHost.querySelector("[data-test=forecast-save]");
    if (!button) return;
    button.disabled = why_not !== null;
    button.nextElementSibling.textContent = why_not ?? "";
  };
  const save = async (form) => {
    const body = readForecast(form);
    for (const field of form.querySelectorAll("[aria-invalid]")) field.removeAttribute("aria-invalid");
    if (body.wrong) {
      const field = form.elements.namedItem(body.field);
      field?.setAttribute("aria-invalid", "true");
      field?.focus();
      return ctx.say(body.wrong, "bad");
    }
    await ctx.act("forecast", body);
  };
  return { formHost, fill, mark, save, get empty() { return formHost.childElementCount === 0; } };
}

function make(host, ctx) {
  const id = ctx.args?.[0] ?? null;
  const hosts = Object.fromEntries(["head", "moved", "said", "scored", "seen", "sky", "table", "draft", "texts", "acts", "life", "lobby"].map((k) => [k, h("div", { class: `room-${k}` })]));
  const texts = preview(hosts.texts, ctx);
  const find = (s) => list(s?.warnings).find((w) => w.id === id) ?? list(s?.drills).find((w) => w.id === id) ?? null;
  /// Without a warning the area the form begins with, so that what its bureau said last stands in the fields.
  const areaOf = (s) => list(s?.areas).find((a) => a.id === (find(s)?.area ?? ctx.query?.area)) ?? (id === null ? list(s?.areas)[0] ?? null : null);
  const forecast = forecastPanel(ctx, areaOf);
  let seen = null; // {number, version, proposal}: what this person has before them
  let mine = false; // the next version is the one this page put there
  let all_leads = false, verified = null, sky = null, gone = false;

  if (id === null) host.append(h("h1", null, t("room.title")), hosts.lobby, section("room.own_forecast", forecast.formHost, "room.own_forecast_note", "room-forecast"));
  else host.append(hosts.head, hosts.moved,
    h("div", { class: "columns even" },
      h("div", null, section("room.forecasts", hosts.said, "room.forecasts_note"), section("room.scores", hosts.scored, "room.scores_note"), section("room.observations", hosts.seen), section("room.weather", hosts.sky)),
      h("div", null, section("room.on_table", hosts.table, null, "room-table"), section("room.acts", hosts.acts), section("room.draft", hosts.draft, "room.draft_note"), section("room.texts", hosts.texts, "room.texts_note"))),
    h("section", { class: "panel" }, h("details", { "data-test": "room-own" }, h("summary", null, t("room.own_forecast")), forecast.formHost)),
    section("room.before", hosts.life));

  const takeUp = (r) => {
    seen = { number: r.number, version: r.version, revision: r, proposal: proposalOf(r) };
    hosts.draft.replaceChildren(draftForm(r));
  };
  /// Another version than the one this person has read. Silent only where there is nothing to lose: nothing was read before.
  const movedOf = (r) => {
    if (!r) return false;
    if (seen === null || seen.number !== r.number || (mine && seen.version !== r.version)) {
      mine = false;
      takeUp(r);
      return false;
    }
    return seen.version !== r.version;
  };
  const draftNow = () => {
    const form = hosts.draft.querySelector("form");
    return form && seen ? triedBy(readDraft(form, seen.revision)) : {};
  };

  const movedBanner = (r, s) => {
    const by = list(r.authors).at(-1);
    const what = changes(seen.proposal, proposalOf(r), s);
    const form = hosts.draft.querySelector("form");
    return h("div", { class: "moved", role: "alert", "data-key": "moved", "data-test": "room-moved" },
      h("p", null, shape("warn"), " ", h("b", null, t("room.moved", { was: seen.version, is: r.version })), " ", by ? t("room.moved_by", { who: text(by.name ?? by.person), at: when(by.at, s.now) }) : "", " ", t("room.moved_text")),
      what.length > 0 ? h("ul", null, what.map(([name, was, is]) => h("li", { "data-key": name }, h("b", null, name), ": ", h("s", null, was), " → ", h("b", null, is)))) : h("p", null, t("room.moved_same")),
      h("div", { class: "acts" },
        h("button", { type: "button", class: "act primary", "data-do": "seen", "data-key": "seen", "data-test": "room-seen" }, t("room.seen")),
        form && isTouched(form, seen.revision) ? h("button", { type: "button", class: "act", "data-do": "keep", "data-key": "keep", "data-test": "room-keep" }, t("room.keep_mine")) : null));
  };

  const markDraft = (w, r, moved) => {
    const button = hosts.draft.querySelector("[data-test=room-consult]");
    if (!button) return;
    const why_not = moved ? t("room.read_first") : reasonFor("consult", w, r, ctx);
    button.disabled = why_not !== null;
    button.nextElementSibling.textContent = why_not ?? t("room.takes_back");
  };

  const draw = (s, changed) => {
    if (!s || gone) return;
    if (changed?.size > 0 && ![...changed].some((name) => own_parts.includes(name.split("/")[0]))) return;
    if (forecast.empty) forecast.fill(s);
    else forecast.mark();
    if (id === null) return morph(hosts.lobby, lobby(s, ctx));
    const w = find(s);
    if (!w) return morph(hosts.head, h("h1", null, t("room.title")), h("p", { class: "plain", "data-test": "room-unknown" }, t("room.unknown", { id })));
    const r = pendingOf(w), area = areaOf(s), drill = list(s.drills).includes(w);
    const moved = movedOf(r);
    morph(hosts.head, h("h1", null, drill ? drillMark() : null, t("room.title_of", { area: text(w.area_name) }), " ", h("code", null, w.id)),
      h("p", { class: "what-next", "data-test": "room-state", "data-state": r?.state ?? "none" }, badge(w.level), r ? [" ", h("span", { class: "state pending" }, stateWord(r)), " ", h("b", null, whatOf(r)), " · ", t(`desk.next_${r.state}`)] : ` ${t("room.nothing_pending")}`, " · ", h("a", { href: `#/${drill ? "drill" : "desk"}/${w.id}` }, t(drill ? "room.to_drill" : "room.to_desk"))),
      countdowns(w, s, ctx.now()));
    morph(hosts.moved, moved ? movedBanner(r, s) : null);
    morph(hosts.said, forecasts(r, area, s), disagreement(r));
    morph(hosts.scored, scores(area?.verification ?? verified, all_leads), h("button", { type: "button", class: "act", "data-do": "leads", "data-key": "leads", "aria-pressed": all_leads ? "true" : "false" }, t(all_leads ? "room.leads_few" : "room.leads_all")));
    morph(hosts.seen, observations(r, area, s));
    morph(hosts.sky, weather(sky, s));
    morph(hosts.table, r ? h("ol", { class: "life" }, revisionItem(r, s, true)) : h("p", { class: "plain" }, t("room.nothing_pending")));
    morph(hosts.acts, r ? actBar(w, r, ctx, "room", moved ? t("room.read_first") : null) : h("p", { class: "plain" }, t("room.nothing_to_do")));
    if (r) {
      markDraft(w, r, moved);
      texts.want(w.id, r.number, r.version, draftNow());
    } else if (seen !== null || hosts.draft.childElementCount === 0) {
      seen = null;
      hosts.draft.replaceChildren(h("p", { class: "plain" }, t("room.nothing_pending")));
      const last = list(w.revisions).at(-1);
      if (last) texts.want(w.id, last.number, last.version, {});
    }
    const before = list(w.revisions).filter((x) => x !== r);
    morph(hosts.life, before.length > 0 ? lifeOf({ revisions: before }, s) : h("p", { class: "plain" }, t("room.before_none")));
  };
  const again = () => draw(ctx.status(), null);
  const now = () => {
    const w = find(ctx.status());
    return { w, r: pendingOf(w), drill: list(ctx.status()?.drills).includes(w) };
  };

  /// Hours of the area's weather, and scores where the status carries none. Neither is worth a message: the panel says what it has.
  const fetchBeside = async () => {
    const area = areaOf(ctx.status());
    if (!area || id === null) return;
    const last = ctx.status()?.closed;
    try {
      if (last) sky = await ctx.get("/api/v1/weather", { area: area.id, first: hoursBefore(last, weather_hours), last: hourOf(last) });
      if (!area.verification) verified = await ctx.get("/api/v1/verification", { area: area.id });
    } catch {
      // shown as "none known" by the panels
    }
    again();
  };

  const heard = {
    seen: () => {
      const { r } = now();
      if (r) takeUp(r);
      again();
    },
    keep: () => {
      const { r } = now();
      if (r) seen = { number: r.number, version: r.version, revision: r, proposal: proposalOf(r) };
      again();
    },
    leads: () => {
      all_leads = !all_leads;
      again();
    },
    "add-day": (button) => {
      button.disabled = !addDay(button.closest("form"), ctx.status());
    },
  };
  for (const verb of ["sign", "object", "approve", "send-back", "issue", "lift", "emergency"])
    heard[verb] = async () => {
      const { w, r, drill } = now();
      if (!r || seen?.version !== r.version || reasonFor(verb, w, r, ctx)) return again();
      await perform(verb, w, r, ctx, { drill, late_why: hosts.acts.querySelector("[name=late-why]")?.value.trim() ?? "" });
      again();
    };
  const quiet = presses(host, heard);
  const submit = async (event) => {
    const form = event.target;
    event.preventDefault();
    if (form.dataset.form === "forecast") return forecast.save(form);
    const { w, r } = now();
    if (form.dataset.form !== "consult" || !r || !seen || seen.version !== r.version) return again();
    mine = true;
    const answer = await ctx.act("consult", { warning: w.id, revision: r.number, version: seen.version, ...readDraft(form, seen.revision) });
    // Refused: the version that comes next is somebody else's after all.
    if (!answer?.ok) mine = false;
    again();
  };
  const typed = (event) => {
    const { w, r } = now();
    if (r && event.target.form?.dataset.form === "consult") texts.want(w.id, r.number, r.version, draftNow());
    if (event.type === "change" && event.target.name === "area" && event.target.form?.dataset.form === "forecast") {
      forecast.fill(ctx.status(), list(ctx.status()?.areas).find((a) => a.id === event.target.value));
      forecast.formHost.querySelector("[name=area]").focus();
    }
  };
  host.addEventListener("submit", submit);
  host.addEventListener("input", typed);
  host.addEventListener("change", typed);
  const timer = setInterval(again, redraw_every_ms);
  const beside = setInterval(fetchBeside, weather_every_ms);
  again();
  fetchBeside();
  return {
    draw,
    close() {
      gone = true;
      clearInterval(timer);
      clearInterval(beside);
      texts.close();
      quiet();
      for (const [name, hear] of [["submit", submit], ["input", typed], ["change", typed]]) host.removeEventListener(name, hear);
    },
  };
}

/// "2016-12-14 09:00" as an hour of a question, and some hours before it.
const hourOf = (hour) => String(hour).replace(" ", "T");
function hoursBefore(hour, n) {
  const found = /^(\d{4})-(\d\d)-(\d\d)[ T](\d\d)/.exec(hour);
  // The wall clock reckoned as if it were UTC; hour 24 of a day is 00:00 of the next.
  const at = new Date(Date.UTC(found[1], found[2] - 1, found[3], found[4]) - n * 3600000).toISOString();
  return at.slice(11, 13) === "00" ? `${new Date(Date.parse(at) - 86400000).toISOString().slice(0, 10)}T24:00` : at.slice(0, 16);
}

export const screen = { id: "room", key: null, title: "room.title", needs: "read", make };
