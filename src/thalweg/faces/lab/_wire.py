"""Wire: messages between page and worker. A word is JSON text; an answer is a JSON head with arrays behind it, one binary message.

An answer is laid out as: length of the head (4 bytes, little-endian), the head (JSON in UTF-8, with spaces up to a multiple of 8), the
arrays one after the other, each padded to a multiple of 8. The head is `{"kind", "data", "arrays": [{"name", "type", "shape", "at"}]}`,
`at` counting from the end of the head.
"""

import json
import math
import struct
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np

TYPES = {"uint8": "u1", "int32": "<i4", "float32": "<f4"}
"""What a page can read: bytes, whole numbers, single precision."""
STEP = 8


@dataclass(frozen=True, kw_only=True, eq=False)
class Picture:
    """Plain values, and arrays of bytes, int32 or float32 by name."""

    data: Mapping[str, Any] = field(default_factory=dict)
    arrays: Mapping[str, np.ndarray] = field(default_factory=dict)


def packed(kind: str, picture: Picture) -> bytes:
    """Return a message of some kind; numbers that are not finite become null.

    >>> unpacked(packed("picture", Picture(data={"loss": float("inf")}, arrays={"x": np.arange(3, dtype=np.uint8)})))
    ('picture', {'loss': None}, {'x': array([0, 1, 2], dtype=uint8)})
    """
    blobs, heads, at = [], [], 0
    for name, array in picture.arrays.items():
        blob = np.ascontiguousarray(array).astype(TYPES[array.dtype.name], copy=False).tobytes()
        heads.append({"name": name, "type": array.dtype.name, "shape": list(array.shape), "at": at})
        blobs += [blob, bytes(-len(blob) % STEP)]
        at += len(blob) + -len(blob) % STEP
    head = json.dumps({"kind": kind, "data": plain(picture.data), "arrays": heads}, allow_nan=False).encode()
    head += b" " * (-(len(head) + 4) % STEP)
    return b"".join([struct.pack("<I", len(head)), head, *blobs])


def unpacked(message: bytes) -> tuple[str, dict[str, Any], dict[str, np.ndarray]]:
    """Read a message back: its kind, its values, its arrays."""
    (length,) = struct.unpack_from("<I", message)
    head = json.loads(message[4 : 4 + length])
    arrays = {}
    for each in head["arrays"]:
        count = math.prod(each["shape"])
        flat = np.frombuffer(message, TYPES[each["type"]], count, 4 + length + each["at"])
        arrays[each["name"]] = flat.reshape(each["shape"])
    return head["kind"], head["data"], arrays


def plain(value: Any) -> Any:
    """Return a value as strict JSON holds it: tuples as lists, keys as text, numbers that are not finite as None."""
    if isinstance(value, Mapping):
        return {str(name): plain(each) for name, each in value.items()}
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        value = value.item()
    return None if isinstance(value, float) and not math.isfinite(value) else value
