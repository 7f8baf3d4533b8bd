// A run: what it is, how it went, its answers, and the evidence on its weights: as kept, or computed here with a bar that can be cancelled.

import { drawing, table } from "./drawing.js";
import { el, write } from "./dom.js";
import { facts } from "./runs_facts.js";

const ANSWERS = {
  name: "answers",
  title: "The answers on held-out examples",
  note: "Confusion matrix, calibration where the loss has probabilities, worst mistakes and hesitant answers; kept nowhere but on this page.",
};

export class RunPage {
  constructor({ name, kind }, lab) {
    this.name = name;
    this.kind = kind;
    this.lab = lab;
    this.sections = new Map();
    this.about = el("div");
    this.evidence = el("div");
    this.place = el("div", {}, this.about, this.evidence);
  }

  show(found) {
    const { evidence, answers, closed } = found;
    this.about.replaceChildren(...this.facts(found));
    if (closed) return this.evidence.replaceChildren(el("h2", {}, "Evidence"), el("p", { dir: "auto" }, closed));
    if (!this.sections.size) this.lay(evidence);
    this.sections.get(ANSWERS.name).show({ ...ANSWERS, kept: answers.length > 0, sentences: [], drawings: answers });
    for (const one of evidence) this.sections.get(one.name).show(one);
  }

  lay(evidence) {
    for (const { name } of [ANSWERS, ...evidence]) this.sections.set(name, new Section(name, this.lab));
    const words = "Each is computed on the first 2,000 training examples and kept in the run's folder, as thalweg inspect does.";
    const [answers, ...others] = [...this.sections.values()].map(({ place }) => place);
    this.evidence.replaceChildren(answers, el("h2", {}, "Evidence on its weights"), el("p.alt", {}, words), ...others);
  }

  facts({ facts: told, choices, ending, reason, advice, figures, drawings, recipe }) {
    const chosen = Object.entries(choices).map(([name, value]) => el("span", { dir: "auto" }, el("b", {}, name), ` ${value}`));
    const end = el(`p.ending-words.${ending}`, { dir: "auto" }, `${ending}: ${reason}${advice ? `. ${advice}` : ""}`);
    const [course, rest] = [drawings.filter(({ name }) => name !== "balance"), drawings.filter(({ name }) => name === "balance")];
    return [
      el("p.choices", {}, ...chosen),
      end,
      el("div.beside", {}, facts(told), figures ? table({ ...figures, label: "Figures of the kept weights", caption: "At the kept weights" }) : null),
      el("div.beside", {}, ...course.map((one) => drawing(one, { heading: 2 }))),
      el("details", {}, el("summary", {}, "Examples of each class"), ...rest.map((one) => drawing(one))),
      el("details", {}, el("summary", {}, "Recipe"), el("pre", { dir: "auto", tabIndex: 0 }, recipe)),
    ];
  }

  /** Show how far the job of this run is; `any` is the worker's job, whosever it is. */
  watch(job, any) {
    for (const section of this.sections.values()) section.watch(job, any?.state === "running");
  }
}

/** A kind of evidence: what is kept of it, or a button; while it is computed a bar. */
class Section {
  constructor(name, lab) {
    this.name = name;
    this.lab = lab;
    this.shown = "";
    this.title = el("h3");
    this.note = el("p.note-below.alt");
    this.body = el("div");
    this.button = el("button", { type: "button", onclick: () => this.compute(false) });
    this.finer = el("button", { type: "button", hidden: true, onclick: () => this.compute(true) }, "Compute finer");
    this.bar = el("progress", { max: 1, "aria-label": `Progress of ${name}` });
    this.far = el("span.alt");
    this.stop = el("button", { type: "button", onclick: () => lab.say("cancel") }, "Cancel");
    this.running = el("div.bar", { hidden: true }, this.bar, this.far, this.stop);
    this.said = el("p.alarm", { role: "status", hidden: true, dir: "auto" });
    this.tools = el("div.bar", {}, this.button, this.finer);
    const head = el("header", {}, this.title, this.tools);
    this.place = el("section.evidence", { id: `evidence-${name}`, "aria-label": name }, head, this.running, this.said, this.body, this.note);
  }

  compute(fine) {
    this.lab.ask("compute", { kind: this.name, fine }).catch(() => {}); // the reason stands in the note
  }

  show(one) {
    const now = JSON.stringify(one);
    if (now === this.shown) return;
    this.shown = now;
    this.kept = one.kept;
    write(this.title, one.title);
    write(this.note, one.note);
    this.button.textContent = one.slow ? "Compute on a coarse grid" : "Compute";
    this.finer.hidden = !(one.kept && one.slow);
    this.body.replaceChildren(
      ...one.sentences.map((line) => el("p", { dir: "auto" }, line)),
      ...one.drawings.map((each) => drawing(each, { heading: 4 })),
    );
  }

  watch(job, busy) {
    const own = job?.kind === this.name ? job : null;
    const running = own?.state === "running";
    this.running.hidden = !running;
    this.button.hidden = running || this.kept;
    this.button.disabled = this.finer.disabled = busy;
    this.said.hidden = !own?.text && own?.state !== "cancelled";
    write(this.said, own?.state === "cancelled" ? "Cancelled; nothing was kept." : (own?.text ?? ""));
    if (!running) return;
    if (own.total) this.bar.value = Math.min(1, own.done / own.total);
    else this.bar.removeAttribute("value");
    write(this.far, `${own.stage || "getting ready"}${own.total ? `, ${own.done.toLocaleString("en-GB")} of ${own.total.toLocaleString("en-GB")}` : ""}, ${own.seconds.toFixed(0)} s`);
  }
}
