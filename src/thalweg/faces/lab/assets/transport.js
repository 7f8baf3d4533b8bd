// Transport: play, pause, one step, one epoch, back to the start, a new start; by button and by key.

import { el, sign, write } from "./dom.js";

const BUTTONS = [
  ["rewind", "", "Back to the same start", "r"],
  ["play", "", "Play or pause", " "],
  ["step", "Step", "One step", "s"],
  ["epoch", "Epoch", "One epoch: every training example once", "e"],
  ["fresh", "New start", "Other first weights: the next seed", "n"],
];

/** The buttons of a training; `words` says which there are. Keys work wherever no text is being typed. */
export function transport(lab, words = BUTTONS.map(([word]) => word)) {
  const buttons = new Map();
  const place = el("div.transport", { role: "toolbar", "aria-label": "Training" });
  for (const [word, label, meaning, key] of BUTTONS.filter(([word]) => words.includes(word))) {
    const title = `${meaning} (${key === " " ? "space" : key})`;
    const button = el(`button.${word}`, { type: "button", title, "aria-label": meaning, onclick: () => lab.say(word) }, sign(word), label);
    buttons.set(word, button);
    place.append(button);
    lab.keys.set(key, () => lab.say(word));
  }
  const where = el("span.where", { "aria-live": "off" });
  place.append(where);
  const show = ({ playing, step, epoch }) => {
    const play = buttons.get("play");
    if (play) {
      if (play.dataset.sign !== String(playing)) play.replaceChildren(sign(playing ? "pause" : "play"));
      play.dataset.sign = String(playing);
      play.setAttribute("aria-pressed", String(playing));
      play.setAttribute("aria-label", playing ? "Pause" : "Play");
    }
    write(where, `step ${step.toLocaleString("en-GB")}${epoch === undefined ? "" : ` · epoch ${epoch.toLocaleString("en-GB")}`}`);
  };
  return { place, show };
}
