import json
import math
from dataclasses import replace

import numpy as np
import pydantic
import pytest
import torch
from slices import Softmax, ValuesOnly, bowl_subject

from thalweg.core.errors import ConfigError
from thalweg.core.progress import Silent
from thalweg.core.subject import Unsuited
from thalweg.evidence._directions import random_direction
from thalweg.evidence.surface import LossSurface, inspect, measure


def inspected(subject, **knobs):
    return inspect(subject, progress=Silent(), **knobs)


def same_after_json(record):
    again = pydantic.TypeAdapter(LossSurface).validate_python(json.loads(json.dumps(record.row(), allow_nan=False)))
    assert again == record


def two():
    return tuple({"w": torch.eye(2, dtype=torch.float64)[axis : axis + 1]} for axis in (0, 1))


def test_a_quadratic_is_exact_on_any_grid_and_has_its_curvatures():
    subject = bowl_subject(curvatures=(1.0, 4.0), at=(0.3, -0.2))
    x, y = np.array([-0.3, 0.0, 1.0, 2.5]), np.array([0.2])
    surface = measure(subject.objective, subject.params, two(), x, y)
    expected = [0.5 * (0.3 + at) ** 2 + 2 * (-0.2 + 0.2) ** 2 for at in x]
    np.testing.assert_allclose(surface.values, [expected], rtol=1e-12, atol=1e-15)
    assert [axis.curvature for axis in surface.axes] == pytest.approx([1.0, 4.0], rel=1e-6)
    assert surface.sentences()[1].startswith("The lowest point of the grid, (-0.3, 0.2), lies")
    same_after_json(surface)


@pytest.mark.parametrize("grid", [(1,), (2,), (3,), (4, 3), (1, 5), (5, 1)])
@pytest.mark.parametrize("range_", ["auto", "0:1", "-2:0", "0.5:1"])
def test_the_centre_is_the_objective_itself_bit_for_bit_whatever_the_grid(grid, range_):
    score = Softmax()
    surface = inspected(score.subject(slices=score.quick), grid=grid, range=range_)
    exact = float(score.value(score.params)[0])
    assert surface.centre == exact
    assert (len(surface.x), len(surface.y)) == (grid[0], grid[-1])
    for j, y in enumerate(surface.y):
        for i, x in enumerate(surface.x):
            if x == y == 0:
                assert surface.values[j][i] == exact
    same_after_json(surface)


def test_values_are_those_of_the_weights_at_filter_scaled_directions():
    score = Softmax()
    surface = inspected(score.subject(), grid=(3,), seed=7)
    axes = [random_direction(score.params, seed=7, number=number) for number in (0, 1)]
    corner = {name: score.params[name] - axes[0][name] + axes[1][name] for name in axes[0]}
    assert surface.values[2][0] == pytest.approx(float(score.value(corner)[0]), rel=1e-12)
    assert surface.axes[0].length == pytest.approx(float(score.params["weight"].norm()), rel=1e-12)
    assert (surface.making.scale, surface.making.seed, surface.check) == ("filter", 7, None)


def test_quick_values_come_with_paired_standard_errors_and_a_check_at_the_corners():
    score = Softmax(examples=200)
    plain, quick = inspected(score.subject(), grid=(5,)), inspected(score.subject(slices=score.quick), grid=(5,))
    np.testing.assert_allclose(quick.values, plain.values, rtol=1e-5)
    assert quick.check.points == 4
    assert 0 < quick.check.largest < 1e-5
    assert plain.errors is None
    axes = [random_direction(score.params, seed=0, number=number) for number in (0, 1)]
    corner = {name: score.params[name] + axes[0][name] + axes[1][name] for name in axes[0]}
    differences = (score.losses(corner) - score.losses(score.params))[0].numpy()
    rng = np.random.default_rng(0)
    means = [rng.choice(differences, len(differences)).mean() for _ in range(4000)]
    assert quick.errors[4][4] == pytest.approx(np.std(means), rel=0.06)
    assert quick.errors[2][2] == pytest.approx(0.0, abs=1e-6)
    assert "Values are in single precision: at 4 points" in quick.sentences()[-1]
    linear = inspected(replace(score.subject(slices=score.quick), problem=lambda: pytest.fail("nobody asks for it")), grid=(5,))
    assert "Values are in double precision: at 4 points" in linear.sentences()[-1]


def test_the_loss_rises_by_one_standard_error_where_a_parabola_does():
    subject = bowl_subject(at=(0.0, 0.0))  # losses are spread by linspace(-1, 1, 9): s / 3
    error = float(torch.linspace(-1, 1, 9).std()) / 3
    x = np.linspace(-1, 1, 41)
    surface = measure(subject.objective, subject.params, two(), x, x, losses=subject.losses)
    assert surface.error == pytest.approx(error, rel=1e-6)
    for axis, curvature in zip(surface.axes, (1.0, 4.0), strict=True):
        assert axis.rises == pytest.approx((-math.sqrt(2 * error / curvature), math.sqrt(2 * error / curvature)), abs=3e-3)
    off = measure(subject.objective, subject.params, two(), x + 0.001, x + 0.001, losses=subject.losses)
    assert off.axes[0].rises == (None, None)


def test_what_is_not_finite_is_none_and_counted():
    class Cliff(ValuesOnly):
        def value(self, params):
            w = params["w"]
            return torch.where(w[:, 0] > 0.5, math.nan, torch.where(w[:, 1] > 0.5, math.inf, (w**2).sum(1)))

    params = {"w": torch.zeros(1, 2, dtype=torch.float64)}
    around = np.array([-1.0, 0.0, 1.0])
    surface = measure(Cliff(), params, two(), around, around)
    assert surface.values == ((2.0, 1.0, None), (1.0, 0.0, None), (None, None, None))
    assert surface.missing == 5
    assert any("5 points have no value" in words for words in surface.sentences())
    same_after_json(surface)
    nowhere = measure(Cliff(), {"w": params["w"] + 1}, two(), np.array([1.0]), np.array([1.0]))
    assert nowhere.missing == 1


def test_the_plane_through_three_runs_holds_them():
    score = Softmax()
    others = {f"run {seed}": Softmax(seed=seed).params for seed in (1, 2)}
    surface = inspected(score.subject(others=others), grid=(3,), directions="runs")
    assert surface.cosine == pytest.approx(0.0, abs=1e-12)
    assert surface.marks[0].at == (1.0, 0.0)
    for mark, other in zip(surface.marks, others.values(), strict=True):
        assert mark.value == float(score.value(other)[0])
        alone = measure(
            score,
            score.params,
            _axes_of(score, others),
            np.array([mark.at[0]]),
            np.array([mark.at[1]]),
        )
        assert alone.values[0][0] == pytest.approx(mark.value, rel=1e-12)
        assert surface.x[0] < mark.at[0] < surface.x[-1]
        assert surface.y[0] < mark.at[1] < surface.y[-1]
    same_after_json(surface)


def _axes_of(score, others):
    from thalweg.evidence._directions import perpendicular, towards

    one, two_ = (towards(score.params, other) for other in others.values())
    return one, perpendicular(two_, one)


def test_what_spans_no_plane_is_unsuited_and_wrong_grids_are_refused():
    score = Softmax()
    with pytest.raises(Unsuited, match="takes two other runs beside this one; got 0"):
        inspected(score.subject(), directions="runs")
    same = {"a": score.params, "b": Softmax(seed=1).params}
    with pytest.raises(Unsuited, match="a has the same weights as this run"):
        inspected(score.subject(others=same), directions="runs")
    single = bowl_subject(curvatures=(1.0,), at=(2.0,))
    with pytest.raises(Unsuited, match="parallel"):
        inspected(single, biases=True)
    with pytest.raises(ConfigError, match="grid must be one or two whole numbers, as 51 or 51,31; got 5,5,5"):
        inspected(score.subject(), grid=(5, 5, 5))
    with pytest.raises(ConfigError, match="at least one point either way; got 0 x 1"):
        measure(score, score.params, two(), np.array([]), np.array([0.0]))
