(() => {
  "use strict";
  const place = document.getElementById("paths");
  const player = document.getElementById("player");
  const [button, slider, now] = ["play", "step", "now"].map((id) => document.getElementById(id));
  const { charts } = JSON.parse(document.getElementById("figures").textContent);
  const last = Number(player.dataset.last);
  const seconds = 10;

  // plotly reads numbers that were packed in base64 into arrays of its own; the lines as they first stand are the whole paths
  const indices = [], heads = [], wholes = [];
  charts.find((chart) => chart.id === "paths").data.forEach((trace, index) => {
    if (trace.meta !== "trail") return;
    indices.push(index);
    heads.push(index + 1);
    const { x, y } = place._fullData[index];
    wholes.push({ x: Array.from(x), y: Array.from(y) });
  });

  let step = last;
  const show = () => {
    const cut = wholes.map(({ x, y }) => ({ x: x.slice(0, step + 1), y: y.slice(0, step + 1) }));
    const tips = cut.map(({ x, y }) => ({ x: x.slice(-1), y: y.slice(-1) }));
    slider.value = String(step);
    now.textContent = `step ${step.toLocaleString("en-GB")} of ${last.toLocaleString("en-GB")}`;
    const all = [...cut, ...tips];
    Plotly.restyle(place, { x: all.map(({ x }) => x), y: all.map(({ y }) => y) }, [...indices, ...heads]);
  };

  // early steps are the long ones: time grows with the square root of the step
  let begun = null;
  const stop = () => {
    begun = null;
    button.textContent = "Play";
  };
  const tick = (time) => {
    if (begun === null) return;
    const share = Math.min(1, (time - begun) / (1000 * seconds));
    const next = Math.round(last * share * share);
    if (next !== step) {
      step = next;
      show();
    }
    if (share === 1) stop();
    else requestAnimationFrame(tick);
  };
  button.addEventListener("click", () => {
    if (begun !== null) return stop();
    const share = step >= last ? 0 : Math.sqrt(step / last);
    button.textContent = "Pause";
    begun = performance.now() - 1000 * seconds * share;
    requestAnimationFrame(tick);
  });
  slider.addEventListener("input", () => {
    stop();
    step = Number(slider.value);
    show();
  });

  // the page draws whole paths anew when its size or its colours change, and for paper
  const again = () => requestAnimationFrame(() => requestAnimationFrame(show));
  addEventListener("resize", again);
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
  addEventListener("afterprint", again);
  player.hidden = false;
})();
