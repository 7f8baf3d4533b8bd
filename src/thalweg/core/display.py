"""Display: how values show themselves, in a line at a prompt and as HTML in a notebook."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass
from itertools import islice
from typing import Any

LONGEST, MOST, ITEMS = 60, 400, 4
"""Letters of a text, letters of a line in all, and items of a sequence that a line shows."""


class Displayed:
    """A record that shows itself: `repr` is one short line whatever it holds; a notebook gets HTML.

    The HTML is made by the face of notebooks, found by its name when it is asked for: nobody imports a face. A dataclass of this kind is
    declared with `repr=False`.
    """

    def __repr__(self) -> str:
        line = f"{type(self).__name__}({', '.join(f'{each.name}={short(getattr(self, each.name))}' for each in _own(self))})"
        return line if len(line) <= MOST else f"{line[: MOST - 2]}…)"

    def _repr_html_(self) -> str:
        """Return the record as HTML, for IPython."""
        return str(importlib.import_module("thalweg.faces.notebook.values").html(self))


def short(value: Any) -> str:
    """Return a value in a few letters: long texts and sequences are cut, arrays and tensors are their type and shape.

    >>> short(tuple(range(60))), short("a" * 100)[-4:], short({"rate": 0.1})
    ('(0, 1, 2, 3, … 60 in all)', "aa…'", "{'rate': 0.1}")
    """
    shape = getattr(value, "shape", None)
    if shape is not None and hasattr(value, "dtype"):
        return f"{str(value.dtype).removeprefix('torch.')}{list(shape)}" if len(shape) else str(value)
    if isinstance(value, str):
        return repr(value if len(value) <= LONGEST else f"{value[: LONGEST - 1]}…")
    if isinstance(value, Mapping):
        shown = [f"{short(key)}: {short(item)}" for key, item in islice(value.items(), ITEMS)]
        return f"{{{', '.join([*shown, *_rest(len(value))])}}}"
    if isinstance(value, Sequence) and not hasattr(value, "_fields"):
        items = ", ".join([*(short(item) for item in islice(value, ITEMS)), *_rest(len(value))])
        return f"[{items}]" if isinstance(value, list) else f"({items}{',' if len(value) == 1 else ''})"
    if is_dataclass(value) and not isinstance(value, type):
        return f"{type(value).__name__}(…)"
    text = repr(value)
    return text if len(text) <= LONGEST else f"{type(value).__name__}(…)"


def _rest(count: int) -> list[str]:
    return [f"… {count} in all"] if count > ITEMS else []


def _own(record: Any) -> tuple[Any, ...]:
    return tuple(each for each in fields(record) if each.repr)
