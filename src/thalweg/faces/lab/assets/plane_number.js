// Number: one weight that can be typed or nudged, its gradient under it.

import { el, fixed, write } from "./dom.js";

const NUDGE = 0.1;

/** A cell for the weight `name[index]`; `title` says in words which one it is. `lab.say` hears of edits and of the weight chosen. */
export function weightCell(lab, { name, index, title }) {
  let value = 0;
  const put = (next) => Number.isFinite(next) && lab.say("put", { name, index, value: next });
  const input = el("input.weight", { type: "text", inputMode: "decimal", spellcheck: false, "aria-label": title, title });
  const read = () => Number(input.value.trim().replace("−", "-").replace(",", "."));
  const settle = () => {
    if (input.value.trim() && input.dataset.typed && Number.isFinite(read())) put(read());
    else input.value = fixed(value);
    delete input.dataset.typed;
  };
  input.addEventListener("input", () => (input.dataset.typed = "yes"));
  input.addEventListener("change", settle);
  input.addEventListener("focus", () => {
    lab.say("pick", { name, index });
    input.select();
  });
  input.addEventListener("blur", () => (input.value = fixed(value)));
  input.addEventListener("keydown", (event) => {
    const by = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (!by) return;
    event.preventDefault();
    nudge(by * (event.shiftKey ? 10 : 1));
  });
  const nudge = (times) => {
    const next = Number((value + times * NUDGE).toFixed(6));
    value = next;
    input.value = fixed(next);
    delete input.dataset.typed;
    put(next);
  };
  const arrow = (text, times, label) =>
    el("button.nudge", { type: "button", tabIndex: -1, title: label, "aria-label": `${title}: ${label}`, onclick: () => nudge(times) }, text);
  const slope = el("button.slope", { type: "button", title: "Write out its last step", "aria-label": `${title}: its last step`, onclick: () => lab.say("pick", { name, index }) });
  const place = el("div.cell", {}, el("div.row", {}, input, el("div.nudges", {}, arrow("▲", 1, "0.1 more"), arrow("▼", -1, "0.1 less"))), slope);
  const set = (now, gradient, chosen) => {
    value = now;
    if (document.activeElement !== input || !input.dataset.typed) {
      const text = fixed(now);
      if (input.value !== text) input.value = text;
    }
    write(slope, fixed(gradient, 4));
    place.classList.toggle("chosen", chosen);
  };
  return { place, set, input };
}

/** Whether a pick of the worker's is this weight. */
export const isPick = (pick, name, index) => pick?.name === name && String(pick.index) === String(index);

/** Return what a weight is called: of which class or unit, and from where. */
export function called({ name, index: [to, from] }, { linear, names, tables }) {
  const inputs = ["x", "y"];
  if (linear) return from === undefined ? `b of ${names[to]}` : `W of ${names[to]} for ${inputs[from]}`;
  const maps = Object.keys(tables.shapes).filter((key) => key.endsWith(".weight") && tables.shapes[key].length === 2);
  const layer = maps.indexOf(name.replace(/bias$/, "weight"));
  const unit = layer === maps.length - 1 ? `the score of ${names[to]}` : `unit ${to + 1} of layer ${layer + 1}`;
  if (from === undefined) return `bias of ${unit}`;
  return `weight into ${unit} from ${layer === 0 ? inputs[from] : `unit ${from + 1}`}`;
}
