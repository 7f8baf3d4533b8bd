import json

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from sklearn.decomposition import PCA

from thalweg.core.errors import ConfigError
from thalweg.core.progress import Silent
from thalweg.core.subject import Subject, Unsuited
from thalweg.core.trajectory import Trajectory
from thalweg.evidence._path_plane import plane_of
from thalweg.evidence._quadratic import Quadratic
from thalweg.evidence.path import LossPath, example, inspect, measure

F64 = torch.float64


def line(rows):
    return {"w": torch.tensor(rows, dtype=F64)}


def random_walk(points=30, total=12):
    random = np.random.default_rng(0)
    return np.cumsum(random.normal(size=(points, total)), axis=0)


def test_the_axes_are_the_principal_components_that_scikit_learn_finds():
    rows = random_walk()
    plane = plane_of({"b": torch.tensor(rows[:, :2]), "w": torch.tensor(rows[:, 2:]).reshape(-1, 5, 2)})
    oracle = PCA(2).fit(rows)
    assert np.allclose(plane.shares, oracle.explained_variance_ratio_)
    assert np.allclose(np.abs(np.sum(plane.rows.numpy() * oracle.components_, axis=1)), 1)
    offsets = rows - rows[-1]
    within = offsets @ oracle.components_.T @ oracle.components_
    assert np.allclose(plane.off, np.linalg.norm(offsets - within, axis=1))
    assert np.allclose(plane.coordinates.abs(), np.abs(offsets @ oracle.components_.T))
    assert plane.extent == pytest.approx(np.linalg.norm(offsets, axis=1).max())
    assert bool((plane.coordinates[0] <= 0).all())
    assert torch.allclose(torch.cat([plane.axes[0]["b"].flatten(), plane.axes[0]["w"].flatten()]), plane.rows[0])


def test_a_path_in_a_plane_is_explained_whole_and_never_off_it():
    rows = random_walk(20, 2) @ np.random.default_rng(1).normal(size=(2, 7))
    path = measure(Quadratic((1.0,) * 7), line(rows), steps=range(20), grid=3)
    assert path.explained == pytest.approx(1, abs=1e-12)
    assert max(point.off for point in path.points) < 1e-12 * path.extent
    assert all(point.loss == pytest.approx(point.plane, rel=1e-12) for point in path.points)
    assert path.sentences()[1].startswith("No point lies farther off the plane than")
    assert "the picture is true" in path.sentences()[3]


def test_a_point_off_the_plane_is_as_far_off_as_worked_by_hand():
    """Four corners of a rectangle in x, y around its middle and two points above and below it in z: the plane is x, y."""
    rows = [[-2.0, -1, 0], [2, -1, 0], [2, 1, 0], [-2, 1, 0], [0, 0, 0.5], [0, 0, -0.5], [0, 0, 0]]
    path = measure(Quadratic((1.0, 1.0, 4.0)), line(rows), steps=range(7), grid=3)
    assert path.shares == pytest.approx((16 / 20.5, 4 / 20.5))
    assert [point.off for point in path.points] == pytest.approx([0, 0, 0, 0, 0.5, 0.5, 0], abs=1e-12)
    assert (path.points[4].loss, path.points[4].plane) == pytest.approx((0.5, 0.0))  # 4 z^2 / 2 against z = 0
    assert path.extent == pytest.approx(5**0.5)
    second = path.sentences()[1]
    assert second.startswith("The point farthest off the plane is 22% of the path's extent away (0.5), at step")
    assert "at most 0.5" in path.sentences()[2]
    assert "20.0% of the true loss's range" in path.sentences()[2]
    assert path.sentences()[3].startswith("The picture is not true: its losses are off by more than 10% of the true loss's range.")


def test_the_grid_holds_the_losses_of_the_plane():
    path = measure(Quadratic((1.0, 3.0)), line([[4.0, 0], [2, 2], [1, 0], [0, 0]]), steps=range(4), grid=5)
    plane = plane_of(line([[4.0, 0], [2, 2], [1, 0], [0, 0]]))
    for j, y in enumerate(path.y):
        for i, x in enumerate(path.x):
            w = x * plane.rows[0] + y * plane.rows[1]
            assert path.values[j][i] == pytest.approx(float(w[0] ** 2 / 2 + 3 * w[1] ** 2 / 2))
    assert min(path.x) < min(point.x for point in path.points)
    assert max(path.y) > max(point.y for point in path.points)


def test_little_variance_explained_is_a_warning():
    path = measure(Quadratic((1.0,) * 12), line(np.vstack([np.eye(12), np.zeros((1, 12))])), steps=range(13), grid=2)
    assert path.explained < 0.25
    assert path.sentences()[3].startswith("The picture is not true: its axes explain less than 80% of the variance")


def test_few_points_are_measured_and_the_farthest_off_is_one_of_them():
    rows = np.stack([np.linspace(1, 0, 30), np.linspace(1, 0, 30) ** 2, np.zeros(30)], axis=1)
    rows[7, 2] = 0.1
    path = measure(Quadratic((1.0,) * 3), line(rows), steps=range(30), most=4, grid=2)
    assert [point.step for point in path.points if point.measured] == [0, 7, 10, 19, 29]
    assert path.points[3].loss is None


def test_losses_that_are_not_finite_have_no_value():
    objective = Quadratic((float("inf"), 1.0))
    path = measure(objective, line([[1.0, 1], [0.5, 2], [0.0, 0]]), steps=range(3), grid=2)
    json.dumps(path.row(), allow_nan=False)
    assert any("not finite" in sentence for sentence in path.sentences())


@pytest.mark.parametrize(
    ("rows", "words"),
    [([[1.0, 2], [0, 0]], "at least 3 points"), ([[1.0]] * 3, "at least 2 parameters"), ([[1.0, 2]] * 4, "did not move")],
)
def test_what_spans_no_plane_is_unsuited(rows, words):
    with pytest.raises(Unsuited, match=words):
        measure(Quadratic((1.0,) * len(rows[0])), line(rows), steps=range(len(rows)))


def test_lists_of_other_lengths_are_refused():
    with pytest.raises(ConfigError, match="as many steps as points"):
        measure(Quadratic((1.0, 1.0)), line([[1.0, 2], [0, 1], [0, 0]]), steps=range(2))


def subject(trajectory=None, at=(0.0, 0.0)):
    objective = Quadratic((1.0, 2.0))
    params = line([at])
    return Subject(title="bowl", objective=objective, params=params, losses=lambda p: objective.value(p)[:, None], examples=1,
                   trajectory=trajectory)  # fmt: skip


def recorded():
    path = Trajectory(shapes={"w": (2,)}, an_epoch=1, limit=16)
    for step, row in enumerate([[2.0, 1.0], [1.0, -1.0], [0.5, 0.5]]):
        path = path.added({"w": torch.tensor([row])}, step=step, epoch=float(step), loss=9.0)
    return path.ended({"w": torch.zeros(1, 2)}, step=3, epoch=3.0)


def test_a_subject_with_a_path_is_inspected_and_the_record_comes_back():
    found = inspect(subject(recorded()), progress=Silent(), grid=4)
    assert [(point.step, point.batch) for point in found.points] == [(0, 9.0), (1, 9.0), (2, 9.0), (3, None)]
    assert found.points[0].loss == 3.0
    assert found.kept is None
    again = TypeAdapter(LossPath).validate_python(json.loads(json.dumps(found.row())))
    assert again == found
    kept = inspect(subject(recorded(), at=(0.5, 0.25)), progress=Silent(), grid=4).kept
    assert np.hypot(kept.x, kept.y) == pytest.approx(np.hypot(0.5, 0.25))
    assert kept.loss == pytest.approx(0.1875)
    assert kept.off == pytest.approx(0, abs=1e-12)


def test_a_subject_without_a_path_is_unsuited_and_told_why():
    with pytest.raises(Unsuited, match="no path was recorded: this run was trained before paths were"):
        inspect(subject(), progress=Silent())


def test_example_is_worked_by_hand():
    path = example()
    first = path.points[0]
    assert first.loss == 3.0  # 2^2 / 2 + 1^2
    assert path.points[1].loss == 1.625  # 1 / 2 + 1 + 0.5^2 / 2
    assert first.x**2 + first.y**2 + first.off**2 == pytest.approx(5.0)
