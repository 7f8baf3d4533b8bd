// Pad: a square to draw on with mouse, pen or finger. It tells its ink, bright on black, while one draws and when a stroke ends.

import { el } from "./dom.js";

const SIDE = 140;
const SOON = 120;

export class Pad {
  constructor(tell) {
    this.tell = tell;
    this.at = null;
    this.told = 0;
    this.canvas = el("canvas.pad", { width: SIDE, height: SIDE, role: "img", "aria-label": "Pad to draw on; for the keyboard there is Next example" });
    this.pen = this.canvas.getContext("2d", { willReadFrequently: true });
    this.brush = el("input.slider", { type: "range", min: 6, max: 30, value: 16, "aria-label": "Brush size" });
    this.place = el("div.drawing", {}, this.canvas, el("label.brush", {}, "Brush ", this.brush));
    this.listen();
    this.wipe();
  }

  listen() {
    this.canvas.addEventListener("pointerdown", (event) => this.down(event));
    this.canvas.addEventListener("pointermove", (event) => this.move(event));
    for (const end of ["pointerup", "pointercancel"]) this.canvas.addEventListener(end, () => this.up());
  }

  /** Show the ground that the data's pictures have: what is sent stays bright on black. */
  ground(bright) {
    this.canvas.classList.toggle("inverted", !bright);
  }

  wipe() {
    this.pen.fillStyle = "#000";
    this.pen.fillRect(0, 0, SIDE, SIDE);
    this.empty = true;
    clearTimeout(this.later);
  }

  place_of(event) {
    const box = this.canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width) * SIDE, ((event.clientY - box.top) / box.height) * SIDE];
  }

  down(event) {
    if (event.button) return;
    event.preventDefault();
    this.canvas.setPointerCapture(event.pointerId);
    this.at = this.place_of(event);
    this.stroke(this.at);
  }

  move(event) {
    if (!this.at) return;
    for (const each of event.getCoalescedEvents?.() ?? [event]) this.stroke(this.place_of(each));
    this.soon();
  }

  stroke(to) {
    Object.assign(this.pen, { strokeStyle: "#fff", lineWidth: Number(this.brush.value), lineCap: "round", lineJoin: "round" });
    this.pen.beginPath();
    this.pen.moveTo(...this.at);
    this.pen.lineTo(to[0] + 0.01, to[1]);
    this.pen.stroke();
    this.at = to;
    this.empty = false;
  }

  up() {
    if (!this.at) return;
    this.at = null;
    this.send();
  }

  /** Tell what is drawn, a few times a second at most. */
  soon() {
    const wait = this.told + SOON - performance.now();
    clearTimeout(this.later);
    if (wait <= 0) this.send();
    else this.later = setTimeout(() => this.send(), wait);
  }

  send() {
    clearTimeout(this.later);
    this.told = performance.now();
    const { data } = this.pen.getImageData(0, 0, SIDE, SIDE);
    let ink = "";
    for (let at = 0; at < data.length; at += 4) ink += String.fromCharCode(data[at]);
    this.tell(btoa(ink), SIDE);
  }
}
