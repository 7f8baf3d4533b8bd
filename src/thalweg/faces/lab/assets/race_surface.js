// A race on a surface: the map and the relief side by side, who runs, the time, and the table of what everybody is at that time.

import { el, figure, write } from "./dom.js";
import { Chart } from "./race_chart.js";
import { examples } from "./race_examples.js";
import { RaceMap } from "./race_map.js";
import { criticalSign } from "./race_marks.js";
import { Player } from "./race_player.js";
import { Relief } from "./race_relief.js";
import { runnerBoxes } from "./race_runners.js";
import { runnerTable } from "./race_table.js";

const still = matchMedia("(prefers-reduced-motion: reduce)");
const POINTS = 600;
const FLOOR = 1e-12; // lower than this is drawn there

export function runnersOnSurface(stage, lab) {
  const map = new RaceMap(lab);
  const relief = new Relief(lab);
  const table = runnerTable(lab);
  const boxes = runnerBoxes(lab);
  const [name, formula] = [el("span"), el("span.formula")];
  const title = el("h1", {}, name, formula);
  const legend = el("p.alt.legend");
  let race = null;
  let seen = "";
  let left = null; // the race that was on when a person began another one
  const player = new Player(lab, (head) => {
    if (!race) return;
    map.draw(head);
    relief.draw(head);
    table.show(race, Math.floor(head));
    heights.draw(race.lines, { head, last: race.steps, reached: race.steps });
  });
  const heights = new Chart("Height against step", { went: (step) => player.go(step) });
  heights.canvas.classList.add("wide");
  const leaving = () => (left = race?.ask ?? "");
  map.started = leaving;
  const shown = examples(lab, leaving, ["data", "Race on data"]);
  stage.append(title, shown.place, boxes.place, player.place, el("div.pair", {}, map.place, relief.place), legend, table.place, heights.place);
  const again = () => {
    left = null;
    player.go(still.matches ? race.steps : 0);
    if (!still.matches) player.play();
  };
  return {
    draw(picture) {
      const now = JSON.stringify([picture.ask, picture.runners, picture.coming, picture.tuned, lab.state]);
      if (now === seen) return;
      seen = now;
      race = raceOf(picture, lab);
      write(name, race.title);
      write(formula, race.formula);
      legend.replaceChildren(...legendOf(race));
      boxes.show(race);
      shown.show(race.examples);
      player.setLast(race.steps);
      nameHeights(heights, race);
      table.build(race);
      map.show(race);
      relief.show(race);
      if (left !== null && left !== race.ask && !race.coming.length) again();
      else player.show();
    },
    theme() {
      race = race && raceOf(race, lab);
      boxes.theme();
      relief.theme();
      map.repaint();
      if (race) table.build(race);
      player.show();
    },
    leave() {
      player.pause();
      map.leave();
      relief.leave();
      heights.leave();
    },
  };
}

/** Return a race with what is asked of it: looks and colours by name, and where a runner is at a time between two steps. */
function raceOf(picture, lab) {
  const looks = new Map(picture.looks.map((look) => [look.name, look]));
  const colours = new Map(picture.looks.map((look) => [look.name, lab.themed(look.color)]));
  const { values } = picture.arrays.path;
  const at = (place, head) => {
    const step = Math.min(picture.steps, Math.floor(head));
    const begin = 2 * (place * (picture.steps + 1) + step);
    const share = step < picture.steps ? head - step : 0;
    const next = share ? begin + 2 : begin;
    return [0, 1].map((axis) => values[begin + axis] + (values[next + axis] - values[begin + axis]) * share);
  };
  const lines = picture.runners.map(({ name }, place) => lineOf(picture, place, looks.get(name), colours.get(name)));
  return { ...picture, lines, look: (name) => looks.get(name), colour: (name) => colours.get(name), at };
}

/** Return a runner's height against the step, in no more points than can be seen. */
function lineOf({ arrays, steps, finish }, place, look, colour) {
  const every = Math.max(1, Math.floor(steps / POINTS));
  const x = Array.from({ length: Math.floor(steps / every) + 1 }, (_, at) => at * every);
  const own = arrays.above.values.subarray(place * (steps + 1), (place + 1) * (steps + 1));
  const y = x.map((step) => (finish === null ? Math.max(own[step], FLOOR) : own[step]));
  return { look, colour, x, y };
}

function nameHeights(chart, race) {
  chart.log = race.finish === null;
  write(chart.heading, chart.log ? "Height above the lowest point, step by step" : "Height, step by step");
  const last = race.runners.map(({ name }, place) => `${name} ${figure(race.arrays.values.values[(place + 1) * (race.steps + 1) - 1], 3)}`);
  chart.say(`Height against step; at the end: ${last.join(", ")}.`);
  write(chart.words, `${chart.log ? "By powers of ten. " : `The race is won at ${figure(race.finish)}. `}Point at a step to go there.`);
}

function legendOf({ critical, start, finish }) {
  const kinds = [...new Set(critical.map(({ kind }) => kind))];
  const words = kinds.flatMap((kind) => {
    const own = critical.filter((each) => each.kind === kind);
    const where = own.length > 3 ? `${own.length} known` : own.map(({ point }) => `(${point.map((each) => figure(each, 3)).join(", ")})`).join(", ");
    return [el("span", {}, criticalSign(kind), `${kind} ${where}`)];
  });
  if (finish !== null) words.push(el("span", {}, `the race is won at height ${figure(finish)}: the saddle is left behind`));
  return [el("span", {}, `○ start (${start.map((each) => figure(each, 3)).join(", ")})`), ...words];
}
