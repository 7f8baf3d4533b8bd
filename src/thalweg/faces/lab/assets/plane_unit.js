// Unit: every weight that goes into one unit, and its bias, as numbers that can be edited.

import { el, sign } from "./dom.js";
import { called, isPick, weightCell } from "./plane_number.js";

const MOST = 64;

export class UnitEditor {
  constructor(lab) {
    this.lab = lab;
    this.cells = [];
    this.place = el("div.unit-editor", { hidden: true });
  }

  close() {
    this.place.hidden = true;
    this.cells = [];
  }

  /** Show the weights of a unit; the one from `input` gets the focus. */
  open({ layer, map, unit, input }) {
    const made = (name, index, at, label) => {
      const cell = weightCell(this.lab, { name, index, title: `${label}, unit ${unit + 1}` });
      this.cells.push({ cell, name, index, at });
      return el("label.into", {}, el("span", {}, label), cell.place);
    };
    this.cells = [];
    const from = (number) => (layer === 1 ? ["x", "y"][number] : `unit ${number + 1}`);
    const places = Array.from({ length: Math.min(map.inputs, MOST) }, (_, number) => made(map.weight, [unit, number], unit * map.inputs + number, `w from ${from(number)}`));
    places.push(made(map.bias, [unit], unit, "bias"));
    const close = el("button.small", { type: "button", "aria-label": "Close", onclick: () => this.close() }, sign("close"));
    const into = called({ name: map.bias, index: [unit] }, this.now).replace("bias of ", "");
    this.place.replaceChildren(el("h3", {}, `Into ${into}`, close), el("div.intos", {}, ...places));
    this.place.hidden = false;
    this.draw(this.now);
    this.cells[input ?? 0].cell.input.focus({ preventScroll: false });
  }

  draw(now) {
    this.now = now;
    for (const { cell, name, index, at } of this.cells) {
      const [weights, slopes] = [now.arrays[`w:${name}`], now.arrays[`g:${name}`]];
      if (weights) cell.set(weights.values[at], slopes.values[at], isPick(now.tables.pick, name, index));
    }
  }
}
