"""Fitted: what a training leaves in an estimator, and the scores it gives."""

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float64, Shaped
from torch import nn

from thalweg.core.entries import Shape
from thalweg.core.outcome import Outcome
from thalweg.faces.api import Run, as_run
from thalweg.prepare import Chain
from thalweg.run.assemble import assemble
from thalweg.run.batches import chunk_size
from thalweg.run.model import empty_module
from thalweg.run.module_objective import member
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.record import DataFacts, Epoch
from thalweg.run.state import Best


@dataclass(frozen=True, eq=False, kw_only=True)
class Fitted:
    """The kept weights of one training on prepared pictures [1, ...], with what stands before them and what is known of how they came."""

    recipe: Recipe
    shape: Shape
    names: tuple[str, ...]
    chain: Chain
    kept: Best
    log: tuple[Epoch, ...]
    outcome: Outcome | None
    seconds: float
    facts: DataFacts | None = None

    @property
    def linear(self) -> bool:
        """Whether the scores are W x + b."""
        return bool(CATALOGUES["score"].get(self.recipe.score.name).closed_form)

    def weights(self) -> tuple[Float64[np.ndarray, "classes inputs"], Float64[np.ndarray, " classes"]]:
        """Return W and b of linear scores in the units of the features: the preparation is folded in, in double precision."""
        weight, bias = (self.kept.params[name][0].double() for name in ("weight", "bias"))
        folded = self.chain.fold(weight, bias)
        return folded[0].numpy(), folded[1].numpy()

    def scores(self, values: Shaped[np.ndarray, "n inputs"]) -> Float64[np.ndarray, "n classes"]:
        """Return the class scores of features, computed in the precision of the training, in evaluation mode."""
        module, dtype = self.module, next(iter(self.kept.params.values())).dtype
        pieces = []
        with torch.inference_mode():
            for piece in np.array_split(values, range(chunk_size(values.shape[1]), len(values), chunk_size(values.shape[1]))):
                images = torch.tensor(piece.reshape(len(piece), *self.shape)).to(dtype)
                prepared = self.chain.apply(images).to(dtype)
                pieces.append(module(prepared.permute(0, 3, 1, 2)).double().numpy())
        return np.concatenate(pieces)

    @cached_property
    def module(self) -> nn.Module:
        """The score function with the kept weights."""
        params, buffers = member(self.kept.params, 0), member(self.kept.buffers, 0)
        module = self._empty()
        module.load_state_dict({**params, **buffers})
        return module.eval()

    def __getstate__(self) -> dict[str, object]:
        """Leave the module out of pickles: it is made of the rest."""
        return {name: value for name, value in self.__dict__.items() if name != "module"}

    def run(self) -> Run:
        """Return the training as a run, as the rest of Thalweg knows it: for reports, evidence and export."""
        assert self.facts is not None
        assert self.outcome is not None
        run = assemble(
            self.recipe, self._empty(), self.kept, chain=self.chain, facts=self.facts, log=self.log, outcome=self.outcome,
            seconds=self.seconds,
        )  # fmt: skip
        row = next((each for each in self.log if each.epoch == self.kept.epochs[0]), self.log[-1])
        parts = {"train": row.train, "validation": row.validation}
        return as_run(replace(run, figures={name: part for name, part in parts.items() if part is not None}))

    def _empty(self) -> nn.Module:
        module = empty_module(self.recipe.score.flat, self.chain.shape(self.shape), self.names)
        return module.to(next(iter(self.kept.params.values())).dtype)
