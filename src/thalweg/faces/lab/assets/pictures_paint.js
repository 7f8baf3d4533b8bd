// Paint: bytes of a picture on a canvas, pixel for pixel; the style enlarges it without blurring.

import { el } from "./dom.js";

/** Return a canvas that shows picture `number` of an array [n, height, width, channels] of bytes. */
export function painted(array, number, properties = {}) {
  const canvas = el("canvas.pixels", { role: "img", ...properties });
  paint(canvas, array, number);
  return canvas;
}

export function paint(canvas, { values, shape }, number) {
  const [, height, width, channels] = shape;
  if (canvas.width !== width || canvas.height !== height) Object.assign(canvas, { width, height });
  const image = new ImageData(width, height);
  const from = number * height * width * channels;
  for (let at = 0; at < height * width; at += 1) {
    for (let part = 0; part < 3; part += 1) image.data[4 * at + part] = values[from + at * channels + (channels === 3 ? part : 0)];
    image.data[4 * at + 3] = 255;
  }
  canvas.getContext("2d").putImageData(image, 0, 0);
}
