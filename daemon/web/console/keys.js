// The keys: a n o s on the alarm, / to the filter, g and a letter to a screen, m for quiet, ? for help. Nothing while somebody writes,
// and nothing with Ctrl, Alt or Meta: those are the browser's.
import { screens } from "./screens.js";

const second_key_ms = 1_500;

const writes = (element) => element instanceof HTMLElement && (element.isContentEditable || element.matches("input:not([type=checkbox]):not([type=radio]):not([type=button]), textarea, select"));

/// `on`: { acknowledge, note, own, silence, mute, help, go(hash) }.
export function keys(on) {
  let went_at = 0;
  const single = { a: on.acknowledge, n: on.note, o: on.own, s: on.silence, m: on.mute, "?": on.help };
  addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.repeat || document.querySelector("dialog[open]")) return;
    if (writes(event.target)) {
      if (event.key === "Escape") event.target.blur();
      return;
    }
    const after_g = performance.now() - went_at < second_key_ms && went_at > 0;
    went_at = 0;
    if (after_g) {
      const to = screens.find((screen) => screen.key === event.key);
      if (to) {
        event.preventDefault();
        return on.go(`#/${to.id}`);
      }
    }
    if (event.key === "g") went_at = performance.now();
    else if (event.key === "/") {
      const filter = document.querySelector("#screen [data-filter]");
      if (!filter) return;
      event.preventDefault();
      filter.focus();
      filter.select?.();
    } else if (Object.hasOwn(single, event.key)) {
      event.preventDefault();
      single[event.key]();
    }
  });
}
