// Hand: what a pointer and keys do on the map: click or drag the start, drag the ground, wheel and pinch to zoom.

const STILL = 5;
const NEAR = 16;
const STRIDE = 0.02;

/** Let `canvas` be moved by hand: `map` has view, start (a place), changed() and begin(x, y, done). */
export function handle(canvas, map) {
  const pointers = new Map();
  let held = null;
  const at = (event) => {
    const box = canvas.getBoundingClientRect();
    return [event.clientX - box.left, event.clientY - box.top];
  };
  canvas.addEventListener("pointerdown", (event) => {
    canvas.setPointerCapture(event.pointerId);
    pointers.set(event.pointerId, at(event));
    const [x, y] = at(event);
    const [startX, startY] = map.view.pixel(...map.start);
    held = pointers.size === 1 ? { from: [x, y], moved: false, start: Math.hypot(x - startX, y - startY) < NEAR } : null;
  });
  canvas.addEventListener("pointermove", (event) => {
    const before = pointers.get(event.pointerId);
    if (!before) return;
    const now = at(event);
    if (pointers.size === 2) pinch(map, pointers, event.pointerId, now);
    else if (held) drag(map, held, before, now);
    pointers.set(event.pointerId, now);
  });
  const up = (event) => {
    const was = pointers.get(event.pointerId);
    pointers.delete(event.pointerId);
    if (held && was && event.type === "pointerup" && (held.start || !held.moved)) map.begin(...map.view.place(...was), true);
    held = null;
  };
  canvas.addEventListener("pointerup", up);
  canvas.addEventListener("pointercancel", up);
  canvas.addEventListener("wheel", (event) => {
    event.preventDefault();
    map.view.zoom(Math.exp(-event.deltaY * (event.deltaMode ? 0.05 : 0.0015)), ...at(event));
    map.changed();
  }, { passive: false });
  canvas.addEventListener("keydown", (event) => keys(event, map));
}

function drag(map, held, before, now) {
  held.moved ||= Math.hypot(now[0] - held.from[0], now[1] - held.from[1]) > STILL;
  if (!held.moved) return;
  if (held.start) return map.begin(...map.view.place(...now), false);
  map.view.pan((now[0] - before[0]) * map.view.scale, (before[1] - now[1]) * map.view.scale);
  map.changed();
}

function pinch(map, pointers, moving, now) {
  const [other] = [...pointers].filter(([id]) => id !== moving).map(([, place]) => place);
  const before = pointers.get(moving);
  const far = (place) => Math.hypot(place[0] - other[0], place[1] - other[1]) || 1;
  map.view.zoom(far(now) / far(before), (now[0] + other[0]) / 2, (now[1] + other[1]) / 2);
  map.changed();
}

const ARROWS = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
const ZOOMS = { "+": 1.25, "=": 1.25, "-": 0.8 };

function keys(event, map) {
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  const { view } = map;
  const arrow = ARROWS[event.key];
  if (arrow) {
    const [dx, dy] = arrow.map((way) => way * STRIDE * view.width * view.scale);
    if (event.shiftKey) {
      view.pan(-5 * dx, -5 * dy);
      map.changed();
    } else map.begin(map.start[0] + dx, map.start[1] + dy, true);
  } else if (ZOOMS[event.key]) {
    view.zoom(ZOOMS[event.key]);
    map.changed();
  } else if (event.key === "0") map.whole();
  else return;
  event.preventDefault();
  event.stopPropagation();
}
