import json

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from thalweg.core.subject import Unsuited
from thalweg.evidence import spectrum, verdict
from thalweg.evidence._quadratic import Quadratic
from thalweg.evidence.verdict import Verdict
from thalweg.images import load
from thalweg.run.foreign import subject_of_module
from thalweg.run.recipe import Recipe
from thalweg.run.subject import subject_of
from thalweg.run.train import train


def judged(curvatures, at=0.0, **options):
    return verdict.measure(Quadratic(curvatures), {"w": torch.full((1, len(curvatures)), at, dtype=torch.float64)}, **options)


@pytest.mark.parametrize(
    ("curvatures", "kind"),
    [
        ([3.0, 1.0], "minimum"),
        ([-3.0, -1.0], "maximum"),
        ([3.0, -1.0], "saddle"),
        ([3.0, -1.0, 0.0], "saddle"),
        ([3.0, 0.0], "degenerate"),
        ([-3.0, 0.0], "degenerate"),
        ([0.0, 0.0], "degenerate"),
    ],
)
@pytest.mark.parametrize("dense", [0, 1000])
def test_a_quadratic_is_what_its_curvatures_say(curvatures, kind, dense):
    found = judged(curvatures, dense=dense)
    assert found.kind == found.shape == kind
    assert judged(curvatures, at=1.0, dense=dense).kind == ("not critical" if any(curvatures) else "degenerate")
    if dense:
        assert (found.negative, found.flat) == (sum(each < 0 for each in curvatures), sum(each == 0 for each in curvatures))


def test_tolerances_decide():
    assert judged([1.0, 1e-7]).kind == "degenerate"
    assert judged([1.0, 1e-7], curvature_tolerance=1e-8).kind == "minimum"
    assert judged([1.0, 1.0], at=1e-4).kind == "minimum"
    assert judged([1.0, 1.0], at=1e-4, gradient_tolerance=1e-5).kind == "not critical"


def test_the_direction_of_a_saddle_lowers_the_objective_by_what_the_curvature_says():
    descent = judged([3.0, 1.0, -2.0]).descent
    assert descent.lowered == pytest.approx(0.5 * 2 * descent.best**2)
    assert descent.values == pytest.approx([descent.start - t * t for t in descent.lengths])
    assert judged([3.0, 1.0]).descent is None


def zero_tanh_net(inputs=4, hidden=3, classes=5):
    module = nn.Sequential(nn.Linear(inputs, hidden), nn.Tanh(), nn.Linear(hidden, classes)).double()
    for tensor in module.parameters():
        nn.init.zeros_(tensor)
    x = torch.randn(10 * classes, inputs, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    return module, x, torch.arange(classes).repeat(10)


def test_the_zero_tanh_net_is_a_saddle_with_the_spectrum_of_its_closed_form():
    module, x, y = zero_tanh_net()
    subject = subject_of_module(module, nn.CrossEntropyLoss(), [(x, y)])
    found = verdict.inspect(subject)
    wide = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], 1)
    M = (0.2 - nn.functional.one_hot(y).double()).T @ wide / len(x)
    sigma = np.linalg.svd(M.numpy(), compute_uv=False)
    nonzero = [value for each in sigma if each > 1e-12 for value in (each, -each) for _ in range(3)] + [1 / 5] * 4
    values = np.array(spectrum.measure(subject.objective, subject.params).blocks[0].nodes)
    assert np.allclose(np.sort(values[np.abs(values) > 1e-12]), np.sort(nonzero), atol=1e-12)
    assert found.kind == "saddle"
    assert found.value == pytest.approx(np.log(5), rel=1e-12)
    assert found.gradient_norm < 1e-14
    assert found.negative == 3 * sum(sigma > 1e-12)
    assert found.descent.lowered > 0.01


def test_the_shifts_of_softmax_are_known_zeros_and_a_minimum_stays_one():
    module = nn.Linear(2, 3).double()
    x = torch.randn(60, 2, generator=torch.Generator().manual_seed(3), dtype=torch.float64)
    y = torch.arange(3).repeat(20)
    optimiser = torch.optim.LBFGS(module.parameters(), max_iter=200, tolerance_grad=1e-12, line_search_fn="strong_wolfe")

    def loss():
        optimiser.zero_grad()
        value = nn.functional.cross_entropy(module(x), y)
        value.backward()
        return value

    optimiser.step(loss)
    subject = subject_of_module(module, nn.CrossEntropyLoss(), [(x, y)])
    for dense in (1000, 0):
        found = verdict.inspect(subject, dense=dense)
        assert (found.kind, found.shifts) == ("minimum", 3)
    assert verdict.inspect(subject).flat == 3
    assert verdict.measure(subject.objective, subject.params).kind == "degenerate"  # whoever does not know of the shifts


def test_the_record_survives_json_and_says_what_decided():
    record = verdict.example()
    assert TypeAdapter(Verdict).validate_python(json.loads(json.dumps(record.row(), allow_nan=False))) == record
    first, second, third, _ = record.sentences()
    assert first == "The point is a saddle: the gradient's norm is 0, the tolerance 0.001."
    assert second.startswith("Of all 3 eigenvalues of the Hessian 1 are negative, 0 zero, 2 positive")
    assert third.startswith("Moving by ")
    assert any("no proof" in sentence for sentence in judged([3.0, 1.0], dense=0).sentences())
    assert "Not a critical point: the gradient's norm is 3.16" in judged([3.0, 1.0], at=1.0).sentences()[0]


def test_a_penalty_with_kinks_is_not_judged_and_flat_pieces_are_named():
    pictures = load("blobs3")
    recipe = {"epochs": 1, "loss": "svm-sum"}
    rough = train(pictures, Recipe.make(**recipe, penalty={"l1": 1e-3}))
    with pytest.raises(Unsuited, match="penalty l1 is not smooth"):
        verdict.inspect(subject_of(rough, pictures, examples=50))
    flat = verdict.inspect(subject_of(train(pictures, Recipe.make(**recipe)), pictures, examples=50))
    assert any("the objective is made of flat pieces" in sentence for sentence in flat.sentences())
