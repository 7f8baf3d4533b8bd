"""The certificate must hold for any W: against the solver, against random W, and against conjugates by brute force."""

import json
from dataclasses import replace

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from scipy.optimize import minimize

from thalweg.core.convex import Convex
from thalweg.core.entries import Objective
from thalweg.core.subject import LinearProblem, Subject, Unsuited
from thalweg.core.truncated_newton import improve
from thalweg.evidence.certificate import Certificate, example, inspect, measure
from thalweg.loss import LOSSES
from thalweg.penalty import PENALTIES

every_loss = pytest.mark.parametrize("loss", [entry.name for entry in LOSSES if entry.dual is not None])
every_loss_slowly = pytest.mark.parametrize(
    "loss", [pytest.param(each.name, marks=[pytest.mark.slow] if each.dual.kinked else []) for each in LOSSES if each.dual is not None]
)


def problem(loss="softmax", penalty="l2", strength=0.02, biases=False, seed=3, **knobs):
    random = torch.Generator().manual_seed(seed)
    entry, other = LOSSES.get(loss), PENALTIES.get(penalty)
    return LinearProblem(
        pixels=torch.randn(24, 5, generator=random, dtype=torch.float64), labels=torch.arange(24) % 3, loss=entry,
        knobs={**entry.defaults(), **knobs}, penalties=[(other, {**other.defaults(), "strength": strength})], penalise_biases=biases,
    )  # fmt: skip


def weights(scale, seed=0):
    random = torch.Generator().manual_seed(seed)
    return {
        "weight": scale * torch.randn(1, 3, 5, generator=random, dtype=torch.float64),
        "bias": scale * torch.randn(1, 3, generator=random, dtype=torch.float64),
    }


def best(given):
    convex = Convex.of(given)
    found = improve(convex, torch.zeros(3, 6, dtype=torch.float64), gap=1e-5, iterations=60)
    return found, {"weight": found.weights[None, :, :-1], "bias": found.weights[None, :, -1]}


@every_loss_slowly
@pytest.mark.parametrize(("penalty", "biases"), [("l2", False), ("l2", True), ("elastic", False), ("l1", False)])
def test_the_bound_holds_for_any_weights(loss, penalty, biases):
    given = problem(loss, penalty, biases=biases)
    found, optimum = best(given)
    reference = found.proof.primal
    for scale in (0.1, 3.0):
        proved = measure(given, weights(scale), iterations=0)
        assert proved.dual - proved.allowance <= reference
        assert proved.dual >= -1e-15
        assert proved.gap >= proved.primal - reference
        if proved.distance is not None:
            moved = (weights(scale)["weight"] - optimum["weight"]).norm()
            assert moved <= proved.distance + 2 * (found.proof.gap / 0.01) ** 0.5
    with_other = measure(given, weights(0.1), others=[("best", optimum)], iterations=0)
    assert measure(given, weights(0.1), iterations=0).dual <= with_other.dual <= reference + with_other.allowance


@every_loss_slowly
def test_the_gap_closes_at_the_optimum(loss):
    given = problem(loss)
    found, optimum = best(given)
    proved = measure(given, optimum, iterations=60)
    assert 0 < proved.allowance < 1e-10
    assert proved.relative < 1e-2
    assert proved.primal == pytest.approx(found.proof.primal, rel=1e-12)


@every_loss
@pytest.mark.parametrize("unusual", [False, True])
def test_conjugates_equal_numeric_maximisation(loss, unusual):
    """max_s <a, s> - l(s) by Nelder-Mead and BFGS for slopes strictly inside the domain."""
    entry = LOSSES.get(loss)
    knobs = {name: value + 0.3 for name, value in entry.defaults().items()} if unusual else entry.defaults()
    labels = torch.tensor([1])
    slopes = 0.5 * entry.dual.smooth(torch.tensor([[0.3, 0.1, -0.2]], dtype=torch.float64), labels, 5.0, **knobs).slope

    def negative(s):
        scores = torch.as_tensor(s, dtype=torch.float64)[None]
        return float(entry.value(scores, labels, **knobs)[0] - (slopes * scores).sum())

    ends = [minimize(negative, start, method="Nelder-Mead", options={"xatol": 1e-10, "fatol": 1e-12, "maxiter": 5000})
            for start in (np.zeros(3), np.array([0.5, -0.5, 0.2]))]  # fmt: skip
    ends += [minimize(negative, each.x, method="Nelder-Mead", options={"xatol": 1e-11, "fatol": 1e-13}) for each in ends]
    expected = max(-each.fun for each in ends)
    assert float(entry.dual.conjugate(slopes, labels, **knobs)[0]) == pytest.approx(expected, abs=1e-6)


@every_loss
def test_smoothed_slopes_and_hessians_are_derivatives(loss):
    entry, knobs = LOSSES.get(loss), LOSSES.get(loss).defaults()
    random = torch.Generator().manual_seed(1)
    scores, labels = torch.randn(40, 4, generator=random, dtype=torch.float64), torch.arange(40) % 4
    change = torch.randn(40, 4, generator=random, dtype=torch.float64)
    step, at = 1e-6, entry.dual.smooth(scores, labels, 0.7, **knobs)
    up, down = (entry.dual.smooth(scores + sign * step * change, labels, 0.7, **knobs) for sign in (1, -1))
    torch.testing.assert_close((up.value - down.value) / (2 * step), (at.slope * change).sum(1), rtol=1e-6, atol=1e-6)
    curved = at.curved(change, labels)
    torch.testing.assert_close((up.slope - down.slope) / (2 * step), curved, rtol=1e-5, atol=1e-5)
    units = torch.eye(4, dtype=torch.float64)
    diagonal = torch.stack([at.curved(unit.expand(40, 4), labels)[:, k] for k, unit in enumerate(units)], 1)
    torch.testing.assert_close(at.diagonal(labels), diagonal, rtol=1e-12, atol=1e-12)


@every_loss
def test_balanced_slopes_add_up_to_zero_and_stay_in_the_domain(loss):
    entry, knobs = LOSSES.get(loss), LOSSES.get(loss).defaults()
    random = torch.Generator().manual_seed(1)
    scores, labels = 2 * torch.randn(40, 4, generator=random, dtype=torch.float64), torch.randint(0, 4, (40,), generator=random)
    slopes = entry.dual.smooth(scores, labels, 0.5, **knobs).slope
    balanced = entry.dual.balanced(slopes, labels, **knobs)
    assert float(balanced.sum(0).abs().max()) < 1e-12
    values = entry.value(scores, labels, **knobs)  # Fenchel's inequality, which fails outside the domain for some scores
    assert ((balanced * scores).sum(1) <= values + entry.dual.conjugate(balanced, labels, **knobs) + 1e-12).all()


class Closed(Objective):
    """An objective that nobody asks anything."""

    penalised = frozenset()


def subject(linear, **more):
    return Subject(
        title="t", objective=Closed(), params=weights(0.1), losses=lambda p: None, examples=24,
        problem=None if linear is None else lambda: linear, **more,
    )  # fmt: skip


def test_what_cannot_be_certified_says_why():
    with pytest.raises(Unsuited, match="this score is not linear"):
        inspect(subject(None))
    with pytest.raises(Unsuited, match="no finite gap can be proved"):
        inspect(subject(problem(strength=0.0)))
    with pytest.raises(Unsuited, match="has no dual"):
        inspect(subject(replace(problem(), loss=replace(LOSSES.get("softmax"), dual=None))))


def test_record_survives_json_and_says_its_numbers():
    record = measure(problem(), weights(0.1))
    assert TypeAdapter(Certificate).validate_python(json.loads(json.dumps(record.row()))) == record
    assert "is at most 0.025 (0.062 of it) above the best possible one" in example().sentences()[0]
    assert len(replace(record, distance=None).sentences()) == 2
