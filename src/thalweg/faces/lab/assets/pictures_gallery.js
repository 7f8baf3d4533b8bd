// Gallery: examples with what they are, what was answered, and how wrong that is; a click looks at one more closely.

import { el, write, figure } from "./dom.js";
import { painted } from "./pictures_paint.js";
import { cut, percent } from "./pictures_words.js";

export class Gallery {
  constructor(room, kind) {
    this.room = room;
    this.kind = kind;
    this.title = el("h2", {}, kind === "cell" ? "A cell's pictures" : "Worst mistakes");
    this.words = el("p.alt", {}, kind === "cell" ? "Choose a cell of the confusion matrix to see its pictures here." : "");
    this.tiles = el("div.gallery");
    this.place = el(`section.${kind}`, {}, this.title, this.words, this.tiles);
  }

  draw(section, { pixels }) {
    if (section === null) return this.empty();
    write(this.words, this.kind === "cell" ? this.cellWords(section) : mistakesWords(section));
    this.tiles.replaceChildren(...section.tiles.map((tile, number) => this.tile(tile, pixels, number)));
  }

  begin() {
    this.empty();
  }

  empty() {
    this.tiles.replaceChildren();
    if (this.kind === "cell") write(this.words, "Choose a cell of the confusion matrix to see its pictures here.");
  }

  tile(tile, pixels, number) {
    const [is, taken] = [this.room.name(tile.true), this.room.name(tile.taken)];
    const right = tile.true === tile.taken;
    const sure = tile.probability === null ? `lead ${figure(tile.lead, 3)}` : `p ${percent(tile.probability)}`;
    const said = right ? `${is}, answered rightly` : `${is}, answered ${taken}`;
    const label = `${said}; loss ${figure(tile.loss, 3)}, ${sure}. Look at it.`;
    const name = this.kind === "cell" ? null : el("span.name", {}, `${cut(is, 20)} → ${cut(taken, 20)}`);
    const act = () => this.room.lab.say("look", { row: tile.row });
    const picture = painted(pixels, number, { "aria-hidden": "true" });
    return el("button.tile", { type: "button", title: label, "aria-label": label, onclick: act }, picture, name, el("span.bound", {}, `loss ${figure(tile.loss, 3)}`), el("span.bound", {}, sure));
  }

  cellWords({ true: is, taken, count, tiles }) {
    const said = is === taken ? `${this.room.name(is)}, answered rightly` : `${this.room.name(is)}, answered ${this.room.name(taken)}`;
    if (!count) return `${said}: no picture.`;
    return `${said}: ${count}${tiles.length < count ? `, the ${tiles.length} of highest loss shown` : ""}, highest loss first.`;
  }
}

function mistakesWords({ wrong, count, tiles, reason }) {
  if (reason) return `${reason[0].toUpperCase()}${reason.slice(1)}.`;
  const few = tiles.length < wrong ? `; the ${tiles.length} of highest loss` : "";
  return `${wrong} of ${count} answers are wrong${few}: what it is → what was answered. A click takes one to “Try your own”.`;
}
