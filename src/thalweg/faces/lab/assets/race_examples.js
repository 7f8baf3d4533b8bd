// Examples: races worth seeing, one click each; every one is nothing but a state of the room, and says what to look at while it is on.

import { el, write } from "./dom.js";

/** Buttons that go to a state each, and one to the other ground; `before` is told that an example was chosen. */
export function examples(lab, before, [ground, way]) {
  const row = el("div.examples", { role: "group", "aria-label": "Examples" });
  const lesson = el("p.lesson", { "aria-live": "polite" });
  const other = el("button.other", { type: "button", onclick: () => lab.set({ ground }) }, `${way} →`);
  let buttons = [];
  const build = (known) => {
    const choose = (state) => {
      before();
      lab.go("race", state);
    };
    buttons = known.map(({ name, words, state }) => ({ words, state: written(state), button: el("button", { type: "button", title: words, onclick: () => choose(state) }, name) }));
    row.replaceChildren(el("span.alt", {}, "Examples"), ...buttons.map(({ button }) => button), other);
  };
  const show = (known) => {
    if (!buttons.length) build(known);
    const now = written(lab.state);
    let said = "";
    for (const { words, state, button } of buttons) {
      button.setAttribute("aria-pressed", String(state === now));
      if (state === now) said = words;
    }
    write(lesson, said);
    lesson.hidden = !said;
  };
  return { place: el("div", {}, row, lesson), show };
}

const written = (state) => JSON.stringify(Object.entries(state).sort());
