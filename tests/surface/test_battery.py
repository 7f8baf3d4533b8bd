"""What every surface must do: one battery over all entries of the catalogue."""

import numpy as np
import pytest
import torch
from torch.autograd.functional import hessian

from thalweg.core.catalogue import settle
from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Number
from thalweg.surface import SURFACES

every_surface = pytest.mark.parametrize("name", SURFACES.names())
CRITICAL = [(name, place) for name in SURFACES.names() for place in range(len(SURFACES.get(name).critical))]


def at(entry, points, **given):
    return entry.value(torch.as_tensor(points, dtype=torch.float64), **{**entry.defaults(), **given})


def slope(entry, point):
    leaf = torch.tensor(point, dtype=torch.float64, requires_grad=True)
    return torch.autograd.grad(entry.value(leaf, **entry.defaults()), leaf)[0].numpy()


@every_surface
def test_entry_says_what_it_is(name):
    entry = SURFACES.get(name)
    assert entry.name == name
    assert entry.summary.endswith(".")
    assert entry.formula.startswith("f(x, y) = ")
    assert entry.reference.endswith(".")
    assert settle(entry, {}, kind="surface") == entry.defaults()
    assert all(knob.meaning for knob in entry.knobs)


@every_surface
@pytest.mark.parametrize("leading", [(), (3,), (4, 5)])
@pytest.mark.parametrize("dtype", [torch.float32, torch.float64])
def test_points_of_any_shape_are_answered_in_their_own_precision(name, leading, dtype):
    entry = SURFACES.get(name)
    points = torch.rand(*leading, 2, generator=torch.Generator().manual_seed(1), dtype=dtype)
    value = entry.value(points, **entry.defaults())
    assert value.shape == leading
    assert value.dtype == dtype


@every_surface
def test_gradient_equals_centred_differences(name):
    """Step 1e-5: the differences' own error is about 1e-10 of the third derivative, which stays under 1e5 in the windows."""
    entry = SURFACES.get(name)
    left, right, bottom, top = entry.window
    corner, sides = np.array([left, bottom]), np.array([right - left, top - bottom])
    for share in np.random.default_rng(0).random((5, 2)):
        point, step = corner + share * sides, 1e-5
        ahead = [at(entry, point + step * axis) - at(entry, point - step * axis) for axis in np.eye(2)]
        np.testing.assert_allclose(slope(entry, point), np.array(ahead) / (2 * step), rtol=1e-6, atol=1e-5)


@pytest.mark.parametrize(("name", "place"), CRITICAL)
def test_critical_points_are_what_they_are_said_to_be(name, place):
    entry = SURFACES.get(name)
    known = entry.critical[place]
    left, right, bottom, top = entry.window
    assert left < known.point[0] < right
    assert bottom < known.point[1] < top
    np.testing.assert_allclose(slope(entry, known.point), 0, atol=1e-11)
    assert float(at(entry, known.point)) == pytest.approx(known.value, rel=1e-12, abs=1e-12)
    curvature = hessian(lambda point: entry.value(point, **entry.defaults()), torch.tensor(known.point, dtype=torch.float64)).numpy()
    signs = tuple(np.sign(np.where(np.abs(curvatures := np.linalg.eigvalsh(curvature)) < 1e-9, 0, curvatures)))
    kinds = {(1, 1): "minimum", (-1, -1): "maximum", (-1, 1): "saddle"}
    assert known.kind == kinds.get(signs, "degenerate")


@every_surface
def test_critical_points_do_not_depend_on_the_knobs(name):
    entry = SURFACES.get(name)
    others = {knob.name: 3.5 * knob.default for knob in entry.knobs if isinstance(knob, Number)}
    for known in entry.critical:
        assert float(at(entry, known.point, **others)) == pytest.approx(known.value, rel=1e-12, abs=1e-12)


@every_surface
def test_the_start_lies_in_the_window_and_is_no_critical_point(name):
    entry = SURFACES.get(name)
    left, right, bottom, top = entry.window
    assert left < entry.start[0] < right
    assert bottom < entry.start[1] < top
    assert np.linalg.norm(slope(entry, entry.start)) > 1e-3


@every_surface
def test_only_surfaces_without_a_lowest_value_have_a_finish(name):
    """Far out (1e3) in 720 directions a surface that is unbounded below is far below its finish, and no other is below its minima."""
    entry = SURFACES.get(name)
    angles = np.linspace(0, 2 * np.pi, 720)
    far = float(at(entry, 1e3 * np.stack([np.cos(angles), np.sin(angles)], 1)).min())
    if entry.finish is None:
        assert far >= min(known.value for known in entry.critical)
    else:
        assert far < 10 * entry.finish < float(at(entry, entry.start))


def test_a_knob_out_of_range_is_refused():
    with pytest.raises(ConfigError, match=r"kappa must be a number in \[1, 1e\+06\]; got 0.5"):
        settle(SURFACES.get("quadratic"), {"kappa": 0.5}, kind="surface")
