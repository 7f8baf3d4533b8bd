"""The noise of mini-batches: its variance, the steps uphill, and the barriers that it crosses."""

from itertools import pairwise

import torch

from thalweg.claim._bench import Bench
from thalweg.claim._statistics import mean, share
from thalweg.claim._walk import walk
from thalweg.core.claims import Check, beyond, close, covered, exactly
from thalweg.core.entries import Info, Objective
from thalweg.core.seeds import generator
from thalweg.core.tree import Params, flatten
from thalweg.run.linear_objective import linear_scores
from thalweg.run.surface_landscape import landscape
from thalweg.run.surface_objective import SurfaceObjective

DRAWS, SIZES, CHAINS, STEPS = 1500, (1, 10, 50), 400, 400
KICK, RATE, START = 3.0, 0.15, (1.0, 0.0)


def variance(bench: Bench) -> tuple[list[Check], list[tuple[int, float, float]]]:
    """Row 3: the mean square distance of a batch's gradient from the full one, against (S²/B)(1 - B/N); and the steps that go uphill."""
    data = bench.train.some(200, bench.seed, "variance")
    params = data.draw(0.1, bench.seed, "variance")
    objective, count = data.objective(), len(data)
    slope = objective.loss.gradient(linear_scores(data.pixels, params), data.labels, **objective.knobs)[0]
    each = torch.cat([(slope[:, :, None] * data.pixels[:, None, :]).flatten(1), slope], dim=1)
    full = flatten(objective.value_and_gradient(params)[1])
    scatter = float((each - each.mean(0)).square().sum() / (count - 1))
    noise = generator(bench.seed, "claims", "batches")
    checks, course = [], []
    for size in (size for size in SIZES if size < count):
        found = []
        for _ in range(DRAWS):
            rows = torch.randperm(count, generator=noise)[:size]
            batch = flatten(data.at(rows).objective().value_and_gradient(params)[1])
            found.append(float((batch - full).square().sum()))
        theory = scatter / size * (1 - size / count)
        interval = mean(found, level=0.999)
        course.append((size, interval[1], theory))
        words = f"variance: E‖ĝ - g‖² over batches of {size} of {count}, (S²/B)(1 - B/N)"
        checks.append(covered(words, theory, interval, level="99.9 % interval"))
    rows = torch.randperm(count, generator=noise)
    whole = flatten(data.at(rows).objective().value_and_gradient(params)[1])
    checks.append(close("variance: ‖ĝ - g‖² at B = N", 0.0, float((whole - full).square().sum()), 1e-24))
    return [*checks, *_uphill(bench)], course


def _uphill(bench: Bench) -> list[Check]:
    data = bench.train.some(400, bench.seed, "uphill")
    full, rate = data.objective(), 1.5 / data.smoothness
    rises = {}
    noise = generator(bench.seed, "claims", "uphill")
    for name, size in (("whole", len(data)), ("batches", 10)):
        losses: list[float] = []

        def watch(step: int, params: Params, info: Info, losses: list[float] = losses) -> None:
            losses.append(float(full.value(params)))

        def batch(step: int, size: int = size) -> Objective:
            return full if size == len(data) else data.at(torch.randperm(len(data), generator=noise)[:size]).objective()

        walk("sgd", batch, data.zeros(), 300, rate=rate, watch=watch)
        rises[name] = sum(after > before * (1 + 1e-12) for before, after in pairwise(losses)), len(losses) - 1
    went, steps = rises["batches"]
    return [
        exactly("variance: steps of the whole set that raise the loss, rate 1.5/L", 0.0, float(rises["whole"][0])),
        beyond("variance: share of steps on batches of 10 that raise it", 0.0, share(went, steps), side="above"),
    ]


def basin(bench: Bench) -> list[Check]:
    """Row 4: from the shallow well of a tilted double well the gradient never crosses the ridge, with noise some chains do."""
    ground = landscape("double-well")
    noise = generator(bench.seed, "claims", "basin")
    start = torch.tensor([START], dtype=torch.float64).expand(CHAINS, 2) + 0.5 * torch.rand(CHAINS, 2, generator=noise, dtype=torch.float64)
    ridge = next(known.point[0] for known in ground.critical if known.kind == "saddle")
    heights: list[torch.Tensor] = []
    objective = SurfaceObjective(ground, torch.zeros_like(start))

    def watch(step: int, params: Params, info: Info) -> None:
        heights.append(info["loss"])

    quiet = walk("gradient-descent", objective, {"point": start}, STEPS, rate=RATE, watch=watch).params["point"]
    rises = int((torch.stack(heights).diff(dim=0) > 1e-15).sum())

    class Noisy(SurfaceObjective):
        """The same surface seen through one example at a time: each tilts it, all together they do not."""

        def value_and_gradient(self, params: Params) -> tuple[torch.Tensor, Params]:
            value, gradient = super().value_and_gradient(params)
            tilt = KICK * (2 * torch.randint(2, gradient["point"].shape, generator=noise) - 1)
            return value, {"point": gradient["point"] + tilt}

    loud = walk("sgd", Noisy(ground, torch.zeros_like(start)), {"point": start}, STEPS, rate=RATE).params["point"]
    crossed = [int((end[:, 0] < ridge).sum()) for end in (quiet, loud)]
    return [
        exactly(f"basin: whole-set courses of {CHAINS} that cross the ridge", 0.0, float(crossed[0])),
        exactly("basin: their steps uphill, rate below 1/L", 0.0, float(rises)),
        beyond(f"basin: share of {CHAINS} noisy courses that end behind it", 0.0, share(crossed[1], CHAINS), side="above"),
    ]
