// Draws the charts of a page in the colours of the site, light or dark, and again when either its width or its colours change.
(() => {
  "use strict";
  const { charts, dark } = JSON.parse(document.getElementById("figures").textContent);
  const night = matchMedia("(prefers-color-scheme: dark)");
  const narrow = 480; // px: below it a scale of colours would take what the drawing needs
  const isDark = () => document.body.dataset.theme === "dark" || (document.body.dataset.theme !== "light" && night.matches);

  const themed = (value, swap, isColour = false) => {
    if (Array.isArray(value)) return value.map((item) => themed(item, swap, isColour));
    if (value !== null && typeof value === "object") {
      return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, themed(item, swap, /color(scale)?$/.test(key))]));
    }
    return swap && isColour && typeof value === "string" ? (dark[value] ?? value) : value;
  };

  const draw = () => {
    const swap = isDark();
    for (const chart of charts) {
      const place = document.getElementById(chart.id);
      const free = place.clientWidth;
      const across = Math.min(chart.width ?? free, free);
      const high = chart.width === null ? chart.height : Math.round((chart.height * across) / chart.width);
      place.querySelector("noscript")?.remove();
      const layout = { ...themed(chart.layout, swap), width: across, height: high };
      const data = themed(chart.data, swap).map((trace) => (across < narrow ? { ...trace, showscale: false } : trace));
      Plotly.react(place, data, layout, { displayModeBar: false, responsive: false });
    }
  };

  let waiting = 0;
  const redraw = () => {
    cancelAnimationFrame(waiting);
    waiting = requestAnimationFrame(draw);
  };
  draw();
  addEventListener("resize", redraw);
  night.addEventListener("change", redraw);
  new MutationObserver(redraw).observe(document.body, { attributeFilter: ["data-theme"] });
})();
