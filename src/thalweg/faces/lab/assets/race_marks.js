// Marks: the symbols that tell runners apart besides their colour, as paths in the square from -1 to 1; on a canvas and in the text.

import { outline } from "./dom.js";

const SHAPES = {
  circle: "M-.9 0A.9 .9 0 1 0 .9 0A.9 .9 0 1 0-.9 0Z",
  square: "M-.8-.8H.8V.8H-.8Z",
  diamond: "M0-1.1L1.1 0 0 1.1-1.1 0Z",
  "triangle-up": "M0-1.05L1.05.85H-1.05Z",
  cross: "M-.35-1H.35V-.35H1V.35H.35V1H-.35V.35H-1V-.35H-.35Z",
  x: "M-.95-.5L-.5-.95 0-.45 .5-.95 .95-.5 .45 0 .95.5 .5.95 0 .45-.5.95-.95.5-.45 0Z",
  star: "M0-1.15L.3-.38 1.1-.36 .47.15 .68.93 0 .48-.68.93-.47.15-1.1-.36-.3-.38Z",
  hexagon: "M-.5-.9H.5L1.02 0 .5.9H-.5L-1.02 0Z",
};
const CRITICAL = {
  minimum: SHAPES.star,
  maximum: SHAPES["triangle-up"],
  saddle: "M-.8-.8L.8.8M-.8.8L.8-.8",
  degenerate: "M0-1V1M-.87-.5L.87.5M-.87.5L.87-.5",
};
export const DASHES = { solid: [], dash: [7, 4], dot: [2, 4] };
const PATHS = new Map();

function pathOf(shape) {
  if (!PATHS.has(shape)) PATHS.set(shape, new Path2D(shape));
  return PATHS.get(shape);
}

/** Whether a runner's symbol is hollow: it shares its colour with another one. */
const hollow = (look) => look.dash !== "solid";

/** Draw a runner's symbol. */
export function drawRunner(pen, look, { x, y, size, colour, ground, ink }) {
  pen.save();
  pen.translate(x, y);
  pen.scale(size, size);
  pen.fillStyle = hollow(look) ? ground : colour;
  pen.strokeStyle = hollow(look) ? colour : ink;
  pen.lineWidth = (hollow(look) ? 2.5 : 1.2) / size;
  pen.fill(pathOf(SHAPES[look.symbol]));
  pen.stroke(pathOf(SHAPES[look.symbol]));
  pen.restore();
}

/** Draw a known critical point. */
export function drawCritical(pen, kind, { x, y, size, ink, ground }) {
  pen.save();
  pen.translate(x, y);
  pen.scale(size, size);
  pen.lineJoin = pen.lineCap = "round";
  for (const [colour, width] of [[ground, 5], [ink, 1.8]]) {
    pen.strokeStyle = colour;
    pen.lineWidth = width / size;
    pen.stroke(pathOf(CRITICAL[kind]));
  }
  if (kind === "minimum" || kind === "maximum") {
    pen.fillStyle = ink;
    pen.fill(pathOf(CRITICAL[kind]));
  }
  pen.restore();
}

/** Return a runner's symbol as an element for the text. */
export function runnerSign(look, colour) {
  return sign(SHAPES[look.symbol], (path) => {
    path.style.fill = hollow(look) ? "none" : colour;
    path.style.stroke = colour;
  });
}

/** Return a critical point's symbol as an element for the text. */
export function criticalSign(kind) {
  const filled = kind === "minimum" || kind === "maximum";
  return sign(CRITICAL[kind], (path) => {
    path.style.fill = filled ? "currentColor" : "none";
    path.style.stroke = "currentColor";
  });
}

function sign(shape, paint) {
  const picture = outline(shape, { box: "-1.4 -1.4 2.8 2.8", name: "runner-sign" });
  const path = picture.firstChild;
  path.style.strokeWidth = ".35";
  paint(path);
  return picture;
}
