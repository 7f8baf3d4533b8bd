// Race: on a surface or on data; each ground has its own view, and the picture says which it is.

import { runnersOnData } from "./race_data.js";
import { runnersOnSurface } from "./race_surface.js";

const GROUNDS = { surface: runnersOnSurface, data: runnersOnData };

export function enter(stage, lab) {
  let ground = "";
  let view = null;
  const change = (to) => {
    view?.leave();
    lab.keys.clear();
    stage.replaceChildren();
    stage.classList.add("race");
    ground = to;
    view = GROUNDS[to](stage, lab);
  };
  return {
    draw(picture) {
      if (picture.ground !== ground) change(picture.ground);
      view.draw(picture);
    },
    theme: () => view?.theme(),
    leave() {
      stage.classList.remove("race");
      view?.leave();
    },
  };
}
