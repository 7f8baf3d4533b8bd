// Drawing: what a view of the house has drawn, as `_drawings.py` sends it: title, words, a chart with its numbers or a gallery of pictures.

import { chart } from "./chart.js";
import { el } from "./dom.js";

const COARSE = 96;
const SMALL = 16;
document.head.append(el("link", { rel: "stylesheet", href: "/assets/drawing.css" }));

/** Return a figure; its chart is drawn when it stands in the page. `heading` is the level of its title. */
export function drawing(one, { heading = 3 } = {}) {
  const own = el("figure.drawing", {}, el(`h${heading}`, {}, one.title), el("p.alt", { dir: "auto" }, one.alt));
  if (one.figure) own.append(plot(one), numbers(one));
  else own.append(...gallery(one));
  return own;
}

function plot(one) {
  const place = el("div");
  requestAnimationFrame(() => place.isConnected && chart(place, one.figure, { height: one.height, width: one.width, alt: one.alt, title: one.title }));
  return place;
}

function numbers({ title, table: { columns, rows, words } }) {
  return el("details", {}, el("summary", {}, "As a table"), table({ columns, rows, words, label: `${title}, as a table` }));
}

/** Return a table that scrolls in its own place; the columns named by `words` hold words, the others numbers. */
export function table({ columns, rows, words, label, caption = "" }) {
  const cell = (name) => (text, place) => el(words.includes(place) ? `${name}.word` : name, { dir: "auto", ...(name === "th" ? { scope: "col" } : {}) }, text);
  const made = el(
    "table", {}, caption ? el("caption", {}, caption) : null,
    el("thead", {}, el("tr", {}, ...columns.map(cell("th")))),
    el("tbody", {}, ...rows.map((row) => el("tr", {}, ...row.map(cell("td"))))),
  );
  return el("div.scroll", { tabIndex: 0, role: "region", "aria-label": label }, made);
}

function gallery({ pictures, scale }) {
  const small = pictures.length && pictures[0].source && pictures[0].width <= SMALL && pictures[0].details.length < 2;
  const items = pictures.map(({ source, width, height, alt, caption, details }) =>
    el(
      "li", {},
      source ? el(width <= COARSE ? "img.coarse" : "img", { src: source, width, height, alt }) : null,
      el("span", { dir: "auto" }, caption),
      ...details.map((detail) => el("span.detail", { dir: "auto" }, detail)),
    ),
  );
  return [...ramp(scale), el(small ? "ul.gallery.small" : "ul.gallery", {}, ...items)];
}

function ramp(scale) {
  if (!scale.length) return [];
  const bar = el("div");
  bar.style.background = `linear-gradient(to right, ${scale.map(([colour]) => colour).join(", ")})`;
  const ends = scale.filter(([, meaning]) => meaning).map(([, meaning]) => el("span", {}, meaning));
  return [el("div.ramp", { "aria-hidden": "true" }, bar, el("div", {}, ...ends))];
}
