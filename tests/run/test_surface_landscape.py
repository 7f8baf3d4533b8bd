import math

import pytest
import torch

from thalweg.core.errors import ConfigError
from thalweg.run.surface_landscape import landscape


def test_a_number_after_the_name_is_the_first_knob():
    assert landscape("quadratic:1000").knobs == {"kappa": 1000.0}
    assert landscape("quadratic").knobs == {"kappa": 100.0}


def test_turning_moves_points_with_the_surface():
    flat, turned = landscape("beale"), landscape("beale", angle=77)
    for point in ((1.0, 1.5), (3.0, 0.5)):
        moved = torch.tensor(turned.turned(point), dtype=torch.float64)
        assert float(turned.value(moved)) == pytest.approx(float(flat.value(torch.tensor(point, dtype=torch.float64))), abs=1e-12)
    assert [known.value for known in turned.critical] == [known.value for known in flat.critical]


def test_a_quarter_turn_swaps_the_windows_sides():
    left, right, bottom, top = landscape("quadratic", angle=90).window
    assert (left, right, bottom, top) == pytest.approx((-2.0, 2.0, -4.5, 4.5))
    assert landscape("quadratic", angle=450).angle == 90


@pytest.mark.parametrize(
    ("words", "angle", "message"),
    [
        ("sadle", 0.0, "unknown surface 'sadle'. Did you mean 'saddle'?"),
        ("saddle:3", 0.0, "surface 'saddle' has no knobs; got 'saddle:3'. Write saddle."),
        ("quadratic:0.5", 0.0, "kappa must be a number in [1, 1e+06]; got 0.5."),
        ("quadratic:ten", 0.0, "kappa must be a number in [1, 1e+06]; got 'ten'."),
        ("quadratic:", 0.0, "kappa must be a number in [1, 1e+06]; got ''."),
        ("saddle", math.nan, "angle must be a finite number of degrees; got nan."),
    ],
)
def test_what_cannot_be_read_is_refused_in_one_line(words, angle, message):
    with pytest.raises(ConfigError) as caught:
        landscape(words, angle=angle)
    assert message in str(caught.value)
    assert "\n" not in str(caught.value)
