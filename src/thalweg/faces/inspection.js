(() => {
  const { charts } = JSON.parse(document.getElementById("figures").textContent);
  const element = (name, attributes) => Object.assign(document.createElement(name), attributes);

  // a chart with trails gets a player over their points; its heads follow the first trail
  const play = (chart) => {
    const place = document.getElementById(chart.id);
    const marked = (word) => chart.data.flatMap((trace, index) => (trace.meta === word ? [index] : []));
    const indices = marked("trail"), heads = marked("head");
    if (!indices.length || !heads.length) return;
    const wholes = wholeLines(place, indices);
    const steps = indices.map((index) => chart.data[index].customdata).find(Array.isArray);
    const last = steps.length - 1;

    const frame = element("div", { className: "player" });
    const button = element("button", { type: "button", textContent: "Play" });
    const slider = element("input", { type: "range", min: "0", max: String(last), step: "1", ariaLabel: "Point of the path" });
    const now = element("output", {});
    frame.append(button, slider, now);
    place.before(frame);

    const words = (step) => step.toLocaleString("en-GB");
    const show = (point) => {
      now.textContent = `step ${words(steps[point])} of ${words(steps[last])}`;
      cutLines(place, wholes, indices, heads, heads.map(() => 0), point);
    };
    player({ button, slider, last, seconds: 8, show });
    slider.value = String(last);
    show(last);
  };
  charts.forEach(play);
})();
