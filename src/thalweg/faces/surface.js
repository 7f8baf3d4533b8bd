(() => {
  const { charts } = JSON.parse(document.getElementById("figures").textContent);
  const place = document.getElementById("paths");
  const frame = document.getElementById("player");
  const [button, slider, now] = ["play", "step", "now"].map((id) => document.getElementById(id));
  const last = Number(frame.dataset.last);

  const { data } = charts.find((chart) => chart.id === "paths");
  const indices = data.flatMap((trace, index) => (trace.meta === "trail" ? [index] : []));
  const heads = indices.map((index) => index + 1);
  const ends = indices.map((_, line) => line);
  const wholes = wholeLines(place, indices);
  const words = (step) => step.toLocaleString("en-GB");
  const show = (step) => {
    now.textContent = `step ${words(step)} of ${words(last)}`;
    cutLines(place, wholes, indices, heads, ends, step);
  };

  // early steps are the long ones: time grows with the square root of the step
  player({ button, slider, last, seconds: 10, share: (passed) => passed * passed, time: Math.sqrt, show });
  frame.hidden = false;
})();
