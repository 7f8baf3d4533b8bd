// The list of runs: a row a run, in any order, narrowed by words; a tick chooses a run for the curves, its name opens it.

import { el, write } from "./dom.js";
import { placeOf } from "./runs_names.js";

const percent = (value) => (value === null ? "–" : `${(100 * value).toFixed(1)}%`);
const COLUMNS = [
  { key: "shown", title: "Name", words: true },
  { key: "data", title: "Data", words: true, more: true },
  { key: "score", title: "Score", words: true, most: true },
  { key: "loss", title: "Loss", words: true, most: true },
  { key: "optimiser", title: "Optimiser", words: true, more: true },
  { key: "epochs", title: "Epochs", tell: (value) => value?.toLocaleString("en-GB") ?? "–", more: true },
  { key: "validation", title: "Validation", tell: percent, meaning: "share of the validation part classified rightly" },
  { key: "test", title: "Test", tell: percent, meaning: "share of the test part classified rightly" },
  { key: "ending", title: "Ending", words: true },
  { key: "when", title: "When", tell: (value) => moment(value), more: true },
];

export class List {
  constructor(lab, choose) {
    this.lab = lab;
    this.choose = choose;
    this.cards = [];
    this.sort = { key: "when", down: true };
    this.drawn = "";
    this.filter = el("input", { type: "text", id: "runs-filter", spellcheck: false, placeholder: "linear digits", oninput: () => this.fill() });
    this.count = el("span.alt", { role: "status" });
    this.body = el("tbody");
    this.heads = new Map(COLUMNS.map((column) => [column.key, this.head(column)]));
    this.where = el("small");
    this.title = el("h1", {}, "Runs ", this.where);
    this.empty = el("div.empty", { hidden: true });
    this.table = el("table.list", {}, el("thead", {}, el("tr", {}, el("td"), ...this.heads.values())), this.body);
    this.tools = el("div.bar", {}, el("label", { htmlFor: "runs-filter" }, "Only those with"), this.filter, this.count);
    this.scroll = el("div.scroll", { tabIndex: 0, role: "region", "aria-label": "Runs" }, this.table);
    this.place = el("section", {}, this.title, this.tools, this.scroll, this.empty);
  }

  head({ key, title, words, more, most, meaning }) {
    const button = el("button", { type: "button", onclick: () => this.order(key) }, title);
    return el("th", { scope: "col", className: [words && "word", more && "more", most && "most"].filter(Boolean).join(" "), title: meaning }, button);
  }

  order(key) {
    const numbers = !COLUMNS.find((column) => column.key === key).words;
    this.sort = { key, down: this.sort.key === key ? !this.sort.down : numbers };
    this.fill();
  }

  draw(picture) {
    this.picture = picture;
    write(this.where, `in the folder ${picture.where}`);
    const now = JSON.stringify([picture.version, picture.state, picture.chosen]);
    if (now !== this.drawn) this.fill();
    this.drawn = now;
  }

  fill() {
    const words = this.filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    const text = (card) => [card.shown, card.data, card.score, card.loss, card.optimiser, card.ending, card.kind].join(" ").toLowerCase();
    const shown = this.cards.filter((card) => words.every((word) => text(card).includes(word))).sort((one, other) => this.compare(one, other));
    const focused = document.activeElement?.id;
    this.body.replaceChildren(...shown.map((card, place) => this.row(card, place)));
    if (focused?.startsWith("run-")) document.getElementById(focused)?.focus();
    for (const [key, head] of this.heads) head.setAttribute("aria-sort", key !== this.sort.key ? "none" : this.sort.down ? "descending" : "ascending");
    write(this.count, words.length ? `${shown.length} of ${this.cards.length}` : `${this.cards.length} in all`);
    const none = !this.cards.length;
    this.scroll.hidden = this.tools.hidden = none;
    this.empty.hidden = !none;
    if (none) this.empty.replaceChildren(...this.nothing());
  }

  compare(one, other) {
    const { key, down } = this.sort;
    const [first, second] = [one[key], other[key]];
    if (first === second) return one.name < other.name ? -1 : 1;
    if (first === null || second === null) return first === null ? 1 : -1;
    const order = typeof first === "number" ? first - second : first.localeCompare(second, "en-GB", { numeric: true });
    return down ? -order : order;
  }

  row(card, place) {
    const id = `run-${card.name}`;
    const chosen = this.picture.chosen.includes(card.name);
    const tick = el("input", {
      type: "checkbox", id, checked: chosen, disabled: card.kind === "sweep" || card.broken !== "",
      "aria-label": `Choose ${card.shown} for the curves`, onchange: (event) => this.choose(card.name, event.target.checked),
    });
    const cells = COLUMNS.map((column) => this.cell(card, column));
    if (card.broken) cells.splice(1, cells.length, el("td.word.broken", { colSpan: COLUMNS.length - 1, dir: "auto" }, `Cannot be read: ${card.broken}`));
    return el("tr", { className: chosen ? "chosen" : "" }, el("td", {}, tick), ...cells);
  }

  cell(card, { key, words, more, most, tell }) {
    const kind = ["td", words && "word", more && "more", most && "most"].filter(Boolean).join(".");
    if (key === "shown") return this.name(card, kind);
    if (key === "ending") return el(kind, { title: card.reason, className: `word ending ${card.ending}` }, card.ending, card.ending === "training" ? el("small", {}, ` ${card.reason}`) : null);
    return el(kind, { dir: "auto" }, tell ? tell(card[key]) : card[key]);
  }

  name(card, kind) {
    const label = card.broken ? el("span", {}, card.shown) : el("a", { href: placeOf(this.lab, { ...this.picture.state, run: card.name }) }, card.shown);
    const sweep = card.kind === "sweep" ? el("small.badge", {}, card.members === null ? "sweep" : `sweep of ${card.members}`) : null;
    return el(kind, { dir: "auto", title: card.shown }, label, sweep);
  }

  nothing() {
    const go = el("button.main", { type: "button", onclick: () => this.lab.go("pictures") }, "Train on pictures");
    return [
      el("h2", {}, "Nothing has been trained here yet"),
      el("p", {}, `A run is a folder with everything that a training leaves: its recipe, its figures, its weights. Runs in ${this.picture.where} appear here by themselves, while they train too.`),
      el("p", {}, "Make one in the Pictures room and save it, or in a terminal:"),
      el("p", {}, el("code", {}, "thalweg train digits")),
      el("p", {}, go),
    ];
  }
}

const moment = (seconds) => {
  const then = new Date(1000 * seconds);
  const today = then.toDateString() === new Date().toDateString();
  const time = then.toLocaleTimeString("en-GB", { hour: "2-digit", minute: "2-digit" });
  return seconds ? (today ? `today ${time}` : then.toLocaleDateString("en-GB", { day: "numeric", month: "short", year: "numeric" })) : "–";
};
