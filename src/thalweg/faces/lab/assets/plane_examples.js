// Examples: a row a training point: x, y, class, scores, loss; then their mean, and what it makes with the penalty.

import { el, fixed, write } from "./dom.js";
import { badge } from "./plane_marks.js";

const ROWS = 12;
const SUMS = ["loss", "penalty", "total"];
const ORDERS = { row: "in order", high: "highest loss first", low: "lowest loss first" };

/** `pointed(row)` is told which point's row the pointer or the focus is on. */
export class Examples {
  constructor(lab, pointed) {
    Object.assign(this, { lab, pointed });
    this.order = "row";
    this.head = el("tr");
    this.body = el("tbody");
    this.mean = el("tfoot");
    this.caption = el("caption");
    this.place = el("div.examples", {}, el("div.scrolls", {}, el("table", {}, this.caption, el("thead", {}, this.head), this.body, this.mean)));
    this.layout = "";
  }

  draw(now, row) {
    const { held } = now.arrays;
    const layout = JSON.stringify([now.names, this.order, this.lab.isDark()]);
    if (layout !== this.layout) this.build(now.names);
    this.layout = layout;
    this.now = now;
    const rows = this.chosen(now, row);
    while (this.body.rows.length < rows.length) this.body.append(this.line(now.names.length));
    while (this.body.rows.length > rows.length) this.body.lastChild.remove();
    rows.forEach((each, at) => this.fill(this.body.rows[at], each, now, each === row));
    const count = held.values.reduce((sum, each) => sum + (each ? 0 : 1), 0);
    write(this.caption, `${Math.min(ROWS, count)} of ${count} training points, ${ORDERS[this.order]}`);
    const texts = [`mean L of ${count} training points = data loss`, "+ penalty", "= total"];
    SUMS.forEach((name, at) => {
      write(this.mean.rows[at].cells[0], texts[at]);
      write(this.mean.rows[at].cells[1], fixed(now[name], 4));
    });
  }

  build(names) {
    const sorts = el("button.sort", { type: "button", "aria-label": `Sort by loss; now ${ORDERS[this.order]}`, onclick: () => this.sort() }, `L ${{ row: "↕", high: "↓", low: "↑" }[this.order]}`);
    this.head.replaceChildren(
      ...["x", "y", "class"].map((text) => el("th", { scope: "col" }, text)),
      ...names.map((name, label) => el("th.score", { scope: "col", title: `score of ${name}` }, "s ", badge(this.lab, label, 13))),
      el("th", { scope: "col" }, sorts));
    this.body.replaceChildren();
    this.mean.replaceChildren(...SUMS.map(() => el("tr", {}, el("th", { scope: "row", colSpan: 3 + names.length }), el("td"))));
  }

  sort() {
    const orders = Object.keys(ORDERS);
    this.order = orders[(orders.indexOf(this.order) + 1) % orders.length];
    this.draw(this.now, this.row);
  }

  /** Return the rows that are shown: the first ones, and the one that is pointed at. */
  chosen({ arrays: { losses, held } }, row) {
    this.row = row;
    const train = [...losses.values.keys()].filter((each) => !held.values[each]);
    const sign = { row: 0, high: -1, low: 1 }[this.order];
    if (sign) train.sort((a, b) => sign * (losses.values[a] - losses.values[b]));
    const first = train.slice(0, ROWS);
    return row === null || row === undefined || first.includes(row) || row >= losses.values.length ? first : [row, ...first.slice(0, ROWS - 1)];
  }

  line(classes) {
    const made = el("tr", { tabIndex: 0 }, ...Array.from({ length: 4 + classes }, () => el("td")));
    made.addEventListener("pointerenter", () => this.pointed(Number(made.dataset.row)));
    made.addEventListener("focus", () => this.pointed(Number(made.dataset.row)));
    made.addEventListener("pointerleave", () => this.pointed(null));
    return made;
  }

  fill(line, row, { names, arrays: { points, labels, held, scores, losses } }, chosen) {
    const label = labels.values[row];
    const texts = [
      fixed(points.values[2 * row]), fixed(points.values[2 * row + 1]), held.values[row] ? `${names[label]}, held out` : names[label],
      ...names.map((_, at) => fixed(scores.values[row * names.length + at])), fixed(losses.values[row]),
    ];
    texts.forEach((text, at) => write(line.cells[at], text));
    names.forEach((_, at) => line.cells[3 + at].classList.toggle("right", at === label));
    line.dataset.row = String(row);
    line.classList.toggle("chosen", chosen);
  }
}
