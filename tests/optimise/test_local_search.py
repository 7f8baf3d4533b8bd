"""Local search: a random step is taken only downhill, and it stands between random search and the gradient (fact F10)."""

import torch

from thalweg.core.entries import Objective
from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("local-search")


class Line(Objective):
    """The loss is the weight itself: lower is always further left."""

    penalised = frozenset()

    def __init__(self):
        self.seen = []

    def value(self, params):
        self.seen.append(params["w"])
        return params["w"].flatten()


class Softmax(Objective):
    """Mean softmax loss of a linear score, each member on its own examples X [members, N, D]; counts evaluations."""

    penalised = frozenset()

    def __init__(self, X, labels):
        self.X, self.labels = X, labels

    def value(self, params):
        times = len(params["w"]) // len(self.X)
        X, labels = self.X.repeat_interleave(times, dim=0), self.labels.repeat_interleave(times, dim=0)
        scores = X @ params["w"]
        return torch.nn.functional.cross_entropy(scores.transpose(1, 2), labels, reduction="none").mean(1)

    def value_and_gradient(self, params):
        w = params["w"].detach().requires_grad_()
        loss = self.value({"w": w})
        return loss.detach(), {"w": torch.autograd.grad(loss.sum(), w)[0]}


def generators(*seeds):
    return [torch.Generator().manual_seed(seed) for seed in seeds]


def each(value, members):
    return torch.full((members,), value, dtype=torch.float64)


def test_takes_the_lowest_of_the_steps_tried_and_its_length_is_rate_times_noise():
    line, params = Line(), {"w": torch.tensor([[3.0], [5.0]], dtype=torch.float64)}
    settings = {"rate": torch.tensor([0.1, 1.0], dtype=torch.float64), "candidates": 4}
    moved, state, info = ENTRY.step(line, params, ENTRY.init(params, settings), settings, generators(3, 4))
    noise = torch.stack([torch.randn(4, 1, generator=each, dtype=torch.float64).flatten() for each in generators(3, 4)])
    expected = torch.stack([3 + 0.1 * noise[0].min(), 5 + 1.0 * noise[1].min()])
    assert torch.allclose(moved["w"].flatten(), expected, rtol=0, atol=1e-15)
    assert torch.equal(state["best"], moved["w"].flatten())
    assert info["loss"].tolist() == [3.0, 5.0]
    assert info["evaluations"].tolist() == [5.0, 5.0]


def test_stays_where_every_step_leads_uphill():
    class Peak(Line):
        def value(self, params):
            return params["w"].flatten().abs()

    params = {"w": torch.zeros(2, 1, dtype=torch.float64)}
    settings = {"rate": each(0.5, 2), "candidates": 8}
    moved, state, _ = ENTRY.step(Peak(), params, ENTRY.init(params, settings), settings, generators(0, 1))
    assert torch.equal(moved["w"], params["w"])
    assert state["best"].tolist() == [0.0, 0.0]


def test_the_second_step_evaluates_the_candidates_only():
    line, params = Line(), {"w": torch.zeros(3, 1, dtype=torch.float64)}
    settings, random = {"rate": each(0.5, 3), "candidates": 4}, generators(0, 1, 2)
    params, state, _ = ENTRY.step(line, params, ENTRY.init(params, settings), settings, random)
    ENTRY.step(line, params, state, settings, random)
    assert [len(seen) for seen in line.seen] == [3, 12, 12]


def run(name, objective, steps, **settings):
    """Return the loss of each member after `steps` steps from zero."""
    entry, random = OPTIMISERS.get(name), generators(*range(len(objective.X)))
    params = {"w": torch.zeros(len(objective.X), 20, 4, dtype=torch.float64)}
    state = entry.init(params, settings)
    for _ in range(steps):
        params, state, _ = entry.step(objective, params, state, settings, random)
    return objective.value(params)


def test_random_search_loses_to_local_search_and_local_search_to_the_gradient():
    """At 300 evaluations each (a gradient counted as three), on 20 sets of 36 overlapping examples a class, one a seed."""
    members = 20
    random = torch.Generator().manual_seed(0)
    labels = torch.arange(4).repeat(members, 36)
    means = torch.randn(members, 4, 20, generator=random, dtype=torch.float64)
    X = means[:, labels[0]] + 2 * torch.randn(members, 144, 20, generator=random, dtype=torch.float64)
    objective = Softmax(X, labels)
    guessed = run("random-search", objective, 30, scale=each(0.1, members), candidates=10)
    local = run("local-search", objective, 30, rate=each(0.05, members), candidates=10)
    descended = run("gradient-descent", objective, 100, rate=each(0.1, members))
    assert ((descended < local) & (local < guessed)).sum() >= 19
