// The chosen runs: one figure of all of them over one axis, what differs between their recipes, and the command that compares their answers.

import { drawing, table } from "./drawing.js";
import { el } from "./dom.js";
import { joined, quoted } from "./runs_names.js";

const FIGURES = { loss: "loss", accuracy: "accuracy", rate: "rate" };
const AXES = { epoch: "epochs", step: "steps", examples: "examples", seconds: "seconds" };

export class Choice {
  constructor(lab) {
    this.lab = lab;
    this.chosen = [];
    this.asked = "";
    this.figure = this.select("figure", FIGURES);
    this.axis = this.select("axis", AXES);
    this.shown = el("div");
    const none = el("button", { type: "button", onclick: () => lab.set({ runs: "" }) }, "Choose none");
    this.bar = el("div.bar", {}, el("label", { htmlFor: "runs-figure" }, "Figure"), this.figure, el("label", { htmlFor: "runs-axis" }, "over"), this.axis, none);
    this.hint = el("p.alt", {}, "Tick runs to see their curves over one another and what differs between their recipes; a name opens a run.");
    this.place = el("section.choice-of-runs", { "aria-label": "Curves of the chosen runs" }, this.hint, this.bar, this.shown);
    this.choose = (name, on) => {
      this.chosen = [...this.chosen.filter((each) => each !== name), ...(on ? [name] : [])];
      lab.set({ runs: joined(this.chosen) });
    };
  }

  select(name, words) {
    const options = Object.entries(words).map(([value, text]) => el("option", { value }, text));
    return el("select", { id: `runs-${name}`, onchange: (event) => this.lab.set({ [name]: event.target.value }) }, ...options);
  }

  async draw({ state, chosen, version }, cards) {
    this.chosen = chosen;
    this.figure.value = state.figure;
    this.axis.value = state.axis;
    this.hint.hidden = chosen.length > 0 || !cards.length;
    this.bar.hidden = this.shown.hidden = !chosen.length;
    const live = cards.some(({ name, ending }) => ending === "training" && chosen.includes(name));
    const now = JSON.stringify([chosen, state.figure, state.axis, live && version]);
    if (now === this.asked || !chosen.length) return;
    this.asked = now;
    const found = await this.lab.ask("curves").catch(() => null); // the reason stands in the note
    if (found && this.asked === now) this.show(found);
  }

  show({ drawing: drawn, differing, notes }) {
    const parts = notes.map((line) => el("p.aside", { dir: "auto" }, line));
    if (drawn) parts.push(drawing(drawn, { heading: 2 }));
    if (this.chosen.length > 1) parts.push(el("h2", {}, "What differs"), ...this.differences(differing), ...this.command());
    this.shown.replaceChildren(...parts);
  }

  differences(differing) {
    if (!differing.rows.length) return [el("p", {}, "Their recipes are the same.")];
    return [table({ ...differing, label: "Settings that differ" })];
  }

  command() {
    const names = this.chosen.map((name) => quoted(name.includes("/") ? name : `${this.lab.last.where}/${name}`));
    const words = "Whether their answers on test examples differ by more than chance, with intervals and McNemar's test:";
    return [el("p.after", {}, words), el("p", {}, el("code", {}, `thalweg compare ${names.join(" ")}`))];
  }
}
