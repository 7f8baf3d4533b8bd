"""The contract that every average keeps; a new entry is covered by its file alone."""

import pytest
import torch

from thalweg.average import AVERAGES


@pytest.fixture(params=AVERAGES.names())
def entry(request):
    return AVERAGES.get(request.param)


@pytest.fixture
def path():
    """Eight points, each a matrix and a vector of two members."""
    random = torch.Generator().manual_seed(0)
    return [{"weight": torch.randn(2, 3, 2, generator=random), "bias": torch.randn(2, 3, generator=random)} for _ in range(8)]


def follow(entry, path, **knobs):
    mean = path[0]
    for count, params in enumerate(path):
        mean = entry.update(mean, params, count, **(entry.defaults() | knobs))
    return mean


def test_it_is_documented(entry):
    assert entry.summary.endswith(".")
    assert "<-" in entry.formula
    assert entry.reference
    for knob in entry.knobs:
        assert knob.meaning
        assert knob.check(knob.default) == knob.default


def test_the_first_is_the_mean_of_itself(entry, path):
    mean = entry.update(path[1], path[0], 0, **entry.defaults())
    for name, tensor in path[0].items():
        assert torch.equal(mean[name], tensor)


def test_of_equal_points_it_is_that_point(entry, path):
    mean = follow(entry, [path[0]] * 8)
    for name, tensor in path[0].items():
        torch.testing.assert_close(mean[name], tensor)


def test_it_lies_between_the_smallest_and_the_largest(entry, path):
    mean = follow(entry, path)
    for name, tensor in mean.items():
        values = torch.stack([params[name] for params in path])
        assert (values.amin(0) <= tensor).all()
        assert (tensor <= values.amax(0)).all()
        assert tensor.dtype == torch.float32


def test_it_changes_nothing_that_it_was_given(entry, path):
    mean, params = path[0], path[1]
    before = [{name: tensor.clone() for name, tensor in tree.items()} for tree in (mean, params)]
    entry.update(mean, params, 3, **entry.defaults())
    for old, tree in zip(before, (mean, params), strict=True):
        for name, tensor in tree.items():
            assert torch.equal(old[name], tensor)


def test_members_are_averaged_alone(entry, path):
    both = follow(entry, path)
    for member in range(2):
        alone = follow(entry, [{name: tensor[member : member + 1] for name, tensor in params.items()} for params in path])
        for name, tensor in alone.items():
            assert torch.equal(tensor[0], both[name][member])


def test_knobs_may_be_numbers_or_one_value_a_member(entry, path):
    number = follow(entry, path)
    tensors = follow(entry, path, **{name: torch.full((2,), value) for name, value in entry.defaults().items()})
    for name, tensor in number.items():
        torch.testing.assert_close(tensors[name], tensor, rtol=1e-3, atol=1e-4)  # 1 - 0.999 in float32 is good to 1e-4 of itself
