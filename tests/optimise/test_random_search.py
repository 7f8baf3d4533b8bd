"""Random search: the draw is N(0, scale^2), the best draw stays, all candidates are one population."""

import pytest
import torch

from thalweg.core.entries import Objective
from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("random-search")


class Bowl(Objective):
    """|w - target|^2 per member; remembers how many members each call had."""

    penalised = frozenset()

    def __init__(self, target):
        self.target, self.calls, self.seen = target, [], []

    def value(self, params):
        self.calls.append(len(params["w"]))
        self.seen.append(params["w"])
        target = self.target.repeat_interleave(len(params["w"]) // len(self.target), dim=0)
        return (params["w"] - target).square().sum(1)


def settings(members, *, scale=1.0, candidates=16):
    return {"scale": torch.full((members,), scale, dtype=torch.float64), "candidates": candidates}


def generators(members):
    return [torch.Generator().manual_seed(member) for member in range(members)]


def test_keeps_the_candidate_that_is_lowest_among_those_drawn():
    target = torch.tensor([[1.0, 0.0], [0.0, -2.0]], dtype=torch.float64)
    bowl, params = Bowl(target), {"w": torch.full((2, 2), 50.0, dtype=torch.float64)}
    moved, state, info = ENTRY.step(bowl, params, ENTRY.init(params, settings(2)), settings(2), generators(2))
    draws = bowl.seen[1].reshape(2, 16, 2)
    for member in range(2):
        losses = ((draws[member] - target[member]) ** 2).sum(1)
        assert torch.equal(moved["w"][member], draws[member][losses.argmin()])
        assert state["best"][member] == losses.min()
    assert info["loss"].tolist() == [49.0**2 + 50.0**2, 50.0**2 + 52.0**2]


def test_a_starting_point_that_nothing_beats_stays():
    params = {"w": torch.zeros(1, 3, dtype=torch.float64)}
    moved, state, _ = ENTRY.step(Bowl(params["w"]), params, ENTRY.init(params, settings(1)), settings(1), generators(1))
    assert torch.equal(moved["w"], params["w"])
    assert state["best"].tolist() == [0.0]


def test_candidates_are_one_call_and_what_was_seen_is_not_evaluated_again():
    bowl, params = Bowl(torch.ones(3, 2, dtype=torch.float64)), {"w": torch.zeros(3, 2, dtype=torch.float64)}
    state, random, evaluations = ENTRY.init(params, settings(3)), generators(3), []
    for _ in range(3):
        params, state, info = ENTRY.step(bowl, params, state, settings(3), random)
        evaluations += info["evaluations"].unique().tolist()
    assert bowl.calls == [3, 48, 48, 48]
    assert evaluations == [17, 16, 16]


def test_the_best_ever_is_kept_over_many_steps():
    bowl, params = Bowl(torch.ones(2, 4, dtype=torch.float64)), {"w": torch.zeros(2, 4, dtype=torch.float64)}
    state, random, losses = ENTRY.init(params, settings(2)), generators(2), []
    for _ in range(30):
        params, state, info = ENTRY.step(bowl, params, state, settings(2), random)
        losses.append(info["loss"])
    assert (torch.stack(losses).diff(dim=0) <= 0).all()
    assert torch.equal(state["best"], bowl.value(params))


@pytest.mark.parametrize("scale", [0.01, 3.0])
def test_draws_have_the_mean_and_deviation_asked_for(scale):
    bowl, params = Bowl(torch.zeros(1, 2, dtype=torch.float64)), {"w": torch.full((1, 2), 7.0, dtype=torch.float64)}
    ENTRY.step(bowl, params, ENTRY.init(params, {}), settings(1, scale=scale, candidates=20_000), generators(1))
    draws = bowl.seen[1]
    assert abs(draws.mean()) < 4 * scale / 200  # 40 000 numbers: four standard errors
    assert draws.std().item() == pytest.approx(scale, rel=0.02)


def test_a_loss_that_is_not_a_number_never_wins():
    class Broken(Bowl):
        def value(self, params):
            losses = super().value(params)
            return losses if len(losses) == 1 else losses * torch.tensor([float("nan"), 1.0] * 8, dtype=torch.float64)

    broken, params = Broken(torch.zeros(1, 2, dtype=torch.float64)), {"w": torch.full((1, 2), 9.0, dtype=torch.float64)}
    moved, state, _ = ENTRY.step(broken, params, ENTRY.init(params, {}), settings(1), generators(1))
    assert state["best"].isfinite().all()
    assert any(torch.equal(moved["w"][0], draw) for draw in broken.seen[1][1::2])
