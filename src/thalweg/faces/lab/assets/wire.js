// Wire: reads the messages of the worker. See `_wire.py` for how they are laid out.

const TYPES = { uint8: Uint8Array, int32: Int32Array, float32: Float32Array };

/** Return {kind, data, arrays} of a binary message; each array has `values` and `shape`. */
export function unpacked(buffer) {
  const length = new DataView(buffer).getUint32(0, true);
  const head = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)));
  const arrays = {};
  for (const { name, type, shape, at } of head.arrays) {
    const count = shape.reduce((product, side) => product * side, 1);
    arrays[name] = { values: new TYPES[type](buffer, 4 + length + at, count), shape };
  }
  return { kind: head.kind, data: head.data, arrays };
}
