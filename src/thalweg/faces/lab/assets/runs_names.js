// Names of runs in the address: a comma stands between two, so that one inside a name is written as %2C.

import * as address from "./address.js";

/** Return names as the state holds them. */
export const joined = (names) => names.map((name) => name.replaceAll("%", "%25").replaceAll(",", "%2C")).join(",");

/** Return the address of the room in another state. */
export const placeOf = (lab, state) => {
  const said = Object.fromEntries(Object.entries(state).filter(([, value]) => value));
  return address.written({ room: "runs", hide: lab.hide, state: said });
};

/** Return the words a shell takes as one name. */
export const quoted = (name) => (/^[\w@%+=:,./-]+$/.test(name) ? name : `'${name.replaceAll("'", `'"'"'`)}'`);
