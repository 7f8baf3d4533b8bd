"""Catalogues: a folder in which every public module holds exactly one entry, named `ENTRY`.

File name = entry name = word of the command line (underscores become hyphens). An entry's module is imported when the entry is
asked for, not before.
"""

import importlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any, Generic, TypeVar

from thalweg.core.entries import Entry
from thalweg.core.errors import ConfigError, nearest, unknown
from thalweg.core.names import entry_names

EntryType = TypeVar("EntryType", bound=Entry)


@dataclass(frozen=True)
class Catalogue(Generic[EntryType]):
    """The entries of one package: `Catalogue("thalweg.loss", "loss", Loss)`; `kind` is the word used in errors."""

    package: str
    kind: str
    contract: type[EntryType]

    def names(self) -> list[str]:
        """Return the names of all entries, sorted, without importing them."""
        return entry_names(self.package)

    def get(self, name: str) -> EntryType:
        """Return the entry called `name`, or raise `ConfigError` with the nearest name."""
        return _load(self, name)

    def __iter__(self) -> Iterator[EntryType]:
        return (self.get(name) for name in self.names())


@cache
def _load(catalogue: Catalogue[EntryType], name: str) -> EntryType:
    if name not in catalogue.names():
        raise unknown(catalogue.kind, name, catalogue.names())
    module = importlib.import_module(f"{catalogue.package}.{name.replace('-', '_')}")
    entry = module.ENTRY
    assert isinstance(entry, catalogue.contract), f"{module.__name__}.ENTRY must be a {catalogue.contract.__name__}"
    return replace(entry, name=name)


def settle(entry: Entry, given: Mapping[str, Any], *, kind: str) -> dict[str, Any]:
    """Return the value of every knob of `entry`: the given one, checked, or the default.

    Raises `ConfigError` on an unknown knob (with the nearest name) or a value out of range; `kind` is the word for the error.
    """
    known = [knob.name for knob in entry.knobs]
    for name in given:
        if name not in known:
            knobs = f"Its knobs: {', '.join(known)}." if known else "It has no knobs."
            raise ConfigError(f"{kind} {entry.name!r} has no knob {name!r}.{nearest(name, known)} {knobs}")
    return {knob.name: knob.check(given[knob.name]) if knob.name in given else knob.default for knob in entry.knobs}
