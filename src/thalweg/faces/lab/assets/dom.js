// Elements: made of names, properties and children. Text is always text; nothing here reads HTML.

/** Make an element: el("p.alt", {title: "..."}, "words", child). */
export function el(what, properties = {}, ...children) {
  const [name, ...classes] = what.split(".");
  const made = document.createElement(name || "div");
  if (classes.length) made.className = classes.join(" ");
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith("on")) made.addEventListener(key.slice(2), value);
    else if (key in made && !key.startsWith("aria") && key !== "list" && key !== "form") made[key] = value;
    else made.setAttribute(key, value === true ? "" : value);
  }
  made.append(...children.filter((child) => child !== null && child !== undefined));
  return made;
}

/** Give a canvas as many dots as its place on the screen has; return {width, height, fine}, or null where it is not shown. */
export function fit(canvas, finest = 2) {
  const { clientWidth: width, clientHeight: height } = canvas;
  if (!width || !height) return null;
  const fine = Math.min(finest, devicePixelRatio || 1);
  canvas.width = Math.round(width * fine);
  canvas.height = Math.round(height * fine);
  return { width, height, fine };
}

/** Write text where it has changed; the browser lays out nothing otherwise. */
export function write(place, text) {
  if (place.textContent !== text) place.textContent = text;
}

/** Return a number as people read it: four significant figures, a true minus, and a dash where there is none. */
export function figure(value, digits = 4) {
  if (value === null || value === undefined) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  const text = size >= 1e5 || size < 1e-4 ? value.toExponential(Math.max(0, digits - 2)) : String(Number(value.toPrecision(digits)));
  return text.replaceAll("-", "−");
}

/** Return a number with a fixed count of decimals and a true minus, for columns. */
export function fixed(value, decimals = 3) {
  if (value === null || value === undefined) return "–";
  const text = value.toFixed(decimals);
  return Number(text) === 0 ? text.replace("-", "") : text.replace("-", "−");
}

const SIGNS = {
  rewind: "M5 5v14M20 5 8 12l12 7z",
  play: "M7 4l13 8-13 8z",
  pause: "M7 4h4v16H7zM14 4h4v16h-4z",
  step: "M4 5l10 7-10 7zM17 5v14",
  epoch: "M3 5l8 7-8 7zM12 5l8 7-8 7z",
  fresh: "M12 4v16M4 12h16M6 6l12 12M18 6L6 18",
  theme: "M13 3a9 9 0 1 0 8 12c-5 1.5-10-4-8-12z",
  close: "M5 5l14 14M19 5L5 19",
  before: "M15 4l-8 8 8 8",
  after: "M9 4l8 8-8 8",
};

/** Return a sign as a picture that has the colour of the text around it. */
export const sign = (name) => outline(SIGNS[name], { box: "0 0 24 24", name: "sign" });

/** Return a picture of one path; beside text, so that it says nothing of its own. */
export function outline(shape, { box, name }) {
  const space = "http://www.w3.org/2000/svg";
  const picture = document.createElementNS(space, "svg");
  picture.setAttribute("viewBox", box);
  picture.setAttribute("class", name);
  picture.setAttribute("aria-hidden", "true");
  const line = document.createElementNS(space, "path");
  line.setAttribute("d", shape);
  picture.append(line);
  return picture;
}
