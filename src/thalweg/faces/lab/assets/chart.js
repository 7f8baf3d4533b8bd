// Chart: a plotly figure in a place, in the colours of the page, as wide as the place; drawn anew when either changes.

import "./with_plotly.js";

const CONFIG = { displayModeBar: false, responsive: false, scrollZoom: false, doubleClick: false, showTips: false };
const MARGIN = { l: 8, r: 8, t: 8, b: 8 };
const drawn = new Map();
const night = matchMedia("(prefers-color-scheme: dark)");

/**
 * Draw a figure ({data, layout}, as `Chart.figure.to_json()` has it) in a place; again in the same place, what differs is changed.
 * `height` in pixels; `width`: at most so wide, in proportion; `alt` is what it shows in words. The title is left to the page.
 */
export function chart(place, figure, { height = 360, width = null, alt = "", title = "" } = {}) {
  if (!drawn.has(place)) {
    place.classList.add("chart");
    place.setAttribute("role", "img");
    place.style.minHeight = `${height}px`; // so that nothing below it jumps
    sizes.observe(place);
  }
  place.setAttribute("aria-label", [title, alt].filter(Boolean).join(". "));
  drawn.set(place, { figure, height, width, across: 0 });
  return draw(place);
}

/** Take a figure out of its place. */
export function clear(place) {
  if (!drawn.delete(place)) return;
  sizes.unobserve(place);
  Plotly.purge(place);
}

function draw(place) {
  const own = drawn.get(place);
  const free = Math.floor(place.clientWidth);
  if (!own || !free) return Promise.resolve(); // hidden: drawn when it has a size
  own.across = free;
  const across = own.width === null ? free : Math.min(own.width, free);
  const high = own.width === null ? own.height : Math.round((own.height * across) / own.width);
  place.style.minHeight = `${high}px`;
  const { title, ...layout } = themed(own.figure.layout ?? {});
  const margin = title || !layout.margin ? MARGIN : layout.margin; // that of a view leaves room for its title
  return Plotly.react(place, themed(own.figure.data), { ...layout, margin, width: across, height: high }, CONFIG);
}

/** Return a figure's values with its colours as the page has them: on a dark ground each has its twin. */
export function themed(value, isColour = false) {
  if (Array.isArray(value)) return value.map((item) => themed(item, isColour));
  if (value !== null && typeof value === "object" && !ArrayBuffer.isView(value)) {
    return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, themed(item, /color(scale)?$/.test(key))]));
  }
  return isColour && typeof value === "string" ? lab.themed(value) : value;
}

const sizes = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (!target.isConnected) clear(target);
    else if (Math.floor(target.clientWidth) !== drawn.get(target)?.across) draw(target);
  }
});

/** Draw everything anew in the colours of now; what has left the page is forgotten. */
function again() {
  for (const place of [...drawn.keys()]) (place.isConnected ? draw : clear)(place);
}

night.addEventListener("change", again);
new MutationObserver(again).observe(document.documentElement, { attributeFilter: ["data-theme"] });
