// A sweep: what its order says and what it does not, the heat map over two settings, every candidate.

import { drawing, table } from "./drawing.js";
import { el } from "./dom.js";
import { facts } from "./runs_facts.js";

export class SweepPage {
  constructor({ name, kind }, lab) {
    this.name = name;
    this.kind = kind;
    this.lab = lab;
    this.place = el("div");
  }

  show({ headline, summary, caution, best, drawings, settings, axes, facts: told }) {
    const [board, ...others] = drawings;
    this.place.replaceChildren(
      el("div.summary", {}, el("p.headline", {}, headline), el("div", {}, ...summary.map((line) => el("p", { dir: "auto" }, line)))),
      facts(told),
      el("h2", {}, "The order"),
      ...caution.map((line) => el("p", { dir: "auto" }, line)),
      drawing(board),
      table({ ...best, label: "Candidates" }),
      ...others.flatMap((one) => (one.name === "heat" ? [this.ways(settings, axes), drawing(one)] : [drawing(one)])),
    );
  }

  ways(settings, axes) {
    if (settings.length < 2) return el("div");
    const select = (name, value) => {
      const options = [el("option", { value: "" }, "what decides most"), ...settings.map((each) => el("option", { value: each.name }, each.shown))];
      const made = el("select", { id: `runs-${name}` }, ...options);
      made.value = value ?? "";
      return made;
    };
    const across = select("across", axes[0]);
    const up = select("up", axes[1]);
    const changed = () => this.lab.set({ across: across.value, up: up.value === across.value ? "" : up.value });
    across.addEventListener("change", changed);
    up.addEventListener("change", changed);
    return el("div.bar.ways", {}, el("label", { htmlFor: "runs-across" }, "Heat map: across"), across, el("label", { htmlFor: "runs-up" }, "up"), up);
  }
}
