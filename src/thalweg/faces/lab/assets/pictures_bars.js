// Bars: every class's score, and its probability where the loss defines one; a click takes a score apart.

import { el, write, fixed } from "./dom.js";
import { cut, percent } from "./pictures_words.js";

const MOST = 12;

export class Bars {
  constructor(room) {
    this.room = room;
    this.rows = el("div.bars");
    this.words = el("p.alt");
    this.place = el("div", {}, this.rows, this.words);
    this.count = 0;
  }

  draw(section) {
    this.place.hidden = section === null;
    if (section === null) return;
    const shown = this.chosen(section.scores);
    if (this.rows.children.length !== shown.length) this.rows.replaceChildren(...shown.map(() => this.row()));
    const largest = Math.max(...section.scores.map(Math.abs), 1e-9);
    shown.forEach((number, place) => this.fill(this.rows.children[place], section, number, largest));
    const rest = section.scores.length - shown.length;
    write(this.words, [section.probabilities ? "Bars are probabilities." : `Bars are scores, for ${section.reason}.`, rest ? `${rest} classes with lower scores are not shown.` : ""].join(" ").trim());
  }

  /** Return all classes in their order, or those with the highest scores where there are many. */
  chosen(scores) {
    const all = scores.map((_, number) => number);
    return scores.length <= MOST ? all : all.sort((one, other) => scores[other] - scores[one]).slice(0, MOST);
  }

  row() {
    const act = (event) => this.room.lab.set({ target: event.currentTarget.dataset.number });
    return el("button.bar", { type: "button", onclick: act }, el("span.name"), el("span.track", {}, el("span.fill")), el("span.score"), el("span.share"));
  }

  fill(row, { scores, probabilities, answer, target }, number, largest) {
    const [name, track, score, share] = row.children;
    row.dataset.number = String(number);
    row.classList.toggle("answer", number === answer);
    row.setAttribute("aria-pressed", String(number === target));
    write(name, cut(this.room.name(number), 12));
    write(score, fixed(scores[number], 2));
    write(share, probabilities ? percent(probabilities[number]) : "");
    row.title = `${this.room.name(number)}: score ${fixed(scores[number], 4)}. Take it apart.`;
    const fill = track.firstChild;
    const size = probabilities ? probabilities[number] : Math.abs(scores[number]) / largest / 2;
    fill.style.width = `${(100 * size).toFixed(1)}%`;
    fill.style.left = probabilities ? "0" : scores[number] < 0 ? `${(50 - 100 * size).toFixed(1)}%` : "50%";
  }
}
