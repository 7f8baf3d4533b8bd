// Ground: paints contours from heights counted in levels, which the server sends on a grid: bands of colour with fine lines between.

/** Return the red, green and blue of #rrggbb. */
export const rgb = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Return a colour at each level, from the first colour to the last. */
export function ramp(colours, levels) {
  const known = colours.map(rgb);
  return Array.from({ length: levels }, (_, level) => {
    const at = (level / Math.max(1, levels - 1)) * (known.length - 1);
    const low = Math.min(known.length - 2, Math.floor(at));
    return known[low].map((part, which) => Math.round(part + (known[low + 1][which] - part) * (at - low)));
  });
}

/** Paint a ground {bands, window, levels} as seen through `view` {left, right, bottom, top} into an image. */
export function paint(image, ground, view, { colours, line }) {
  const { width, height, data } = image;
  const [rows, columns] = ground.bands.shape;
  const [left, right, bottom, top] = ground.window;
  const shades = ramp(colours, ground.levels.length);
  const ink = rgb(line);
  const across = lattice(width, (at) => ((view.left + ((at + 0.5) / width) * (view.right - view.left) - left) / (right - left)) * (columns - 1), columns);
  let before = new Float32Array(width);
  let now = new Float32Array(width);
  for (let row = 0; row < height; row += 1) {
    const y = ((view.top - ((row + 0.5) / height) * (view.top - view.bottom) - bottom) / (top - bottom)) * (rows - 1);
    [before, now] = [now, before];
    sample(now, ground.bands.values, columns, rows, y, across);
    for (let column = 0; column < width; column += 1) colourPixel(data, 4 * (row * width + column), now, column, row ? before[column] : now[column], shades, ink);
  }
  return image;
}

/** For every pixel of a row: the grid's column before it, and how far it lies towards the next; NaN outside the grid. */
function lattice(width, place, columns) {
  const found = { cell: new Int32Array(width), share: new Float32Array(width) };
  for (let at = 0; at < width; at += 1) {
    const x = place(at);
    const inside = x >= -0.5 && x <= columns - 0.5;
    const held = Math.min(columns - 1.0001, Math.max(0, x));
    found.cell[at] = Math.floor(held);
    found.share[at] = inside ? held - Math.floor(held) : NaN;
  }
  return found;
}

function sample(into, values, columns, rows, y, { cell, share }) {
  if (!(y >= -0.5 && y <= rows - 0.5)) return into.fill(NaN);
  const held = Math.min(rows - 1.0001, Math.max(0, y));
  const low = Math.floor(held);
  const part = held - low;
  for (let at = 0; at < into.length; at += 1) {
    const corner = low * columns + cell[at];
    const lower = values[corner] + (values[corner + 1] - values[corner]) * share[at];
    const upper = values[corner + columns] + (values[corner + columns + 1] - values[corner + columns]) * share[at];
    into[at] = lower + (upper - lower) * part;
  }
  return into;
}

function colourPixel(data, at, row, column, above, shades, ink) {
  const band = row[column];
  if (Number.isNaN(band)) {
    data[at + 3] = 0;
    return;
  }
  const beside = column ? row[column - 1] : band;
  const slope = Math.hypot(band - beside, band - above) || 1e-9;
  const level = Math.round(band);
  const near = level > 0 && level < shades.length ? Math.max(0, 1 - Math.abs(band - level) / slope) * 0.55 : 0;
  const shade = shades[Math.max(0, Math.min(shades.length - 1, Math.floor(band)))];
  for (let part = 0; part < 3; part += 1) data[at + part] = shade[part] + (ink[part] - shade[part]) * near;
  data[at + 3] = 255;
}
