// Pointer: what mouse, finger and keys do on the sheet. A held point is drawn at once; the worker is told once a frame.

import { nearest } from "./plane_ground.js";

const NEAR = { mouse: 12, pen: 16, touch: 24 };
const STILL = 5;
const STEP = 0.01;
const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };

/** `room` has `now` (the picture), `label` (the class chosen), `erasing`, `redraw()`, `pointed(row)`. */
export class Pointer {
  constructor(sheet, lab, room) {
    Object.assign(this, { sheet, lab, room });
    this.held = this.selected = this.hovered = this.cross = this.press = null;
    const { canvas } = sheet;
    canvas.addEventListener("pointerdown", (event) => this.down(event));
    canvas.addEventListener("pointermove", (event) => this.move(event));
    canvas.addEventListener("pointerup", (event) => this.up(event));
    canvas.addEventListener("pointercancel", () => this.let());
    canvas.addEventListener("pointerleave", () => this.hover(null));
    canvas.addEventListener("contextmenu", (event) => event.preventDefault());
    canvas.addEventListener("keydown", (event) => this.key(event));
    canvas.addEventListener("blur", () => this.show({ cross: null }));
  }

  show(changes) {
    Object.assign(this, changes);
    this.room.redraw();
  }

  at(event) {
    const box = this.sheet.canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  }

  hit(event) {
    return nearest(this.sheet.ground, this.room.now.arrays.points.values, this.at(event), NEAR[event.pointerType] ?? NEAR.mouse);
  }

  down(event) {
    if (!this.room.now || !this.sheet.ground) return;
    const row = this.hit(event);
    this.cross = null;
    if (event.button === 2 || this.room.erasing) {
      if (row !== null) this.remove(row);
      return;
    }
    if (event.button !== 0) return;
    this.sheet.canvas.setPointerCapture(event.pointerId);
    if (row === null) this.press = this.at(event);
    else {
      const [x, y] = this.place(row);
      const [across, down] = this.sheet.ground.out(x, y);
      const [here, below] = this.at(event);
      this.show({ held: { row, x, y, offset: [across - here, down - below], moved: false }, selected: row });
      this.room.pointed(row);
    }
  }

  place(row) {
    const { values } = this.room.now.arrays.points;
    return [values[2 * row], values[2 * row + 1]];
  }

  move(event) {
    if (!this.room.now || !this.sheet.ground) return;
    if (!this.held) {
      this.hover(this.press ? null : this.hit(event));
      return;
    }
    const [across, down] = this.at(event);
    const [right, below] = this.held.offset;
    const [x, y] = this.sheet.ground.within(...this.sheet.ground.in(across + right, down + below));
    Object.assign(this.held, { x, y, moved: true });
    if (this.coming) return;
    this.coming = requestAnimationFrame(() => this.tell());
  }

  /** Draw the held point and tell the worker where it is, once a frame. */
  tell() {
    this.coming = 0;
    if (!this.held) return;
    this.room.redraw();
    const { row, x, y } = this.held;
    this.lab.say("drag", { row, x, y });
  }

  up(event) {
    if (this.held) {
      if (this.coming) {
        cancelAnimationFrame(this.coming);
        this.tell();
      }
      this.let();
      return;
    }
    const from = this.press;
    this.press = null;
    if (!from) return;
    const [across, down] = this.at(event);
    if (Math.hypot(across - from[0], down - from[1]) <= STILL) this.add(...this.sheet.ground.in(across, down));
  }

  /** Let go; the picture that comes next has the point where it is. */
  let() {
    if (this.held?.moved) this.lab.say("drop");
    else this.held = null;
    if (this.held) this.held.released = true;
    this.press = null;
  }

  /** Forget the held point when a picture has come that knows where it is. */
  drawn() {
    const count = this.room.now.arrays.labels.values.length;
    if (this.held?.released) {
      const [x, y] = this.place(this.held.row);
      const size = this.sheet.ground ? 2 / this.sheet.ground.scale : 0;
      if (Math.hypot(x - this.held.x, y - this.held.y) <= size || (this.held.waited = (this.held.waited ?? 0) + 1) > 3) this.held = null;
    }
    if (this.selected !== null && this.selected >= count) this.selected = null;
    if (this.hovered !== null && this.hovered >= count) this.hovered = null;
  }

  hover(row) {
    this.sheet.canvas.style.cursor = row === null ? "crosshair" : this.room.erasing ? "not-allowed" : "grab";
    if (row === this.hovered) return;
    this.show({ hovered: row });
    this.room.pointed(row ?? this.selected);
  }

  async add(x, y) {
    try {
      const { row } = await this.lab.ask("add", { x, y, label: this.room.label });
      this.show({ selected: row });
      this.room.pointed(row);
    } catch {
      /* the line that says why is shown already */
    }
  }

  remove(row) {
    this.show({ selected: null, hovered: null });
    this.lab.say("remove", { row });
    this.room.pointed(null);
  }

  key(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || !this.room.now || !this.sheet.ground) return;
    const act = this.acts()[event.key] ?? (ARROWS[event.key] && (() => this.nudge(ARROWS[event.key], event.shiftKey)));
    if (!act || act(event) === false) return;
    event.preventDefault();
    event.stopPropagation();
  }

  acts() {
    const erase = () => (this.selected === null ? false : this.remove(this.selected));
    return {
      ".": () => this.choose(1),
      ",": () => this.choose(-1),
      Tab: (event) => (this.selected === null ? false : this.choose(event.shiftKey ? -1 : 1)),
      Escape: () => this.show({ selected: null, cross: null }),
      Enter: () => this.add(...(this.cross ?? this.middle())),
      Delete: erase,
      Backspace: erase,
    };
  }

  middle() {
    const { left, right, bottom, top } = this.sheet.ground;
    return [(left + right) / 2, (bottom + top) / 2];
  }

  /** Choose the next point or the one before; past the last one there is none, so that Tab goes on. */
  choose(by) {
    const count = this.room.now.arrays.labels.values.length;
    const next = this.selected === null ? (by > 0 ? 0 : count - 1) : this.selected + by;
    const row = next < 0 || next >= count ? null : next;
    this.show({ selected: row, cross: null });
    this.room.pointed(row);
    return row !== null;
  }

  /** Move the chosen point, or the cross where a point may be added. */
  nudge([right, up], far) {
    const { ground } = this.sheet;
    const size = (ground.right - ground.left) * STEP * (far ? 10 : 1);
    const [x, y] = this.selected === null ? (this.cross ?? this.middle()) : this.place(this.selected);
    const [across, over] = ground.within(x + right * size, y + up * size);
    if (this.selected === null) return this.show({ cross: [across, over] });
    this.lab.say("drag", { row: this.selected, x: across, y: over });
    this.lab.say("drop");
  }
}
