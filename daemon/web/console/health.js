// The health of the system: what stores, what brings, what carries out, what was recomputed, and the quality of what comes in.
import { h, morph, shape } from "./dom.js";
import { count, list, text, when } from "./format.js";
import { channelLook, linkLook, recomputeLook } from "./health_state.js";
import { qualityParts } from "./quality.js";
import { panel, sheet } from "./records.js";
import { t, word } from "./strings.js";

const own_parts = new Set(["storage", "links", "channels", "durable_after_ms", "recompute", "counts", "aside", "stations", "mode", "rules"]);

const lag = (x) => (x ? `${count(x.median)} / ${count(x.p99)} / ${count(x.most)}` : "—");
const standing = (look, words) => h("span", { class: `standing ${look}` }, shape(look), " ", h("b", null, words));
const none = () => h("p", { class: "plain" }, t("health.none"));

function storage(s) {
  const durable = s.durable_after_ms;
  return panel(t("health.storage"), null,
    sheet("storage", [t("health.part"), t("health.state"), t("health.detail"), t("health.since")], list(s.storage).map((x) => ({ key: x.name, test: "health-storage",
      cells: [word(`storage_${x.name}`, x.name), standing(x.good ? "ok" : "bad", t(x.good ? "light_good" : "light_fault")), text(x.detail), when(x.since, s.now)] })), { caption: t("health.storage") }),
    durable?.count > 0 ? h("p", { class: "window" }, t("health.durable", { ...durable, n: count(durable.count) })) : null,
    recomputed(s));
}

/// The nightly figures made again from the journal: agreeing is one line, anything else is a fault like one of the storage.
function recomputed(s) {
  const r = s.recompute;
  if (r === null || typeof r !== "object") return null;
  const look = recomputeLook(r);
  const at = when(r.at, s.now);
  return h("p", { "data-test": "health-recompute" }, t("recompute"), " ", standing(look, look === "ok" ? t("recompute_good", { at, n: count(r.figures) }) : r.differences > 0 ? t("recompute_differs", { n: count(r.differences) }) : t("recompute_failed")),
    look === "ok" ? null : ` ${text(r.trouble)} (${at})`);
}

const linkRows = (s) => list(s.links).map((x) => ({ key: x.name, test: "health-link", cells: [text(x.name), text(x.driver), standing(linkLook(x), word(`link_${x.state}`, x.state)), text(x.detail), lag(x.stored_after_ms)] }));

const channelRows = (s) => list(s.channels).map((c) => ({ key: c.name, test: "health-channel", cells: [
  [text(c.name), " ", c.mode === s.mode ? null : h("span", { class: "tag" }, word(`mode_${c.mode}`, c.mode))], text(c.kind),
  standing(channelLook(c), c.last_state ? word(`send_${c.last_state}`, c.last_state) : t("channel_unused")), count(c.waiting), when(c.last_accepted, s.now), text(c.last_detail)] }));

function make(host, ctx) {
  const body = h("div");
  host.append(h("h1", null, t("health.title"), h("small", null, ctx.session().version ? t("health.version", { version: ctx.session().version }) : "")), body);
  return {
    draw(s, changed) {
      if (changed && ![...changed].some((name) => own_parts.has(name.split("/")[0]))) return;
      morph(body,
        storage(s),
        panel(t("health.links"), null, list(s.links).length === 0 ? none() : sheet("links", [t("link"), t("health.driver"), t("health.state"), t("health.detail"), t("health.stored_after")], linkRows(s), { caption: t("health.links") })),
        panel(t("health.channels"), null, list(s.channels).length === 0 ? none()
          : sheet("channels", [t("channel"), t("health.driver"), t("health.state"), t("health.waiting"), t("health.last"), t("health.detail")], channelRows(s), { caption: t("health.channels") })),
        qualityParts(s),
        h("p", { class: "window" }, t("health.mode"), " ", word(`mode_${s.mode}`, s.mode), " · ", t("health.rules"), " ", text(s.rules?.warnings), " · ", t("digest", { digest: text(s.rules?.digest) })));
    },
    close() {},
  };
}

export const screen = { id: "health", key: null, title: "health.title", needs: "read", make };
