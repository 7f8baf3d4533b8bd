// Chart: curves of several runners against the step, on a canvas: what has been run faintly, and strongly up to the step that is shown.

import { el, figure, fit } from "./dom.js";
import { DASHES, drawRunner } from "./race_marks.js";

const EDGE = { left: 52, right: 24, top: 10, bottom: 40 };
const FAINT = 0.28;
const FLOOR = 1e-12;

export class Chart {
  /** `log`: heights by powers of ten; `share`: heights in per cent; `words`: what is drawn; `went(step)` is told where a person points with the button down. */
  constructor(title, { log = false, share = false, words = "", went = () => {} } = {}) {
    [this.log, this.share] = [log, share];
    this.title = title;
    this.canvas = el("canvas.curves", { role: "img" });
    this.words = el("figcaption.alt", {}, words);
    this.heading = el("h2", {}, title);
    this.place = el("figure.picture", {}, this.heading, el("div.frame", {}, this.canvas), this.words);
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      went(this.stepAt(event));
    });
    this.canvas.addEventListener("pointermove", (event) => event.buttons && went(this.stepAt(event)));
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.canvas);
  }

  resize() {
    const size = fit(this.canvas);
    if (!size) return;
    Object.assign(this, size);
    if (this.lines) this.draw(this.lines, this.at);
  }

  stepAt(event) {
    const box = this.canvas.getBoundingClientRect();
    const share = (event.clientX - box.left - EDGE.left) / (this.width - EDGE.left - EDGE.right);
    return Math.round(Math.max(0, Math.min(1, share)) * (this.at?.last ?? 0));
  }

  /** Draw lines [{look, colour, x, y, dots: {x, y}, ended}] up to step `head` of `last`; `reached`: how far the race has come. */
  draw(lines, at) {
    [this.lines, this.at] = [lines, at];
    if (!this.fine) return;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(this.fine, 0, 0, this.fine, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const style = getComputedStyle(this.canvas);
    this.inks = { ink: style.color, ground: style.backgroundColor, soft: style.borderTopColor };
    this.scale(lines, at.last);
    this.axes(pen);
    for (const line of lines) this.line(pen, line, at.head);
    for (const line of lines) this.spots(pen, line, at.head);
    this.hand(pen, at.head);
  }

  scale(lines, last) {
    const all = lines.flatMap(({ y, dots }) => [...y, ...(dots?.y ?? [])]).filter((value) => Number.isFinite(value) && (!this.log || value > FLOOR));
    const up = this.log ? Math.log10 : (value) => value;
    const sorted = all.sort((one, other) => one - other);
    const low = sorted.length ? up(sorted[0]) : 0;
    const begin = Math.max(...lines.map(({ y }) => y[0]).filter(Number.isFinite), -Infinity);
    const most = Number.isFinite(begin) && this.log ? up(Math.max(begin, FLOOR)) + 1 : Infinity; // who leaves upwards is not followed
    const high = sorted.length ? Math.min(most, up(sorted.at(-1))) : 1;
    const room = Math.max((high - low) * 0.06, this.log ? 0.01 : 0.005);
    [this.low, this.high] = [low - room, high + room];
    this.px = (step) => EDGE.left + (step / Math.max(1, last)) * (this.width - EDGE.left - EDGE.right);
    const tall = this.height - EDGE.top - EDGE.bottom;
    this.py = (value) => EDGE.top + (1 - (up(Math.max(value, this.log ? FLOOR : -Infinity)) - this.low) / (this.high - this.low)) * tall;
    this.last = last;
  }

  axes(pen) {
    pen.font = "13px system-ui, sans-serif";
    pen.fillStyle = this.inks.ink;
    pen.strokeStyle = this.inks.soft;
    pen.lineWidth = 1;
    pen.textAlign = "right";
    pen.textBaseline = "middle";
    for (const value of this.log ? decades(this.low, this.high) : evenly(this.low, this.high)) this.rule(pen, this.py(value), this.share ? `${figure(100 * value, 3)} %` : this.log ? power(value) : figure(value, 3));
    pen.textAlign = "center";
    pen.textBaseline = "top";
    const steps = evenly(0, Math.max(1, this.last)).filter((step) => Number.isInteger(step));
    for (const step of steps) pen.fillText(step.toLocaleString("en-GB"), this.px(step), this.height - EDGE.bottom + 6);
    pen.fillText("step", (EDGE.left + this.width - EDGE.right) / 2, this.height - 17);
  }

  rule(pen, y, text) {
    pen.beginPath();
    pen.moveTo(EDGE.left, y);
    pen.lineTo(this.width - EDGE.right, y);
    pen.stroke();
    pen.fillText(text, EDGE.left - 6, y);
  }

  line(pen, { look, colour, x, y }, head) {
    pen.save();
    pen.beginPath();
    pen.rect(EDGE.left - 1, EDGE.top - 2, this.width - EDGE.left - EDGE.right + 2, this.height - EDGE.top - EDGE.bottom + 4);
    pen.clip();
    pen.strokeStyle = colour;
    pen.lineWidth = 2;
    pen.lineJoin = "round";
    pen.setLineDash(DASHES[look.dash]);
    for (const [alpha, until] of [[FAINT, Infinity], [1, head]]) {
      pen.globalAlpha = alpha;
      pen.beginPath();
      for (let at = 0; at < x.length && x[at] <= until; at += 1) if (!Number.isNaN(y[at])) pen.lineTo(this.px(x[at]), this.py(y[at]));
      pen.stroke();
    }
    pen.restore();
  }

  spots(pen, { look, colour, x, y, dots, ended }, head) {
    const { ink, ground } = this.inks;
    const inside = (value) => Math.max(EDGE.top, Math.min(this.height - EDGE.bottom, this.py(value)));
    if (dots) {
      for (let at = 0; at < dots.x.length; at += 1) {
        if (Number.isNaN(dots.y[at])) continue;
        pen.globalAlpha = dots.x[at] <= head ? 1 : FAINT;
        drawRunner(pen, look, { x: this.px(dots.x[at]), y: inside(dots.y[at]), size: 3.2, colour, ground, ink: colour });
      }
      pen.globalAlpha = 1;
    }
    const at = lastAt(x, y, head);
    if (at < 0) return;
    drawRunner(pen, look, { x: this.px(x[at]), y: inside(y[at]), size: 6.5, colour, ground, ink });
    if (ended) {
      pen.fillStyle = ink;
      pen.textAlign = "left";
      pen.textBaseline = "middle";
      pen.fillText("diverged", this.px(x[at]) + 10, inside(y[at]));
    }
  }

  hand(pen, head) {
    if (head >= this.at.reached) return;
    pen.strokeStyle = this.inks.ink;
    pen.globalAlpha = 0.5;
    pen.setLineDash([3, 3]);
    pen.beginPath();
    pen.moveTo(this.px(head), EDGE.top);
    pen.lineTo(this.px(head), this.height - EDGE.bottom);
    pen.stroke();
    pen.setLineDash([]);
    pen.globalAlpha = 1;
  }

  say(text) {
    if (this.canvas.getAttribute("aria-label") !== text) this.canvas.setAttribute("aria-label", text);
  }

  leave() {
    this.watcher.disconnect();
  }
}

/** Return the last place up to a step at which there is a value; -1 where there is none. */
export function lastAt(x, y, head) {
  let found = -1;
  for (let at = 0; at < x.length && x[at] <= head; at += 1) if (!Number.isNaN(y[at])) found = at;
  return found;
}

const RAISED = "⁰¹²³⁴⁵⁶⁷⁸⁹";

/** Return a height by powers of ten: 0.003, or 10⁻⁶ where that is shorter. */
function power(value) {
  const exponent = Math.log10(value);
  if (Math.abs(exponent) < 3.5 || Math.abs(exponent - Math.round(exponent)) > 1e-6) return figure(value, 3);
  return `10${exponent < 0 ? "⁻" : ""}${[...String(Math.abs(Math.round(exponent)))].map((digit) => RAISED[digit]).join("")}`;
}

function decades(low, high) {
  if (high - low < 0.7) return evenly(10 ** low, 10 ** high, 4);
  const found = [];
  const skip = Math.max(1, Math.ceil((high - low) / 7));
  const stops = high - low > 3 ? [1] : high - low > 1.2 ? [1, 3] : [1, 1.5, 2, 3, 5, 7];
  for (let power = Math.floor(low / skip) * skip; power <= high; power += skip) found.push(...stops.map((stop) => stop * 10 ** power));
  return found.filter((value) => Math.log10(value) >= low && Math.log10(value) <= high);
}

function evenly(low, high, count = 5) {
  const rough = (high - low) / count;
  const power = 10 ** Math.floor(Math.log10(rough));
  const side = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= rough);
  const found = [];
  for (let at = Math.ceil(low / side); at * side <= high; at += 1) found.push(Number((at * side).toPrecision(6)));
  return found;
}
