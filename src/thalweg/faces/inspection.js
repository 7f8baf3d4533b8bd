(() => {
  "use strict";
  const { charts } = JSON.parse(document.getElementById("figures").textContent);
  const seconds = 8;

  const element = (name, attributes) => Object.assign(document.createElement(name), attributes);

  // a chart with trails gets a slider over their points; the lines as they first stand are the whole paths
  const play = (chart) => {
    const place = document.getElementById(chart.id);
    const indices = [], heads = [];
    chart.data.forEach((trace, index) => (trace.meta === "trail" ? indices : trace.meta === "head" ? heads : []).push(index));
    if (!indices.length || !heads.length) return;
    const wholes = indices.map((index) => ({ x: Array.from(place._fullData[index].x), y: Array.from(place._fullData[index].y) }));
    const steps = indices.map((index) => chart.data[index].customdata).find(Array.isArray);
    const last = steps.length - 1;

    const player = element("div", { className: "player" });
    const button = element("button", { type: "button", textContent: "Play" });
    const slider = element("input", { type: "range", min: "0", max: String(last), step: "1", ariaLabel: "Point of the path" });
    const now = element("output", {});
    player.append(button, slider, now);
    place.before(player);

    let point = last;
    const words = (step) => step.toLocaleString("en-GB");
    const show = () => {
      const cut = wholes.map(({ x, y }) => ({ x: x.slice(0, point + 1), y: y.slice(0, point + 1) }));
      const tips = heads.map(() => ({ x: cut[0].x.slice(-1), y: cut[0].y.slice(-1) }));
      slider.value = String(point);
      now.textContent = `step ${words(steps[point])} of ${words(steps[last])}`;
      const all = [...cut, ...tips];
      Plotly.restyle(place, { x: all.map(({ x }) => x), y: all.map(({ y }) => y) }, [...indices, ...heads]);
    };

    let begun = null;
    const stop = () => {
      begun = null;
      button.textContent = "Play";
    };
    const tick = (time) => {
      if (begun === null) return;
      const share = Math.min(1, (time - begun) / (1000 * seconds));
      const next = Math.round(last * share);
      if (next !== point) {
        point = next;
        show();
      }
      if (share === 1) stop();
      else requestAnimationFrame(tick);
    };
    button.addEventListener("click", () => {
      if (begun !== null) return stop();
      const share = point >= last ? 0 : point / last;
      button.textContent = "Pause";
      begun = performance.now() - 1000 * seconds * share;
      requestAnimationFrame(tick);
    });
    slider.addEventListener("input", () => {
      stop();
      point = Number(slider.value);
      show();
    });

    // the page draws whole paths anew when its size or its colours change, and for paper
    const again = () => requestAnimationFrame(() => requestAnimationFrame(show));
    addEventListener("resize", again);
    matchMedia("(prefers-color-scheme: dark)").addEventListener("change", again);
    addEventListener("afterprint", again);
    show();
  };
  charts.forEach(play);
})();
