"""Ground: the part of the plane that is looked at, and what is drawn of it: regions, one score or one unit over it, small pictures."""

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import torch
from jaxtyping import Float32
from torch import Tensor

from thalweg.core.errors import ConfigError
from thalweg.faces.lab._trainer import Trainer
from thalweg.run.confidence import winners
from thalweg.run.units import hidden_units

GRID, SMALL = 112, 24
"""Places a side that the large plane and the small pictures are computed at."""
MARGIN = 0.18
LEAST = 1e-6


@dataclass(frozen=True, kw_only=True)
class Window:
    """A square part of the plane: its middle and half its side."""

    x: float
    y: float
    half: float
    grids: dict[int, Tensor] = field(default_factory=dict, compare=False, repr=False)

    def row(self) -> list[float]:
        """Return left, right, bottom and top."""
        return [self.x - self.half, self.x + self.half, self.y - self.half, self.y + self.half]

    def grid(self, side: int) -> Tensor:
        """Return places [side * side, 1, 1, 2] over the window, row by row from the bottom."""
        if side not in self.grids:
            left, right, bottom, top = self.row()
            across, up = torch.linspace(left, right, side), torch.linspace(bottom, top, side)
            self.grids[side] = torch.stack(torch.meshgrid(across, up, indexing="xy"), 2).reshape(-1, 1, 1, 2)
        return self.grids[side]

    @property
    def text(self) -> str:
        """The window as the address has it."""
        return ",".join(f"{number:.4g}" for number in (self.x, self.y, self.half))


def fitted(places: Float32[np.ndarray, "n 2"]) -> Window:
    """Return a window that holds all points with some room around them."""
    low, high = places.min(0).astype(float), places.max(0).astype(float)
    half = max(float((high - low).max()) / 2, LEAST) * (1 + 2 * MARGIN)
    middle = (low + high) / 2
    if np.abs(middle).max() < 0.25 * half:  # the origin is where b = 0 puts every line: keep it in the middle where that costs little
        half, middle = float(max(half, np.abs(places).max() * (1 + 2 * MARGIN))), np.zeros(2)
    return Window(x=_tidy(middle[0], half), y=_tidy(middle[1], half), half=half)


def _tidy(value: float, half: float) -> float:
    step = 10.0 ** math.floor(math.log10(half) - 1)
    return round(value / step) * step


def window_of(text: str) -> Window:
    """Read a window from an address."""
    try:
        x, y, half = (float(word) for word in text.split(","))
    except ValueError:
        x = y = half = math.nan
    if not (abs(x) <= 1e7 and abs(y) <= 1e7 and LEAST / 10 <= half <= 1e7):
        raise ConfigError(f"a window is its middle and half its side, as 0,0,1.5; got {text[:60]!r}.")
    return Window(x=x, y=y, half=half)


def look_of(text: str, trainer: Trainer) -> str:
    """Return what is to be looked at: regions, `score:K`, or `unit:LAYER:UNIT`, checked against the score there is."""
    words = text.split(":")
    numbers = [int(word) for word in words[1:] if word.isdigit()]
    sizes = {"score": [len(trainer.images.classes)]}
    if words[0] == "unit" and numbers and numbers[0] < len(widths(trainer)):
        sizes["unit"] = [len(widths(trainer)), widths(trainer)[numbers[0]]]
    allowed = sizes.get(words[0], [])
    fine = len(numbers) == len(words) - 1 == len(allowed) and all(at < size for at, size in zip(numbers, allowed, strict=True))
    return text if fine and allowed else "regions"


def widths(trainer: Trainer) -> Sequence[int]:
    """Return how many units every hidden layer has."""
    return tuple(trainer.recipe.score.knobs.get("widths", ()))


@dataclass(frozen=True, kw_only=True)
class View:
    """What a trainer's weights make of a window."""

    trainer: Trainer
    window: Window

    def prepared(self, side: int) -> Tensor:
        """Return the places of a grid as the score takes them."""
        return self.trainer.setting.prepare(self.window.grid(side))

    @cached_property
    def scores(self) -> Tensor:
        """The scores over the large grid."""
        return self.trainer.scores(self.prepared(GRID)).float()

    def regions(self) -> dict[str, np.ndarray]:
        """Return at every place the winning class, and how sure it is."""
        setting = self.trainer.setting
        winner, sure = winners(self.scores, setting.loss, self.trainer.recipe.loss.knobs)
        return {"classes": _bytes(winner).reshape(GRID, GRID), "sure": _bytes(sure.nan_to_num(0) * 255).reshape(GRID, GRID)}

    def field(self, look: str) -> dict[str, np.ndarray]:
        """Return one score or one unit over the large grid."""
        kind, *words = look.split(":")
        place = [int(word) for word in words]
        values = self.scores[:, place[0]] if kind == "score" else self._units(GRID)[place[0]][:, place[1]]
        return {"field": values.float().reshape(GRID, GRID).numpy()}

    def small(self) -> dict[str, np.ndarray]:
        """Return small pictures of all units, layer after layer, and of all scores: 128 is zero, 1 and 255 the farthest from it."""
        layers = [*self._units(SMALL), self.trainer.scores(self.prepared(SMALL))]
        values = torch.cat(layers, 1).T
        size = values.abs().amax(1, keepdim=True).clamp_min(1e-9)
        return {"units": _bytes((128 + 127 * values / size).nan_to_num(128)).reshape(-1, SMALL, SMALL)}

    def _units(self, side: int) -> list[Tensor]:
        state = self.trainer.state
        return hidden_units(self.trainer.setting.module, state.params, state.buffers, self.prepared(side))


def _bytes(values: Tensor) -> np.ndarray:
    return values.to(torch.uint8).numpy()
