// Worked: lines of arithmetic: a quantity, its formula, the formula with its numbers, what comes out.

import { el } from "./dom.js";

/** Return a list of lines; what says the same twice (formula and numbers) says it once. */
export function workedList(lines) {
  return el("ol.worked", {}, ...lines.map(({ symbol, formula, numbers, value }) =>
    el("li", {},
      el("span.symbol", {}, ...lowered(symbol)),
      el("span.says", {}, "= ", el("span.of", {}, formula), ...(numbers === formula || numbers === value ? [] : [" = ", numbers])),
      el("b", {}, `= ${value}`))));
}

/** Return a symbol with what stands after its first bar set lower: s_car is s with a small car below. */
function lowered(symbol) {
  const [letter, ...rest] = symbol.split("_");
  return rest.length ? [letter, el("sub", {}, rest.join("_"))] : [letter];
}

/** A place for arithmetic with a heading and what stands there where there is none. */
export class Worked {
  constructor(title, empty) {
    this.heading = el("h2", {}, title);
    this.said = el("p.alt", {}, empty);
    this.lines = el("div");
    this.empty = empty;
    this.shown = "";
    this.place = el("section.worked-out", { "aria-label": title }, this.heading, this.said, this.lines);
  }

  show(lines, said) {
    const now = JSON.stringify([lines, said]);
    if (now === this.shown) return;
    this.shown = now;
    this.said.textContent = said || this.empty;
    this.lines.replaceChildren(...(lines.length ? [workedList(lines)] : []));
  }
}
