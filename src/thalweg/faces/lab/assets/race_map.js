// The map: contours, known critical points, the start, and everybody's trail up to the step that is shown.

import { el, figure, fit, write } from "./dom.js";
import { paint } from "./race_ground.js";
import { handle } from "./race_hand.js";
import { DASHES, drawCritical, drawRunner } from "./race_marks.js";
import { View } from "./race_view.js";

const SOON = 90;
const OFTEN = 120;

export class RaceMap {
  constructor(lab) {
    this.lab = lab;
    this.view = new View();
    this.start = [0, 0];
    this.serial = null;
    this.race = null;
    this.head = 0;
    this.canvas = el("canvas.map", { tabIndex: 0, role: "application" });
    const button = (text, title, act) => el("button", { type: "button", title, "aria-label": title, onclick: act }, text);
    const zoom = (factor) => () => {
      this.view.zoom(factor);
      this.changed();
    };
    const tools = el("div.zooms", {}, button("+", "Nearer (+)", zoom(1.5)), button("−", "Farther (-)", zoom(1 / 1.5)), button("All", "The whole map (0)", () => this.whole()));
    this.words = el("figcaption.alt");
    this.place = el("figure.picture", {}, el("div.frame", {}, this.canvas, tools), this.words);
    this.image = document.createElement("canvas");
    handle(this.canvas, this);
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.canvas);
  }

  resize() {
    const size = fit(this.canvas);
    if (!size) return;
    this.fine = size.fine;
    this.view.resize(size.width, size.height);
    this.changed();
  }

  /** Take in a race; a new ground is shown whole, another start only if it would be out of sight. */
  show(race) {
    const other = this.race?.ask !== race.ask;
    this.race = race;
    if (!this.waiting) this.start = race.start;
    if (!other) return;
    this.ground = { bands: race.arrays.bands, window: race.window, levels: race.levels, geometric: race.geometric };
    if (this.view.isWhole || this.title !== race.title) this.view.fit(race.window);
    else this.view.whole = race.window;
    this.title = race.title;
    this.changed(false);
  }

  whole() {
    this.view.reset();
    this.changed();
  }

  /** Another part is seen: draw what is known of it, and ask for the rest. */
  changed(draw = true) {
    this.repaint();
    if (draw) this.draw(this.head);
    clearTimeout(this.asking);
    this.asking = setTimeout(() => this.look(), SOON);
  }

  async look() {
    if (!this.race || !this.fine) return;
    const asked = (this.asked = {});
    try {
      const { arrays, ...ground } = await this.lab.ask("view", { window: this.view.window });
      if (this.asked !== asked) return;
      this.ground = { ...ground, bands: arrays.bands };
      this.repaint();
      this.draw(this.head);
    } catch {
      /* the lab has said why; what is known stays */
    }
  }

  repaint() {
    if (!this.ground || !this.fine) return;
    const { width, height } = this.canvas;
    [this.image.width, this.image.height] = [width, height];
    const pen = this.image.getContext("2d");
    const shares = this.lab.house.colours.shares.map(this.lab.themed);
    const { levels, geometric } = this.ground;
    write(this.words, `Click, or use the arrow keys, to start elsewhere; drag or wheel to look around. Higher is ${this.lab.isDark() ? "lighter" : "darker"}: from ${figure(levels[0], 3)} to ${figure(levels.at(-1), 3)}${geometric ? ", the bands ever narrower towards the bottom" : " in even bands"}.`);
    pen.putImageData(paint(pen.createImageData(width, height), this.ground, this.view, { colours: shares.slice(0, 3), line: shares[3] }), 0, 0);
  }

  /** A person wants to begin elsewhere: shown at once, told at once when the hand is done, else now and then. */
  begin(x, y, done) {
    this.start = [x, y];
    this.draw(this.head);
    this.told = () => this.lab.say("start", { x: this.start[0], y: this.start[1] });
    if (done) {
      clearTimeout(this.waiting);
      this.waiting = 0;
      this.started?.();
      return this.told();
    }
    this.waiting ||= setTimeout(() => {
      this.waiting = 0;
      this.told();
    }, OFTEN);
    return undefined;
  }

  draw(head) {
    this.head = head;
    if (!this.race || !this.fine) return;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(1, 0, 0, 1, 0, 0);
    pen.clearRect(0, 0, this.canvas.width, this.canvas.height);
    pen.drawImage(this.image, 0, 0);
    pen.setTransform(this.fine, 0, 0, this.fine, 0, 0);
    const style = getComputedStyle(this.canvas);
    const inks = { ink: style.color, ground: style.backgroundColor };
    for (const known of this.race.critical) {
      const [x, y] = this.view.pixel(...known.point);
      drawCritical(pen, known.kind, { x, y, size: 7, ...inks });
    }
    this.race.runners.forEach((runner, place) => this.trail(pen, runner, place));
    this.ring(pen, inks);
    this.race.runners.forEach((runner, place) => {
      const [x, y] = this.view.pixel(...this.race.at(place, head));
      drawRunner(pen, this.race.look(runner.name), { x, y, size: 6.5, colour: this.race.colour(runner.name), ...inks });
    });
    this.say();
  }

  trail(pen, runner, place) {
    const { race, head } = this;
    const { values } = race.arrays.path;
    const begin = 2 * place * (race.steps + 1);
    pen.beginPath();
    for (let step = 0; step <= Math.floor(head); step += 1) pen.lineTo(...this.view.pixel(values[begin + 2 * step], values[begin + 2 * step + 1]));
    pen.lineTo(...this.view.pixel(...race.at(place, head)));
    pen.strokeStyle = race.colour(runner.name);
    pen.lineWidth = 2;
    pen.lineJoin = "round";
    pen.setLineDash(DASHES[race.look(runner.name).dash]);
    pen.stroke();
    pen.setLineDash([]);
  }

  ring(pen, { ink, ground }) {
    const [x, y] = this.view.pixel(...this.start);
    for (const [colour, width] of [[ground, 5], [ink, 2]]) {
      pen.beginPath();
      pen.arc(x, y, 9, 0, 7);
      pen.strokeStyle = colour;
      pen.lineWidth = width;
      pen.stroke();
    }
  }

  say() {
    const { race } = this;
    const step = Math.floor(this.head);
    const at = race.runners.map(({ name }, place) => `${name} at ${race.at(place, step).map((each) => figure(each, 3)).join(", ")}`);
    const text = `Contours of ${race.title}, ${race.formula}. Start at ${this.start.map((each) => figure(each, 3)).join(", ")}. Step ${step}: ${at.join("; ")}.`;
    if (this.canvas.getAttribute("aria-label") !== text) this.canvas.setAttribute("aria-label", text);
  }

  leave() {
    this.watcher.disconnect();
    clearTimeout(this.asking);
    clearTimeout(this.waiting);
  }
}
