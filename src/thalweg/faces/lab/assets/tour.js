// Tour: stops through the lecture, each a saved state with a few sentences and one thing to try.

import { el, sign } from "./dom.js";
import * as address from "./address.js";

export class Tour {
  constructor(place, lab) {
    this.place = place;
    this.lab = lab;
    this.stops = [];
    this.stop = null;
  }

  /** Take the stops that the server knows. */
  learn(stops) {
    this.stops = stops;
  }

  /** Stand at a stop; null leaves the tour. */
  at(stop) {
    this.stop = stop !== null && stop >= 1 && stop <= this.stops.length ? stop : null;
    this.show();
  }

  toggle() {
    if (this.stop === null) this.go(1);
    else location.hash = address.written({ room: this.lab.room, hide: this.lab.hide, state: this.lab.state });
  }

  go(stop) {
    const { room, state, hide } = this.stops[stop - 1] ?? {};
    if (room) location.hash = address.written({ room, state, stop, hide: new Set(hide ?? []) });
  }

  show() {
    this.place.hidden = this.stop === null;
    if (this.stop === null) return;
    const { title, words, attempt } = this.stops[this.stop - 1];
    const turn = (text, stop, label) =>
      el("button", { type: "button", disabled: stop < 1 || stop > this.stops.length, "aria-label": label, onclick: () => this.go(stop) }, sign(text));
    this.place.replaceChildren(
      el("div.turn", {}, turn("before", this.stop - 1, "Stop before"), el("span", {}, `${this.stop} of ${this.stops.length}`), turn("after", this.stop + 1, "Next stop")),
      el("div.words", {}, el("h2", {}, title), el("p", {}, words), el("p.try", {}, el("b", {}, "Try: "), attempt)),
      el("button.leave", { type: "button", "aria-label": "Leave the tour", onclick: () => this.toggle() }, sign("close")),
    );
  }
}
