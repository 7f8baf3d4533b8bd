// Net: the small net as a picture: every unit's answer over the plane, every weight as an edge: colour is sign, width is size.

import { el, figure } from "./dom.js";
import { parts } from "./plane_marks.js";
import { UnitEditor } from "./plane_unit.js";

const SPACE = "http://www.w3.org/2000/svg";
const MOST = 16;
const LAYERS = 6;

const shape = (name, attributes) => {
  const made = document.createElementNS(SPACE, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
};

/** Return the maps of a net in order: {weight, bias, inputs, outputs}. */
export const maps = (shapes) =>
  Object.entries(shapes)
    .filter(([name, size]) => name.endsWith(".weight") && size.length === 2)
    .map(([name, [outputs, inputs]]) => ({ weight: name, bias: name.replace(/weight$/, "bias"), inputs, outputs }));

export class Net {
  constructor(lab) {
    this.lab = lab;
    this.heads = el("div.heads");
    this.field = el("div.field-of-net");
    this.editor = new UnitEditor(lab);
    this.tip = el("p.alt.tip", { "aria-live": "off" });
    this.place = el("section.net", { "aria-label": "The net" }, this.heads, this.field, this.tip, this.editor.place);
    this.layout = "";
  }

  draw(now) {
    this.place.hidden = now.linear;
    if (now.linear) return;
    const width = Math.round(this.field.clientWidth);
    const layout = JSON.stringify([now.tables.widths, now.names, width, this.lab.isDark()]);
    if (layout !== this.layout) this.build(now, width);
    this.layout = layout;
    this.edges.forEach((edge) => this.drawEdge(now, edge));
    this.units.forEach((unit) => this.drawUnit(now, unit));
    this.editor.draw(now);
  }

  build(now, width) {
    const { widths } = now.tables;
    const columns = [["x", "y"], ...widths.map((count) => Array.from({ length: Math.min(count, MOST) }, () => "")), now.names];
    const tallest = Math.max(...columns.map((column) => column.length));
    const size = Math.max(18, Math.min(36, Math.floor(300 / tallest) - 6, Math.floor(width / columns.length) - 14));
    const height = tallest * (size + 6);
    const at = (column, row) => [
      ((width - size - 8) * column) / (columns.length - 1) + size / 2 + 4,
      height / 2 + (row - (columns[column].length - 1) / 2) * (size + 6),
    ];
    this.svg = shape("svg", { width, height, viewBox: `0 0 ${width} ${height}`, "aria-hidden": "true" });
    this.edges = maps(now.tables.shapes).flatMap((map, column) => this.buildEdges(map, column, columns, at));
    let picture = 0;
    this.units = columns.flatMap((column, layer) => {
      const first = picture;
      if (layer > 0) picture += layer <= widths.length ? widths[layer - 1] : column.length;
      return column.map((name, row) => this.buildUnit({ layer, row, name, size, place: at(layer, row), picture: layer ? first + row : null, last: columns.length - 1 }));
    });
    this.field.style.height = `${height}px`;
    this.field.replaceChildren(this.svg, ...this.units.map(({ button }) => button));
    this.heads.replaceChildren(...this.buildHeads(widths));
    this.editor.close();
  }

  /** Buttons that take or give units and layers. */
  buildHeads(widths) {
    const set = (next) => this.lab.set({ widths: next.join(",") });
    const button = (text, label, act, disabled) => el("button.small", { type: "button", disabled, title: label, "aria-label": label, onclick: act }, text);
    const layers = el("span.layer", {},
      button("−", "One layer less", () => set(widths.slice(0, -1)), widths.length < 1),
      `${widths.length} hidden layer${widths.length === 1 ? "" : "s"}`,
      button("+", "One layer more", () => set([...widths, widths.at(-1) ?? 4]), widths.length >= LAYERS));
    const units = widths.map((count, layer) =>
      el("span.layer", {},
        button("−", `One unit less in layer ${layer + 1}`, () => set(widths.with(layer, count - 1)), count <= 1),
        `${count}`,
        button("+", `One unit more in layer ${layer + 1}`, () => set(widths.with(layer, count + 1)), count >= 64)));
    const hidden = widths.some((count) => count > MOST) ? [el("span.alt", {}, `${MOST} units of a layer are shown`)] : [];
    return [layers, el("span.units", {}, "units", ...units), ...hidden];
  }

  buildEdges(map, column, columns, at) {
    const edges = [];
    for (let to = 0; to < columns[column + 1].length; to += 1) {
      for (let from = 0; from < columns[column].length; from += 1) {
        const [[x0, y0], [x1, y1]] = [at(column, from), at(column + 1, to)];
        const d = `M${x0} ${y0}C${(x0 + x1) / 2} ${y0} ${(x0 + x1) / 2} ${y1} ${x1} ${y1}`;
        const line = shape("path", { d, fill: "none" });
        const reach = shape("path", { d, fill: "none", stroke: "transparent", "stroke-width": 9, class: "reach" });
        const edge = { map, to, from, line, place: to * map.inputs + from };
        reach.addEventListener("pointerenter", () => this.say(edge));
        reach.addEventListener("click", () => this.editor.open({ layer: column + 1, map, unit: to, input: from }));
        this.svg.append(line, reach);
        edges.push(edge);
      }
    }
    return edges;
  }

  say({ map, to, from }) {
    const value = this.now?.arrays[`w:${map.weight}`]?.values[to * map.inputs + from];
    this.tip.textContent = `weight from ${from + 1} to ${to + 1}: ${figure(value)}. Click to edit it.`;
  }

  drawEdge(now, { map, line, place }) {
    this.now = now;
    const value = now.arrays[`w:${map.weight}`].values[place];
    line.setAttribute("stroke", this.lab.colour(value < 0 ? 1 : 0));
    line.setAttribute("stroke-width", (0.4 + 3.4 * Math.tanh(Math.abs(value) / 1.5)).toFixed(2));
    line.setAttribute("stroke-opacity", (0.2 + 0.7 * Math.tanh(Math.abs(value))).toFixed(2));
  }

  buildUnit({ layer, row, name, size, place, picture, last }) {
    const canvas = el("canvas", { width: 24, height: 24 });
    const look = layer === last ? `score:${row}` : `unit:${layer - 1}:${row}`;
    const title = layer === 0 ? name : layer === last ? `score of ${name}` : `unit ${row + 1} of layer ${layer}`;
    const button = el(`button.unit${layer === 0 ? ".input" : ""}`, { type: "button", title, "aria-label": `${title}: its weights`, disabled: layer === 0 }, layer === 0 ? name : canvas);
    Object.assign(button.style, { width: `${size}px`, height: `${size}px`, left: `${place[0] - size / 2}px`, top: `${place[1] - size / 2}px` });
    if (layer > 0) {
      const back = () => this.lab.say("look", { look: this.looked?.() ?? "regions" });
      for (const [begin, end] of [["pointerenter", "pointerleave"], ["focus", "blur"]]) {
        button.addEventListener(begin, () => this.lab.say("look", { look }));
        button.addEventListener(end, back);
      }
      button.addEventListener("click", () => this.editor.open({ layer, map: maps(this.now.tables.shapes)[layer - 1], unit: row, input: null }));
      if (layer === last) button.style.borderColor = this.lab.colour(row);
    }
    return { button, canvas, picture };
  }

  /** Paint a unit's answer over the plane: blue is above zero, orange below, as the edges are. */
  drawUnit(now, { canvas, picture }) {
    if (picture === null || !now.arrays.units) return;
    const { values, shape: [count, side] } = now.arrays.units;
    if (picture >= count) return;
    const [minus, plus] = [parts(this.lab.colour(1)), parts(this.lab.colour(0))];
    const pen = canvas.getContext("2d");
    const image = pen.createImageData(side, side);
    for (let at = 0; at < side * side; at += 1) {
      const share = (values[picture * side * side + at] - 128) / 127;
      const to = 4 * ((side - 1 - Math.floor(at / side)) * side + (at % side));
      const colour = share < 0 ? minus : plus;
      for (let part = 0; part < 3; part += 1) image.data[to + part] = colour[part];
      image.data[to + 3] = 255 * Math.min(1, Math.abs(share));
    }
    pen.putImageData(image, 0, 0);
  }
}
