"""Recipe: everything that decides what a run becomes, frozen, validated, and the same in TOML, Python and on the command line."""

import hashlib
import json
import tomllib
from collections.abc import Mapping
from functools import partial
from pathlib import Path
from typing import Annotated, Any, Literal

import tomli_w
from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationError, model_validator

from thalweg.augment import AUGMENTATIONS
from thalweg.average import AVERAGES
from thalweg.core.catalogue import Catalogue, settle
from thalweg.core.entries import Entry
from thalweg.core.errors import ConfigError, nearest
from thalweg.core.near_path import near_path
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.penalty import PENALTIES
from thalweg.prepare import PREPARATIONS
from thalweg.run.solvable import check_solvable
from thalweg.run.toml_lines import line_of
from thalweg.schedule import SCHEDULES
from thalweg.score import SCORES

CATALOGUES: Mapping[str, Catalogue[Any]] = {
    "prepare": PREPARATIONS,
    "augment": AUGMENTATIONS,
    "score": SCORES,
    "loss": LOSSES,
    "penalty": PENALTIES,
    "optimiser": OPTIMISERS,
    "schedule": SCHEDULES,
    "average": AVERAGES,
}

LARGEST_RECIPE = 1 << 20

ASIDE = ("checkpoint_steps", "checkpoint_minutes", "path_points")
"""Settings that say when to save and what to record, not what comes out."""


class Part(BaseModel):
    """An entry of a catalogue by name, with a value for every knob."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: str
    knobs: dict[str, Any] = Field(default_factory=dict)

    @property
    def flat(self) -> dict[str, Any]:
        """Name and knobs side by side, as in TOML."""
        return {"name": self.name, **self.knobs}


def part(field: str, given: Any) -> Part:
    """Read a part from a name, a mapping with `name` and knobs, or a Part; check it against its catalogue; fill in defaults."""
    if isinstance(given, Part):
        name, knobs = given.name, given.knobs
    elif isinstance(given, Mapping) and set(given) == {"name", "knobs"}:
        name, knobs = given["name"], given["knobs"]
    elif isinstance(given, str):
        name, knobs = given, {}
    elif isinstance(given, Mapping) and isinstance(given.get("name"), str):
        name, knobs = given["name"], {key: value for key, value in given.items() if key != "name"}
    else:
        name, knobs = None, None
    if not isinstance(name, str) or not isinstance(knobs, Mapping):
        raise ConfigError(f"{field} must be a name, or a table with `name` and knobs; got {given!r}.")
    entry: Entry = CATALOGUES[field].get(name)
    return Part(name=name, knobs=settle(entry, knobs, kind=field))


def parts(field: str, given: Any) -> tuple[Part, ...]:
    """Read a list of parts; a single one, `None` and (for penalties) a mapping from name to strength are understood too."""
    if given is None:
        return ()
    if isinstance(given, str | Part):
        given = [given]
    if isinstance(given, Mapping):
        given = [given] if "name" in given else [_from_pair(field, name, value) for name, value in given.items()]
    if not isinstance(given, list | tuple):
        raise ConfigError(f"{field} must be a list of names or tables; got {given!r}.")
    return tuple(part(field, item) for item in given)


def _from_pair(field: str, name: str, value: Any) -> dict[str, Any]:
    if isinstance(value, Mapping):
        return {"name": name, **value}
    knobs = CATALOGUES[field].get(name).knobs
    if not knobs:
        raise ConfigError(f"{field} {name!r} has no knobs; got {value!r}.")
    return {"name": name, knobs[0].name: value}


class DataPart(BaseModel):
    """Which pictures, how they are read, and how much of the training part is set aside.

    `folds`, `fold`: cross-validation instead of a validation part: the examples that are not for testing are dealt into so many folds,
    class by class; the run trains on all but fold number `fold` (from 0) and takes its validation figures on that one.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    source: str = "digits"
    size: Annotated[tuple[int, int] | None, Field(strict=False)] = None
    fit: Literal["stretch", "crop", "pad"] = "crop"
    colour: Literal["auto", "grey", "rgb"] = "auto"
    skip_bad: bool = False
    validation: float = Field(default=0.1, ge=0, lt=1, allow_inf_nan=False)
    test: float = Field(default=0.2, ge=0, lt=1, allow_inf_nan=False)
    noise: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    examples: int | None = Field(default=None, ge=1)
    folds: int | None = Field(default=None, ge=2)
    fold: int | None = Field(default=None, ge=0)

    @model_validator(mode="after")
    def _one_of_its_folds(self) -> "DataPart":
        if (self.folds is None) != (self.fold is None):
            raise ConfigError("data.folds and data.fold go together: into how many folds, and which one is held out.")
        if self.folds is not None and self.fold is not None and self.fold >= self.folds:
            raise ConfigError(
                f"data.fold must be a whole number in [0, {self.folds - 1}], as there are {self.folds} folds; got {self.fold}."
            )
        return self


class Recipe(BaseModel):
    """A run, written down; equal recipes on equal data give equal bits.

    `seed` decides initial weights, dropout and searches, and, unless `data_seed` is given, also split, order of the examples and
    augmentation: runs that differ in `seed` alone see the same batches when their `data_seed` is the same.
    `batch`: examples a step; 0 is the whole training set, None lets the optimiser choose (the whole set where it is made for that, else
    128). `clip` bounds the gradient's norm. `patience` ends a run after so many epochs without a better validation figure; `monitor` says
    which figure, and `keep` which weights become the model. `tolerance` ends a whole-set run whose gradient norm falls below it.
    `checkpoint_steps` and `checkpoint_minutes`: how often to save, 0 never by that rule (the end of a run is always saved).
    `measure`: which parts are measured after every epoch; `validation` leaves the training part to the final figures.
    `path_points`: how many points of the path of W a run records an epoch, for evidence; 0 none; populations record none.
    `start`: a run whose weights and preparation this one continues. `classes`: names declared up front, so that the data may lack some.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", strict=True)
    version: int = Field(default=1, ge=1, le=1)
    seed: int = Field(default=0, ge=0, lt=2**63)
    data_seed: int | None = Field(default=None, ge=0, lt=2**63)
    epochs: int = Field(default=10, ge=0)
    batch: int | None = Field(default=None, ge=0)
    clip: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    tolerance: float = Field(default=0.0, ge=0, allow_inf_nan=False)
    patience: int | None = Field(default=None, ge=1)
    monitor: Literal["accuracy", "loss"] = "accuracy"
    keep: Literal["best", "last"] = "best"
    precision: Literal["auto", "fp32", "bf16", "fp64"] = "auto"
    device: str = "cpu"
    checkpoint_steps: int = Field(default=0, ge=0)
    checkpoint_minutes: float = Field(default=1.0, ge=0, allow_inf_nan=False)
    path_points: int = Field(default=4, ge=0)
    penalise_biases: bool = False
    measure: Literal["all", "validation"] = "all"
    start: str | None = None
    classes: Annotated[tuple[str, ...] | None, Field(strict=False)] = None
    data: DataPart = Field(default_factory=DataPart)
    prepare: Annotated[tuple[Part, ...], Field(validate_default=True), BeforeValidator(partial(parts, "prepare"))] = ("scale",)  # type: ignore[assignment]
    augment: Annotated[tuple[Part, ...], Field(validate_default=True), BeforeValidator(partial(parts, "augment"))] = ()
    score: Annotated[Part, Field(validate_default=True), BeforeValidator(partial(part, "score"))] = "linear"  # type: ignore[assignment]
    loss: Annotated[Part, Field(validate_default=True), BeforeValidator(partial(part, "loss"))] = "softmax"  # type: ignore[assignment]
    penalty: Annotated[tuple[Part, ...], Field(validate_default=True), BeforeValidator(partial(parts, "penalty"))] = ()
    optimiser: Annotated[Part, Field(validate_default=True), BeforeValidator(partial(part, "optimiser"))] = "momentum"  # type: ignore[assignment]
    schedule: Annotated[tuple[Part, ...], Field(validate_default=True), BeforeValidator(partial(parts, "schedule"))] = ()
    average: Annotated[Part | None, BeforeValidator(lambda given: None if given is None else part("average", given))] = None

    @model_validator(mode="after")
    def _together(self) -> "Recipe":
        for name in self.classes or ():
            if self.classes is not None and self.classes.count(name) > 1:
                raise ConfigError(f"classes: {name!r} is declared twice.")
        try:
            self.to_toml().encode()
        except UnicodeEncodeError as error:
            line = error.object[: error.end].rpartition("\n")[2]
            raise ConfigError(f"a recipe holds UTF-8 text only; got {line[-60:]!r}. Rename it.") from None
        optimiser = OPTIMISERS.get(self.optimiser.name)
        if self.schedule and "rate" not in self.optimiser.knobs:
            raise ConfigError(f"optimiser {self.optimiser.name!r} has no rate that a schedule could change; leave out the schedule.")
        if optimiser.full_batch and (self.batch or self.augment):
            raise ConfigError(
                f"optimiser {self.optimiser.name!r} looks at the whole training set, the same at every step; leave out batch and augment, "
                "or choose a mini-batch optimiser such as sgd, momentum or adam."
            )
        for penalty in self.penalty:
            if PENALTIES.get(penalty.name).proximal is not None and not optimiser.proximal:
                raise ConfigError(
                    f"penalty {penalty.name!r} is not smooth and optimiser {self.optimiser.name!r} has no proximal step; "
                    "use l2, or a first-order optimiser such as sgd, momentum or adam."
                )
        if optimiser.reached is not None:
            check_solvable(
                self.optimiser.name, SCORES.get(self.score.name), LOSSES.get(self.loss.name),
                [(PENALTIES.get(each.name), each.knobs) for each in self.penalty], clip=self.clip, average=self.average is not None,
            )  # fmt: skip
        return self

    @classmethod
    def make(cls, where: str = "", /, **given: Any) -> "Recipe":
        """Make a recipe from settings; raise `ConfigError` in one line with the nearest name or the range. `where` leads the message."""
        try:
            return cls.model_validate(given)
        except ValidationError as error:
            raise ConfigError(where + _one_line(error)) from None
        except ConfigError as error:
            raise ConfigError(where + str(error)) from None

    def with_changes(self, **changes: Any) -> "Recipe":
        """Return the recipe with some settings changed, validated again."""
        return self.make(**{**self.model_dump(), **changes})

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the recipe's content; what only says when to save and what to record, not what comes out, does not count."""
        content = self.model_dump(mode="json", exclude={*ASIDE})
        return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()

    @property
    def shared_seed(self) -> int:
        """The seed of split, order and augmentation."""
        return self.seed if self.data_seed is None else self.data_seed

    @property
    def sparse(self) -> bool:
        """Whether a penalty of the recipe makes weights exactly zero (its proximal step does), so that they are worth counting."""
        return any(PENALTIES.get(penalty.name).proximal is not None for penalty in self.penalty)

    @property
    def keeps_best(self) -> bool:
        """Whether the best weights become the model; of an optimiser that has an aim of its own the last ones do, which are its answer."""
        return self.keep == "best" and OPTIMISERS.get(self.optimiser.name).reached is None

    def batch_size(self, examples: int) -> int:
        """Return the number of examples a step uses when the training part has `examples`."""
        batch = self.batch
        if batch is None:
            batch = 0 if OPTIMISERS.get(self.optimiser.name).full_batch else 128
        return examples if batch == 0 else min(batch, examples)

    def to_toml(self) -> str:
        """Return the recipe as TOML; `from_toml` reads it back to an equal recipe."""
        content = {key: _plain(value) for key, value in self.model_dump().items() if value is not None}
        content["data"] = {key: value for key, value in content["data"].items() if value is not None}
        return tomli_w.dumps(content)

    @classmethod
    def from_toml(cls, text: str, *, file: str = "recipe") -> "Recipe":
        """Read a recipe; errors name `file` and the line."""
        try:
            content = tomllib.loads(text)
        except (ValueError, RecursionError) as error:  # numbers of 5000 digits and brackets 1000 deep are no TOMLDecodeError
            raise ConfigError(f"{file}: not TOML: {error}.") from None
        version = content.get("version", 1)
        if isinstance(version, int) and version > 1:
            raise ConfigError(f"{file}: written for recipe version {version}; this Thalweg reads version 1. Install a newer Thalweg.")
        try:
            return cls.make(**content)
        except ConfigError as error:
            raise ConfigError(f"{file}{line_of(str(error), text)}: {error}") from None

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """Read a recipe file."""
        try:
            if path.stat().st_size > LARGEST_RECIPE:
                raise ConfigError(f"{path}: larger than {LARGEST_RECIPE:,} bytes; a recipe is a short TOML file.")
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            reason = getattr(error, "strerror", None) or error
            raise ConfigError(f"{path}: cannot be read as a recipe ({reason}).{near_path(path)}") from None
        return cls.from_toml(text, file=str(path))


def _plain(value: Any) -> Any:
    """Lay a part's name and knobs side by side, and drop what TOML has no word for."""
    if isinstance(value, Mapping) and set(value) == {"name", "knobs"}:
        return {"name": value["name"], **{key: _plain(knob) for key, knob in value["knobs"].items()}}
    if isinstance(value, list | tuple):
        return [_plain(item) for item in value]
    return value


def _one_line(error: ValidationError) -> str:
    first = error.errors()[0]
    place = ".".join(str(word) for word in first["loc"])
    more = f" ({error.error_count() - 1} more)" if error.error_count() > 1 else ""
    if first["type"] == "extra_forbidden":
        fields = DataPart.model_fields if place.startswith("data.") else Recipe.model_fields
        word = place.rpartition(".")[2]
        return f"unknown setting {place!r}.{nearest(word, fields)}{more}"
    given = repr(first["input"])
    return f"{place}: {first['msg'].lower()}; got {given[:80]}.{more}"
