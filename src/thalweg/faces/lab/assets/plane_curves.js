// Curves: loss and accuracy against steps, on two small canvases; training solid, held out dashed, with the penalty dotted.

import { el, figure, write } from "./dom.js";
import { Ground } from "./plane_ground.js";

const LEFT = 44;
const BELOW = 20;
const ABOVE = 8;
const LINES = {
  loss: [["loss", 0, []], ["total", 0, [2, 3]], ["held_loss", 1, [6, 4]]],
  accuracy: [["accuracy", 0, []], ["held_accuracy", 1, [6, 4]]],
};

export class Curves {
  constructor(lab) {
    this.lab = lab;
    this.charts = Object.keys(LINES).map((what) => ({ what, canvas: el("canvas.curve", { role: "img" }), now: el("span.alt") }));
    const titles = { loss: "Loss", accuracy: "Accuracy" };
    this.place = el("section.curves", { "aria-label": "Curves" }, ...this.charts.map(({ what, canvas, now }) =>
      el("figure", {}, el("figcaption", {}, el("b", {}, titles[what]), " ", now), canvas)));
  }

  draw(now) {
    const { curves } = now.arrays;
    const columns = now.tables.columns;
    const held = now.held;
    write(this.charts[0].now, `training ${figure(now.loss)}${held ? `, held out ${figure(held.loss)}` : ""}${now.penalty ? ", total dotted" : ""}`);
    write(this.charts[1].now, `training ${share(now.accuracy)}${held ? `, held out ${share(held.accuracy)}` : ""}`);
    for (const { what, canvas } of this.charts) this.chart(canvas, what, curves, columns, now);
  }

  chart(canvas, what, { values, shape: [rows, wide] }, columns, now) {
    const [width, height, dense] = [canvas.clientWidth, canvas.clientHeight, Math.min(3, devicePixelRatio || 1)];
    if (canvas.width !== Math.round(width * dense)) [canvas.width, canvas.height] = [Math.round(width * dense), Math.round(height * dense)];
    const pen = canvas.getContext("2d");
    pen.setTransform(dense, 0, 0, dense, 0, 0);
    pen.clearRect(0, 0, width, height);
    const lines = LINES[what].filter(([name]) => name !== "total" || now.penalty > 0);
    const at = (row, name) => values[row * wide + columns.indexOf(name)];
    const last = Math.max(1, at(rows - 1, "step"));
    const top = what === "accuracy" ? 1 : highest(lines, rows, at);
    const across = (step) => LEFT + ((width - LEFT - 8) * step) / last;
    const down = (value) => height - BELOW - ((height - BELOW - ABOVE) * Math.min(value, top)) / top;
    this.frame(pen, { width, height, last, top, across, down, what });
    for (const [name, colour, dash] of lines) {
      pen.beginPath();
      for (let row = 0; row < rows; row += 1) if (Number.isFinite(at(row, name))) pen.lineTo(across(at(row, "step")), down(at(row, name)));
      pen.strokeStyle = this.lab.colour(colour);
      pen.lineWidth = 1.75;
      pen.setLineDash(dash);
      pen.stroke();
    }
    pen.setLineDash([]);
    canvas.setAttribute("aria-label", `${what} over ${last} steps: ${what === "loss" ? figure(now.loss) : share(now.accuracy)} now`);
  }

  frame(pen, { width, height, last, top, across, down, what }) {
    const style = getComputedStyle(document.documentElement);
    pen.font = "13px system-ui, sans-serif";
    pen.fillStyle = style.getPropertyValue("--muted").trim();
    pen.strokeStyle = style.getPropertyValue("--line").trim();
    pen.lineWidth = 1;
    pen.textAlign = "right";
    for (const value of Ground.ticks(0, top).filter((_, place, all) => place % Math.ceil(all.length / 3) === 0)) {
      pen.beginPath();
      pen.moveTo(LEFT, down(value));
      pen.lineTo(width - 8, down(value));
      pen.stroke();
      pen.fillText(what === "accuracy" ? `${Math.round(100 * value)} %` : figure(value, 3), LEFT - 5, down(value) + 4);
    }
    pen.textAlign = "left";
    pen.fillText("0", LEFT, height - 4);
    pen.textAlign = "right";
    pen.fillText(`step ${last.toLocaleString("en-GB")}`, across(last), height - 4);
  }
}

export const share = (value) => (value === null || value === undefined ? "–" : `${(100 * value).toFixed(1)} %`);

/** Return where the axis ends: at the largest value after the start, so that one high first loss flattens nothing. */
function highest(lines, rows, at) {
  let most = 0;
  for (const [name] of lines) for (let row = Math.min(rows - 1, Math.floor(rows / 20)); row < rows; row += 1) most = Math.max(most, at(row, name) || 0);
  return most > 0 ? most * 1.08 : 1;
}
