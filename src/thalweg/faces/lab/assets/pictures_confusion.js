// Confusion: which class was taken for which, on a canvas; by mouse or by arrow keys and Enter a cell shows its pictures.

import { el, write } from "./dom.js";
import { cut, percent } from "./pictures_words.js";

const MOVES = { ArrowUp: [-1, 0], ArrowDown: [1, 0], ArrowLeft: [0, -1], ArrowRight: [0, 1] };
const WIDEST = 560;
const LABEL = 96;
const LARGEST = 72;

export class Confusion {
  constructor(room) {
    this.room = room;
    this.at = [0, 0];
    this.canvas = el("canvas.matrix", { tabIndex: 0, role: "img", onclick: (event) => this.click(event), onmousemove: (event) => this.hover(event), onkeydown: (event) => this.key(event) });
    this.line = el("p.alt", { "aria-live": "polite" });
    this.accuracy = el("p");
    this.rows = el("tbody");
    const head = el("thead", {}, el("tr", {}, ...["class", "recall", "precision", "examples"].map((name) => el("th", { scope: "col" }, name))));
    const table = el("details", {}, el("summary", {}, "Each class in numbers"), el("div.wide", {}, el("table", {}, head, this.rows)));
    this.title = el("h2", {}, "Confusion");
    this.place = el("section.confusion", {}, this.title, this.accuracy, this.canvas, this.line, table);
    this.canvas.addEventListener("focus", () => this.tell());
    this.seen = new ResizeObserver(() => this.theme());
    this.seen.observe(this.place);
  }

  begin() {
    this.at = [0, 0];
  }

  form(fields, { cell }) {
    if (cell) this.at = cell.split(",").map(Number);
    const part = fields.find(({ name }) => name === "part");
    if (part) write(this.title, `Confusion on ${part.value === "train" ? "training" : part.value}`);
  }

  draw(section, { counts }) {
    this.last = { section, counts };
    const { right, count, low, high } = section.accuracy;
    const between = low === undefined || low === null ? "" : `, 95 % interval ${percent(low)} to ${percent(high)}`;
    write(this.accuracy, `${right} of ${count} right: ${percent(right / count)}${between}.`);
    const row = (one, number) =>
      el("tr", {}, el("th", { scope: "row" }, cut(this.room.name(number), 24)), ...[percent(one.recall), percent(one.precision), String(one.support)].map((text) => el("td", {}, text)));
    this.rows.replaceChildren(...section.classes.map(row));
    this.theme();
    if (!this.line.textContent) write(this.line, "Rows: the true class; columns: the answer. Click a cell, or use the arrow keys and Enter, to see its pictures.");
  }

  theme() {
    if (!this.last || !this.place.clientWidth) return;
    const size = this.last.section.classes.length;
    const across = Math.min(WIDEST, this.place.clientWidth);
    this.label = Math.min(LABEL, Math.max(24, this.longest()) + 8);
    this.cell = Math.max(2, Math.min(LARGEST, Math.floor((across - this.label) / size)));
    const side = this.label + this.cell * size + 1;
    const dense = devicePixelRatio || 1;
    Object.assign(this.canvas, { width: side * dense, height: side * dense });
    this.canvas.style.width = `${side}px`;
    this.canvas.style.height = `${side}px`;
    this.pen = this.canvas.getContext("2d");
    this.pen.scale(dense, dense);
    this.paint(size);
    this.canvas.setAttribute("aria-label", `Confusion matrix. ${this.sentence(...this.at)} Arrow keys move, Enter shows the pictures.`);
  }

  longest() {
    const pen = this.canvas.getContext("2d");
    pen.font = "13px system-ui, sans-serif";
    return this.room.about.classes.reduce((most, name) => Math.max(most, pen.measureText(cut(name, 11)).width), 0);
  }

  paint(size) {
    const { values } = this.last.counts;
    const { lab } = this.room;
    const off = values.reduce((most, each, at) => (Math.floor(at / size) === at % size ? most : Math.max(most, each)), 1);
    this.pen.font = "13px system-ui, sans-serif";
    for (let row = 0; row < size; row += 1) {
      const total = values.slice(row * size, (row + 1) * size).reduce((sum, each) => sum + each, 0);
      for (let column = 0; column < size; column += 1) {
        const number = values[row * size + column];
        const share = row === column ? number / (total || 1) : number / off;
        this.square(row, column, number, lab.colour(row === column ? 0 : 1), number ? 0.12 + 0.78 * share : 0.03);
      }
    }
    if (this.cell >= 10) this.names(size);
    const [row, column] = this.at;
    this.pen.strokeStyle = style("--ink");
    this.pen.lineWidth = 2;
    this.pen.strokeRect(this.label + column * this.cell, this.label + row * this.cell, this.cell, this.cell);
  }

  square(row, column, number, colour, strength) {
    const { pen, cell, label } = this;
    const [x, y] = [label + column * cell, label + row * cell];
    pen.globalAlpha = strength;
    pen.fillStyle = colour;
    pen.fillRect(x + 0.5, y + 0.5, cell - 1, cell - 1);
    pen.globalAlpha = 1;
    if (!number || cell < 22) return;
    pen.fillStyle = strength > 0.6 ? style("--paper") : style("--ink");
    pen.textAlign = "center";
    pen.textBaseline = "middle";
    pen.fillText(String(number), x + cell / 2, y + cell / 2);
  }

  names(size) {
    const { pen, cell, label } = this;
    pen.fillStyle = style("--muted");
    const every = Math.ceil(16 / cell);
    for (let number = 0; number < size; number += every) {
      const name = cut(this.room.name(number), 11);
      pen.textAlign = "right";
      pen.textBaseline = "middle";
      pen.fillText(name, label - 6, label + (number + 0.5) * cell);
      pen.save();
      pen.translate(label + (number + 0.5) * cell, label - 6);
      if (name.length > 2) pen.rotate(-Math.PI / 2);
      pen.textAlign = name.length > 2 ? "left" : "center";
      pen.textBaseline = name.length > 2 ? "middle" : "bottom";
      pen.fillText(name, 0, 0);
      pen.restore();
    }
  }

  place_of(event) {
    const box = this.canvas.getBoundingClientRect();
    const find = (offset) => Math.floor((offset - this.label) / this.cell);
    const cell = [find(event.clientY - box.top), find(event.clientX - box.left)];
    const size = this.last.section.classes.length;
    return cell.every((number) => number >= 0 && number < size) ? cell : null;
  }

  hover(event) {
    const cell = this.last && this.place_of(event);
    if (cell) write(this.line, this.sentence(...cell));
  }

  click(event) {
    const cell = this.place_of(event);
    if (!cell) return;
    this.at = cell;
    this.open();
  }

  key(event) {
    if (event.key === "Enter") return this.open();
    const move = MOVES[event.key];
    if (!move) return;
    event.preventDefault();
    event.stopPropagation();
    const most = this.last.section.classes.length - 1;
    this.at = this.at.map((number, axis) => Math.min(most, Math.max(0, number + move[axis])));
    this.theme();
    this.tell();
  }

  tell() {
    if (this.last) write(this.line, this.sentence(...this.at));
  }

  open() {
    this.room.lab.set({ cell: this.at.join(",") });
    this.theme();
    this.tell();
  }

  sentence(row, column) {
    const number = this.last.counts.values[row * this.last.section.classes.length + column];
    const [is, taken] = [this.room.name(row), this.room.name(column)];
    return row === column ? `${is}, answered rightly: ${number}.` : `${is}, answered ${taken}: ${number}.`;
  }

  leave() {
    this.seen.disconnect();
  }
}

const style = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
