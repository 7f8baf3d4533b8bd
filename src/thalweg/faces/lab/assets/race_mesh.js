// Mesh: the ground's grid as cells of colour and light in the box from -1 to 1, and trails draped over them.

import { ramp } from "./race_ground.js";

const TALL = 0.95;
const LIFT = 0.012;
const THROUGH = 0.35;
const DIMMED = [1.25, 1, 0.7]; // shadows are bluish, not grey
const PIECES = 80;

export class Mesh {
  constructor({ arrays: { relief }, window }, colours) {
    [this.rows, this.columns] = relief.shape;
    this.window = window;
    this.tall = TALL;
    const wide = Math.max(this.columns, this.rows) - 1;
    [this.halfX, this.halfY] = [(this.columns - 1) / wide, (this.rows - 1) / wide];
    this.z = relief.values.map((share) => (share - 0.5) * TALL);
    this.colours = this.lit(ramp(colours, 64));
  }

  /** Return every cell's colour: by its height, and by how it lies towards a light from the upper left. */
  lit(shades) {
    const made = [];
    const side = (2 * this.halfX) / (this.columns - 1);
    for (let row = 0; row < this.rows - 1; row += 1) {
      for (let column = 0; column < this.columns - 1; column += 1) {
        const [a, b, c, d] = this.corners(row, column).map((at) => this.z[at]);
        const [dx, dy] = [(b + c - a - d) / (2 * side), (c + d - a - b) / (2 * side)];
        const light = (dx * 0.5 - dy * 0.45 + 1) / Math.hypot(dx, dy, 1) / Math.hypot(0.5, 0.45, 1);
        const share = 0.74 + 0.3 * Math.max(0, light);
        const shade = shades[Math.max(0, Math.min(63, Math.round(((a + b + c + d) / 4 / TALL + 0.5) * 63)))];
        made.push(`rgb(${shade.map((part, which) => Math.min(255, Math.round(part * share ** DIMMED[which]))).join(" ")})`);
      }
    }
    return made;
  }

  corners(row, column) {
    const at = row * this.columns + column;
    return [at, at + 1, at + this.columns + 1, at + this.columns];
  }

  /** Return a place of the plane in the box, on the surface; null outside the window. */
  spot(x, y) {
    const [left, right, bottom, top] = this.window;
    const [u, v] = [(x - left) / (right - left), (y - bottom) / (top - bottom)];
    if (!(u >= 0 && u <= 1 && v >= 0 && v <= 1)) return null;
    return [(2 * u - 1) * this.halfX, (2 * v - 1) * this.halfY, this.height(u * (this.columns - 1), v * (this.rows - 1)) + LIFT];
  }

  height(gx, gy) {
    const [column, row] = [Math.min(this.columns - 2, Math.floor(gx)), Math.min(this.rows - 2, Math.floor(gy))];
    const [a, b, c, d] = this.corners(row, column).map((at) => this.z[at]);
    const [u, v] = [gx - column, gy - row];
    return a * (1 - u) * (1 - v) + b * u * (1 - v) + c * u * v + d * (1 - u) * v;
  }

  cell(x, y) {
    const [left, right, bottom, top] = this.window;
    const column = Math.min(this.columns - 2, Math.floor(((x - left) / (right - left)) * (this.columns - 1)));
    const row = Math.min(this.rows - 2, Math.floor(((y - bottom) / (top - bottom)) * (this.rows - 1)));
    return row * (this.columns - 1) + column;
  }

  /** Return a runner's path in pieces no longer than a cell, by the cell they lie in: [step at its end, from, to]. */
  draped(race, place) {
    const cells = new Map();
    const [left, right, bottom, top] = this.window;
    for (let step = 0; step < race.steps; step += 1) {
      const [from, to] = [race.at(place, step), race.at(place, step + 1)];
      const far = Math.max((Math.abs(to[0] - from[0]) / (right - left)) * this.columns, (Math.abs(to[1] - from[1]) / (top - bottom)) * this.rows);
      if (far === 0) continue;
      const pieces = Math.min(PIECES, Math.ceil(far) || 1);
      for (let piece = 0; piece < pieces; piece += 1) this.drape(cells, from, to, { step, piece, pieces });
    }
    return cells;
  }

  drape(cells, from, to, { step, piece, pieces }) {
    const along = (share) => [from[0] + (to[0] - from[0]) * share, from[1] + (to[1] - from[1]) * share];
    const [begin, end] = [along(piece / pieces), along((piece + 1) / pieces)];
    const [one, other] = [this.spot(...begin), this.spot(...end)];
    if (!one || !other) return;
    const cell = this.cell((begin[0] + end[0]) / 2, (begin[1] + end[1]) / 2);
    if (!cells.has(cell)) cells.set(cell, []);
    cells.get(cell).push([step + (piece + 1) / pieces, one, other]);
  }

  /** Draw the cells from the back to the front as seen from `around`, and on each the trails up to `head`. */
  draw(pen, project, { around, trails, lines, head }) {
    const seen = this.projected(project);
    const rows = order(this.rows - 1, Math.cos(around) > 0);
    const columns = order(this.columns - 1, Math.sin(around) > 0);
    pen.lineJoin = "round";
    for (const row of rows) {
      for (const column of columns) this.drawCell(pen, seen, row, column);
      for (const column of columns) this.drawTrails(pen, project, row * (this.columns - 1) + column, { trails, lines, head });
    }
    this.drawHidden(pen, project, { trails, lines, head });
  }

  /** Draw every trail once more, faintly, so that one behind a wall is seen through it. */
  drawHidden(pen, project, given) {
    pen.globalAlpha = THROUGH;
    const cells = new Set(given.trails.flatMap((trail) => [...trail.keys()]));
    for (const cell of cells) this.drawTrails(pen, project, cell, given);
    pen.globalAlpha = 1;
  }

  projected(project) {
    const seen = new Float32Array(2 * this.z.length);
    for (let at = 0; at < this.z.length; at += 1) {
      const [column, row] = [at % this.columns, Math.floor(at / this.columns)];
      const x = ((2 * column) / (this.columns - 1) - 1) * this.halfX;
      const y = ((2 * row) / (this.rows - 1) - 1) * this.halfY;
      [seen[2 * at], seen[2 * at + 1]] = project(x, y, this.z[at]);
    }
    return seen;
  }

  drawCell(pen, seen, row, column) {
    pen.beginPath();
    for (const corner of this.corners(row, column)) pen.lineTo(seen[2 * corner], seen[2 * corner + 1]);
    pen.closePath();
    pen.fillStyle = pen.strokeStyle = this.colours[row * (this.columns - 1) + column];
    pen.lineWidth = 1;
    pen.fill();
    pen.stroke();
  }

  drawTrails(pen, project, cell, { trails, lines, head }) {
    trails.forEach((cells, place) => {
      const pieces = cells.get(cell);
      if (!pieces) return;
      pen.beginPath();
      for (const [step, from, to] of pieces) {
        if (step > head) continue;
        pen.moveTo(...project(...from));
        pen.lineTo(...project(...to));
      }
      pen.strokeStyle = lines[place].colour;
      pen.lineWidth = 2.2;
      pen.stroke();
    });
  }
}

const order = (count, backwards) => Array.from({ length: count }, (_, at) => (backwards ? count - 1 - at : at));
