// Curves: the loss of the steps and the figures after each epoch, in the style of the reports.

import { chart, clear } from "./chart.js";
import { el, figure } from "./dom.js";
import { percent } from "./pictures_words.js";

const INK = "#1d2430";
const GRID = "#e3e6ea";
const MUTED = "#5f6875";
const CLEAR = "rgba(0,0,0,0)";
const [STEP, TRAIN, HELD, PENALTY, TRAIN_RIGHT, HELD_RIGHT] = [0, 1, 2, 3, 4, 5];

export class Curves {
  constructor(room) {
    this.room = room;
    this.loss = el("div");
    this.accuracy = el("div");
    this.more = el("button", { type: "button", hidden: true, onclick: () => this.goOn() }, "Ten more epochs");
    this.place = el("section.curves", {}, el("h2", {}, "Loss and accuracy ", this.more), this.loss, this.accuracy);
  }

  goOn() {
    const epochs = this.room.lab.fields.find(({ name }) => name === "epochs");
    this.room.lab.set({ epochs: String(epochs.value + 10) });
    this.room.lab.say("play");
  }

  draw(section, { trace, rows }) {
    this.last = { section, trace, rows };
    this.theme();
  }

  /** Draw again what there is: the colours have changed. */
  theme() {
    if (!this.last) return;
    const { section, trace, rows } = this.last;
    const column = (place) => Array.from({ length: rows.shape[0] }, (_, row) => rows.values[row * rows.shape[1] + place]);
    this.drawLoss(section, trace, column);
    this.drawAccuracy(column);
  }

  drawLoss({ stride, expected, marks }, trace, column) {
    const [blue, orange, , pink] = this.room.lab.house.colours.classes;
    const steps = column(STEP);
    const xs = [];
    const ys = [];
    for (let at = 0; at < trace.values.length; at += 2) (xs.push(trace.values[at]), ys.push(trace.values[at + 1]));
    const penalties = column(PENALTY);
    const lines = [
      this.line(stride > 1 ? `batches, means of ${stride}` : "batches", xs, ys, MUTED, { width: 1 }, 0.55),
      this.line("training", steps, column(TRAIN), blue, { width: 2.5 }),
      this.line("validation", steps, column(HELD), orange, { width: 2.5 }),
    ];
    if (penalties.some((value) => value > 0)) lines.push(this.line("penalty", steps, penalties, pink, { width: 2, dash: "dot" }));
    const until = Math.max(steps[steps.length - 1], xs[xs.length - 1] ?? 0, 1);
    lines.push(this.line(`at W = 0: ${figure(expected)}`, [0, until], [expected, expected], MUTED, { width: 1, dash: "longdash" }));
    const top = Math.max(expected * 1.15, ...column(TRAIN).filter(Number.isFinite)) || 1;
    const [first, last] = [column(HELD)[0], column(HELD).at(-1)];
    const alt = `Loss over steps: validation loss from ${figure(first)} to ${figure(last)}.`;
    this.chart(this.loss, lines, "loss", { axis: { range: [0, top] }, marks, height: 300, alt });
  }

  drawAccuracy(column) {
    const [blue, orange] = this.room.lab.house.colours.classes;
    const lines = [
      this.line("training", column(STEP), column(TRAIN_RIGHT), blue, { width: 2.5 }),
      this.line("validation", column(STEP), column(HELD_RIGHT), orange, { width: 2.5 }),
    ];
    const alt = `Accuracy over steps: ${percent(column(HELD_RIGHT).at(-1))} on validation now.`;
    this.chart(this.accuracy, lines, "accuracy", { axis: { range: [0, 1.02], tickformat: ".0%" }, marks: [], height: 220, alt });
  }

  line(name, x, y, colour, style, opacity = 1) {
    const mode = x.length <= 30 && style.width > 2 ? "lines+markers" : "lines";
    return { type: "scatter", name, x, y, mode, opacity, line: { ...style, color: colour }, marker: { size: 5 }, hovertemplate: "%{y:.4g}" };
  }

  chart(place, lines, title, { axis, marks, height, alt }) {
    const grid = { gridcolor: GRID, linecolor: GRID, zeroline: false, automargin: true, ticks: "", title: { standoff: 8 } };
    const layout = {
      font: { family: "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", size: 13, color: INK },
      paper_bgcolor: CLEAR,
      plot_bgcolor: CLEAR,
      legend: { orientation: "h", x: 0, xanchor: "left", y: 1.02, yanchor: "bottom", bgcolor: CLEAR },
      xaxis: { ...grid, title: { text: "step", standoff: 8 }, rangemode: "tozero" },
      yaxis: { ...grid, title: { text: title, standoff: 8 }, ...axis },
      shapes: marks.map((x) => ({ type: "line", x0: x, x1: x, y0: 0, y1: 1, yref: "paper", line: { color: MUTED, width: 1, dash: "dot" } })),
      hovermode: "x unified",
      hoverlabel: { bgcolor: this.room.lab.isDark() ? "#1b2027" : "#ffffff" },
      dragmode: false,
    };
    chart(place, { data: lines, layout }, { height, alt });
  }

  leave() {
    clear(this.loss);
    clear(this.accuracy);
  }
}
