// The runs room: a list of what has been trained, curves of those that are chosen, and a page for each run and each sweep.

import { Choice } from "./runs_choice.js";
import { List } from "./runs_list.js";
import { Details } from "./runs_details.js";
import { el } from "./dom.js";

export function enter(stage, lab) {
  const all = el("div");
  const one = el("div", { hidden: true });
  stage.append(el("div.runs", {}, all, one));
  const choice = new Choice(lab);
  const list = new List(lab, choice.choose);
  const details = new Details(one, lab);
  all.append(list.place, choice.place);

  const draw = (picture) => {
    if (picture.cards) list.cards = picture.cards;
    const open = picture.state.run !== "";
    all.hidden = open;
    one.hidden = !open;
    if (open) details.draw(picture, list.cards.find(({ name }) => name === picture.state.run));
    else {
      details.leave();
      list.draw(picture);
      choice.draw(picture, list.cards);
    }
  };
  return { draw };
}
