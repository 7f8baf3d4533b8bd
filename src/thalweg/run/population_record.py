"""Records of a population's training: what became of each member, plain values that round-trip through strict JSON."""

import math
from collections.abc import Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from thalweg.core.outcome import Ending
from thalweg.run.record import Epoch, Figures

_FIGURES = ("train", "validation", "test")


@dataclass(frozen=True, kw_only=True)
class MemberResult:
    """One member of a sweep: what it had of its own, how it ended and what its kept weights reach.

    `settings` holds what varies between members, by name, as {"optimiser": "adam", "rate": 0.1}; seed and fold stand apart, because
    members that differ in nothing else are repetitions of one candidate. `ending` is the value of an `Ending`, at `epoch` and `step`;
    the figures are those of the weights kept from `kept_epoch`, None where the part was not measured. `seconds` is the member's share
    of the training time, `rows` its metrics log.
    """

    number: int
    settings: Mapping[str, Any]
    seed: int
    fold: int | None
    ending: str
    reason: str
    epoch: int
    step: int
    kept_epoch: int
    train: Figures | None
    validation: Figures | None
    test: Figures | None
    seconds: float
    rows: tuple[Epoch, ...]

    @property
    def diverged(self) -> bool:
        """Whether the member's training diverged, whatever the weights kept from before are worth."""
        return self.ending == Ending.DIVERGED

    @property
    def dropped(self) -> bool:
        """Whether a search gave the member up before its last epoch."""
        return self.ending == Ending.DROPPED

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object: a figure that is not finite is None, and a list in the settings is a JSON list."""
        plain = {field.name: getattr(self, field.name) for field in fields(self)}
        figures = {name: _strict(asdict(plain[name])) if plain[name] is not None else None for name in _FIGURES}
        return {**plain, **figures, "settings": _listed(self.settings), "rows": [_strict(row.row()) for row in self.rows]}

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "MemberResult":
        """Read the record from a JSON object; a figure that was None is NaN, a list in the settings a tuple."""
        figures = {name: None if row[name] is None else Figures(**_numbers(row[name])) for name in _FIGURES}
        rows = tuple(Epoch.from_row(_numbers(each)) for each in row["rows"])
        settings = {name: tuple(value) if isinstance(value, list) else value for name, value in row["settings"].items()}
        return cls(**{**row, **figures, "settings": settings, "rows": rows})


@dataclass(frozen=True, kw_only=True)
class Contestant:
    """An optimiser in a race on data: every trial of its tuning, and one run a seed at the settings that the tuning chose.

    `settings` are the tuned ones, by knob; each trial's own `settings` say what was tried.
    """

    optimiser: str
    settings: Mapping[str, Any]
    trials: tuple[MemberResult, ...]
    runs: tuple[MemberResult, ...]

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        return {
            "optimiser": self.optimiser,
            "settings": _listed(self.settings),
            "trials": [trial.row() for trial in self.trials],
            "runs": [run.row() for run in self.runs],
        }

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "Contestant":
        """Read the record from a JSON object."""
        settings = {name: tuple(value) if isinstance(value, list) else value for name, value in row["settings"].items()}
        members = {name: tuple(MemberResult.from_row(each) for each in row[name]) for name in ("trials", "runs")}
        return cls(optimiser=row["optimiser"], settings=settings, **members)


@dataclass(frozen=True, kw_only=True)
class SearchTrace:
    """One search from one seed: loss and accuracy of the W that stands after so many evaluations of the objective.

    `evaluations` ascends; `losses` and `accuracies` have one value each. Where an evaluation is a gradient, the caller's count says so.
    """

    method: str
    seed: int
    evaluations: tuple[int, ...]
    losses: tuple[float, ...]
    accuracies: tuple[float, ...]

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object: a figure that is not finite is None."""
        return _strict(asdict(self))

    @classmethod
    def from_row(cls, row: Mapping[str, Any]) -> "SearchTrace":
        """Read the record from a JSON object; a figure that was None is NaN."""
        columns = {name: tuple(math.nan if value is None else value for value in row[name]) for name in ("losses", "accuracies")}
        return cls(**{**row, **columns, "evaluations": tuple(row["evaluations"])})


def _listed(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}


def _strict(value: Any) -> Any:
    """Replace numbers that are not finite by None, and tuples by lists, all the way down."""
    if isinstance(value, Mapping):
        return {name: _strict(item) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_strict(item) for item in value]
    return None if isinstance(value, float) and not math.isfinite(value) else value


def _numbers(row: Mapping[str, Any]) -> dict[str, Any]:
    """Replace None by NaN where a number belongs: in every figure, not where a whole part is missing."""
    figures = {name: _numbers(part) for name, part in row.items() if isinstance(part, Mapping)}
    return {name: figures.get(name, math.nan if value is None and name not in _FIGURES else value) for name, value in row.items()}
