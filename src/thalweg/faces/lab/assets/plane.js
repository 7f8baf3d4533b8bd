// The plane room, first light.
import { el, figure, write } from "./dom.js";
import { transport } from "./transport.js";

export function enter(stage, lab) {
  const canvas = el("canvas", { width: 480, height: 480 });
  const numbers = el("p");
  const bar = transport(lab);
  stage.append(bar.place, canvas, numbers);
  const pen = canvas.getContext("2d");
  let last = null;
  let held = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [((event.clientX - box.left) / box.width * 2 - 1) * last.window, (1 - (event.clientY - box.top) / box.height * 2) * last.window];
  };
  canvas.addEventListener("pointerdown", (event) => {
    const [x, y] = at(event);
    const { values } = last.arrays.points;
    let best = 0.1;
    for (let row = 0; row < values.length / 2; row += 1) {
      const far = Math.hypot(values[2 * row] - x, values[2 * row + 1] - y);
      if (far < best) [best, held] = [far, row];
    }
  });
  canvas.addEventListener("pointermove", (event) => {
    if (held !== null) lab.say("drag", { row: held, x: at(event)[0], y: at(event)[1] });
  });
  canvas.addEventListener("pointerup", () => (held = null));
  return {
    draw(picture) {
      last = picture;
      bar.show(picture);
      write(numbers, `loss ${figure(picture.loss)} + penalty ${figure(picture.penalty)} = ${figure(picture.total)}, accuracy ${figure(picture.accuracy)}`);
      const { classes, sure, points, labels } = picture.arrays;
      const [rows, columns] = classes.shape;
      const image = new ImageData(columns, rows);
      for (let at = 0; at < classes.values.length; at += 1) {
        const colour = lab.colour(classes.values[at]);
        const target = 4 * ((rows - 1 - Math.floor(at / columns)) * columns + (at % columns));
        for (let part = 0; part < 3; part += 1) image.data[target + part] = parseInt(colour.slice(1 + 2 * part, 3 + 2 * part), 16);
        image.data[target + 3] = sure.values[at] / 2;
      }
      createImageBitmap(image).then((bitmap) => {
        pen.clearRect(0, 0, 480, 480);
        pen.drawImage(bitmap, 0, 0, 480, 480);
        for (let row = 0; row < labels.values.length; row += 1) {
          pen.beginPath();
          pen.fillStyle = lab.colour(labels.values[row]);
          pen.arc(240 + 240 * points.values[2 * row] / picture.window, 240 - 240 * points.values[2 * row + 1] / picture.window, 4, 0, 7);
          pen.fill();
        }
      });
    },
  };
}
