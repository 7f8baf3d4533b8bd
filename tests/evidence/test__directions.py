import math

import pytest
import torch

from thalweg.core.errors import ConfigError
from thalweg.core.subject import Unsuited
from thalweg.evidence._directions import SCALES, at_points, coordinates, cosine, perpendicular, random_direction, towards

WEIGHTS = {
    "conv": torch.randn(1, 4, 3, 3, 3, dtype=torch.float64, generator=torch.Generator().manual_seed(1)),
    "norm": torch.ones(1, 4, dtype=torch.float64),
    "dense": torch.randn(1, 2, 16, dtype=torch.float64, generator=torch.Generator().manual_seed(2)),
    "bias": torch.full((1, 2), 0.5, dtype=torch.float64),
}


def test_a_filter_scaled_direction_is_each_filter_of_normal_numbers_at_the_length_of_the_weights_filter():
    drawn = random_direction(WEIGHTS, seed=3)
    raw = random_direction({name: torch.ones_like(tensor) for name, tensor in WEIGHTS.items()}, seed=3, scale="norm")
    for name in ("conv", "dense"):
        for filter_, weight, numbers in zip(drawn[name][0], WEIGHTS[name][0], raw[name][0], strict=True):
            torch.testing.assert_close(filter_, numbers / math.sqrt(float((numbers**2).sum())) * math.sqrt(float((weight**2).sum())))
    assert not drawn["norm"].any()
    assert not drawn["bias"].any()


def test_layer_and_norm_scale_whole_tensors_and_all_of_them():
    layer, norm = (random_direction(WEIGHTS, seed=3, scale=scale) for scale in ("layer", "norm"))
    for name in ("conv", "dense"):
        assert float(layer[name].norm()) == pytest.approx(float(WEIGHTS[name].norm()), rel=1e-12)
    moved = math.hypot(float(WEIGHTS["conv"].norm()), float(WEIGHTS["dense"].norm()))
    assert math.hypot(float(norm["conv"].norm()), float(norm["dense"].norm())) == pytest.approx(moved, rel=1e-12)


@pytest.mark.parametrize("scale", SCALES)
def test_biases_and_normalisations_take_part_on_request(scale):
    drawn = random_direction(WEIGHTS, seed=3, scale=scale, biases=True)
    assert all(bool(tensor.any()) for tensor in drawn.values())
    if scale != "norm":
        assert float(drawn["norm"].norm()) == pytest.approx(2.0, rel=1e-12)
    without = random_direction(WEIGHTS, seed=3, scale=scale)
    assert float(cosine({"w": drawn["conv"]}, {"w": without["conv"]})) == pytest.approx(1.0)


def test_directions_are_the_same_in_both_precisions_and_differ_by_seed_and_number():
    single = random_direction({name: tensor.float() for name, tensor in WEIGHTS.items()}, seed=3)
    double = random_direction(WEIGHTS, seed=3)
    torch.testing.assert_close(single["conv"].double(), double["conv"], rtol=1e-5, atol=1e-7)
    for other in (random_direction(WEIGHTS, seed=4), random_direction(WEIGHTS, seed=3, number=1)):
        assert abs(cosine(double, other)) < 0.5


def test_a_filter_of_zeros_does_not_move_and_weights_of_zeros_have_no_direction():
    weights = {"w": torch.stack([torch.zeros(3), torch.ones(3)])[None]}
    assert random_direction(weights, seed=0)["w"][0, 0].tolist() == [0.0, 0.0, 0.0]
    for scale in SCALES:
        with pytest.raises(Unsuited, match="all zero or none"):
            random_direction({"w": torch.zeros(1, 2, 3)}, seed=0, scale=scale)
        with pytest.raises(Unsuited, match="all zero or none"):
            random_direction({"b": torch.ones(1, 2)}, seed=0, scale=scale)
    with pytest.raises(ConfigError, match="scale must be one of filter, layer, norm; got 'filters'"):
        random_direction(WEIGHTS, seed=0, scale="filters")


def test_perpendicular_axes_give_back_the_run_they_were_made_of():
    source = torch.Generator().manual_seed(0)
    here, one, two = ({"a": torch.randn(1, 3, generator=source, dtype=torch.float64)} for _ in range(3))
    ahead, aside = towards(here, one), towards(here, two)
    axes = (ahead, perpendicular(aside, ahead))
    assert cosine(*axes) == pytest.approx(0.0, abs=1e-12)
    assert float(axes[1]["a"].norm()) == pytest.approx(float(ahead["a"].norm()))
    assert coordinates(ahead, axes) == pytest.approx((1.0, 0.0))
    back = at_points(here, axes, torch.tensor([coordinates(aside, axes)], dtype=torch.float64))
    torch.testing.assert_close(back["a"], two["a"])
    with pytest.raises(Unsuited, match="lie on one line"):
        perpendicular({"a": 2 * ahead["a"]}, ahead)
