import numpy as np
import pytest
import torch
from slices import Softmax, bowl_subject

from thalweg.core.errors import ConfigError
from thalweg.evidence import _slices
from thalweg.evidence._slices import ends, evaluate_plane, evaluate_points, standard_error, steps


class Counting:
    def __init__(self):
        self.stages, self.done, self.ended = [], 0, 0

    def begin(self, stage, total, unit):
        self.stages.append((stage, total, unit))

    def advance(self, count=1, **figures):
        self.done += count

    def end(self):
        self.ended += 1

    def say(self, line):
        raise AssertionError(line)


def test_plane_of_a_linear_score_is_its_loss_point_by_point():
    score = Softmax()
    source = torch.Generator().manual_seed(5)
    first, second = ({name: torch.randn(t.shape, generator=source, dtype=t.dtype) for name, t in score.params.items()} for _ in range(2))
    xs, ys = np.array([-1.0, 0.5, 2.0]), np.array([0.0, 1.0])
    seen = Counting()
    plane = evaluate_plane(score, score.params, first, second, xs, ys, seen)
    for j, y in enumerate(ys):
        for i, x in enumerate(xs):
            here = {name: score.params[name] + x * first[name] + y * second[name] for name in first}
            assert plane[j, i] == pytest.approx(float(score.value(here)[0]), rel=1e-12)
    assert (seen.stages, seen.done, seen.ended) == ([("evaluating the slice", 6, "points")], 6, 1)


def test_pieces_change_nothing_and_an_interruption_ends_the_stage(monkeypatch):
    subject = bowl_subject()
    points = _slices.grid(np.linspace(-1, 1, 7), np.linspace(-1, 1, 5))
    axes = [{"w": torch.eye(2, dtype=torch.float64)[axis : axis + 1]} for axis in (0, 1)]
    whole, losses = evaluate_points(subject.objective, subject.params, axes, points)
    assert losses is None
    monkeypatch.setattr(_slices, "MOST", 2)
    np.testing.assert_array_equal(evaluate_points(subject.objective, subject.params, axes, points)[0], whole)
    seen = Counting()
    seen.advance = lambda count=1, **figures: (_ for _ in ()).throw(KeyboardInterrupt)
    with pytest.raises(KeyboardInterrupt):
        evaluate_points(subject.objective, subject.params, axes, points, progress=seen)
    assert seen.ended == 1


@pytest.mark.parametrize("count", [1, 2, 3, 4, 51, 101, 1001])
@pytest.mark.parametrize("end", [1.0, 0.3, 1 / 3, 7.7])
def test_odd_symmetric_grids_hold_zero_exactly_and_both_ends(count, end):
    at = steps(-end, end, count)
    assert len(at) == count
    assert (0.0 in at) == (count % 2 == 1)
    np.testing.assert_array_equal(at, -at[::-1])
    if count > 1:
        assert (at[0], at[-1]) == (-end, end)
        np.testing.assert_allclose(np.diff(at), 2 * end / (count - 1))


def test_a_range_may_begin_or_end_at_zero():
    assert ends("0:1") == (0.0, 1.0)
    assert ends("-2:0") == (-2.0, 0.0)
    assert ends("1e-3") == (-1e-3, 1e-3)


@pytest.mark.parametrize("text", ["0", "-1", "1:0", "1:1", "a", "", "0:1:51", "nan", "inf", "0:nan"])
def test_other_ranges_are_refused(text):
    with pytest.raises(ConfigError, match=r"range must be a number above 0, as 1 \(from -1 to 1\), or two ends"):
        ends(text)


def test_standard_error_is_what_a_bootstrap_finds():
    losses = np.random.default_rng(0).exponential(size=400)
    rng = np.random.default_rng(1)
    means = [rng.choice(losses, len(losses)).mean() for _ in range(4000)]
    assert standard_error(losses) == pytest.approx(np.std(means), rel=0.05)  # 4000 draws know a deviation to about 1.1 %
    assert standard_error(losses[:1]) is None
