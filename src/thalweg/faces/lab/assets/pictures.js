// The pictures room: puts its parts on the stage and hands each the section of the picture that is its own.

import { el, write } from "./dom.js";
import { transport } from "./transport.js";
import { Curves } from "./pictures_curves.js";
import { Weights } from "./pictures_weights.js";
import { Confusion } from "./pictures_confusion.js";
import { Gallery } from "./pictures_gallery.js";
import { Trial } from "./pictures_trial.js";
import { Keep } from "./pictures_keep.js";
import { Upload } from "./pictures_upload.js";
import { standing, described } from "./pictures_words.js";

export function enter(stage, lab) {
  const room = { lab, about: null, weights: null, name: (number) => room.about.classes[number] };
  const parts = {
    curves: new Curves(room),
    weights: new Weights(room),
    own: new Trial(room),
    confusion: new Confusion(room),
    cell: new Gallery(room, "cell"),
    mistakes: new Gallery(room, "mistakes"),
    keep: new Keep(room),
  };
  const bar = transport(lab);
  const line = el("p.standing", { role: "status", "aria-live": "off" });
  const data = el("p.alt.about");
  const waiting = el("p.waiting", { role: "status" }, "Reading the pictures…");
  const upload = new Upload(room);
  const floor = laid(parts);
  floor.hidden = true;
  stage.append(el("div.pictures", {}, bar.place, line, waiting, floor, upload.place, data));

  const draw = (picture) => {
    showState(picture);
    if (picture.about) {
      room.about = picture.about;
      write(data, described(picture.about));
      for (const part of Object.values(parts)) part.begin?.();
    }
    if (!room.about) return;
    for (const [name, part] of Object.entries(parts)) {
      if (picture[name] !== undefined) part.draw(picture[name], arraysOf(picture, name));
    }
  };

  const showState = (picture) => {
    const there = picture.step !== undefined;
    floor.hidden = !there;
    waiting.hidden = there;
    waiting.className = picture.problem ? "waiting problem" : "waiting";
    if (!there) write(waiting, picture.problem || `Reading ${picture.source}…`);
    if (there) bar.show(picture);
    write(line, there ? standing(picture) : "");
    parts.curves.more.hidden = !(there && picture.stopped);
  };

  const form = (fields, state) => Object.values(parts).forEach((part) => part.form?.(fields, state));
  const every = (word) => Object.values(parts).forEach((part) => part[word]?.());
  for (const kind of ["dragover", "drop"]) addEventListener(kind, stay);
  const leave = () => {
    for (const kind of ["dragover", "drop"]) removeEventListener(kind, stay);
    every("leave");
  };
  return { draw, form, theme: () => every("theme"), leave };
}

/** A file that is dropped beside a place for it must not take the page away. */
const stay = (event) => event.preventDefault();

/** Lay the parts out: curves and W first, then a picture of one's own, then what is answered wrongly, then how to keep it. */
function laid(parts) {
  return el(
    "div.rooms",
    {},
    parts.curves.place,
    parts.weights.place,
    parts.own.place,
    parts.confusion.place,
    parts.cell.place,
    parts.mistakes.place,
    parts.keep.place,
  );
}

/** Return a section's arrays by their own names. */
function arraysOf(picture, name) {
  const lead = `${name}.`;
  const own = Object.entries(picture.arrays).filter(([key]) => key.startsWith(lead));
  return Object.fromEntries(own.map(([key, array]) => [key.slice(lead.length), array]));
}
