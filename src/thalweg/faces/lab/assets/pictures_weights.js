// Weights: templates of a linear score, or what a net's first layer looks for, as pictures that change while it trains.

import { el, write, figure } from "./dom.js";
import { paint } from "./pictures_paint.js";
import { cut } from "./pictures_words.js";

const WORDS = {
  templates: ["Templates", "Row k of W as a picture: a pixel's weight for the class. The score of a class is the sum of pixel × weight, plus its bias."],
  filters: ["First layer", "What the first layer looks for, on raw pixels. Each picture has a scale of its own."],
  none: ["First layer", ""],
};

export class Weights {
  constructor(room) {
    this.room = room;
    this.title = el("h2");
    this.meaning = el("p.alt");
    this.tiles = el("div.tiles");
    this.scale = el("p.scale.alt", {}, "against ", el("span.ramp", { "aria-hidden": "true" }), " for");
    this.place = el("section.weights", {}, this.title, this.meaning, this.tiles, this.scale);
    this.key = "";
  }

  draw(section, { pixels }) {
    this.room.weights = { section, pixels };
    const [title, meaning] = WORDS[section.kind];
    const rest = section.left_out ? ` ${section.left_out.toLocaleString("en-GB")} more are left out.` : "";
    write(this.title, title);
    write(this.meaning, section.reason ?? meaning + rest);
    this.scale.hidden = !section.signed;
    const key = JSON.stringify([section.kind, section.names]);
    if (key !== this.key) this.build(section);
    this.key = key;
    [...this.tiles.children].forEach((tile, number) => this.fill(tile, section, pixels, number));
  }

  build(section) {
    this.tiles.className = `tiles ${section.kind}`;
    const made = section.names.map((name, number) => this.tile(section, name, number));
    this.tiles.replaceChildren(...made);
  }

  tile(section, name, number) {
    const canvas = el("canvas.pixels", { role: "img" });
    if (section.kind !== "templates") return el("figure.tile", {}, canvas, el("figcaption", {}, el("span.bound")));
    const act = () => this.room.lab.set({ target: String(number) });
    const title = `Take your picture's score for ${name} apart`;
    return el("button.tile", { type: "button", title, onclick: act }, canvas, el("span.name", {}, cut(name)), el("span.bound"));
  }

  fill(tile, section, pixels, number) {
    const canvas = tile.querySelector("canvas");
    paint(canvas, pixels, number);
    const bound = `±${figure(section.bounds[number], 2)}`;
    write(tile.querySelector(".bound"), bound);
    canvas.setAttribute("aria-label", `Weights of ${section.names[number]}, scale ${bound}`);
  }
}
