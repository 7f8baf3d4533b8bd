// Apart: a score as a sum: picture times template, pixel by pixel, and the numbers that add up to it.

import { el, write, fixed, figure } from "./dom.js";
import { paint } from "./pictures_paint.js";

export class Apart {
  constructor(room) {
    this.room = room;
    const tile = (name) => {
      const canvas = el("canvas.pixels", { role: "img" });
      const caption = el("figcaption", {}, name);
      return { canvas, caption, place: el("figure.tile", {}, canvas, caption) };
    };
    this.picture = tile("picture");
    this.template = tile("template");
    this.product = tile("pixel × weight");
    this.title = el("h3");
    this.words = el("p.alt");
    this.sum = el("table.sum", {}, el("tbody"));
    const signs = ["×", "="].map((text) => el("span.sign-of", { "aria-hidden": "true" }, text));
    this.signs = signs;
    const row = el("div.product", {}, this.picture.place, signs[0], this.template.place, signs[1], this.product.place);
    this.place = el("div.apart", {}, this.title, row, this.sum, this.words);
  }

  draw(section, products, pixels) {
    this.place.hidden = section === null;
    if (section === null) return;
    const name = this.room.name(section.target);
    write(this.title, `Score of ${name}, taken apart`);
    paint(this.picture.canvas, pixels, 0);
    paint(this.product.canvas, products, 0);
    this.picture.canvas.setAttribute("aria-label", section.what);
    this.product.canvas.setAttribute("aria-label", `What each pixel gives to the score of ${name}: ${fixed(section.apart.favour, 3)} for, ${fixed(section.apart.against, 3)} against`);
    this.showTemplate(section);
    write(this.product.caption, section.linear ? "pixel × weight" : "pixel × slope");
    this.sum.tBodies[0].replaceChildren(...this.lines(section));
    write(this.words, section.linear ? `Blue speaks against ${name}, red for it; ends of the scale ±${figure(section.apart.bound, 2)}.` : "This score is not linear: the slope at the picture, times the pixel, adds up to it only to first order. The rest is what a sum cannot say.");
  }

  showTemplate({ linear, target }) {
    const { weights } = this.room;
    const there = linear && weights?.section.kind === "templates" && weights.section.names.length > target;
    this.template.place.hidden = !there;
    this.signs[0].hidden = !there;
    if (!there) return;
    paint(this.template.canvas, weights.pixels, target);
    this.template.canvas.setAttribute("aria-label", `Template of ${this.room.name(target)}`);
  }

  lines({ apart, linear }) {
    const rows = [
      [linear ? "bias b" : "score of the black picture", apart.start],
      ["pixels that speak for it", apart.favour],
      ["pixels that speak against it", apart.against],
      ...(linear ? [] : [["what is left over", apart.missed]]),
    ];
    const line = ([name, value], kind) => el(`tr${kind}`, {}, el("th", { scope: "row" }, name), el("td", {}, fixed(value, 4)));
    return [...rows.map((row) => line(row, "")), line(["score", apart.score], ".total")];
  }
}
