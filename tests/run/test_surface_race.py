import json

import numpy as np
import pytest
import torch

from thalweg.core.errors import ConfigError
from thalweg.optimise import OPTIMISERS
from thalweg.run.surface_race import RATES, lined_up, race_surface, running
from thalweg.run.surface_record import Finish


def only(surface, optimiser, **given):
    (runner,) = race_surface(surface, optimisers=[optimiser], **given).runners
    return runner


def test_the_rates_are_three_a_decade_with_one_among_them():
    assert len(RATES) == 16
    assert RATES[0] == pytest.approx(1e-4)
    assert RATES[-1] == 10
    assert 1.0 in RATES


def test_two_steps_of_descent_by_hand():
    """x <- 0.9 x and y <- 1.1 y on the saddle at rate 0.1."""
    runner = only("saddle", "gradient-descent", rates=[0.1], steps=2, start=(1.0, 0.1))
    np.testing.assert_allclose(runner.path, [[1.0, 0.1], [0.9, 0.11], [0.81, 0.121]], rtol=1e-15)
    np.testing.assert_allclose(runner.values, [0.495, (0.81 - 0.0121) / 2, (0.6561 - 0.014641) / 2])
    np.testing.assert_allclose(runner.gradient_norms, np.hypot(*runner.path.T))
    assert runner.eigenvalues.tolist() == [[-1.0, 1.0]] * 3
    assert (runner.evaluations, runner.ended.finish, runner.verdict.kind) == (2, Finish.UNDERWAY, "not critical")


@pytest.mark.parametrize(("name", "peer"), [("adam", torch.optim.Adam), ("momentum", lambda p, lr: torch.optim.SGD(p, lr, momentum=0.9))])
def test_the_path_is_that_of_torch(name, peer):
    runner = only("rosenbrock", name, rates=[0.001], steps=20)
    point = torch.nn.Parameter(torch.tensor([-1.2, 1.0], dtype=torch.float64))
    optimiser = peer([point], lr=0.001)
    for reached in runner.path[1:]:
        optimiser.zero_grad()
        ((1 - point[0]) ** 2 + 100 * (point[1] - point[0] ** 2) ** 2).backward()
        optimiser.step()
        np.testing.assert_allclose(reached, point.detach().numpy(), rtol=1e-10)


def test_every_optimiser_runs_from_the_same_start_for_the_same_steps_and_the_record_is_strict_json():
    race = race_surface("double-well", steps=5, rates=[0.1, 1.0])
    assert [runner.optimiser for runner in race.runners] == [name for name in OPTIMISERS.names() if name != "exact"]
    for runner in race.runners:
        assert runner.path.shape == (6, 2)
        assert runner.path[0].tolist() == [1.6, 1.0]
        assert len(runner.attempts) == (2 if runner.tuned else 1)
        assert np.isfinite(runner.path).all()
    text = json.dumps(race.row(), allow_nan=False)
    assert text == json.dumps(race_surface("double-well", steps=5, rates=[0.1, 1.0]).row(), allow_nan=False)


def test_rates_as_one_population_are_the_same_as_each_alone():
    together = only("himmelblau", "adam", rates=[0.01, 0.1, 0.5], steps=30)
    alone = [only("himmelblau", "adam", rates=[rate], steps=30).values[-1] for rate in (0.01, 0.1, 0.5)]
    assert [attempt.final for attempt in together.attempts] == alone
    assert together.values[-1] == min(alone)


def test_a_search_does_the_same_whoever_else_runs():
    rates = [0.1, 1.0]
    assert race_surface("beale", optimisers=["adam", "local-search"], rates=rates, steps=5).runners[1].path.tolist() == (
        only("beale", "local-search", rates=rates, steps=5).path.tolist()
    )


def test_the_lowest_final_value_wins_and_diverged_rates_are_kept_where_they_were_last_finite():
    """On kappa 100 descent diverges above 0.02: from 4 by a factor 1 - 10 * 100 a step until it overflows."""
    runner = only("quadratic", "gradient-descent", rates=[0.001, 0.01, 10.0], steps=200)
    assert runner.rate == 0.01
    slow, good, wild = runner.attempts
    assert slow.final > good.final
    assert wild.ended.finish is Finish.DIVERGED
    assert 40 < wild.ended.step < 60  # 999^k y leaves 1e154, whose square is no longer finite, at k = 52
    assert np.isfinite(wild.final)


def test_where_all_rates_diverge_the_path_stays_finite_to_the_end():
    runner = only("quadratic", "gradient-descent", rates=[10.0], steps=100)
    step = runner.ended.step
    assert runner.ended.finish is Finish.DIVERGED
    assert np.isfinite(runner.path).all()
    assert (runner.path[step:] == runner.path[step - 1]).all()
    assert runner.evaluations == step


def test_newton_lands_on_the_saddle_in_one_step_and_saddle_free_newton_leaves():
    newton = only("saddle", "newton", rates=[1.0], steps=3, start=(1.0, 1e-6))
    np.testing.assert_allclose(newton.path[1], 0, atol=1e-12)
    assert (str(newton.ended), newton.verdict.kind) == ("stuck at step 1", "saddle")
    free = only("saddle", "saddle-free-newton", rates=[1.0], steps=40, start=(1.0, 1e-6))
    assert free.ended.finish is Finish.ESCAPED
    assert free.ended.step == 20  # y doubles from 1e-6 and needs y^2 >= 1: 2^20 = 1.05e6


@pytest.mark.parametrize("surface", ["quadratic:1000", "saddle"])
def test_newton_reaches_the_critical_point_of_any_quadratic_in_one_step(surface):
    """The solver stops at a relative residual of 1e-10, which leaves some 1e-11 of a distance of 4."""
    np.testing.assert_allclose(only(surface, "newton", rates=[1.0], steps=1).path[1], 0, atol=1e-9)


def test_a_runner_that_crosses_the_finish_stays_there_and_the_first_over_it_wins():
    runner = only("saddle", "gradient-descent", rates=[0.1, 1.0, 1.5], steps=50, start=(1.0, 0.01))
    crossed = {attempt.rate: attempt.ended.step for attempt in runner.attempts}
    assert runner.ended.step == min(crossed.values()) == crossed[runner.rate]
    assert (runner.path[runner.ended.step :] == runner.path[-1]).all()
    assert runner.values[runner.ended.step - 1] > -0.5 >= runner.values[runner.ended.step]


@pytest.mark.parametrize("name", ["gradient-descent", "momentum", "newton"])
def test_methods_that_are_invariant_to_rotations_make_the_same_path_turned(name):
    straight = only("beale", name, rates=[0.01], steps=50)
    turned = only("beale", name, rates=[0.01], steps=50, angle=45)
    cosine = np.sqrt(0.5)
    np.testing.assert_allclose(turned.path, straight.path @ np.array([[cosine, cosine], [-cosine, cosine]]), atol=1e-9)


def test_adam_is_not_invariant_to_rotations():
    straight = only("saddle", "adam", rates=[0.1], steps=20)
    turned = only("saddle", "adam", rates=[0.1], steps=20, angle=45)
    cosine = np.sqrt(0.5)
    assert np.abs(turned.path - straight.path @ np.array([[cosine, cosine], [-cosine, cosine]])).max() > 0.1


def test_local_minima_are_told_from_the_lowest_one():
    shallow = only("double-well", "gradient-descent", rates=[0.1], steps=200)
    assert shallow.ended.finish is Finish.LOCAL
    assert shallow.verdict.kind == "minimum"
    deep = only("double-well", "gradient-descent", rates=[0.1], steps=200, start=(-0.5, 0.5))
    assert deep.ended.finish is Finish.REACHED
    np.testing.assert_allclose(deep.path[-1], [-1.2, 0.0], atol=1e-6)
    far = np.hypot(*(deep.path - [-1.2, 0.0]).T) > 0.01
    assert far[deep.ended.step - 1]
    assert not far[deep.ended.step :].any()


def test_a_knob_that_is_set_is_not_tuned():
    runner = only("rosenbrock", "momentum", steps=3, settings={"momentum": {"rate": 1e-4, "momentum": 0.5}})
    assert (runner.tuned, runner.rate, len(runner.attempts)) == (None, None, 1)
    assert runner.settings == {"rate": 1e-4, "momentum": 0.5}


def test_the_window_holds_the_start():
    left, right, bottom, top = race_surface("saddle", optimisers=["sgd"], start=(9.0, 0.1), steps=1).window
    assert left < 9 < right
    assert bottom < 0.1 < top


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"steps": 0}, "steps must be a whole number in [1, 1,000,000]; got 0."),
        ({"start": (float("nan"), 1.0)}, "start must be two numbers in [-1e+06, 1e+06], as -1.5,2; got nan,1.0."),
        ({"start": (0.0, 5.0)}, "saddle is -12.5 at the start 0,5, which is already beyond the finish at -0.5."),
        ({"rates": [0.1, -1.0]}, "rates must be one or more numbers in (0, inf), as 0.01,0.1; got 0.1,-1.0."),
        ({"rates": []}, "got none."),
        ({"optimisers": ["adm"]}, "unknown optimiser 'adm'. Did you mean 'adam'?"),
        ({"optimisers": []}, "a race needs at least one optimiser"),
        ({"optimisers": ["exact"]}, "optimiser 'exact' solves linear scores"),
        ({"settings": {"momentun": {}}}, "unknown runner 'momentun'. Did you mean 'momentum'?"),
        ({"settings": {"adam": {"beta": 1}}}, "optimiser 'adam' has no knob 'beta'."),
    ],
)
def test_what_cannot_be_raced_is_refused_in_one_line(given, message):
    with pytest.raises(ConfigError) as caught:
        race_surface("saddle", **given)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_runner_stops_after_every_step_and_comes_to_the_same():
    race = lined_up("himmelblau", steps=7)
    work = running(race, "momentum", rates=[0.001, 0.01], given={})
    assert [next(work) for _ in range(7)] == [1, 2, 3, 4, 5, 6, 7]
    with pytest.raises(StopIteration) as end:
        next(work)
    whole = only("himmelblau", "momentum", rates=[0.001, 0.01], steps=7)
    np.testing.assert_array_equal(end.value.value.path, whole.path)
    assert end.value.value.row() == whole.row()


def test_a_race_lined_up_has_everything_but_runners():
    race = race_surface("quadratic:5", optimisers=["sgd"], start=(1.0, 2.0), steps=3, angle=30)
    assert lined_up("quadratic:5", start=(1.0, 2.0), steps=3, angle=30).row() == {**race.row(), "runners": []}
