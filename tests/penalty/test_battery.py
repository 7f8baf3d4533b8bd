"""What every penalty must do: one battery over all entries of the catalogue."""

import pytest
import torch

from thalweg.core.catalogue import settle
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Flag, Number
from thalweg.penalty import PENALTIES

every_penalty = pytest.mark.parametrize("name", PENALTIES.names())
SHAPES = [(3, 5), (3, 4, 6), (3, 4, 2, 3, 3)]


def draw(*shape, dtype=torch.float64, seed=0):
    source = torch.Generator().manual_seed(seed)
    return torch.randn(*shape, generator=source, dtype=torch.float64).to(dtype)


def chosen(entry, strength=0.7, flags=False):
    """Strength as given, other numbers at their defaults, flags as given."""
    flagged = {knob.name: flags for knob in entry.knobs if isinstance(knob, Flag)}
    return {**entry.defaults(), **flagged, "strength": strength}


@every_penalty
def test_entry_says_what_it_is(name):
    entry = PENALTIES.get(name)
    assert entry.name == name
    assert entry.summary
    assert entry.reference
    assert entry.formula.startswith("R(W) = strength * ")
    assert settle(entry, {}, kind="penalty") == entry.defaults()


@every_penalty
def test_first_knob_is_the_strength_and_does_something_by_default(name):
    entry = PENALTIES.get(name)
    strength = entry.knobs[0]
    assert isinstance(strength, Number)
    assert (strength.name, strength.default, strength.low) == ("strength", 1e-4, 0)
    with pytest.raises(ConfigError, match=r"strength must be a number in \[0, inf\); got -1.0\."):
        settle(entry, {"strength": -1.0}, kind="penalty")


@every_penalty
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shapes_and_dtypes(name, shape, dtype):
    entry = PENALTIES.get(name)
    weight = draw(*shape, dtype=dtype)
    value = entry.value(weight, **chosen(entry))
    gradient = entry.gradient(weight, **chosen(entry))
    assert (value.shape, value.dtype) == ((3,), dtype)
    assert (gradient.shape, gradient.dtype) == (shape, dtype)
    if entry.proximal is not None:
        near = entry.proximal(weight, torch.full((3,), 0.1, dtype=dtype), **chosen(entry))
        assert (near.shape, near.dtype) == (shape, dtype)


@every_penalty
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("flags", [False, True])
def test_one_knob_value_per_member_equals_one_call_per_member(name, shape, flags):
    entry = PENALTIES.get(name)
    weight = draw(*shape)
    spread = torch.tensor([0.0, 0.5, 1.0], dtype=torch.float64)
    together = {knob.name: spread if isinstance(knob, Number) else flags for knob in entry.knobs}
    step = torch.tensor([0.1, 0.2, 0.3], dtype=torch.float64)
    for member in range(3):
        alone = {key: value[member].item() if isinstance(value, torch.Tensor) else value for key, value in together.items()}
        own = slice(member, member + 1)
        torch.testing.assert_close(entry.value(weight, **together)[own], entry.value(weight[own], **alone))
        torch.testing.assert_close(entry.gradient(weight, **together)[own], entry.gradient(weight[own], **alone))
        if entry.proximal is not None:
            torch.testing.assert_close(entry.proximal(weight, step, **together)[own], entry.proximal(weight[own], step[own], **alone))


@every_penalty
@pytest.mark.parametrize("flags", [False, True])
def test_gradient_is_that_of_the_smooth_part_and_proximal_that_of_the_rest(name, flags):
    """For u = prox(w), g = (w - u)/step is a subgradient of the rest at u: value(v) >= value(u) + <g + gradient(u), v - u> for all v.

    Without a proximal step g = 0. Where no weight of u is zero the value is differentiable there and its gradient is g + gradient(u).
    """
    entry = PENALTIES.get(name)
    knobs = chosen(entry, flags=flags)
    weight, step = draw(2, 4, 3), torch.tensor([0.3, 1.5], dtype=torch.float64)
    point = weight if entry.proximal is None else entry.proximal(weight, step, **knobs)
    slope = (weight - point) / step.reshape(2, 1, 1) + entry.gradient(point, **knobs)
    for seed in range(20):
        for size in (0.01, 1.0, 100.0):
            other = point + size * draw(2, 4, 3, seed=seed + 1)
            bound = entry.value(point, **knobs) + (slope * (other - point)).flatten(1).sum(1)
            assert (entry.value(other, **knobs) >= bound - 1e-10).all()
    point.requires_grad_()
    (total,) = torch.autograd.grad(entry.value(point, **knobs).sum(), point)
    kept = point != 0
    assert kept.any()
    torch.testing.assert_close(total[kept], slope[kept], rtol=1e-12, atol=1e-12)


@every_penalty
def test_strength_zero_is_no_penalty(name):
    entry = PENALTIES.get(name)
    weight = draw(2, 3, 4)
    knobs = chosen(entry, strength=0.0)
    assert (entry.value(weight, **knobs) == 0).all()
    assert (entry.gradient(weight, **knobs) == 0).all()
    if entry.proximal is not None:
        assert torch.equal(entry.proximal(weight, torch.ones(2, dtype=torch.float64), **knobs), weight)


@every_penalty
def test_weights_of_zero_cost_nothing_and_stay(name):
    entry = PENALTIES.get(name)
    weight = torch.zeros(2, 3, 4)
    assert (entry.value(weight, **chosen(entry)) == 0).all()
    assert (entry.gradient(weight, **chosen(entry)) == 0).all()
    if entry.proximal is not None:
        assert (entry.proximal(weight, torch.ones(2), **chosen(entry)) == 0).all()


@every_penalty
def test_memory_layout_does_not_matter(name):
    entry = PENALTIES.get(name)
    weight = draw(1, 4, 3, 5, 5)
    laid_out = weight[0].to(memory_format=torch.channels_last)[None]
    torch.testing.assert_close(entry.value(laid_out, **chosen(entry)), entry.value(weight, **chosen(entry)))
    assert torch.equal(entry.gradient(laid_out, **chosen(entry)), entry.gradient(weight, **chosen(entry)))


@every_penalty
def test_a_weight_that_is_not_a_number_shows_in_the_value(name):
    entry = PENALTIES.get(name)
    weight = torch.tensor([[1.0, float("nan")], [1.0, 2.0]])
    assert torch.isnan(entry.value(weight, **chosen(entry))).tolist() == [True, False]
    if entry.proximal is not None:
        assert torch.isnan(entry.proximal(weight, torch.ones(2), **chosen(entry))).tolist() == [[False, True], [False, False]]
