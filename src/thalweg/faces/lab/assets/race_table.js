// The table of a race on a surface: what every runner is at the step that is shown.

import { el, figure, write } from "./dom.js";
import { runnerSign } from "./race_marks.js";

const KINDS = ["not critical", "minimum", "maximum", "saddle", "degenerate"];
const SHAPED = ["–", "curves up", "curves down", "up and down", "flat one way"];
const STANDS = ["–", "at a minimum", "at a maximum", "at a saddle", "at a degenerate point"];
const HEADS = ["runner", "step size", "x", "y", "height", "‖gradient‖", "eigenvalues", "which say", "nearest known", "ending"];
const WORDS = ["runner", "which say", "nearest known", "ending"];

export function runnerTable(lab) {
  const body = el("tbody");
  const caption = el("caption");
  const head = el("tr", {}, ...HEADS.map((name) => el(WORDS.includes(name) ? "th.words" : "th", { scope: "col" }, name)));
  const place = el("div.scroll", { tabIndex: 0, role: "region", "aria-label": "Runners at the step shown" }, el("table", {}, caption, el("thead", {}, head), body));
  let rows = [];
  const build = (race) => {
    rows = race.runners.map((runner) => {
      const name = el("th.words", { scope: "row" }, runnerSign(race.look(runner.name), race.colour(runner.name)), runner.name);
      const cells = HEADS.slice(1).map((word) => el(WORDS.includes(word) ? "td.words" : "td"));
      return { runner, cells, line: el("tr", {}, name, ...cells) };
    });
    body.replaceChildren(...rows.map(({ line }) => line));
  };
  const show = (race, step) => {
    write(caption, `Step ${step} of ${race.steps}, every number at the runner’s own place; nearest known: of the critical points on the map`);
    rows.forEach(({ runner, cells, line }, place) => {
      const texts = textsOf(race, runner, place, step);
      texts.forEach((text, column) => write(cells[column], text));
      line.classList.toggle("done", runner.ended !== null && step >= runner.ended);
    });
  };
  return { place, build, show };
}

function textsOf(race, runner, place, step) {
  const at = place * (race.steps + 1) + step;
  const { path, values, norms, eigenvalues, shapes, kinds, distances, nearest } = race.arrays;
  const stands = KINDS[kinds.values[at]] === "not critical" ? SHAPED[shapes.values[at]] : STANDS[kinds.values[at]];
  const critical = race.critical[nearest.values[at]];
  const ended = runner.ended !== null ? step >= runner.ended : step >= race.steps;
  return [
    runner.rate === null && !race.tuned ? figure(runner.settings.rate ?? runner.settings.scale ?? null, 3) : figure(runner.rate, 3),
    figure(path.values[2 * at]),
    figure(path.values[2 * at + 1]),
    figure(values.values[at]),
    figure(norms.values[at], 3),
    `${figure(eigenvalues.values[2 * at], 3)}, ${figure(eigenvalues.values[2 * at + 1], 3)}`,
    stands,
    `${critical.kind} ${figure(distances.values[at], 3)} away`,
    ended ? runner.ending : "running",
  ];
}
