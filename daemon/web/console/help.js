// Help: the keys, the sounds, and what a colour means.
import { h, shape } from "./dom.js";
import { aqiChip } from "./format.js";
import { panel, sheet } from "./records.js";
import { screens } from "./screens.js";
import { t } from "./strings.js";
import { badge } from "./warning_parts.js";

const single = [["a", "acknowledge"], ["n", "note"], ["o", "own"], ["s", "silence"], ["m", "mute"], ["/", "filter"], ["↑ ↓", "arrows"], ["?", "help"]];
const of_class = [40, 80, 130, 180, 250, 400];

function make(host, ctx) {
  const draw = (s) => host.replaceChildren(
    h("h1", null, t("help.title")),
    h("div", { class: "columns even" },
      panel(t("help.keys"), t("help.keys_note"), sheet("keys", [t("help.key"), t("help.does")], [
        ...single.map(([key, what]) => [h("kbd", null, key), t(`help.${what}`)]),
        ...screens.filter((x) => x.key).map((x) => [[h("kbd", null, "g"), " ", h("kbd", null, x.key)], t("help.go", { screen: t(x.title) })])], { caption: t("help.keys") })),
      h("div", null,
        panel(t("help.sounds"), null, h("ul", { class: "help-list" }, ["pollution", "comms", "dispatch"].map((name) => h("li", null, t(`help.sound_${name}`)))), h("p", null, t("help.sounds_note"))),
        panel(t("help.colours"), null, h("p", { class: "badges" }, of_class.map((aqi) => aqiChip(aqi, s?.edition))), h("p", { class: "badges" }, ["blue", "yellow", "orange", "red"].map((level) => badge(level))),
          h("p", null, t("help.colours_note")), h("p", null, ["ok", "wait", "warn", "bad"].map((name) => [shape(name), " "]))),
        panel(t("help.windows"), null, h("p", null, t("help.windows_note"))))));
  draw(ctx.status());
  return {
    draw(s, changed) {
      if (!changed || changed.has("edition")) draw(s);
    },
    close() {},
  };
}

export const screen = { id: "help", key: null, title: "help.title", needs: "anybody", make };
