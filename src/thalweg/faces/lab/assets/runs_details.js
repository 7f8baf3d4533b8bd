// A run or a sweep by itself: asked for when it is opened, and again when something of it has changed.

import * as address from "./address.js";
import { el } from "./dom.js";
import { placeOf } from "./runs_names.js";
import { RunPage } from "./runs_run.js";
import { SweepPage } from "./runs_sweep.js";

const PAGES = { "report.html": "Report", "inspection.html": "Inspection", "sweep.html": "Page of the sweep" };

export class Details {
  constructor(place, lab) {
    this.lab = lab;
    this.back = el("a", {}, "All runs");
    this.head = el("header.of-run");
    this.body = el("div");
    this.page = null;
    this.asked = "";
    place.append(el("nav", { "aria-label": "Back" }, this.back), this.head, this.body);
  }

  /** Another run is asked for anew when it is opened again. */
  leave() {
    if (this.asked) this.body.replaceChildren();
    this.asked = "";
    this.page = null;
  }

  async draw(picture, card) {
    const { run, ...rest } = picture.state;
    this.back.href = placeOf(this.lab, rest);
    const { across, up } = rest;
    const now = JSON.stringify([run, across, up, picture.made, card]);
    if (now !== this.asked) {
      if (JSON.parse(this.asked || "[]")[0] !== run) this.leave();
      this.asked = now;
      const found = await this.lab.ask("details").catch((error) => ({ error: error.message }));
      if (this.asked === now) this.show(found);
    }
    this.page?.watch?.(picture.job?.run === run ? picture.job : null, picture.job);
  }

  show(found) {
    if (found.error) {
      this.page = null;
      this.head.replaceChildren(el("h1", {}, "It cannot be shown"));
      this.body.replaceChildren(el("p.alarm", { dir: "auto" }, found.error));
      return;
    }
    const same = this.page && this.page.name === found.name && this.page.kind === found.kind;
    if (!same) this.page = new (found.kind === "sweep" ? SweepPage : RunPage)(found, this.lab);
    this.head.replaceChildren(...this.top(found));
    if (!same) this.body.replaceChildren(this.page.place);
    this.page.show(found);
  }

  top({ shown, name, pages, onwards = {} }) {
    const links = pages.map((page) =>
      el("a", { href: `/run-page?${new URLSearchParams({ run: name, page })}`, target: "_blank", rel: "noopener" }, PAGES[page]),
    );
    const go = onwards.from ? [el("a", { href: address.written({ room: "pictures", hide: this.lab.hide, state: onwards }) }, "Continue in Pictures")] : [];
    return [el("h1", { dir: "auto" }, shown), el("p.links", {}, ...go, ...links)];
  }
}
