// The lab: opens rooms, keeps the address, hands words to the worker and its pictures to the room.

import * as address from "./address.js";
import { Controls } from "./controls.js";
import { el, sign } from "./dom.js";
import { Socket } from "./socket.js";
import { Tour } from "./tour.js";

const place = (id) => document.getElementById(id);
const LONG = 8000;

const lab = {
  house: null,
  room: null,
  hide: new Set(),
  keys: new Map(),
  fields: [],
  state: {},
  /** Tell the worker a word. */
  say: (word, given) => socket.say(word, given),
  /** Ask the worker and wait for its answer. */
  ask: (word, given) => socket.ask(word, given),
  /** Change settings: words by field. */
  set: (state) => socket.say("set", { state }),
  /** Go to a room in some state. */
  go: (room, state = {}) => enter({ room, state, hide: lab.hide, stop: null }),
  /** Show a line for a while. */
  note: (text) => note(text),
  /** Return a class's colour on the ground of the page. */
  colour: (number) => themed(lab.house.colours.classes[number % lab.house.colours.classes.length]),
};

const night = matchMedia("(prefers-color-scheme: dark)");
const themed = (colour) => (isDark() ? (lab.house.colours.dark[colour] ?? colour) : colour);
const isDark = () => (document.documentElement.dataset.theme ?? (night.matches ? "dark" : "light")) === "dark";
lab.themed = themed;
lab.isDark = isDark;

const controls = new Controls(place("controls"), (name, text) => lab.set({ [name]: text }));
const tour = new Tour(place("tour"), lab);
lab.tour = tour;
let view = null;
let coming = "";
let latest = null;
let drawing = false;
let opening = 0; // what still comes of an earlier one is not of this room

const socket = new Socket({
  house: (message) => begin(message),
  full: (message) => note(message.text, true),
  form: ({ data }) => data.opening === opening && showForm(data),
  picture: (message) => message.data.opening === opening && show(message),
  note: ({ data }) => note(data.text),
  lost: () => note("The connection to the lab was lost; trying again.", true),
});

async function begin(house) {
  const again = lab.house !== null;
  lab.house = house;
  tour.learn(house.tour);
  if (again) note("");
  if (!location.hash && house.start) history.replaceState(null, "", house.start);
  showRooms();
  await enter(address.read());
}

async function enter({ room, state, hide, stop }) {
  const own = (opening += 1);
  const rooms = lab.house.rooms.map(({ name }) => name);
  const known = rooms.includes(room) ? room : rooms[0];
  lab.hide = hide;
  tour.at(stop);
  if (coming !== known || view === null) await furnish(known);
  if (own !== opening) return; // a person has gone on meanwhile
  lab.room = known;
  lab.state = state;
  address.keep({ room: known, hide, stop: tour.stop, state });
  showRooms();
  latest = null;
  socket.say("open", { room: known, state, opening });
  socket.say("ready");
}

async function furnish(room) {
  coming = room;
  view?.leave?.();
  view = null;
  latest = null;
  lab.keys.clear();
  place("stage").replaceChildren();
  controls.layout = "";
  place("controls").replaceChildren();
  dress(room);
  const module = await import(`/assets/${room}.js`);
  if (coming === room) view = module.enter(place("stage"), lab);
}

/** Take in a room's own style, once. */
function dress(room) {
  const href = `/assets/${room}.css`;
  if (!document.head.querySelector(`link[href="${href}"]`)) document.head.append(el("link", { rel: "stylesheet", href }));
}

function showRooms() {
  if (!lab.house) return;
  place("rooms").hidden = lab.hide.has("rooms");
  place("rooms").replaceChildren(
    ...lab.house.rooms.map(({ name, title, summary }) =>
      el("a", { href: address.written({ room: name, hide: lab.hide }), title: summary, "aria-current": name === lab.room ? "page" : null }, title),
    ),
  );
}

function showForm({ fields, state }) {
  lab.fields = fields;
  lab.state = state;
  controls.show(fields, lab.hide);
  place("controls").hidden = lab.hide.has("controls") || !fields.length;
  view?.form?.(fields, state);
  address.keep({ room: lab.room, hide: lab.hide, stop: tour.stop, state });
}

/** Draw the latest picture with the screen's next frame; the next one is asked for first, so that it is made while this one is drawn. */
function show(message) {
  latest = message;
  if (drawing) return;
  drawing = true;
  const frame = document.hidden ? (act) => setTimeout(act, 250) : requestAnimationFrame;
  frame(() => {
    drawing = false;
    socket.say("ready");
    if (view && latest) view.draw((lab.last = { ...latest.data, arrays: latest.arrays }));
    lab.frames = (lab.frames ?? 0) + 1;
  });
}

let forget = 0;
function note(text, stays = false) {
  const line = place("note");
  clearTimeout(forget);
  line.textContent = text;
  line.hidden = !text;
  if (text && !stays) forget = setTimeout(() => (line.hidden = true), LONG);
}

function tools() {
  const theme = el("button", { type: "button", title: "Light or dark", "aria-label": "Light or dark", onclick: () => switchTheme() }, sign("theme"));
  const share = el("button", { type: "button", title: "Copy this page's address: it holds the whole state", onclick: () => copy() }, "Share");
  const walk = el("button", { type: "button", title: "Ten stops through the lecture", onclick: () => tour.toggle() }, "Tour");
  place("tools").append(walk, share, theme);
}

async function copy() {
  try {
    await navigator.clipboard.writeText(location.href);
    note("The address is copied; whoever has this lab open sees the same.");
  } catch {
    note(location.href, true);
  }
}

function switchTheme() {
  document.documentElement.dataset.theme = isDark() ? "light" : "dark";
  try {
    localStorage.setItem("theme", document.documentElement.dataset.theme);
  } catch {
    /* a browser that keeps nothing forgets it */
  }
  view?.theme?.();
  socket.say("ready");
}

addEventListener("hashchange", () => lab.house && enter(address.read()));
addEventListener("keydown", (event) => {
  const typing = event.target.closest?.("input:not([type=range],[type=radio],[type=checkbox]), select, textarea, [contenteditable], button, a");
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  const act = lab.keys.get(event.key);
  if (!act) return;
  event.preventDefault();
  act();
});
night.addEventListener("change", () => view?.theme?.());
try {
  const kept = localStorage.getItem("theme");
  if (kept === "dark" || kept === "light") document.documentElement.dataset.theme = kept;
} catch {
  /* as the system has it */
}
tools();
globalThis.lab = lab; // for the browser's console, and for the tests
