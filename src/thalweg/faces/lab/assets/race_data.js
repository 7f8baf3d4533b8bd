// A race on data: everybody's curves side by side as they grow, and back in time as far as they have been recorded.

import { el, figure, fixed, write } from "./dom.js";
import { Chart, lastAt } from "./race_chart.js";
import { examples } from "./race_examples.js";
import { runnerSign } from "./race_marks.js";
import { runnerBoxes } from "./race_runners.js";
import { transport } from "./transport.js";

const HEADS = ["runner", "step size", "steps", "batch loss", "training loss", "training accuracy", "validation loss", "validation accuracy", "state"];
const WORDS = ["runner", "state"];
const MARKED = ["loss", "accuracy", "validation_loss", "validation_accuracy"];

export function runnersOnData(stage, lab) {
  let race = null;
  let head = null; // the step shown; null follows the race
  const go = (step) => {
    head = race && step >= race.step ? null : step;
    show();
  };
  const [name, what] = [el("span"), el("span.alt")];
  const shown = examples(lab, () => (head = null), ["surface", "Race on a surface"]);
  const boxes = runnerBoxes(lab);
  const bar = transport(lab, ["rewind", "play", "step", "epoch"]);
  const slider = el("input.scrub", { type: "range", min: "0", max: "0", value: "0", "aria-label": "Step shown" });
  slider.addEventListener("input", () => go(Number(slider.value)));
  bar.place.insertBefore(slider, bar.place.querySelector(".where"));
  const loss = new Chart("Training loss", { log: true, went: go, words: "Lines: on the batches, an exponential mean. Symbols: on the whole training set, with the penalty." });
  const right = new Chart("Validation accuracy", { share: true, went: go, words: "On examples that nobody trains on. Point at a step to go back to it." });
  const table = curveTable();
  const note = el("p.alt");
  stage.append(el("h1", {}, name, what), shown.place, boxes.place, bar.place, el("div.pair", {}, loss.place, right.place), table.place, note);
  lab.keys.set("b", () => go(Math.max(0, (head ?? race.step) - 1)));

  function show() {
    const step = Math.min(race.step, head ?? race.step);
    slider.max = String(race.step);
    slider.value = String(step);
    slider.setAttribute("aria-valuetext", `step ${step} of ${race.step}`);
    const lines = linesOf(race, lab);
    loss.draw(lines.losses, { head: step, last: race.steps, reached: race.step });
    right.draw(lines.rights, { head: step, last: race.steps, reached: race.step });
    const texts = table.show(race, lines, step);
    const said = race.runners.map((runner, place) => `${runner.name} ${texts[place][3]}, ${texts[place][6]}`).join("; ");
    loss.say(`Training loss and validation accuracy at step ${step}: ${said}.`);
    right.say(`Validation accuracy at step ${step}: ${race.runners.map((runner, place) => `${runner.name} ${texts[place][6]}`).join("; ")}.`);
    bar.show({ playing: race.playing, step, epoch: Math.floor(step / race.epoch) });
  }

  return {
    draw(picture) {
      if (race && picture.playing && !race.playing) head = null;
      const names = (one) => one?.runners.map((runner) => runner.name).join();
      const other = names(race) !== names(picture);
      race = picture;
      write(name, race.title.replaceAll("-", " "));
      write(what, `${race.score} score, ${race.loss} loss, ${race.counts.train.toLocaleString("en-GB")} training examples, the same start and the same batches for all`);
      boxes.show(race);
      shown.show(race.examples);
      if (other) table.build(race, lab);
      write(note, remarks(race));
      show();
    },
    theme() {
      boxes.theme();
      if (!race) return;
      table.build(race, lab);
      show();
    },
    leave() {
      loss.leave();
      right.leave();
    },
  };
}

/** Return what is to be said of runners: who looks at the whole set, and what would help those that are out. */
function remarks({ whole, runners, step }) {
  if (!step && !runners.some(({ ending }) => ending)) return "Nobody has moved yet: press play, or take a step.";
  const costly = whole.length ? [`${whole.join(", ")}: every step looks at the whole training set and costs more than a step of the others.`] : [];
  return [...costly, ...runners.filter(({ ending }) => ending).map(({ name, ending, advice }) => `${name} ${ending}: ${advice}.`)].join(" ");
}

/** Return what the two charts draw, and the marks of the table. */
function linesOf(race, lab) {
  const looks = new Map(race.looks.map((look) => [look.name, look]));
  const { steps, smooth, marked } = race.arrays;
  const row = ({ values, shape }, place) => values.subarray(place * shape[1], (place + 1) * shape[1]);
  const rows = race.runners.map((runner, place) => {
    const look = looks.get(runner.name);
    const marks = Object.fromEntries(MARKED.map((name) => [name, row(race.arrays[name], place)]));
    return { look, colour: lab.themed(look.color), smooth: row(smooth, place), marks, ended: Boolean(runner.ending) };
  });
  return {
    losses: rows.map(({ look, colour, smooth: y, marks, ended }) => ({ look, colour, x: steps.values, y, dots: { x: marked.values, y: marks.loss }, ended })),
    rights: rows.map(({ look, colour, marks }) => ({ look, colour, x: marked.values, y: marks.validation_accuracy })),
    marks: rows.map(({ marks }) => marks),
  };
}

function curveTable() {
  const body = el("tbody");
  const caption = el("caption");
  const head = el("tr", {}, ...HEADS.map((name) => el(WORDS.includes(name) ? "th.words" : "th", { scope: "col" }, name)));
  const place = el("div.scroll", { tabIndex: 0, role: "region", "aria-label": "Runners at the step shown" }, el("table", {}, caption, el("thead", {}, head), body));
  let rows = [];
  const build = (race, lab) => {
    const looks = new Map(race.looks.map((look) => [look.name, look]));
    rows = race.runners.map(({ name }) => {
      const cells = HEADS.slice(1).map((word) => el(WORDS.includes(word) ? "td.words" : "td"));
      return { cells, line: el("tr", {}, el("th.words", { scope: "row" }, runnerSign(looks.get(name), lab.themed(looks.get(name).color)), name), ...cells) };
    });
    body.replaceChildren(...rows.map(({ line }) => line));
  };
  const show = (race, lines, step) => {
    write(caption, `At step ${step}; whole sets are measured every ${race.every} steps`);
    const texts = race.runners.map((runner, at) => textsOf(runner, { losses: lines.losses[at], marks: lines.marks[at], marked: race.arrays.marked.values, step, steps: race.steps }));
    rows.forEach(({ cells }, at) => texts[at].forEach((text, column) => write(cells[column], text)));
    return texts;
  };
  return { place, build, show };
}

function textsOf(runner, { losses, marks, marked, step, steps }) {
  const batch = lastAt(losses.x, losses.y, step);
  const at = lastAt(marked, marks.loss, step);
  const share = (value) => (value === undefined || Number.isNaN(value) ? "–" : `${fixed(100 * value, 1)} %`);
  const plain = (value) => (value === undefined || Number.isNaN(value) ? "–" : figure(value, 3));
  const out = runner.ending && step >= runner.step;
  return [
    figure(runner.settings.rate ?? runner.settings.scale ?? null, 3),
    String(Math.min(runner.step, step)),
    plain(losses.y[batch]),
    plain(marks.loss[at]),
    share(marks.accuracy[at]),
    plain(marks.validation_loss[at]),
    share(marks.validation_accuracy[at]),
    out ? runner.ending : step >= steps ? "at the end" : "running",
  ];
}
