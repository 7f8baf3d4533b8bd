// Address: the whole state of the page in the part of the URL behind #, which no server sees: #room=plane&data=spiral&hide=seed.

/** Return {room, hide, state} of the address. */
export function read() {
  const words = new URLSearchParams(location.hash.slice(1));
  const room = words.get("room") ?? "";
  const hide = new Set((words.get("hide") ?? "").split(",").filter(Boolean));
  const stop = words.get("tour");
  for (const own of ["room", "hide", "tour"]) words.delete(own);
  return { room, hide, stop: stop === null ? null : Number(stop), state: Object.fromEntries(words) };
}

/** Return an address of a state. */
export function written({ room, hide = new Set(), stop = null, state = {} }) {
  const words = new URLSearchParams({ room, ...state });
  if (hide.size) words.set("hide", [...hide].join(","));
  if (stop !== null) words.set("tour", String(stop));
  return `#${words.toString().replaceAll("%2C", ",")}`;
}

const PAUSE = 300;
let last = -PAUSE;
let later = 0;

/** Put a state into the address without a new entry in the history; a few times a second at most, for browsers refuse more. */
export function keep(place) {
  const put = () => {
    const now = written(place);
    last = performance.now();
    if (now !== location.hash) history.replaceState(null, "", now);
  };
  clearTimeout(later);
  const wait = last + PAUSE - performance.now();
  if (wait <= 0) put();
  else later = setTimeout(put, wait);
}
