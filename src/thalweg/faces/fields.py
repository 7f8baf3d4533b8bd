"""Fields: the settings of a recipe that are no knobs, read from words by their types, for commands that take the options of `train`."""

import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import TypeAdapter, ValidationError
from pydantic.fields import FieldInfo

from thalweg.core.errors import ConfigError
from thalweg.faces.words import SEVERAL, compose, words_of
from thalweg.run.recipe import CATALOGUES, DataPart, Recipe

SPELLED = {"start": "from"}
"""Fields whose option has another name."""


@dataclass(frozen=True, kw_only=True)
class Field:
    """A setting of the recipe, or (`of_data`) of its data, with what pydantic knows of its type and range."""

    name: str
    info: FieldInfo
    of_data: bool

    @property
    def option(self) -> str:
        """The word of the command line."""
        return SPELLED.get(self.name, self.name).replace("_", "-")

    @property
    def listed(self) -> bool:
        """Whether commas belong to the value: entries that apply together, names of classes."""
        return self.name in (*SEVERAL, "classes")

    @property
    def optional(self) -> bool:
        """Whether the field may be None; the word for it is none."""
        return type(None) in self._types

    @property
    def whole(self) -> bool:
        """Whether the field is a whole number."""
        return int in self._types

    def read(self, value: Any) -> Any:
        """Read the value from a text; other values stay as they are, for the recipe to check."""
        if not isinstance(value, str):
            return list(value) if self.listed and isinstance(value, tuple) else value
        text = value.strip()
        if text == "none" and (self.optional or self.listed):
            return None if self.optional else []
        if self.name == "size":
            return size_from_text(text)
        if self.listed:
            return words_of(text)
        return text if self.name in CATALOGUES else self._converted(text)

    @cached_property
    def _types(self) -> tuple[Any, ...]:
        kind: Any = self.info.annotation
        return get_args(kind) if get_origin(kind) in (Union, types.UnionType) else (kind,)

    @cached_property
    def _convert(self) -> Callable[[Any], Any]:
        within: Any = Annotated[self.info.annotation, self.info]
        return TypeAdapter(within).validate_python

    def _converted(self, text: str) -> Any:
        try:
            return self._convert(text)
        except ValidationError as error:
            what = error.errors()[0]["msg"].lower().replace("input should be", "must be", 1)
            raise ConfigError(f"{self.option} {what}; got {text!r}.") from None


@cache
def fields() -> Mapping[str, Field]:
    """Return every field that is an option, by its name as it is written, with underscores."""
    own = [Field(name=name, info=info, of_data=False) for name, info in Recipe.model_fields.items() if name not in ("version", "data")]
    data = [Field(name=name, info=info, of_data=True) for name, info in DataPart.model_fields.items() if name != "source"]
    return {field.option.replace("-", "_"): field for field in (*own, *data)}


def field_of(option: str) -> Field | None:
    """Return the field that an option sets; None for knobs, penalties by name, and words that nobody knows.

    >>> field_of("penalise-biases").name, field_of("from").name, field_of("rate"), field_of("start")
    ('penalise_biases', 'start', None, None)
    """
    return fields().get(option.replace("-", "_"))


def given_from_words(loose: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """Tell the fields of a recipe among loose options from knobs: return (choices, knobs), as `thalweg.faces.words.compose` takes them.

    Texts of fields are converted by the field's type; settings of the data lie in `choices["data"]`. Raises `ConfigError` on a text that
    is no such value.

    >>> given_from_words({"epochs": "5", "size": "32", "rate": "0.1"})
    ({'epochs': 5, 'data': {'size': (32, 32)}}, {'rate': '0.1'})
    """
    choices: dict[str, Any] = {}
    knobs: dict[str, Any] = {}
    for name, value in loose.items():
        field = field_of(name)
        if field is None:
            knobs[name] = value
        else:
            into = choices.setdefault("data", {}) if field.of_data else choices
            into[field.name] = field.read(value)
    return choices, knobs


def recipe_from_words(data: str, loose: Mapping[str, Any]) -> Recipe:
    """Make the recipe of a command that takes the options of `train`; `data` is a source, or a recipe.toml, which is whole by itself.

    Raises `ConfigError` on unknown options, values out of range, and options beside a recipe file.

    >>> recipe_from_words("digits", {"loss": "svm-sum", "margin": "2", "epochs": "3"}).loss.knobs
    {'margin': 2.0}
    """
    if data.endswith(".toml"):
        if loose:
            raise ConfigError(f"{data} is a whole recipe; leave out --{next(iter(loose)).replace('_', '-')}, or change the file.")
        return Recipe.read(Path(data))
    choices, knobs = given_from_words(loose)
    return compose({**choices, "data": {"source": data, **choices.get("data", {})}}, knobs)


def size_from_text(text: str) -> tuple[int, int]:
    """Read a height and a width.

    >>> size_from_text("32"), size_from_text("32x48")
    ((32, 32), (32, 48))
    """
    sides = text.lower().split("x")
    if len(sides) > 2 or not all(side.isdecimal() and int(side) > 0 for side in sides):
        raise ConfigError(f"--size must be a height and width such as 32 or 32x48; got {text!r}.")
    return int(sides[0]), int(sides[-1])
