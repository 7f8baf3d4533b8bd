import json

import numpy as np
import pydantic
import pytest
import torch
from slices import Softmax, ValuesOnly, bowl_subject

from thalweg.core.errors import ConfigError
from thalweg.core.progress import Silent
from thalweg.core.subject import Unsuited
from thalweg.evidence._directions import random_direction
from thalweg.evidence.line import LossLines, inspect, measure


def inspected(subject, **knobs):
    return inspect(subject, progress=Silent(), **knobs)


def same_after_json(record):
    assert pydantic.TypeAdapter(LossLines).validate_python(json.loads(json.dumps(record.row(), allow_nan=False))) == record


@pytest.mark.parametrize("points", [1, 2, 3, 4])
@pytest.mark.parametrize("range_", ["auto", "0:1", "-1:0", "1:2"])
def test_the_centre_is_the_objective_itself_and_among_the_points_where_they_go_around_it(points, range_):
    score = Softmax()
    lines = inspected(score.subject(slices=score.quick), points=points, range=range_)
    exact = float(score.value(score.params)[0])
    assert lines.centre == exact
    for profile in lines.profiles:
        for x, value in zip(lines.x, profile.values, strict=True):
            assert x != 0 or value == exact
    if range_ == "auto":
        assert 0.0 in lines.x
    same_after_json(lines)


def test_random_lines_are_the_loss_along_filter_scaled_directions():
    score = Softmax()
    lines = inspected(score.subject(), points=3, lines=3, seed=2)
    assert [profile.axis.name for profile in lines.profiles] == ["direction 1", "direction 2", "direction 3"]
    for number, profile in enumerate(lines.profiles):
        way = random_direction(score.params, seed=2, number=number)
        ahead = {name: score.params[name] + way[name] for name in way}
        assert profile.values[2] == pytest.approx(float(score.value(ahead)[0]), rel=1e-12)


def test_a_line_to_another_run_holds_it_at_one_and_measures_the_ridge():
    class Hills(ValuesOnly):
        def value(self, params):
            return torch.sin(params["w"][:, 0, 0]) ** 2

    params, other = ({"w": torch.full((1, 1, 1), at, dtype=torch.float64)} for at in (0.0, np.pi))
    subject = bowl_subject().__class__(
        title="", objective=Hills(), params=params, losses=lambda p: p["w"][:, 0], examples=1, others={"b": other}
    )
    lines = inspected(subject, directions="runs", points=52)
    profile = lines.profiles[0]
    assert 0.0 in lines.x
    assert 1.0 in lines.x
    assert profile.values[lines.x.index(1.0)] == pytest.approx(0.0, abs=1e-15)
    assert profile.ridge == pytest.approx(1.0, abs=5e-3)  # the top lies between two points
    assert profile.mark.at == (1.0,)
    assert profile.axis.curvature == pytest.approx(2 * np.pi**2, rel=1e-5)
    assert "rises by up to" in lines.sentences()[1]
    same_after_json(lines)


def test_quick_values_come_with_errors_and_a_check_at_both_ends():
    score = Softmax()
    lines = inspected(score.subject(slices=score.quick), points=5)
    assert [profile.check.points for profile in lines.profiles] == [2, 2]
    assert all(len(profile.errors) == 5 for profile in lines.profiles)
    same_after_json(lines)


def test_lines_without_another_run_or_points_are_refused():
    score = Softmax()
    for others in ({}, {"same": score.params}):
        with pytest.raises(Unsuited, match="takes another run, with other weights"):
            inspected(score.subject(others=others), directions="runs")
    with pytest.raises(ConfigError, match="at least one point and one direction; got 1 and 0"):
        measure(score, score.params, {}, np.array([0.0]))
