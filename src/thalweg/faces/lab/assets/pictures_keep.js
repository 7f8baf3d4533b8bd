// Keep: this training as a run's folder, and as a command line.

import { el, write } from "./dom.js";

export class Keep {
  constructor(room) {
    this.room = room;
    this.name = el("input.name", { type: "text", id: "run-name", spellcheck: false, maxLength: 80, "aria-describedby": "run-said" });
    this.said = el("p", { id: "run-said", role: "status" });
    this.button = el("button.main.save", { type: "submit" }, "Save as a run");
    this.replace = el("button.replace", { type: "button", hidden: true, onclick: () => this.save(true) }, "Replace it");
    this.where = el("span.alt");
    const ask = (event) => {
      event.preventDefault();
      this.save(false);
    };
    const form = el("form.save", { onsubmit: ask }, el("label", { htmlFor: "run-name" }, "Name "), this.where, this.name, this.button, this.replace);
    this.command = el("code.formula");
    this.copy = el("button.copy", { type: "button", onclick: () => this.copied() }, "Copy");
    this.meaning = el("p.alt");
    this.place = el("section.keep", {}, el("h2", {}, "Keep it"), form, this.said, el("h3", {}, "The same on the command line"), el("div.command", {}, this.command, this.copy), this.meaning);
    this.name.addEventListener("input", () => (this.replace.hidden = true));
  }

  draw(section) {
    if (!this.name.value || this.name.value === this.usual) this.name.value = section.name;
    this.usual = section.name;
    write(this.where, `${section.runs}/`);
    write(this.command, section.command);
    write(this.meaning, section.uploaded ? "FOLDER stands for the folder that you uploaded." : "Trains by the settings as they are now, from the first step on.");
  }

  async save(replace) {
    this.button.disabled = true;
    write(this.said, "Saving…");
    try {
      const { exists, text } = await this.room.lab.ask("save", { name: this.name.value.trim(), replace });
      this.replace.hidden = !exists;
      write(this.said, exists ? `${text} Replace it, or choose another name.` : text);
    } catch (error) {
      write(this.said, error.message);
    } finally {
      this.button.disabled = false;
    }
  }

  async copied() {
    try {
      await navigator.clipboard.writeText(this.command.textContent);
      this.room.lab.note("The command is copied.");
    } catch {
      getSelection().selectAllChildren(this.command);
      this.room.lab.note("The command is selected; copy it with your keyboard.");
    }
  }
}
