// Controls: a room's form, built of what the server says of each field. They say what changed; the server answers with the form as it is.

import { el, figure } from "./dom.js";

const STOPS = [1, 2, 3, 5];
const FEW = 4;

/** The controls of a room in `place`; `changed(name, text)` is told what a person sets. */
export class Controls {
  constructor(place, changed) {
    this.place = place;
    this.changed = changed;
    this.made = new Map();
    this.layout = "";
    place.addEventListener("submit", (event) => event.preventDefault());
  }

  /** Show a form. What has focus stays; only what differs is made anew. `hidden` names fields and groups that a teacher hides. */
  show(fields, hidden) {
    const shown = fields.filter((field) => !hidden.has(field.name) && !hidden.has(field.group.toLowerCase()));
    const layout = JSON.stringify(shown.map(({ name, kind, options, group }) => [name, kind, options, group]));
    if (layout !== this.layout) this.build(shown);
    this.layout = layout;
    for (const field of shown) this.made.get(field.name).set(field);
  }

  build(fields) {
    const focused = document.activeElement?.id;
    this.made.clear();
    const groups = new Map();
    for (const field of fields) {
      if (!groups.has(field.group)) groups.set(field.group, el("fieldset", {}, el("legend", {}, field.group)));
      const control = KINDS[field.kind](field, (text) => this.changed(field.name, text));
      control.place.title = field.meaning;
      this.made.set(field.name, control);
      groups.get(field.group).append(control.place);
    }
    this.place.replaceChildren(...groups.values());
    if (focused) document.getElementById(focused)?.focus();
  }
}

const idOf = (field) => `control-${field.name}`;

const labelled = (field, ...inputs) =>
  el("div.field", {}, el("label", { htmlFor: idOf(field) }, field.label), el("div.inputs", {}, ...inputs));

function text(field, say) {
  const input = el("input.exact", { id: idOf(field), type: "text", spellcheck: false, "aria-description": `${field.meaning}; ${field.allowed}` });
  input.addEventListener("change", () => say(input.value.trim()));
  const set = (now) => {
    if (document.activeElement !== input || input.value === "") input.value = now.text;
    else input.dataset.now = now.text;
  };
  input.addEventListener("blur", () => {
    if (input.dataset.now !== undefined) input.value = input.dataset.now;
    delete input.dataset.now;
  });
  return { place: labelled(field, input), set, input };
}

/** A slider beside the exact number: even where both ends are finite, by powers of ten where not. */
function number(field, say) {
  const exact = text(field, say);
  const scale = scaleOf(field);
  const slider = el("input.slider", { type: "range", min: "0", max: String(scale.steps), step: "1", "aria-label": `${field.label}, slider` });
  slider.addEventListener("input", () => {
    const value = scale.value(Number(slider.value));
    exact.input.value = String(value);
    slider.setAttribute("aria-valuetext", figure(value));
    say(String(value));
  });
  const set = (now) => {
    exact.set(now);
    if (document.activeElement !== slider) slider.value = String(scale.place(now.value));
    slider.setAttribute("aria-valuetext", now.text);
  };
  exact.place.querySelector(".inputs").prepend(slider);
  return { place: exact.place, set };
}

function scaleOf(field) {
  const finite = Number.isFinite(field.low) && Number.isFinite(field.high) && field.low !== null && field.high !== null;
  if (field.options.length) {
    const near = (value) => field.options.reduce((best, each, place) => (Math.abs(each - value) < Math.abs(field.options[best] - value) ? place : best), 0);
    return { steps: field.options.length - 1, value: (place) => field.options[place], place: near };
  }
  if (finite) {
    const whole = field.kind === "integer";
    const steps = whole ? Math.min(field.high - field.low, 1000) : 100;
    const value = (place) => {
      const exact = field.low + ((field.high - field.low) * place) / steps;
      return whole ? Math.round(exact) : Number(exact.toPrecision(3));
    };
    return { steps, value, place: (now) => Math.round(((now - field.low) / (field.high - field.low)) * steps) };
  }
  const zero = field.low === 0 && field.allowed.includes("[0");
  const stops = zero ? [0] : [];
  for (let power = -5; power <= 1; power += 1) stops.push(...STOPS.map((stop) => Number((stop * 10 ** power).toPrecision(2))));
  const place = (now) => stops.reduce((best, each, at) => (Math.abs(Math.log((each || 1e-6) / (now || 1e-6))) < Math.abs(Math.log((stops[best] || 1e-6) / (now || 1e-6))) ? at : best), 0);
  return { steps: stops.length - 1, value: (at) => stops[at], place };
}

function integer(field, say) {
  const bounded = field.low !== null && field.high !== null && field.high - field.low <= 1000;
  if (bounded || field.options.length) return number(field, say);
  return text(field, say);
}

function choice(field, say) {
  if (field.options.length > FEW || field.options.join("").length > 22) return select(field, say);
  const group = el("div.choice", { role: "radiogroup", "aria-label": field.label, id: idOf(field) });
  const buttons = field.options.map((option) => {
    const input = el("input", { type: "radio", name: idOf(field), value: option, id: `${idOf(field)}-${option}` });
    input.addEventListener("change", () => say(option));
    group.append(el("label", {}, input, el("span", {}, field.words[option] ?? option)));
    return input;
  });
  const set = (now) => buttons.forEach((input) => (input.checked = input.value === now.value));
  const place = el("div.field", {}, el("span.label", {}, field.label), el("div.inputs", {}, group));
  return { place, set };
}

function select(field, say) {
  const input = el("select", { id: idOf(field) }, ...field.options.map((option) => el("option", { value: option }, field.words[option] ?? option)));
  input.addEventListener("change", () => say(input.value));
  return { place: labelled(field, input), set: (now) => (input.value = now.value) };
}

function flag(field, say) {
  const input = el("input", { id: idOf(field), type: "checkbox" });
  input.addEventListener("change", () => say(String(input.checked)));
  return { place: labelled(field, input), set: (now) => (input.checked = now.value) };
}

const KINDS = { number, integer, integers: text, text, choice, flag };
