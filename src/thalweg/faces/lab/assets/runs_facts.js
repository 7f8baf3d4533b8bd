// Facts: pairs of a name and what is known.

import { el } from "./dom.js";

export const facts = (pairs) => el("dl.facts", {}, ...pairs.flatMap(([name, value]) => [el("dt", {}, name), el("dd", { dir: "auto" }, value)]));
