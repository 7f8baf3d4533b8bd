"""Tables: the numbers beside the plane: W and its gradient, every example's scores and loss, and arithmetic written out."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch import Tensor

from thalweg.core.errors import ConfigError
from thalweg.core.worked import Line, number, one_weight, weighted
from thalweg.faces.lab._plane_points import Points
from thalweg.faces.lab._trainer import Trainer
from thalweg.prepare import fold_into_linear

Pick = tuple[str, tuple[int, ...]]
"""A weight: the parameter's name and the place in it."""


def weights(trainer: Trainer) -> dict[str, np.ndarray]:
    """Return every parameter as `w:name`, and the objective's gradient over all training points as `g:name`."""
    params, slopes = trainer.state.params, trainer.gradient(trainer.state)
    return {
        **{f"w:{name}": tensor[0].float().numpy() for name, tensor in params.items()},
        **{f"g:{name}": slopes[name][0].detach().float().numpy() for name in params},
    }


def lines_of(trainer: Trainer) -> dict[str, np.ndarray]:
    """Return W and b of a linear score as they act on raw coordinates [classes, 3], which is what is drawn; nothing for other scores."""
    if not trainer.setting.closed_form:
        return {}
    params = trainer.state.params
    weight, bias = fold_into_linear(trainer.setting.chain, params["weight"][0], params["bias"][0])
    return {"lines": torch.cat([weight, bias[:, None]], 1).float().numpy()}


def prepared(trainer: Trainer, points: Points) -> Tensor:
    """Return the points as the score takes them."""
    return trainer.setting.prepare(torch.from_numpy(points.places.reshape(-1, 1, 1, 2)))


def examples(trainer: Trainer, points: Points) -> dict[str, np.ndarray]:
    """Return scores and loss of every point, held out or not, by the recipe's loss."""
    scores = trainer.scores(prepared(trainer, points))
    losses = trainer.setting.loss.value(scores, torch.from_numpy(points.labels), **trainer.recipe.loss.knobs)
    return {"scores": scores.float().numpy(), "losses": losses.float().numpy()}


def example_lines(trainer: Trainer, points: Points, row: int) -> list[dict[str, Any]]:
    """Return the arithmetic of one point: its scores, and its loss out of them."""
    taken = prepared(trainer, points)[row : row + 1]
    scores = [float(score) for score in trainer.scores(taken)[0]]
    worked = trainer.setting.loss.worked(scores, int(points.labels[row]), classes=points.names, **trainer.recipe.loss.knobs)
    return written([*_score_lines(trainer, points, taken.flatten().tolist(), scores), *worked])


def _score_lines(trainer: Trainer, points: Points, pixels: Sequence[float], scores: Sequence[float]) -> list[Line]:
    if not trainer.setting.closed_form:
        return [Line(f"s_{name}", "the net's last layer", number(score), score) for name, score in zip(points.names, scores, strict=True)]
    params = trainer.state.params
    rows = zip(points.names, params["weight"][0].tolist(), params["bias"][0].tolist(), strict=True)
    return [weighted(f"s_{name}", "w_1 · x + w_2 · y + b", list(zip(row, pixels, strict=True)), bias) for name, row, bias in rows]


def picked(trainer: Trainer, name: str, index: Sequence[Any]) -> Pick:
    """Return a weight that a page names, checked."""
    if name not in trainer.state.params:
        raise ConfigError(f"there is no parameter {name!r}; there are {', '.join(trainer.state.params)}.")
    shape = trainer.state.params[name].shape[1:]
    fine = len(index) == len(shape) and all(isinstance(at, int) and 0 <= at < size for at, size in zip(index, shape, strict=True))
    if not fine:
        raise ConfigError(f"parameter {name!r} has places {list(shape)}; got {list(index)}.")
    return name, tuple(index)


def step_lines(trainer: Trainer, pick: Pick) -> list[dict[str, Any]]:
    """Return the arithmetic of the step just made for one weight; nothing before the first one."""
    last, (name, index) = trainer.last, pick
    if last is None or name not in last.after.params:
        return []
    place = (0, *index)
    entry, recipe = trainer.setting.optimiser, trainer.recipe
    slopes = trainer.gradient(last.before, last.batches)
    before, after = last.before.params[name][place].item(), last.after.params[name][place].item()
    if entry.worked is None:
        gradient = Line("g", "dL/dW", number(slopes[name][place].item()), slopes[name][place].item())
        return written([Line("W_old", "W", number(before), before), gradient, Line("W", entry.formula, number(after), after)])
    penalised = trainer.setting.members.penalties.names
    weight = one_weight(last.before.params, slopes, last.before.optimiser, name=name, place=place, penalised=penalised)
    settings = {**recipe.optimiser.knobs, "rate": last.after.rates[0]}
    lines = [Line("W_old", "W", number(before), before), *entry.worked(weight, settings)]
    if any(part.name != "l2" for part in recipe.penalty) and name in penalised:
        lines.append(Line("W_new", "W after the proximal step of the penalty", number(after), after))
    return written(lines)


def written(lines: Sequence[Line]) -> list[dict[str, Any]]:
    """Return lines as the page shows them."""
    return [{"symbol": line.symbol, "formula": line.formula, "numbers": line.numbers, "value": number(line.value)} for line in lines]
