// Sums: data loss + penalty = total as three numbers, and the share that is right.

import { el, fixed, write } from "./dom.js";
import { share } from "./plane_curves.js";

export class Sums {
  constructor() {
    const names = [["loss", "data loss"], ["penalty", "penalty"], ["total", "total"], ["accuracy", "right"]];
    this.numbers = new Map(names.map(([name]) => [name, el("output", { "data-sum": name })]));
    const part = ([name, label]) => el("div.sum", {}, el("span.alt", {}, label), this.numbers.get(name));
    const signs = ["", "+", "=", ""];
    this.place = el("div.sums", { role: "group", "aria-label": "Loss and accuracy" }, ...names.flatMap((name, at) => [signs[at] ? el("span.sign-of", {}, signs[at]) : null, part(name)]));
  }

  draw(now) {
    for (const name of ["loss", "penalty", "total"]) write(this.numbers.get(name), fixed(now[name], 4));
    write(this.numbers.get("accuracy"), share(now.accuracy));
  }
}
