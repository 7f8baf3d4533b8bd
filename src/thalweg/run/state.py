"""State: everything that training needs to go on from an instant as if nothing had happened; and its form on disk."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as bytes_from_tensors
from torch import Tensor

from thalweg.core.entries import State as OptimiserState
from thalweg.core.errors import ModelError
from thalweg.core.tree import Params
from thalweg.run.record import Epoch

TENSORS, FACTS = "state.safetensors", "state.json"


@dataclass(frozen=True, kw_only=True)
class Best:
    """The best weights so far and the epoch they come from."""

    epoch: int
    params: Params
    buffers: Params


@dataclass(frozen=True, kw_only=True)
class State:
    """Where training stands: weights, what the optimiser and the average remember, buffers, position and the log so far.

    `epoch` epochs are complete; `taken` steps of the next one are done; `step` counts all. `chain` holds the fitted preparation.
    """

    params: Params
    optimiser: OptimiserState
    buffers: Params
    chain: Params
    mean: Params | None = None
    averaged: int = 0
    best: Best | None = None
    epoch: int = 0
    taken: int = 0
    step: int = 0
    examples: int = 0
    rate: float = 0.0
    seconds: float = 0.0
    rows: tuple[Epoch, ...] = ()

    def to_files(self) -> dict[str, bytes]:
        """Return the state as two files: tensors and facts."""
        tree: dict[str, Any] = {"params": self.params, "optimiser": self.optimiser, "buffers": self.buffers, "chain": self.chain}
        if self.mean is not None:
            tree["mean"] = self.mean
        if self.best is not None:
            tree["best"] = {"params": self.best.params, "buffers": self.best.buffers}
        facts = {name: getattr(self, name) for name in ("averaged", "epoch", "taken", "step", "examples", "rate", "seconds")}
        facts["rows"] = [row.row() for row in self.rows]
        facts["best_epoch"] = None if self.best is None else self.best.epoch
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
            rows = tuple(Epoch.from_row(row) for row in facts.pop("rows"))
            best_epoch = facts.pop("best_epoch")
            best = tree.get("best", {})
            return cls(
                params=tree["params"],
                optimiser=tree.get("optimiser", {}),
                buffers=tree.get("buffers", {}),
                chain=tree.get("chain", {}),
                mean=tree.get("mean"),
                best=None if best_epoch is None else Best(epoch=best_epoch, params=best["params"], buffers=best.get("buffers", {})),
                rows=rows,
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
