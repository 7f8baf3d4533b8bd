// Weights: W and b of a linear score in a table, a class a row; every number can be edited, its gradient stands under it.

import { el, write } from "./dom.js";
import { badge } from "./plane_marks.js";
import { isPick, weightCell } from "./plane_number.js";

export class Weights {
  constructor(lab) {
    this.lab = lab;
    this.body = el("tbody");
    this.caption = el("caption");
    const heads = ["class", "W · x", "W · y", "b"].map((text) => el("th", { scope: "col" }, text));
    this.place = el("table.weights", {}, this.caption, el("thead", {}, el("tr", {}, ...heads)), this.body);
    this.layout = "";
  }

  draw(now) {
    this.place.hidden = !now.linear;
    if (!now.linear) return;
    const layout = JSON.stringify([now.names, this.lab.isDark()]);
    if (layout !== this.layout) this.build(now.names);
    this.layout = layout;
    write(this.caption, now.prepared ? "Weights of the standardised x and y, dL/dW in italics" : "Each number can be edited; dL/dW over all training points in italics");
    this.cells.forEach(({ cell, name, index, at }) => {
      const [weights, slopes] = [now.arrays[`w:${name}`], now.arrays[`g:${name}`]];
      cell.set(weights.values[at], slopes.values[at], isPick(now.tables.pick, name, index));
    });
  }

  build(names) {
    this.cells = [];
    const cell = (name, index, at, title) => {
      const made = weightCell(this.lab, { name, index, title });
      this.cells.push({ cell: made, name, index, at });
      return el("td", {}, made.place);
    };
    const rows = names.map((called, label) =>
      el("tr", {},
        el("th", { scope: "row" }, el("span.named", {}, badge(this.lab, label), el("span", { title: called }, called))),
        cell("weight", [label, 0], 2 * label, `W of ${called} for x`),
        cell("weight", [label, 1], 2 * label + 1, `W of ${called} for y`),
        cell("bias", [label], label, `b of ${called}`)));
    this.body.replaceChildren(...rows);
  }
}
