// Canvas: the plane as it is drawn: regions or one field, axes, the classes' zero lines, the points.

import { el, figure } from "./dom.js";
import { contour } from "./plane_contour.js";
import { Ground } from "./plane_ground.js";
import { mark, parts } from "./plane_marks.js";

const LEVELS = [-0.75, -0.5, -0.25, 0, 0.25, 0.5, 0.75];
const PALEST = 0.06;
const DEEPEST = 0.62;
const ARROW = 46;

const inside = (place, room, side) => Math.min(side - room, Math.max(room, place));

/** The sheet: `draw(now, seen)` with a picture and what the pointer has: `held`, `selected`, `hovered`, `cross`. */
export class Sheet {
  constructor(lab) {
    this.lab = lab;
    this.canvas = el("canvas.sheet", { tabIndex: 0, role: "application", "aria-roledescription": "plane of points" });
    this.pen = this.canvas.getContext("2d");
    this.under = document.createElement("canvas");
    this.side = 0;
  }

  /** Fit the canvas to the room that it has on the page; true where that has changed. */
  fit() {
    const side = Math.round(this.canvas.clientWidth);
    const dense = Math.min(3, globalThis.devicePixelRatio || 1);
    if (side === this.side && dense === this.dense) return false;
    [this.side, this.dense] = [side, dense];
    this.canvas.width = this.canvas.height = Math.round(side * dense);
    return true;
  }

  draw(now, seen) {
    this.fit();
    const { pen, side } = this;
    this.ground = new Ground(now.window, side);
    this.style = getComputedStyle(document.documentElement);
    pen.setTransform(this.dense, 0, 0, this.dense, 0, 0);
    pen.fillStyle = this.ink("--paper");
    pen.fillRect(0, 0, side, side);
    if (now.look === "regions" || !now.arrays.field) this.regions(now);
    else this.field(now);
    this.axes();
    if (now.arrays.lines && now.look === "regions") this.lines(now);
    this.points(now, seen);
    if (seen.cross) this.cross(seen.cross);
  }

  ink(name) {
    return this.style.getPropertyValue(name).trim();
  }

  /** Colour every place by its winner, the deeper the surer. */
  regions({ arrays: { classes, sure } }) {
    const colours = Array.from({ length: 8 }, (_, label) => parts(this.lab.colour(label)));
    this.image(classes.shape[0], (data, from, to) => {
      const colour = colours[classes.values[from]];
      for (let part = 0; part < 3; part += 1) data[to + part] = colour[part];
      data[to + 3] = 255 * (PALEST + (DEEPEST - PALEST) * (sure.values[from] / 255));
    });
  }

  /** Colour one score or unit by its sign and size, with contour lines. */
  field({ arrays: { field } }) {
    const side = field.shape[0];
    const size = field.values.reduce((most, value) => Math.max(most, Math.abs(value)), 1e-9);
    const [minus, plus] = [parts(this.lab.colour(1)), parts(this.lab.colour(0))];
    this.image(side, (data, from, to) => {
      const share = field.values[from] / size;
      const colour = share < 0 ? minus : plus;
      for (let part = 0; part < 3; part += 1) data[to + part] = colour[part];
      data[to + 3] = 255 * DEEPEST * Math.abs(share);
    });
    for (const level of LEVELS) this.level(field.values, side, level * size, level === 0);
  }

  level(values, side, level, zero) {
    const { pen } = this;
    pen.strokeStyle = this.ink(zero ? "--ink" : "--muted");
    pen.lineWidth = zero ? 1.75 : 0.75;
    pen.beginPath();
    contour(values, side, level, (x0, y0, x1, y1) => {
      pen.moveTo(x0 * this.side, (1 - y0) * this.side);
      pen.lineTo(x1 * this.side, (1 - y1) * this.side);
    });
    pen.stroke();
  }

  /** Paint a grid, whose rows go upwards and whose first and last places lie on the edges, over the whole sheet. */
  image(side, paint) {
    if (this.under.width !== side) this.under.width = this.under.height = side;
    const below = this.under.getContext("2d");
    const image = below.createImageData(side, side);
    for (let row = 0; row < side; row += 1) {
      for (let column = 0; column < side; column += 1) paint(image.data, row * side + column, 4 * ((side - 1 - row) * side + column));
    }
    below.putImageData(image, 0, 0);
    const step = this.side / (side - 1);
    this.pen.imageSmoothingEnabled = true;
    this.pen.imageSmoothingQuality = "high";
    this.pen.drawImage(this.under, -step / 2, -step / 2, side * step, side * step);
  }

  axes() {
    const { pen, ground, side } = this;
    pen.font = "13px system-ui, sans-serif";
    pen.lineWidth = 1;
    for (const value of Ground.ticks(ground.left, ground.right)) {
      const [across] = ground.out(value, 0);
      this.tick([across, 0, across, side], value === 0);
      if (across > 14 && across < side - 24) this.number(value, across, side - 6, "center");
    }
    for (const value of Ground.ticks(ground.bottom, ground.top)) {
      const [, down] = ground.out(0, value);
      this.tick([0, down, side, down], value === 0);
      if (down > 24 && down < side - 26) this.number(value, 5, down - 4, "left");
    }
    this.number("x", side - 10, side - 6, "center");
    this.number("y", 5, 14, "left");
  }

  tick([x0, y0, x1, y1], zero) {
    this.pen.strokeStyle = this.ink("--ink");
    this.pen.globalAlpha = zero ? 0.35 : 0.08;
    this.pen.beginPath();
    this.pen.moveTo(x0, y0);
    this.pen.lineTo(x1, y1);
    this.pen.stroke();
    this.pen.globalAlpha = 1;
  }

  number(value, x, y, align) {
    this.pen.textAlign = align;
    const text = typeof value === "number" ? figure(value, 3) : value;
    this.pen.strokeStyle = this.ink("--paper");
    this.pen.lineWidth = 3;
    this.pen.globalAlpha = 0.7;
    this.pen.strokeText(text, x, y);
    this.pen.globalAlpha = 1;
    this.pen.fillStyle = this.ink("--ink");
    this.pen.fillText(text, x, y);
  }

  /** Draw where each class's score is zero, and which way it grows. */
  lines({ arrays: { lines }, names }) {
    const { ground, pen } = this;
    const [x, y] = [(ground.left + ground.right) / 2, (ground.bottom + ground.top) / 2];
    for (let label = 0; label < names.length; label += 1) {
      const [across, up, bias] = lines.values.slice(3 * label, 3 * label + 3);
      const size = Math.hypot(across, up);
      if (!size) continue;
      const away = (across * x + up * y + bias) / size;
      const [right, over] = [across / size, up / size];
      const foot = ground.out(x - away * right, y - away * over);
      const far = 3 * this.side;
      pen.strokeStyle = pen.fillStyle = this.lab.colour(label);
      pen.lineWidth = 2.5;
      pen.beginPath();
      pen.moveTo(foot[0] - far * over, foot[1] - far * right);
      pen.lineTo(foot[0] + far * over, foot[1] + far * right);
      pen.stroke();
      if (foot.every((place) => place > 0 && place < this.side)) this.arrow(foot, [right, -over], names[label]);
    }
  }

  arrow([x, y], [right, down], name) {
    const { pen } = this;
    const [tipX, tipY] = [x + ARROW * right, y + ARROW * down];
    pen.beginPath();
    pen.moveTo(x, y);
    pen.lineTo(tipX, tipY);
    pen.stroke();
    pen.beginPath();
    for (const turn of [0, 2.6, -2.6]) {
      const [cos, sin] = [Math.cos(turn), Math.sin(turn)];
      pen.lineTo(tipX + 9 * (right * cos - down * sin), tipY + 9 * (right * sin + down * cos));
    }
    pen.fill();
    pen.font = "600 13px system-ui, sans-serif";
    pen.textAlign = "center";
    const text = `s(${name.length > 14 ? `${name.slice(0, 13)}…` : name}) = 0`;
    pen.lineWidth = 3.5;
    pen.strokeStyle = this.ink("--paper");
    const half = pen.measureText(text).width / 2 + 4;
    const [textX, textY] = [inside(tipX + (half + 8) * right, half, this.side), inside(tipY + 16 * down + 4, 16, this.side)];
    pen.strokeText(text, textX, textY);
    pen.fillText(text, textX, textY);
  }

  points({ arrays: { points, labels, held } }, seen) {
    const count = labels.values.length;
    const size = count > 250 ? 4 : count > 60 ? 5 : 6.5;
    const paper = this.ink("--paper");
    const draw = (row) => {
      const label = labels.values[row];
      const at = seen.held?.row === row ? [seen.held.x, seen.held.y] : [points.values[2 * row], points.values[2 * row + 1]];
      mark(this.pen, this.ground.out(...at), { label, size, colour: this.lab.colour(label), paper, hollow: held.values[row] === 1 });
      return at;
    };
    for (let row = 0; row < count; row += 1) draw(row);
    for (const [row, ring] of [[seen.hovered, 1.5], [seen.selected, 2.5]]) {
      if (row === null || row === undefined || row >= count) continue;
      const [x, y] = this.ground.out(...draw(row));
      this.pen.beginPath();
      this.pen.arc(x, y, size + 5, 0, 2 * Math.PI);
      this.pen.strokeStyle = this.ink("--ink");
      this.pen.lineWidth = ring;
      this.pen.stroke();
    }
  }

  cross([x, y]) {
    const [across, down] = this.ground.out(x, y);
    this.pen.strokeStyle = this.ink("--ink");
    this.pen.lineWidth = 1.5;
    this.pen.beginPath();
    for (const [right, below] of [[8, 0], [0, 8]]) {
      this.pen.moveTo(across - right, down - below);
      this.pen.lineTo(across + right, down + below);
    }
    this.pen.stroke();
  }
}
