// Trial: a picture of one's own: drawn, dropped or picked; the scores it gets, and one of them taken apart.

import { el, write } from "./dom.js";
import { Pad } from "./pictures_pad.js";
import { paint } from "./pictures_paint.js";
import { Bars } from "./pictures_bars.js";
import { Apart } from "./pictures_apart.js";
import { content } from "./pictures_file.js";

export class Trial {
  constructor(room) {
    this.room = room;
    const { lab } = room;
    this.pad = new Pad((ink, side) => lab.say("draw", { ink, side }));
    this.chooser = el("input", { type: "file", accept: "image/*", hidden: true, onchange: () => this.take(this.chooser.files[0]) });
    const choose = el("button.choose", { type: "button", onclick: () => this.chooser.click() }, "Choose a picture…");
    this.example = el("button.another", { type: "button", title: "Take the next picture of the data", onclick: () => this.next() }, "Next example");
    const clear = el("button.clear", { type: "button", onclick: () => this.clear() }, "Clear");
    this.seen = el("canvas.pixels.seen", { role: "img", hidden: true });
    this.verdict = el("p.verdict", { "aria-live": "polite" });
    this.bars = new Bars(room);
    this.apart = new Apart(room);
    const tools = el("div.tools", {}, choose, this.chooser, this.example, clear);
    const left = el("div.give", {}, this.pad.place, tools, el("p.alt.drop", {}, "or drop a picture file here"));
    const middle = el("div.take", {}, this.seen, this.verdict, this.bars.place);
    this.title = el("h2", {}, "Try your own");
    this.place = el("section.own", {}, this.title, el("div.trial", {}, left, middle, this.apart.place));
    this.listen();
  }

  listen() {
    const over = (on) => (event) => {
      event.preventDefault();
      this.place.classList.toggle("over", on);
    };
    this.place.addEventListener("dragover", over(true));
    this.place.addEventListener("dragleave", over(false));
    this.place.addEventListener("drop", (event) => {
      over(false)(event);
      this.take(event.dataTransfer.files[0]);
    });
  }

  begin() {
    const { pad, bright } = this.room.about;
    this.pad.wipe();
    this.pad.place.hidden = !pad;
    this.pad.ground(bright);
    this.draw(null, {});
  }

  async take(file) {
    this.chooser.value = "";
    if (!file) return;
    try {
      this.room.lab.say("file", { name: file.name, content: await content(file) });
      this.pad.wipe();
    } catch (error) {
      this.room.lab.note(error.message);
    }
  }

  next() {
    const { counts } = this.room.about;
    const all = Object.values(counts).reduce((sum, each) => sum + each, 0);
    const row = this.row === undefined || this.row === null ? 0 : (this.row + 1) % all;
    this.pad.wipe();
    this.room.lab.say("look", { row });
  }

  clear() {
    this.pad.wipe();
    this.room.lab.say("clear");
  }

  draw(section, { pixels, products }) {
    this.seen.hidden = section === null;
    this.bars.draw(section);
    this.apart.draw(section, products, pixels);
    if (section === null) return write(this.verdict, this.room.about.pad ? "Draw on the pad, drop a picture, or take an example: its scores appear here." : "Drop a picture, or take an example: its scores appear here.");
    this.row = section.row;
    paint(this.seen, pixels, 0);
    this.seen.setAttribute("aria-label", `${section.what}, as the score sees it`);
    write(this.verdict, this.sentence(section));
  }

  sentence({ what, answer, label }) {
    const said = `Read as ${this.room.name(answer)}`;
    if (label === null) return `${what[0].toUpperCase()}${what.slice(1)}. ${said}.`;
    return `${what[0].toUpperCase()}${what.slice(1)}, a ${this.room.name(label)}. ${said}${answer === label ? "." : ", wrongly."}`;
  }
}
