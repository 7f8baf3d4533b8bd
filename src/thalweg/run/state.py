"""State: everything that training needs to go on from an instant as if nothing had happened; and its form on disk."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as bytes_from_tensors
from torch import Tensor

from thalweg.core.entries import State as OptimiserState
from thalweg.core.errors import ModelError
from thalweg.core.outcome import Ending, Outcome
from thalweg.core.trajectory import Trajectory
from thalweg.core.tree import Params, at
from thalweg.run.record import Epoch

TENSORS, FACTS = "state.safetensors", "state.json"


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best weights so far of every member [members, ...] and the epochs they come from."""

    epochs: tuple[int, ...]
    params: Params
    buffers: Params

    def member(self, number: int) -> "Best":
        """Return one member's best weights, as a population of one."""
        return Best(epochs=(self.epochs[number],), params=at(self.params, [number]), buffers=at(self.buffers, [number]))


@dataclass(frozen=True, kw_only=True)
class State:
    """Where training stands: weights, what the optimiser and the average remember, buffers, position and the logs so far.

    Tensors are those of the members in `active`, by number; `logs`, `best` and `outcomes` (None: still in training) are of all members.
    `epoch` epochs are complete; `taken` steps of the next one are done; `step` counts all. `rates` are those of the last step. `chain`
    holds the fitted preparation. `path` is where a run of one has been, None where that is not recorded.
    """

    params: Params
    optimiser: OptimiserState
    buffers: Params
    chain: Params
    active: tuple[int, ...] = (0,)
    path: Trajectory | None = None
    logs: tuple[tuple[Epoch, ...], ...] = ((),)
    outcomes: tuple[Outcome | None, ...] = (None,)
    mean: Params | None = None
    averaged: int = 0
    best: Best | None = None
    epoch: int = 0
    taken: int = 0
    step: int = 0
    examples: int = 0
    rates: tuple[float, ...] = (0.0,)
    seconds: float = 0.0

    @property
    def rows(self) -> tuple[Epoch, ...]:
        """The log of the first member: the only one of a run."""
        return self.logs[0]

    @property
    def logged(self) -> int:
        """How many rows all logs have."""
        return sum(map(len, self.logs))

    @property
    def ended(self) -> bool:
        """Whether no member is in training any more."""
        return all(outcome is not None for outcome in self.outcomes)

    def only(self, places: Sequence[int]) -> "State":
        """Return the state with the members at some places of `active`; the others leave, their logs and best weights stay."""
        return replace(
            self,
            active=tuple(self.active[place] for place in places),
            params=at(self.params, places),
            optimiser=at(self.optimiser, places),
            buffers=at(self.buffers, places),
            mean=None if self.mean is None else at(self.mean, places),
            rates=tuple(self.rates[place] for place in places),
        )

    def to_files(self) -> dict[str, bytes]:
        """Return the state as two files: tensors and facts. An outcome that training itself decides again is not written."""
        tree: dict[str, Any] = {"params": self.params, "optimiser": self.optimiser, "buffers": self.buffers, "chain": self.chain}
        if self.mean is not None:
            tree["mean"] = self.mean
        if self.best is not None:
            tree["best"] = {"params": self.best.params, "buffers": self.best.buffers}
        if self.path is not None:
            tree["path"] = {"points": self.path.tensor()}
        facts = {name: getattr(self, name) for name in ("averaged", "epoch", "taken", "step", "examples", "rates", "seconds", "active")}
        known = list(enumerate(self.outcomes))
        facts["logs"] = [[row.row() for row in log] for log in self.logs]
        again = [number in self.active and outcome is not None and outcome.ending is not Ending.DROPPED for number, outcome in known]
        left = [None if repeated else outcome for repeated, outcome in zip(again, self.outcomes, strict=True)]
        facts["outcomes"] = [None if outcome is None else outcome.row() for outcome in left]
        facts["path"] = None if self.path is None else self.path.facts()
        facts["best_epochs"] = None if self.best is None else self.best.epochs
        tensors = {name: tensor.detach().cpu().contiguous().clone() for name, tensor in _flatten(tree).items()}
        facts["order"] = list(tensors)  # safetensors sorts by type; sums over parameters must run in the same order again
        return {TENSORS: bytes_from_tensors(tensors), FACTS: json.dumps(facts, allow_nan=False).encode()}

    @classmethod
    def from_files(cls, files: Mapping[str, bytes], *, device: torch.device) -> "State":
        """Read a state; raise `ModelError` when it is not one."""
        try:
            facts = json.loads(files[FACTS])
            tensors = tensors_from_bytes(files[TENSORS])
            tree = _unflatten({name: tensors[name].to(device) for name in facts.pop("order")})
            logs = tuple(tuple(Epoch.from_row(row) for row in log) for log in facts.pop("logs"))
            outcomes = tuple(None if row is None else Outcome.from_row(row) for row in facts.pop("outcomes"))
            epochs, best = facts.pop("best_epochs"), tree.get("best", {})
            path = facts.pop("path", None)  # checkpoints of before paths were recorded have none
            return cls(
                params=tree["params"],
                optimiser=tree.get("optimiser", {}),
                buffers=tree.get("buffers", {}),
                chain=tree.get("chain", {}),
                mean=tree.get("mean"),
                best=None if epochs is None else Best(epochs=tuple(epochs), params=best["params"], buffers=best.get("buffers", {})),
                path=None if path is None else Trajectory.from_facts(path, tree["path"]["points"].cpu()),
                logs=logs,
                outcomes=outcomes,
                active=tuple(facts.pop("active")),
                rates=tuple(facts.pop("rates")),
                **facts,
            )
        except (KeyError, ValueError, TypeError, AttributeError, SafetensorError) as error:
            raise ModelError(f"checkpoint cannot be read: {error}.") from None


SEPARATOR, ESCAPED = "|", "%7C"  # parameter names hold dots; one with a bar is written with the escape


def _flatten(tree: Mapping[str, Any], prefix: str = "") -> dict[str, Tensor]:
    flat: dict[str, Tensor] = {}
    for name, value in tree.items():
        key = prefix + name.replace(SEPARATOR, ESCAPED)
        if isinstance(value, Tensor):
            flat[key] = value
        else:
            flat.update(_flatten(value, key + SEPARATOR))
    return flat


def _unflatten(flat: Mapping[str, Tensor]) -> dict[str, Any]:
    tree: dict[str, Any] = {}
    for name in flat:
        *folders, leaf = (word.replace(ESCAPED, SEPARATOR) for word in name.split(SEPARATOR))
        branch = tree
        for folder in folders:
            branch = branch.setdefault(folder, {})
        branch[leaf] = flat[name]
    return tree
