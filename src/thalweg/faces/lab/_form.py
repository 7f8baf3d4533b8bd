"""Form: a room's controls, made of the same knobs as the options of the command line, and their state as the URL writes it."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Choice, Flag, Integer, Integers, Knob, Number, Text
from thalweg.faces.misspelt import suggestion

KINDS = {Number: "number", Integer: "integer", Integers: "integers", Choice: "choice", Flag: "flag", Text: "text"}


@dataclass(frozen=True, kw_only=True)
class Field:
    """A control: a knob, its value now, the group it stands in, and how it is shown.

    `name` is the word in the URL (the knob's own unless given); `options` are values worth a click (a slider's stops, or a choice's
    words); `fresh` says that a change begins anew, where others take effect while training runs; `words` says a choice's words in full.
    """

    knob: Knob
    value: Any
    group: str
    label: str = ""
    name: str = ""
    options: tuple[Any, ...] = ()
    words: Mapping[str, str] | None = None
    fresh: bool = False

    @property
    def key(self) -> str:
        """The word for it in the URL."""
        return self.name or self.knob.name

    def row(self) -> dict[str, Any]:
        """Return the control as the page builds it."""
        low, high = (getattr(self.knob, name, None) for name in ("low", "high"))
        return {
            "name": self.key,
            "label": self.label or self.knob.name.replace("_", " "),
            "kind": KINDS[type(self.knob)],
            "value": self.value,
            "text": written(self.value),
            "standard": written(self.knob.default),
            "low": low,
            "high": high,
            "allowed": self.knob.allowed,
            "meaning": self.knob.meaning,
            "options": list(getattr(self.knob, "choices", self.options)),
            "words": dict(self.words or {}),
            "group": self.group,
            "fresh": self.fresh,
        }


@dataclass(frozen=True, kw_only=True)
class Form:
    """The controls of a room in their order; `extra` is state that has no control (points that were drawn, the step reached)."""

    fields: tuple[Field, ...]
    extra: Mapping[str, str] | None = None

    def state(self) -> dict[str, str]:
        """Return what differs from the room as it opens by itself: what a URL has to say."""
        own = {field.key: written(field.value) for field in self.fields if written(field.value) != written(field.knob.default)}
        return {**own, **(self.extra or {})}

    def row(self) -> dict[str, Any]:
        """Return the form as the page builds it."""
        return {"fields": [field.row() for field in self.fields], "state": self.state()}


def written(value: Any) -> str:
    """Return a value as the URL and the command line write it.

    >>> written((8, 8)), written(True), written(0.1), written(1e-4)
    ('8,8', 'true', '0.1', '0.0001')
    """
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        return f"{value:.10g}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ",".join(map(written, value))
    return str(value)


def read(knob: Knob, given: Any) -> Any:
    """Return the value that a page or a URL gives for a knob, checked; raise `ConfigError` with the range."""
    return knob.parse(given) if isinstance(given, str) else knob.check(given)


def read_state(knobs: Mapping[str, Knob], state: Mapping[str, Any]) -> dict[str, Any]:
    """Return every knob's value, by word: the one given, checked, or its default; raise `ConfigError` on a word that none has."""
    refuse_unknown(state, list(knobs))
    return {word: read(knob, state[word]) if word in state else knob.default for word, knob in knobs.items()}


def refuse_unknown(words: Iterable[str], known: Sequence[str]) -> None:
    """Raise `ConfigError` on a word that is none of those known, with the nearest."""
    for word in words:
        if word not in known:
            raise ConfigError(f"the lab knows no setting {word!r} here.{suggestion(word, known)}")
