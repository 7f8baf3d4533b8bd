"""Kinds of evidence that can be had of a model at its weights: which are asked for, and with which values of their knobs."""

from collections.abc import Mapping, Sequence
from typing import Any

from thalweg.core.catalogue import settle
from thalweg.core.entries import Evidence
from thalweg.core.errors import ConfigError, unknown
from thalweg.evidence import EVIDENCE
from thalweg.faces.misspelt import suggestion


def kinds() -> list[Evidence]:
    """Return the evidence that can be had of a model at its weights, in the order of the page."""
    return sorted((entry for entry in EVIDENCE if entry.inspect is not None), key=lambda entry: (entry.place, entry.name))


def chosen(only: Sequence[str] | None) -> list[Evidence]:
    """Return the evidence asked for: by default all that is not slow, `all` for those too; raise `ConfigError` on an unknown name."""
    known = kinds()
    if only is None:
        return [entry for entry in known if not entry.slow]
    if list(only) == ["all"]:
        return known
    names = [entry.name for entry in known]
    for name in only:
        if name not in names:
            raise unknown("evidence", name, names)
    return [entry for entry in known if entry.name in only]


def settled(entries: Sequence[Evidence], given: Mapping[str, Any]) -> dict[str, dict[str, Any]]:
    """Return every knob of the evidence asked for; a knob given counts for all that have it, `surface.grid` for one.

    Raises `ConfigError` on a knob that nobody has, naming the nearest, and on a value out of range.
    """
    own: dict[str, dict[str, Any]] = {entry.name: {} for entry in entries}
    for word, value in given.items():
        wanted, _, name = word.replace("-", "_").rpartition(".")
        owners = [entry for entry in entries if wanted in ("", entry.name.replace("-", "_")) and _has(entry, name)]
        if not owners:
            raise ConfigError(_nobody_has(word, name, entries))
        for entry in owners:
            knob = next(each for each in entry.knobs if each.name == name)
            own[entry.name][name] = knob.parse(value) if isinstance(value, str) else value
    return {entry.name: settle(entry, own[entry.name], kind="evidence") for entry in entries}


def _has(entry: Evidence, knob: str) -> bool:
    return any(each.name == knob for each in entry.knobs)


def _nobody_has(word: str, name: str, entries: Sequence[Evidence]) -> str:
    others = [entry.name for entry in kinds() if _has(entry, name)]
    if others:
        return f"{word!r} is a knob of {', '.join(others)}, which is not asked for; add it to --only, or leave {word!r} out."
    known = [knob.name for entry in entries for knob in entry.knobs]
    return f"unknown option {word!r}.{suggestion(name, known)} `thalweg list evidence` shows every knob."
