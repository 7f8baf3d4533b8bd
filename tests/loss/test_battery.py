"""What every loss must do: one battery over all entries of the catalogue."""

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch.func import grad, jvp, vmap

from thalweg.core.catalogue import settle
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Number
from thalweg.loss import LOSSES

every_loss = pytest.mark.parametrize("name", LOSSES.names())


def draw(*shape, dtype=torch.float64, scale=3.0, seed=0):
    """Random scores (no two equal, no violation exactly 0) and labels."""
    source = torch.Generator().manual_seed(seed)
    scores = scale * torch.randn(*shape, generator=source, dtype=torch.float64)
    return scores.to(dtype), torch.randint(0, shape[-1], (shape[-2],), generator=source)


def unusual(entry):
    """Values of the knobs that are not the defaults: half way from the default to the upper end, or the default plus 0.5."""
    return {knob.name: knob.default + 0.5 * min(1.0, knob.high - knob.default) for knob in entry.knobs if isinstance(knob, Number)}


def numeric_gradient(value, scores, step=1e-6):
    """Centred differences of the summed values, one score at a time."""
    result = torch.zeros_like(scores)
    for position in range(scores.numel()):
        change = torch.zeros(scores.numel(), dtype=scores.dtype)
        change[position] = step
        change = change.reshape(scores.shape)
        result.view(-1)[position] = (value(scores + change) - value(scores - change)).sum() / (2 * step)
    return result


@every_loss
def test_entry_says_what_it_is(name):
    entry = LOSSES.get(name)
    assert entry.name == name
    assert entry.summary
    assert entry.reference
    assert entry.formula.startswith("L_i = ")
    assert settle(entry, {}, kind="loss") == entry.defaults()
    assert all(knob.meaning for knob in entry.knobs)


@every_loss
@pytest.mark.parametrize("members", [(), (3,), (2, 3)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_shapes_and_dtypes(name, members, dtype):
    entry = LOSSES.get(name)
    scores, labels = draw(*members, 5, 4, dtype=dtype)
    value = entry.value(scores, labels, **entry.defaults())
    gradient = entry.gradient(scores, labels, **entry.defaults())
    assert (value.shape, value.dtype) == ((*members, 5), dtype)
    assert (gradient.shape, gradient.dtype) == (scores.shape, dtype)


@every_loss
@pytest.mark.parametrize("dtype", [torch.bfloat16, torch.float16])
def test_half_precision_is_widened_before_anything_is_computed(name, dtype):
    entry = LOSSES.get(name)
    scores, labels = draw(5, 4, dtype=dtype)
    value = entry.value(scores, labels, **entry.defaults())
    assert value.dtype == torch.float32
    assert torch.equal(value, entry.value(scores.float(), labels, **entry.defaults()))
    assert torch.equal(entry.gradient(scores, labels, **entry.defaults()), entry.gradient(scores.float(), labels, **entry.defaults()))


@every_loss
@pytest.mark.parametrize("knobs", ["defaults", "unusual"])
def test_gradient_equals_centred_differences(name, knobs):
    entry = LOSSES.get(name)
    chosen = entry.defaults() if knobs == "defaults" else unusual(entry)
    scores, labels = draw(6, 4)
    numeric = numeric_gradient(lambda s: entry.value(s, labels, **chosen), scores)
    # Centred differences with step 1e-6 of values near 10: rounding 1e-16 * 10 / 1e-6 = 1e-9, truncation below that.
    torch.testing.assert_close(entry.gradient(scores, labels, **chosen), numeric, rtol=1e-7, atol=1e-8)


@every_loss
@pytest.mark.parametrize("knobs", ["defaults", "unusual"])
def test_gradient_equals_autograd_also_at_kinks(name, knobs):
    entry = LOSSES.get(name)
    chosen = entry.defaults() if knobs == "defaults" else unusual(entry)
    source = torch.Generator().manual_seed(1)
    scores = torch.randint(-4, 5, (3, 200, 5), generator=source).double() / 2  # ties and violations of exactly 0 in plenty
    scores.requires_grad_()
    labels = torch.randint(0, 5, (200,), generator=source)
    (expected,) = torch.autograd.grad(entry.value(scores, labels, **chosen).sum(), scores)
    torch.testing.assert_close(entry.gradient(scores, labels, **chosen), expected, rtol=1e-12, atol=1e-14)


@pytest.mark.filterwarnings("ignore:.torch.jit.script. is deprecated")  # PyTorch 2.13 warns of its own first forward-mode call
@every_loss
def test_hessian_vector_products_agree(name):
    """Reverse over reverse of the value, reverse of the closed-form gradient, forward over it, and centred differences of it."""
    entry = LOSSES.get(name)
    scores, labels = draw(6, 4)
    direction, _ = draw(6, 4, seed=1)

    def slope(s):
        return entry.gradient(s, labels, **entry.defaults())

    scores.requires_grad_()
    (first,) = torch.autograd.grad(entry.value(scores, labels, **entry.defaults()).sum(), scores, create_graph=True)
    (double_backward,) = torch.autograd.grad(first, scores, direction)
    (through_gradient,) = torch.autograd.grad(slope(scores), scores, direction)
    _, forward = jvp(slope, (scores.detach(),), (direction,))
    step = 1e-6
    numeric = (slope(scores.detach() + step * direction) - slope(scores.detach() - step * direction)) / (2 * step)
    for product in (double_backward, through_gradient, forward):
        torch.testing.assert_close(product, numeric, rtol=1e-7, atol=1e-8)  # as for the gradient above


@every_loss
def test_works_under_vmap(name):
    entry = LOSSES.get(name)
    scores, labels = draw(3, 5, 4)
    knobs = {key: torch.linspace(value, 1.5 * value, 3, dtype=torch.float64) for key, value in unusual(entry).items()}
    laid_out = {key: value.unsqueeze(-1) for key, value in knobs.items()}

    def total(s, given):
        return entry.value(s, labels, **given).sum()

    value = vmap(lambda s, given: entry.value(s, labels, **given))(scores, knobs)
    torch.testing.assert_close(value, entry.value(scores, labels, **laid_out))
    expected = entry.gradient(scores, labels, **laid_out)
    torch.testing.assert_close(vmap(grad(total))(scores, knobs), expected)
    torch.testing.assert_close(vmap(lambda s, given: entry.gradient(s, labels, **given))(scores, knobs), expected)
    twice = vmap(grad(lambda s, given: (grad(total)(s, given) * s.detach()).sum()))(scores, knobs)
    closed = vmap(grad(lambda s, given: (entry.gradient(s, labels, **given) * s.detach()).sum()))(scores, knobs)
    torch.testing.assert_close(twice, closed)


@every_loss
def test_one_knob_value_per_member_equals_one_call_per_member(name):
    entry = LOSSES.get(name)
    scores, labels = draw(3, 5, 4)
    knobs = {key: [0.0 if entry.probabilities else 0.25, value, 1.5 * value] for key, value in unusual(entry).items()}
    together = {key: torch.tensor(values, dtype=torch.float64).unsqueeze(-1) for key, values in knobs.items()}
    for member in range(3):
        alone = {key: values[member] for key, values in knobs.items()}
        for function in (entry.value, entry.gradient):
            torch.testing.assert_close(function(scores, labels, **together)[member], function(scores[member], labels, **alone))


@every_loss
@pytest.mark.parametrize("classes", [1, 2, 3, 10])
def test_at_zero_is_the_value_of_zero_scores(name, classes):
    entry = LOSSES.get(name)
    labels = torch.arange(classes)
    for knobs in (entry.defaults(), unusual(entry)):
        expected = entry.at_zero(classes, **knobs)
        assert isinstance(expected, float)
        value = entry.value(torch.zeros(classes, classes, dtype=torch.float64), labels, **knobs)
        torch.testing.assert_close(value, torch.full_like(value, expected), rtol=1e-15, atol=1e-15)


@every_loss
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_finite_for_huge_scores(name, dtype):
    entry = LOSSES.get(name)
    rows = [[1e4, -1e4, 0.0], [-1e4, 1e4, 0.0], [1e4, 1e4, 1e4], [-1e4, -1e4, -1e4], [123.0, 456.0, 789.0]]
    scores = torch.tensor([row for row in rows for _ in range(3)], dtype=dtype, requires_grad=True)
    labels = torch.tensor([0, 1, 2] * len(rows))
    for knobs in (entry.defaults(), unusual(entry)):
        value = entry.value(scores, labels, **knobs)
        (first,) = torch.autograd.grad(value.sum(), scores, create_graph=True)
        (second,) = torch.autograd.grad(first, scores, torch.ones_like(scores))
        for result in (value, first, second, entry.gradient(scores, labels, **knobs)):
            assert torch.isfinite(result).all()


@every_loss
def test_one_class_has_a_finite_value_and_gradient(name):
    entry = LOSSES.get(name)
    scores = torch.tensor([[2.0], [-3.0]], requires_grad=True)
    labels = torch.tensor([0, 0])
    value = entry.value(scores, labels, **entry.defaults())
    (first,) = torch.autograd.grad(value.sum(), scores)
    assert torch.isfinite(value).all()
    assert torch.equal(first, entry.gradient(scores, labels, **entry.defaults()))


@every_loss
def test_a_score_that_is_not_a_number_shows_in_the_value(name):
    entry = LOSSES.get(name)
    for place in range(3):
        scores = torch.zeros(1, 3)
        scores[0, place] = math.nan
        assert torch.isnan(entry.value(scores, torch.tensor([0]), **entry.defaults())).all()


@every_loss
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), classes=st.integers(2, 7), scale=st.floats(0.01, 100.0))
def test_never_negative_and_renaming_classes_changes_nothing(name, seed, classes, scale):
    entry = LOSSES.get(name)
    scores, labels = draw(8, classes, scale=scale, seed=seed)
    order = torch.randperm(classes, generator=torch.Generator().manual_seed(seed))
    value = entry.value(scores, labels, **entry.defaults())
    gradient = entry.gradient(scores, labels, **entry.defaults())
    renamed = order.argsort()[labels]
    assert (value >= 0).all()
    torch.testing.assert_close(entry.value(scores[:, order], renamed, **entry.defaults()), value)
    torch.testing.assert_close(entry.gradient(scores[:, order], renamed, **entry.defaults()), gradient[:, order])


@every_loss
@settings(max_examples=25, deadline=None, derandomize=True)
@given(seed=st.integers(0, 10_000), scale=st.floats(0.01, 100.0), part=st.floats(0.0, 1.0))
def test_convex_in_the_scores(name, seed, scale, part):
    entry = LOSSES.get(name)
    one, labels = draw(8, 4, scale=scale, seed=seed)
    other, _ = draw(8, 4, scale=scale, seed=seed + 1)
    between = entry.value(part * one + (1 - part) * other, labels, **entry.defaults())
    chord = part * entry.value(one, labels, **entry.defaults()) + (1 - part) * entry.value(other, labels, **entry.defaults())
    assert (between <= chord * (1 + 1e-12) + 1e-12).all()


@every_loss
def test_knobs_out_of_range_are_refused(name):
    entry = LOSSES.get(name)
    for knob in entry.knobs:
        with pytest.raises(ConfigError, match=f"{knob.name} must be a number in"):
            settle(entry, {knob.name: -1.0}, kind="loss")


@pytest.mark.parametrize("name", [entry.name for entry in LOSSES if entry.fused is not None])
@pytest.mark.parametrize("shape", [(7, 4), (3, 7, 4), (2, 3, 7, 4)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64, torch.bfloat16])
def test_both_at_once_are_value_and_gradient(name: str, shape: tuple[int, ...], dtype: torch.dtype) -> None:
    """Equal up to rounding of numbers near 1, for plain and for class-major scores, and with every knob off its default."""
    entry = LOSSES.get(name)
    scores = (5 * torch.randn(*shape, generator=torch.Generator().manual_seed(3), dtype=torch.float64)).to(dtype)
    labels = torch.arange(shape[-2]) % shape[-1]
    tolerance = 1e-14 if dtype == torch.float64 else 2e-6
    for knobs in (entry.defaults(), {knob.name: 0.25 for knob in entry.knobs}):
        for laid in (scores, scores.transpose(-1, -2).contiguous().transpose(-1, -2)):
            before = laid.clone()
            value, gradient = entry.value_and_gradient(laid, labels, **knobs)
            torch.testing.assert_close(value, entry.value(laid, labels, **knobs), rtol=tolerance, atol=tolerance)
            torch.testing.assert_close(gradient, entry.gradient(laid, labels, **knobs), rtol=tolerance, atol=tolerance)
            assert torch.equal(laid, before)
