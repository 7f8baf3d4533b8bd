// Plotly, which is large: loaded with the first module that draws with it, which waits for it here.

await new Promise((loaded, failed) => {
  const script = document.createElement("script");
  Object.assign(script, { src: "/assets/plotly.js", onload: loaded, onerror: () => failed(new Error("plotly.js did not load")) });
  document.head.append(script);
});
