"""Whole set against mini-batches: duplicates, speed, the order of the examples, streams."""

import numpy as np
import torch

from thalweg.claim._bench import Bench, Examples
from thalweg.claim._statistics import Interval, median
from thalweg.claim._walk import walk
from thalweg.core.claims import Check, above, absent, at_least, at_most, beyond, close, exactly
from thalweg.core.entries import Info, Objective
from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Silent
from thalweg.core.tree import Params, add_scaled, flatten, norm
from thalweg.run.batches import MiniBatch, cuts, order
from thalweg.run.conduct import first_state, run_to_the_end
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop

COPIES, BATCH, SEEDS, PASSES = 5, 16, 15, 60
LEVEL = 0.6
"""The share of log C that the loss has to come down to."""


def redundant(bench: Bench) -> list[Check]:
    """Row 1: copies of the data change nothing in the full gradient but its cost; SGD uses them as so many passes."""
    data = bench.train.some(400, bench.seed, "redundant")
    many = data.at(torch.arange(len(data)).repeat(COPIES))
    params = data.draw(0.1, bench.seed, "redundant")
    one, five = (each.objective().value_and_gradient(params)[1] for each in (data, many))
    rate = 0.2 / data.smoothness
    once = _epochs(data, rate, 1, bench.seed)
    again = _epochs(data, rate, COPIES, bench.seed)
    copied = _epochs(many, rate, 1, bench.seed)
    full = data.objective()
    start, after, passes, duplicates = (float(full.value(each)) for each in (data.zeros(), once, again, copied))
    return [
        at_most(f"redundant: {COPIES} copies change the full gradient by, relative", 1e-12, _apart(one, five)),
        exactly("redundant: examples that a full gradient then looks at, times", COPIES, len(many) / len(data)),
        close(
            f"redundant: loss SGD loses in one pass over {COPIES} copies, as in {COPIES} passes",
            start - passes,
            start - duplicates,
            0.1,
            relative=True,
        ),
        _gain(start - after, start - duplicates),
    ]


def _gain(once: float, copied: float) -> Check:
    words = "redundant: that over its loss in one pass over the data once"
    if copied < 1.1 * once:
        return absent(words, "> 1", reason="one pass of SGD brings the loss down as far as five on these pictures")
    return above(words, 1.0, copied / once, why="more")


def faster(bench: Bench) -> tuple[list[Check], dict[str, list[tuple[float, float]]]]:
    """Row 2: examples looked at until the loss is low enough, by the full gradient and by batches of 16, median over 15 seeds."""
    data = bench.train.some(800, bench.seed, "faster")
    rate, goal = 1 / data.smoothness, LEVEL * float(np.log(data.classes))
    full = data.objective()
    courses: dict[str, list[tuple[float, float]]] = {"whole set": [], f"batches of {BATCH}": []}

    def watch(step: int, params: Params, info: Info) -> None:
        courses["whole set"].append((float(step * len(data)), float(info["loss"])))

    walk("gradient-descent", full, data.zeros(), 4000, rate=rate, watch=watch, until=lambda _, info: float(info["loss"]) <= goal)
    whole = courses["whole set"][-1]
    words = f"faster: examples looked at by the whole set, over those of SGD, to reach {LEVEL:g} log C, median of {SEEDS} seeds"
    if whole[1] > goal:
        return [absent(words, "> 1", reason=f"the whole set does not reach {goal:.3g} in 4,000 steps on these pictures")], courses
    ratios = []
    for seed in range(SEEDS):
        seen, course = _to_level(data, rate, goal, bench.seed + seed)
        ratios.append(whole[0] / seen)
        if not seed:
            courses[f"batches of {BATCH}"] = course
    interval: Interval = median(ratios)
    return [beyond(words, 1.0, interval, side="above")], courses


def shuffled(bench: Bench) -> list[Check]:
    """Row 5: the order of the examples is nothing to the full gradient, much to SGD; sorted by class it does worst."""
    data = bench.train.some(800, bench.seed, "shuffled")
    by_class = data.at(data.labels.argsort(stable=True))
    params, rate = data.draw(0.1, bench.seed, "shuffled"), 0.3 / data.smoothness
    one, other = (each.objective().value_and_gradient(params)[1] for each in (data, by_class))
    full = data.objective()
    sorted_loss = float(full.value(_pass(by_class, torch.arange(len(data)), rate)))
    losses = [float(full.value(_pass(data, order(len(data), seed=bench.seed + seed, epoch=0), rate))) for seed in range(SEEDS)]
    return [
        at_most("shuffle: the full gradient changes with the order by, relative", 1e-12, _apart(one, other)),
        at_least(
            f"shuffle: orders of {SEEDS} that do better in one pass of SGD than sorted by class",
            SEEDS,
            sum(loss < sorted_loss for loss in losses),
            why="all",
        ),
        above(
            "shuffle: loss after a pass sorted by class, over the median shuffled", 1.0, sorted_loss / float(np.median(losses)), why="worse"
        ),
    ]


def online(bench: Bench) -> list[Check]:
    """Row 6: examples that come as a stream, a batch at a time, make the same bits as a run in memory in that order."""
    images: ImageSet = bench.small
    recipe: Recipe = bench.recipe.with_changes(
        optimiser={"name": "sgd", "rate": 0.05}, batch=BATCH, epochs=1, keep="last", measure="validation"
    )
    setting = settle_down(recipe, images)
    begin = first_state(setting, None)
    with torch.random.fork_rng(devices=[]):
        end, _ = run_to_the_end(setting, begin, save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent())
    rows = setting.parts["train"].rows
    mixed = rows[order(len(rows), seed=recipe.shared_seed, epoch=0)]
    stream = iter(mixed.split(cuts(len(rows), recipe.batch_size(len(rows)))))

    def arriving(step: int) -> Objective:
        return setting.objective(MiniBatch(*setting.batch(next(stream), step=step)), {}, step=step)

    steps = len(cuts(len(rows), recipe.batch_size(len(rows))))
    streamed = walk("sgd", arriving, begin.params, steps, rate=0.05).params
    differing = sum(int((streamed[name] != end.params[name]).sum()) for name in streamed)
    count = flatten(streamed).numel()
    words = f"online: numbers of {count:,} that differ between a stream of {steps} batches and a run in memory"
    return [exactly(words, 0.0, float(differing))]


def _epochs(data: Examples, rate: float, epochs: int, seed: int) -> Params:
    params = data.zeros()
    for epoch in range(epochs):
        params = _pass(data, order(len(data), seed=seed, epoch=epoch), rate, start=params)
    return params


def _pass(data: Examples, rows: torch.Tensor, rate: float, *, start: Params | None = None) -> Params:
    """Return W after one pass of SGD over the examples in this order."""
    pieces = rows.split(BATCH)
    return walk("sgd", lambda step: data.at(pieces[step]).objective(), start or data.zeros(), len(pieces), rate=rate).params


def _to_level(data: Examples, rate: float, goal: float, seed: int) -> tuple[float, list[tuple[float, float]]]:
    """Return how many examples SGD looks at until the whole set's loss is at `goal`, measured after every batch, and its course."""
    full, params, seen = data.objective(), data.zeros(), 0
    course = [(0.0, float(full.value(params)))]
    for epoch in range(PASSES):
        pieces = order(len(data), seed=seed, epoch=epoch).split(BATCH)
        for piece in pieces:
            params = walk("sgd", data.at(piece).objective(), params, 1, rate=rate).params
            seen += len(piece)
            course.append((float(seen), float(full.value(params))))
            if course[-1][1] <= goal:
                return float(seen), course
    return float("inf"), course


def _apart(one: Params, other: Params) -> float:
    return float(norm(add_scaled(one, -torch.ones(1, dtype=torch.float64), other)) / flatten(one).norm())
