// Runners: who may race, each with its sign, its colour and a box to tick; it is the pictures' legend too.

import { el, write } from "./dom.js";
import { runnerSign } from "./race_marks.js";

export function runnerBoxes(lab) {
  const list = el("div.boxes");
  const legend = el("legend", {}, "Who runs");
  const place = el("fieldset.who", {}, legend, list);
  let boxes = new Map();
  const tell = () => lab.set({ optimisers: [...boxes].filter(([, { input }]) => input.checked).map(([name]) => name).join(",") });
  const build = (looks) => {
    boxes = new Map(looks.map((look) => {
      const input = el("input", { type: "checkbox", id: `runs-${look.name}` });
      input.addEventListener("change", tell);
      const sign = el("span.sign-place");
      const label = el("label", { title: `${look.summary}\n${look.formula}` }, input, sign, look.name);
      list.append(label);
      return [look.name, { input, label, sign, look }];
    }));
    colour();
  };
  const colour = () => boxes.forEach(({ sign, look }) => sign.replaceChildren(runnerSign(look, lab.themed(look.color))));
  const show = ({ looks, runners, coming }) => {
    if (!boxes.size) build(looks);
    write(legend, coming.length ? `Who runs (${coming.length} still to come)` : "Who runs");
    const there = new Set([...runners.map(({ name }) => name), ...coming]);
    for (const [name, { input, label }] of boxes) {
      input.checked = there.has(name);
      label.classList.toggle("coming", coming.includes(name));
    }
  };
  return { place, show, theme: colour };
}
