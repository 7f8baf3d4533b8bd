// Tools: the class to add, move or erase, what is looked at, how near, and the points as a file.

import { el, write } from "./dom.js";
import { badge } from "./plane_marks.js";

const CLASSES = 6;
const LARGEST = 200000;
const NEARER = 0.8;

/** The row of tools under the plane; `room` has `label`, `erasing`, `looked`, `now`, `redraw()`. */
export class Tools {
  constructor(lab, room) {
    Object.assign(this, { lab, room });
    this.palette = el("div.palette", { role: "radiogroup", "aria-label": "Class of the points to add" });
    this.erase = this.button("Erase", "Click points to remove them; right click removes one at any time", () => this.toggle());
    this.look = el("select", { "aria-label": "What the plane shows", onchange: () => this.see(this.look.value) });
    this.file = el("input", { type: "file", accept: ".csv,text/csv,text/plain", hidden: true, onchange: () => this.upload() });
    this.drawAnew = this.button("New draw", "Other points of the same kind", () => this.lab.say("draw"));
    this.place = el("div.tools-of-plane", {},
      el("div.row", {}, this.palette, this.erase),
      el("div.row", {}, this.drawAnew, this.button("Upload", "A table x,y,label as CSV", () => this.file.click()), this.button("Download", "The points as CSV", () => this.download()), this.file),
      el("div.row", {}, el("label.looks", {}, el("span", {}, "show"), this.look), this.button("−", "Farther away", () => this.zoom(1 / NEARER)), this.button("+", "Nearer", () => this.zoom(NEARER)),
        this.button("Fit", "All points in sight", () => this.lab.say("window", {}))));
    this.layout = "";
    for (let label = 0; label < CLASSES; label += 1) lab.keys.set(String(label + 1), () => this.choose(label));
  }

  button(text, title, act) {
    return el("button", { type: "button", title, onclick: act, "aria-label": text.length < 2 ? title : undefined }, text);
  }

  draw(now) {
    const layout = JSON.stringify([now.names, this.lab.isDark()]);
    this.now = now;
    if (layout !== this.layout) this.build(now.names);
    this.layout = layout;
    this.drawAnew.disabled = this.lab.fields.every(({ name }) => name !== "data_seed");
  }

  build(names) {
    this.room.label = Math.min(this.room.label, names.length - 1);
    const choice = (label) => {
      const name = names[label] ?? `class ${label}`;
      const title = names[label] ? `${name} (${label + 1})` : `A new class (${label + 1}): W gets a row more, training begins anew`;
      return el("button.class", { type: "button", role: "radio", title, "aria-label": title, onclick: () => this.choose(label) }, badge(this.lab, label, 18), names[label] ? "" : "+");
    };
    this.buttons = Array.from({ length: Math.min(CLASSES, names.length + 1) }, (_, label) => choice(label));
    this.palette.replaceChildren(...this.buttons);
    const looks = [["regions", "which class wins"], ...names.map((name, label) => [`score:${label}`, `score of ${name}`])];
    this.look.replaceChildren(...looks.map(([value, text]) => el("option", { value }, text)));
    this.look.value = names[Number(this.room.looked.split(":")[1] ?? 0)] ? this.room.looked : "regions";
    this.choose(this.room.label);
  }

  choose(label) {
    if (label >= this.buttons.length) return;
    this.room.label = label;
    if (this.room.erasing) this.toggle();
    this.buttons.forEach((button, at) => button.setAttribute("aria-checked", String(at === label)));
  }

  toggle() {
    this.room.erasing = !this.room.erasing;
    this.erase.setAttribute("aria-pressed", String(this.room.erasing));
  }

  see(look) {
    this.room.looked = look;
    this.lab.say("look", { look });
  }

  zoom(times) {
    const [left, right, bottom, top] = this.now.window;
    const half = ((right - left) / 2) * times;
    this.lab.say("window", { window: [(left + right) / 2, (bottom + top) / 2, half].map((number) => number.toPrecision(6)).join(",") });
  }

  async upload() {
    const [file] = this.file.files;
    this.file.value = "";
    if (!file) return;
    if (file.size > LARGEST) this.lab.note(`${file.name} has ${file.size} bytes; at most ${LARGEST} are read.`);
    else this.lab.say("upload", { text: await file.text(), name: file.name });
  }

  async download() {
    const { text } = await this.lab.ask("csv");
    const address = URL.createObjectURL(new Blob([text], { type: "text/csv" }));
    el("a", { href: address, download: "points.csv" }).click();
    setTimeout(() => URL.revokeObjectURL(address), 1000);
  }
}

/** Return what the colours of the picture mean, in a sentence. */
export function legend(now) {
  if (now.look.startsWith("score")) return `Score of ${now.names[Number(now.look.split(":")[1])]}: blue above zero, orange below, lines at quarters of the farthest value.`;
  if (now.look.startsWith("unit")) return "What this unit answers: blue above zero, orange below, lines at quarters of the farthest value.";
  const depth = now.probabilities ? "the winner's probability by softmax, from all alike (pale) to certain" : "the winner's lead over the second, from none (pale) to two margins";
  return `Depth of colour: ${depth}. Hollow points are held out.`;
}

/** Write the line about what the address holds. */
export function addressLine(place, now) {
  const points = now.addressed ? "" : "The address cannot hold more than 200 points of your own: download them as CSV to share them. ";
  const weights = now.address === "whole" || now.playing ? "" : "The address holds the settings, but not these weights: settings changed on the way, or training went on for too long.";
  write(place, points + weights);
}
