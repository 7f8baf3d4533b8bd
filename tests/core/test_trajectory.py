import pytest
import torch

from thalweg.core.errors import ModelError
from thalweg.core.trajectory import FEWEST, MOST, Trajectory


def weights(value):
    return {"z": torch.full((1, 2, 3), float(value)), "a": torch.full((1, 2), -float(value))}


def walked(steps, *, limit):
    path = Trajectory(shapes={"z": (2, 3), "a": (2,)}, an_epoch=4, limit=limit)
    for step in range(steps):
        path = path.added(weights(step), step=step, epoch=step / 4, loss=float(step))
    return path


@pytest.mark.parametrize(("an_epoch", "steps"), [(1, 5), (2, 5), (4, 12), (5, 5), (8, 3), (3, 100)])
def test_points_of_an_epoch_are_as_many_as_asked_and_evenly_spaced(an_epoch, steps):
    path = Trajectory(shapes={}, an_epoch=an_epoch, limit=16)
    due = [taken for taken in range(steps) if path.due(taken, steps)]
    assert due[0] == 0
    assert len(due) == min(an_epoch, steps)
    gaps = [after - before for before, after in zip(due, [*due[1:], steps], strict=True)]
    assert max(gaps) - min(gaps) <= 1


@pytest.mark.parametrize("steps", [1, 15, 16, 17, 31, 32, 33, 100])
def test_the_points_are_every_so_many_from_the_first_on_and_never_too_many(steps):
    path = walked(steps, limit=16)
    assert len(path.points) < 16
    assert path.steps == tuple(range(0, steps, path.stride))
    assert steps < 16 or len(path.points) >= 8
    assert path.losses == tuple(float(step) for step in path.steps)
    assert all(all(torch.equal(point.weights[name], tensor) for name, tensor in weights(s).items())
               for point, s in zip(path.points, path.steps, strict=True))  # fmt: skip


def test_the_end_is_the_last_point_once():
    path = walked(20, limit=16).ended(weights(20), step=20, epoch=5.0)
    assert (path.steps[-1], path.epochs[-1], path.losses[-1]) == (20, 5.0, None)
    assert path.ended(weights(20), step=20, epoch=5.0).steps == path.steps


def test_its_length_is_bounded_by_bytes_and_there_is_none_of_too_many_parameters():
    few, many = ({"w": torch.empty(1, total, device="meta")} for total in (1 << 20, (1 << 20) + 1))
    assert Trajectory.begin(few, an_epoch=1).limit == FEWEST
    assert Trajectory.begin(many, an_epoch=1) is None
    assert Trajectory.begin({"w": torch.empty(1, 10)}, an_epoch=1).limit == MOST
    assert Trajectory.begin({"w": torch.empty(1, 1 << 18, dtype=torch.float64, device="meta")}, an_epoch=1).limit == 32


def test_points_become_candidates_in_the_names_and_the_type_of_the_weights():
    like = {name: tensor.double() for name, tensor in reversed(weights(0).items())}
    found = walked(3, limit=16).stacked(like)
    assert list(found) == ["a", "z"]
    assert found["z"].dtype == torch.float64
    assert torch.equal(found["z"], torch.arange(3.0, dtype=torch.float64).reshape(3, 1, 1).expand(3, 2, 3))
    with pytest.raises(ModelError, match="of other parameters"):
        walked(3, limit=16).stacked({"z": like["z"]})


def test_facts_and_points_give_back_the_same_path():
    path = walked(5, limit=16).ended(weights(5), step=5, epoch=1.25)
    again = Trajectory.from_facts(path.facts(), path.tensor())
    assert again.facts() == path.facts()
    assert torch.equal(again.tensor(), path.tensor())
    with pytest.raises(ValueError, match="points"):
        Trajectory.from_facts(path.facts(), path.tensor()[:, 1:])
