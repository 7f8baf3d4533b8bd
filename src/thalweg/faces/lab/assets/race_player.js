// Player: time in a race that is known to its end: play, pause, step, wind back, and a slider to go anywhere.

import { el, sign, write } from "./dom.js";

const SPEEDS = [5, 15, 30, 60, 150, 600];
const USUAL = 30;

/** A playhead from 0 to `last`; `moved(head)` is told where it stands, between two steps too. */
export class Player {
  constructor(lab, moved) {
    this.moved = moved;
    this.head = this.last = 0;
    this.playing = false;
    this.speed = USUAL;
    this.build();
    lab.keys.set(" ", () => this.toggle());
    lab.keys.set("s", () => this.step(1));
    lab.keys.set("b", () => this.step(-1));
    lab.keys.set("r", () => this.rewind());
    lab.keys.set("e", () => this.go(this.last));
  }

  build() {
    const button = (name, picture, title, act) => el(`button.${name}`, { type: "button", title, "aria-label": title, onclick: act }, sign(picture));
    this.button = button("play", "play", "Play (space)", () => this.toggle());
    this.slider = el("input.scrub", { type: "range", min: "0", max: "0", step: "1", value: "0", "aria-label": "Step of the race" });
    this.slider.addEventListener("input", () => this.go(Number(this.slider.value)));
    this.where = el("span.where");
    const speed = el("select", { "aria-label": "Speed" }, ...SPEEDS.map((each) => el("option", { value: String(each), selected: each === USUAL }, `${each} steps a second`)));
    speed.addEventListener("change", () => (this.speed = Number(speed.value)));
    this.place = el(
      "div.transport", { role: "toolbar", "aria-label": "Time" },
      button("rewind", "rewind", "Back to the start (r)", () => this.rewind()),
      button("back", "before", "One step back (b)", () => this.step(-1)),
      this.button,
      button("step", "step", "One step (s)", () => this.step(1)),
      this.slider,
      this.where,
      speed,
    );
  }

  /** Take in how long the race is; the head stays where it was, or at the end if it was there. */
  setLast(last) {
    const atEnd = this.head >= this.last;
    this.head = atEnd ? last : Math.min(last, this.head);
    this.last = last;
    this.slider.max = String(last);
  }

  toggle() {
    if (this.playing) this.pause();
    else this.play();
  }

  play() {
    if (this.head >= this.last) this.go(0);
    this.playing = true;
    this.time = performance.now();
    this.show();
    requestAnimationFrame((now) => this.tick(now));
  }

  pause() {
    this.playing = false;
    this.go(Math.floor(this.head));
  }

  tick(now) {
    if (!this.playing) return;
    const passed = Math.min(0.25, Math.max(0, now - this.time) / 1000);
    this.time = now;
    this.head = Math.min(this.last, this.head + passed * this.speed);
    if (this.head >= this.last) this.playing = false;
    this.show();
    if (this.playing) requestAnimationFrame((next) => this.tick(next));
  }

  step(by) {
    this.go(Math.floor(this.head) + by);
  }

  rewind() {
    this.go(0);
  }

  go(head, playing = false) {
    this.playing = playing;
    this.head = Math.min(this.last, Math.max(0, head));
    this.show();
  }

  show() {
    const step = Math.floor(this.head);
    if (this.button.dataset.sign !== String(this.playing)) {
      this.button.replaceChildren(sign(this.playing ? "pause" : "play"));
      this.button.dataset.sign = String(this.playing);
      this.button.setAttribute("aria-label", this.playing ? "Pause" : "Play");
    }
    this.slider.value = String(step);
    this.slider.setAttribute("aria-valuetext", `step ${step} of ${this.last}`);
    write(this.where, `step ${step} of ${this.last}`);
    this.moved(this.head);
  }
}
