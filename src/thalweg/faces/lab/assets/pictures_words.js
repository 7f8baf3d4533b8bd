// Words of the pictures room: sentences made of numbers.

import { figure } from "./dom.js";

const count = (number) => number.toLocaleString("en-GB");

export const percent = (share) => (share === null || share === undefined ? "–" : `${(100 * share).toFixed(1)} %`);

/** Say where the training stands: loss, penalty and total by name, and accuracy. */
export function standing({ figures, measured, epochs, rate, stopped }) {
  const parts = Object.entries(figures).filter(([, part]) => part);
  const words = parts.map(([name, part]) => `${name === "train" ? "training" : name} loss ${figure(part.loss)}, accuracy ${percent(part.accuracy)}`);
  const penalty = parts.length && parts[0][1].penalty ? `; penalty ${figure(parts[0][1].penalty)}` : "";
  const now = `After epoch ${measured} of ${epochs}: ${words.join("; ")}${penalty}.`;
  return stopped ? `${now} ${stopped}` : `${now} Rate now ${figure(rate, 3)}.`;
}

/** Say what the data are. */
export function described({ source, classes, height, width, channels, counts, skipped, notes }) {
  const parts = Object.entries(counts).map(([name, number]) => `${count(number)} for ${name === "train" ? "training" : name}`);
  const left = skipped ? ` ${count(skipped)} files were left out.` : "";
  const kind = channels === 1 ? "grey" : channels === 3 ? "colour" : `${channels} channels`;
  return `Data: ${source}; ${classes.length} classes, ${height} × ${width} pixels, ${kind}; ${parts.join(", ")}.${left} ${notes.join(" ")}`.trim();
}

/** Cut a name that is too long for its place. */
export const cut = (name, longest = 14) => (name.length > longest ? `${name.slice(0, longest - 1)}…` : name);
