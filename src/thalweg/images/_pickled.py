"""Pickles read as data: a stack machine that knows numbers, text, lists, dicts and NumPy arrays, and can call nothing.

The opcodes are taken apart by the standard library's disassembler (`pickletools.genops`), which runs nothing. Of the names that a
pickle may ask for, those which NumPy writes for an array are understood as tags; every other name is an error. No class, no function
and no module of the pickle's choosing is ever looked up, so a pickle has no way to act. Text from Python 2 is taken as Latin-1.
"""

import pickletools
import warnings
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from jaxtyping import Shaped

from thalweg.core.errors import DataError
from thalweg.core.visible import visible

_MOST_STEPS = 2_000_000
_MARK = object()
_DAMAGE = (ValueError, LookupError, TypeError, AttributeError, ArithmeticError, AssertionError, RecursionError, MemoryError)
_NAMES = {
    ("numpy", "ndarray"): "ndarray",
    ("numpy", "dtype"): "dtype",
    ("_codecs", "encode"): "encode",
    ("builtins", "bytes"): "bytes",
    ("__builtin__", "bytes"): "bytes",
    **{(f"numpy.{core}.multiarray", "_reconstruct"): "reconstruct" for core in ("core", "_core")},
    **{(f"numpy.{core}.numeric", "_frombuffer"): "frombuffer" for core in ("core", "_core")},
}
_TYPES = ("u1", "i1", "u2", "i2", "u4", "i4", "u8", "i8")


@dataclass(frozen=True)
class _Name:
    """A name that the pickle asked for: a tag, not the thing."""

    tag: str


@dataclass
class _Type:
    """A NumPy type: a code of `_TYPES`, with the byte order that a later state gives."""

    code: str
    order: str = "<"

    def state(self, machine: "_Machine", state: Any) -> None:
        order = _text(state[1])
        if order not in ("<", ">", "|", "="):
            raise ValueError(f"byte order {order!r}")
        self.order = order


@dataclass
class _Array:
    """An array whose content a later state gives."""

    shape: tuple[int, ...] = ()
    type: _Type = field(default_factory=lambda: _Type("u1"))
    fortran: bool = False
    raw: bytes = b""

    def state(self, machine: "_Machine", state: Any) -> None:
        _, shape, kind, fortran, raw = state
        self.fill(shape, kind, bool(fortran), raw if isinstance(raw, bytes) else machine.encode(raw))

    def fill(self, shape: Any, kind: Any, fortran: bool, raw: bytes) -> "_Array":
        if not isinstance(kind, _Type) or not isinstance(shape, tuple) or not all(type(n) is int and n >= 0 for n in shape[:5]):
            raise ValueError("an array without a plain type and shape")
        self.shape, self.type, self.fortran, self.raw = shape, kind, fortran, raw
        return self

    def array(self) -> Shaped[np.ndarray, "..."]:
        """Return the array; its shape must fit its bytes."""
        flat = np.frombuffer(self.raw, dtype=np.dtype(self.type.order + self.type.code))
        return flat.reshape(self.shape, order="F" if self.fortran else "C")


def read_pickle(data: bytes, *, source: str) -> dict[str, Any]:
    """Return the dict in a pickle: text keys; values are text, numbers, lists of them, or NumPy arrays of whole numbers.

    Raises `DataError` for everything else: a name outside the list, an opcode that data does not need, damage, more than two million steps.

    >>> import pickle
    >>> read_pickle(pickle.dumps({"labels": [3, 1]}), source="batch")
    {'labels': [3, 1]}
    """
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # the disassembler warns of odd escapes in old text
            value = _run(data, source)
        if not isinstance(value, dict):
            raise ValueError(f"it holds a {type(value).__name__}, not a dict")
        return {_text(key): item.array() if isinstance(item, _Array) else item for key, item in value.items()}
    except _DAMAGE as error:
        reason = str(error)[:100] or type(error).__name__
        raise DataError(f"{source}: not a batch that this reads ({reason}). Fetch or copy the file again.") from error


def _run(data: bytes, source: str) -> Any:
    machine = _Machine(source)
    for step, (opcode, argument, position) in enumerate(pickletools.genops(data)):
        if step >= _MOST_STEPS:
            raise ValueError(f"more than {_MOST_STEPS:,} steps")
        if opcode.name == "STOP":
            return machine.stack.pop()
        action = _ACTIONS.get(opcode.name)
        if action is None:
            raise DataError(f"{source}: byte {position} is the pickle instruction {opcode.name}, which data has no need of.")
        action(machine, argument)
    raise ValueError("it does not end")


@dataclass
class _Machine:
    source: str
    stack: list[Any] = field(default_factory=list)
    memo: dict[int, Any] = field(default_factory=dict)
    encoded: dict[int, tuple[Any, bytes]] = field(default_factory=dict)

    def take(self) -> list[Any]:
        """Take what lies above the last mark off the stack, and the mark."""
        above: list[Any] = []
        while (value := self.stack.pop()) is not _MARK:
            above.append(value)
        return above[::-1]

    def keep(self, index: int | None) -> None:
        self.memo[len(self.memo) if index is None else index] = self.stack[-1]

    def name(self, module: Any, name: Any) -> None:
        tag = _NAMES.get((module, name)) if isinstance(module, str) and isinstance(name, str) else None
        if tag is None:
            asked = visible(f"{str(module)[:40]}.{str(name)[:40]}")
            raise DataError(
                f"{self.source}: this pickle asks for {asked}; Thalweg does not run code from files: "
                "only NumPy arrays, text, numbers, lists and dicts are read."
            )
        self.stack.append(_Name(tag))

    def reduce(self, arguments: Any, called: Any) -> None:
        self.stack.append(_MAKERS[called.tag](self, *arguments))

    def encode(self, text: Any, encoding: Any = "latin1") -> bytes:
        """Return text as Latin-1 bytes; the same text is encoded once, so that a small pickle cannot ask for many copies."""
        if _text(encoding) not in ("latin1", "latin-1"):
            raise ValueError("an encoding other than Latin-1")
        if id(text) not in self.encoded:
            self.encoded[id(text)] = (text, _text(text).encode("latin-1"))
        return self.encoded[id(text)][1]

    def build(self, state: Any) -> None:
        if not isinstance(self.stack[-1], _Type | _Array) or not isinstance(state, tuple):
            raise ValueError("a state for something that has none")
        self.stack[-1].state(self, state)

    def set_items(self, items: list[Any]) -> None:
        target = self.stack[-1]
        if not isinstance(target, dict) or not all(isinstance(key, str | bytes) for key in items[::2]):
            raise ValueError("keys that are not text")
        target.update(zip(items[::2], items[1::2], strict=True))

    def extend(self, items: list[Any]) -> None:
        if not isinstance(self.stack[-1], list):
            raise ValueError("items for something that is no list")
        self.stack[-1].extend(items)

    def pair_up(self, items: list[Any]) -> None:
        self.stack.append({})
        self.set_items(items)


def _text(value: Any) -> str:
    text = value.decode("latin-1") if isinstance(value, bytes) else value
    if not isinstance(text, str):
        raise ValueError("text expected")
    return text


def _type(machine: "_Machine", code: Any, *_: Any) -> _Type:
    if _text(code) not in _TYPES:
        raise ValueError(f"an array of type {_text(code)[:20]!r}; whole numbers expected")
    return _Type(_text(code))


def _frombuffer(machine: "_Machine", raw: Any, kind: Any, shape: Any, order: Any) -> _Array:
    return _Array().fill(shape, kind, order == "F", raw)


_MAKERS: dict[str, Callable[..., Any]] = {
    "reconstruct": lambda *_: _Array(),
    "dtype": _type,
    "encode": lambda machine, *arguments: machine.encode(*arguments),
    "bytes": lambda machine: b"",
    "frombuffer": _frombuffer,
}


def _push(machine: _Machine, argument: Any) -> None:
    machine.stack.append(argument)


def _tuple(count: int) -> Callable[[_Machine, Any], None]:
    def action(machine: _Machine, _: Any) -> None:
        items = [machine.stack.pop() for _ in range(count)]
        machine.stack.append(tuple(items[::-1]))

    return action


def _appended(machine: _Machine, _: Any) -> None:
    item = machine.stack.pop()
    machine.extend([item])


_ACTIONS: dict[str, Callable[[_Machine, Any], Any]] = {
    "PROTO": lambda m, a: None,
    "FRAME": lambda m, a: None,
    "MARK": lambda m, a: m.stack.append(_MARK),
    "NONE": lambda m, a: m.stack.append(None),
    "NEWTRUE": lambda m, a: m.stack.append(True),
    "NEWFALSE": lambda m, a: m.stack.append(False),
    **dict.fromkeys(("INT", "BININT", "BININT1", "BININT2", "LONG", "LONG1", "LONG4", "FLOAT", "BINFLOAT"), _push),
    **dict.fromkeys(("STRING", "BINSTRING", "SHORT_BINSTRING", "UNICODE", "BINUNICODE", "SHORT_BINUNICODE", "BINUNICODE8"), _push),
    **dict.fromkeys(("BINBYTES", "SHORT_BINBYTES", "BINBYTES8"), _push),
    "BYTEARRAY8": lambda m, a: m.stack.append(bytes(a)),
    "EMPTY_LIST": lambda m, a: m.stack.append([]),
    "EMPTY_DICT": lambda m, a: m.stack.append({}),
    "EMPTY_TUPLE": _tuple(0),
    "TUPLE1": _tuple(1),
    "TUPLE2": _tuple(2),
    "TUPLE3": _tuple(3),
    "TUPLE": lambda m, a: m.stack.append(tuple(m.take())),
    "LIST": lambda m, a: m.stack.append(m.take()),
    "DICT": lambda m, a: m.pair_up(m.take()),
    "APPEND": _appended,
    "APPENDS": lambda m, a: m.extend(m.take()),
    "SETITEM": lambda m, a: m.set_items([m.stack.pop(-2), m.stack.pop()]),
    "SETITEMS": lambda m, a: m.set_items(m.take()),
    **dict.fromkeys(("PUT", "BINPUT", "LONG_BINPUT"), lambda m, a: m.keep(a)),
    "MEMOIZE": lambda m, a: m.keep(None),
    **dict.fromkeys(("GET", "BINGET", "LONG_BINGET"), lambda m, a: m.stack.append(m.memo[a])),
    "GLOBAL": lambda m, a: m.name(*a.split(" ", 1)),
    "STACK_GLOBAL": lambda m, a: m.name(m.stack.pop(-2), m.stack.pop()),
    "REDUCE": lambda m, a: m.reduce(m.stack.pop(), m.stack.pop()),
    "BUILD": lambda m, a: m.build(m.stack.pop()),
    "POP": lambda m, a: m.stack.pop(),
    "POP_MARK": lambda m, a: m.take(),
}
"""What each instruction does; an instruction that is not here is refused. READONLY_BUFFER, NEXT_BUFFER, EXT, PERSID, INST, OBJ are not."""
