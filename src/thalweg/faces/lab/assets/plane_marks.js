// Marks: a class has a shape as well as a colour; what is held out is hollow.

const SHAPES = [
  (pen, x, y, size) => pen.arc(x, y, size, 0, 2 * Math.PI),
  (pen, x, y, size) => pen.rect(x - 0.88 * size, y - 0.88 * size, 1.76 * size, 1.76 * size),
  (pen, x, y, size) => corners(pen, x, y, 1.25 * size, [0, 90, 180, 270]),
  (pen, x, y, size) => corners(pen, x, y, 1.25 * size, [-90, 30, 150]),
  (pen, x, y, size) => corners(pen, x, y, 1.25 * size, [90, 210, 330]),
  (pen, x, y, size) => corners(pen, x, y, 1.2 * size, [-90, -18, 54, 126, 198]),
];

function corners(pen, x, y, size, angles) {
  angles.forEach((angle, at) => {
    const turn = (angle * Math.PI) / 180;
    pen[at ? "lineTo" : "moveTo"](x + size * Math.cos(turn), y + size * Math.sin(turn));
  });
  pen.closePath();
}

/** Draw the mark of a class. */
export function mark(pen, [x, y], { label, size, colour, paper, hollow = false }) {
  pen.beginPath();
  SHAPES[label % SHAPES.length](pen, x, y, size);
  pen.fillStyle = hollow ? paper : colour;
  pen.strokeStyle = hollow ? colour : paper;
  pen.lineWidth = hollow ? 2 : 1.25;
  pen.fill();
  pen.stroke();
}

/** Return the three parts of a colour such as #0072b2. */
export const parts = (colour) => [1, 3, 5].map((at) => parseInt(colour.slice(at, at + 2), 16));

/** Return a small canvas with a class's mark. */
export function badge(lab, label, size = 16) {
  const canvas = document.createElement("canvas");
  canvas.width = canvas.height = 2 * size;
  canvas.className = "badge";
  canvas.setAttribute("aria-hidden", "true");
  const pen = canvas.getContext("2d");
  pen.scale(2, 2);
  mark(pen, [size / 2, size / 2], { label, size: size / 3, colour: lab.colour(label), paper: "transparent" });
  return canvas;
}
