"use strict";

// a player over the steps of a drawing: play and pause, a slider, and the drawing shown up to a step
const player = ({ button, slider, last, seconds, time = (share) => share, share = (time) => time, show }) => {
  let step = last;
  let begun = null;
  const shown = (next) => {
    step = next;
    slider.value = String(step);
    show(step);
  };
  const stop = () => {
    begun = null;
    button.textContent = "Play";
  };
  const tick = (now) => {
    if (begun === null) return;
    const passed = Math.min(1, (now - begun) / (1000 * seconds));
    const next = Math.round(last * share(passed));
    if (next !== step) shown(next);
    if (passed === 1) stop();
    else requestAnimationFrame(tick);
  };
  button.addEventListener("click", () => {
    if (begun !== null) return stop();
    const passed = step >= last ? 0 : time(step / last);
    button.textContent = "Pause";
    begun = performance.now() - 1000 * seconds * passed;
    requestAnimationFrame(tick);
  });
  slider.addEventListener("input", () => {
    stop();
    shown(Number(slider.value));
  });

  // the page draws everything anew when its size or its colours change, and for paper
  const again = () => requestAnimationFrame(() => requestAnimationFrame(() => shown(step)));
  addEventListener("resize", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("afterprint", again);
};

// the lines of a chart as they first stand; plotly reads numbers that were packed in base64 into arrays of its own
const wholeLines = (place, indices) =>
  indices.map((index) => ({ x: Array.from(place._fullData[index].x), y: Array.from(place._fullData[index].y) }));

// show lines up to a point, and each head at the end of the line that stands in the same place of `ends`
const cutLines = (place, wholes, indices, heads, ends, point) => {
  const cut = wholes.map(({ x, y }) => ({ x: x.slice(0, point + 1), y: y.slice(0, point + 1) }));
  const all = [...cut, ...ends.map((line) => ({ x: cut[line].x.slice(-1), y: cut[line].y.slice(-1) }))];
  Plotly.restyle(place, { x: all.map(({ x }) => x), y: all.map(({ y }) => y) }, [...indices, ...heads]);
};
