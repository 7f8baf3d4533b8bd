(() => {
  "use strict";
  const { charts, dark } = JSON.parse(document.getElementById("figures").textContent);
  const night = matchMedia("(prefers-color-scheme: dark)");
  const paper = 660; // px: what an A4 or Letter page holds between its margins

  const themed = (value, isDark, isColour = false) => {
    if (Array.isArray(value)) return value.map((item) => themed(item, isDark, isColour));
    if (value !== null && typeof value === "object") {
      const entries = Object.entries(value);
      return Object.fromEntries(entries.map(([key, item]) => [key, themed(item, isDark, /color(scale)?$/.test(key))]));
    }
    return isDark && isColour && typeof value === "string" ? (dark[value] ?? value) : value;
  };

  const draw = (isDark, width) => {
    for (const chart of charts) {
      const place = document.getElementById(chart.id);
      const free = width ?? place.clientWidth;
      const across = Math.min(chart.width ?? free, free);
      const high = chart.width === null ? chart.height : Math.round((chart.height * across) / chart.width);
      const layout = { ...themed(chart.layout, isDark), width: across, height: high };
      place.querySelector("noscript")?.remove();
      Plotly.react(place, themed(chart.data, isDark), layout, { displayModeBar: false, responsive: false });
    }
  };

  let waiting = 0;
  const redraw = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(() => draw(night.matches));
  };
  draw(night.matches);
  addEventListener("resize", redraw);
  night.addEventListener("change", redraw);
  addEventListener("beforeprint", () => draw(false, paper));
  addEventListener("afterprint", redraw);
})();
