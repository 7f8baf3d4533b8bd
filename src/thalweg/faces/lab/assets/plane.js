// The plane room: its parts, laid out and kept up to date.

import { el, write } from "./dom.js";
import { Sheet } from "./plane_canvas.js";
import { Curves, share } from "./plane_curves.js";
import { Examples } from "./plane_examples.js";
import { Net } from "./plane_net.js";
import { called } from "./plane_number.js";
import { Pointer } from "./plane_pointer.js";
import { Sums } from "./plane_sums.js";
import { addressLine, legend, Tools } from "./plane_tools.js";
import { Weights } from "./plane_weights.js";
import { Worked } from "./plane_worked.js";
import { transport } from "./transport.js";

const OFTEN = 150;
const KEYS = "Click: add. Drag: move. Right click: remove. By key: . and , choose a point, arrows move it, Delete removes it, Enter adds one, 1 to 6 choose the class.";

class Plane {
  constructor(stage, lab) {
    this.lab = lab;
    this.now = null;
    this.row = null;
    Object.assign(this, { label: 0, erasing: false, looked: "regions" });
    this.sheet = new Sheet(lab);
    this.pointer = new Pointer(this.sheet, lab, this);
    this.tools = new Tools(lab, this);
    this.bar = transport(lab);
    this.parts = { sums: new Sums(), weights: new Weights(lab), net: new Net(lab), curves: new Curves(lab), examples: new Examples(lab, (row) => this.point(row)) };
    this.parts.net.looked = () => this.looked;
    this.example = new Worked("One point", "Point at an example, on the plane or in the table, to see its loss written out.");
    this.step = new Worked("This step", "Choose a weight (click its number, its gradient or its edge) and take a step to see how it moved.");
    this.build(stage);
    this.resized = new ResizeObserver(() => this.now?.tables && (this.redraw(), this.tables()));
    this.resized.observe(this.sheet.canvas);
  }

  build(stage) {
    const { sums, weights, net, curves, examples } = this.parts;
    this.said = el("p.said", { role: "status" });
    this.legend = el("p.alt.legend");
    this.address = el("p.alt");
    this.loss = el("p.formula.alt");
    this.tools.place.append(el("p.alt.keys", {}, KEYS));
    stage.append(el("div.plane", {},
      el("div.drive", {}, this.bar.place, this.said),
      el("div.sheet-side", {}, this.sheet.canvas, this.legend, this.tools.place),
      el("div.numbers", {}, sums.place, this.loss, weights.place, net.place, curves.place, this.address),
      el("div.below", {}, examples.place, el("div.arithmetic", {}, this.example.place, this.step.place))));
  }

  /** Take a picture in; tables stay as they were where it brings none. */
  draw(picture) {
    const arrays = { ...this.now?.arrays, ...picture.arrays };
    if (!picture.arrays.field) delete arrays.field;
    if (!picture.arrays.lines) delete arrays.lines;
    this.now = { ...this.now, ...picture, tables: picture.tables ?? this.now?.tables, arrays };
    this.pointer.drawn();
    this.bar.show(picture);
    this.parts.sums.draw(this.now);
    write(this.said, picture.walk ? `Walking to step ${picture.walk}, where the address says training stood.` : (picture.said ?? ""));
    write(this.legend, legend(this.now));
    this.redraw();
    if (picture.tables) this.tables();
  }

  redraw() {
    if (this.now) this.sheet.draw(this.now, this.pointer);
  }

  tables() {
    const { now } = this;
    this.tools.draw(now);
    for (const name of ["weights", "net", "curves"]) this.parts[name].draw(now);
    this.parts.examples.draw(now, this.row);
    addressLine(this.address, now);
    write(this.loss, `${now.tables.loss.name}: ${now.tables.loss.formula}`);
    const { pick, step, optimiser } = now.tables;
    const name = pick.name ? `${called(pick, now)}, by ${optimiser.name}: ${optimiser.formula}.` : "";
    this.step.show(step, pick.name && !step.length ? `${name} Take a step to see its numbers.` : name);
    this.ask();
    this.describe();
  }

  describe() {
    const { now } = this;
    const count = now.arrays.labels.values.length;
    const where = this.pointer.selected === null ? "" : ` Point ${this.pointer.selected + 1} is chosen: x ${now.arrays.points.values[2 * this.pointer.selected].toFixed(3)}, y ${now.arrays.points.values[2 * this.pointer.selected + 1].toFixed(3)}.`;
    const text = `${count} points in ${now.names.length} classes; step ${now.step}, loss ${now.loss?.toFixed(4)}, ${share(now.accuracy)} right.${where} ${KEYS}`;
    if (this.sheet.canvas.getAttribute("aria-label") !== text) this.sheet.canvas.setAttribute("aria-label", text);
  }

  /** Another point is pointed at, on the plane or in the table. */
  pointed(row) {
    this.row = row;
    if (!this.now?.tables) return;
    this.parts.examples.draw(this.now, row);
    this.asked = 0;
    this.ask();
  }

  /** A row of the table is pointed at: it is shown on the plane, and the table stays as it is. */
  point(row) {
    this.row = row ?? this.pointer.selected;
    this.pointer.show({ hovered: row });
    this.asked = 0;
    this.ask();
  }

  /** Ask for the arithmetic of the point that is pointed at, at most a few times a second. */
  async ask() {
    const { row } = this;
    const soon = performance.now();
    if (row === null || row >= this.now.arrays.labels.values.length) return this.example.show([], "");
    if (this.asking || soon - (this.asked ?? 0) < OFTEN) return;
    [this.asking, this.asked] = [true, soon];
    try {
      const { lines } = await this.lab.ask("example", { row });
      const held = this.now.arrays.held.values[row] ? " It is held out: its loss is not in the mean." : "";
      this.example.show(lines, `Point ${row + 1}, of ${this.now.names[this.now.arrays.labels.values[row]]}.${held}`);
    } catch {
      /* the point is gone */
    } finally {
      this.asking = false;
    }
    if (this.row !== row) this.ask();
  }
}

export function enter(stage, lab) {
  const room = new Plane(stage, lab);
  return {
    draw: (picture) => room.draw(picture),
    theme: () => room.now?.tables && (room.redraw(), room.tables()),
    leave: () => room.resized.disconnect(),
  };
}
