// The relief: the surface in three dimensions, drawn cell by cell from the back to the front, with the trails lying on it.

import { el, fit } from "./dom.js";
import { DASHES, drawCritical, drawRunner } from "./race_marks.js";
import { Mesh } from "./race_mesh.js";

const TURN = { ArrowLeft: [-0.1, 0], ArrowRight: [0.1, 0], ArrowUp: [0, 0.08], ArrowDown: [0, -0.08] };
const STEEPEST = 1.5;

export class Relief {
  constructor(lab) {
    this.lab = lab;
    this.head = 0;
    [this.around, this.above] = [-0.6, 0.9];
    this.canvas = el("canvas.relief", { tabIndex: 0, role: "application" });
    this.words = el("figcaption.alt", {});
    this.place = el("figure.picture", {}, el("div.frame", {}, this.canvas), this.words);
    this.hands();
    this.watcher = new ResizeObserver(() => this.resize());
    this.watcher.observe(this.canvas);
  }

  hands() {
    let from = null;
    this.canvas.addEventListener("pointerdown", (event) => {
      this.canvas.setPointerCapture(event.pointerId);
      from = [event.clientX, event.clientY];
    });
    this.canvas.addEventListener("pointermove", (event) => {
      if (!from) return;
      this.turn((event.clientX - from[0]) * 0.01, (event.clientY - from[1]) * 0.008);
      from = [event.clientX, event.clientY];
    });
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => (from = null));
    this.canvas.addEventListener("keydown", (event) => {
      const by = TURN[event.key];
      if (!by) return;
      event.preventDefault();
      this.turn(...by);
    });
  }

  turn(around, above) {
    this.around += around;
    this.above = Math.max(0.1, Math.min(STEEPEST, this.above + above));
    this.draw(this.head);
  }

  resize() {
    const size = fit(this.canvas);
    if (!size) return;
    Object.assign(this, size);
    this.draw(this.head);
  }

  show(race) {
    const other = this.race?.ask !== race.ask;
    this.race = race;
    if (other || !this.mesh) this.theme();
    this.trails = race.runners.map((runner, place) => this.mesh.draped(race, place));
    this.words.textContent = `Drag, or use the arrow keys, to turn it.${race.geometric ? " Heights are drawn as their square roots, or the valley could not be seen beside its walls." : ""}`;
    this.canvas.setAttribute("aria-label", `The surface ${race.title} in three dimensions with the same trails as on the map.`);
  }

  theme() {
    if (!this.race) return;
    const shares = this.lab.house.colours.shares.map(this.lab.themed);
    this.mesh = new Mesh(this.race, this.lab.isDark() ? shares.slice(1, 4) : shares.slice(0, 4));
    this.trails = this.race.runners.map((runner, place) => this.mesh.draped(this.race, place));
  }

  draw(head) {
    this.head = head;
    if (!this.mesh || !this.fine) return;
    const pen = this.canvas.getContext("2d");
    pen.setTransform(this.fine, 0, 0, this.fine, 0, 0);
    pen.clearRect(0, 0, this.width, this.height);
    const project = this.projection();
    const lines = this.race.runners.map(({ name }) => ({ colour: this.race.colour(name), dash: DASHES[this.race.look(name).dash] }));
    this.mesh.draw(pen, project, { around: this.around, trails: this.trails, lines, head });
    this.marks(pen, project);
  }

  /** Return how a point of the unit box comes to the screen: turned, tipped, and seen from far away. */
  projection() {
    const { halfX, halfY, tall } = this.mesh;
    const corner = Math.hypot(halfX, halfY);
    const size = 0.97 * Math.min(this.width / 2 / corner, this.height / (2 * corner * Math.sin(this.above) + tall * Math.cos(this.above)));
    const [cos, sin] = [Math.cos(this.around), Math.sin(this.around)];
    const [up, over] = [Math.cos(this.above), Math.sin(this.above)];
    return (x, y, z) => [this.width / 2 + size * (x * cos - y * sin), this.height / 2 - size * (z * up + (x * sin + y * cos) * over)];
  }

  marks(pen, project) {
    const style = getComputedStyle(this.canvas);
    const inks = { ink: style.color, ground: style.backgroundColor };
    for (const known of this.race.critical) {
      const spot = this.mesh.spot(...known.point);
      if (!spot) continue;
      const [x, y] = project(...spot);
      drawCritical(pen, known.kind, { x, y, size: 6, ...inks });
    }
    this.race.runners.forEach(({ name }, place) => {
      const spot = this.mesh.spot(...this.race.at(place, this.head));
      if (!spot) return;
      const [x, y] = project(...spot);
      drawRunner(pen, this.race.look(name), { x, y, size: 6.5, colour: this.race.colour(name), ...inks });
    });
  }

  leave() {
    this.watcher.disconnect();
  }
}
