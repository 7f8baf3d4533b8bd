"""Contours against functions whose contours are known."""

import numpy as np
import pytest

from thalweg.views._contours import coloured, finer, level_line


def test_the_contour_of_a_plane_is_the_line_itself():
    x, y = np.linspace(-1.0, 2.0, 7), np.linspace(0.0, 1.0, 5)
    across, up = level_line(x, y, x[None, :] + 2 * y[:, None], 1.3)
    known = np.isfinite(across)
    assert known.sum() > 8
    assert across[known] + 2 * up[known] == pytest.approx(1.3)


def test_the_contour_of_a_hill_is_closed_and_has_its_length():
    at = np.linspace(-2.03, 2.0, 81)  # no point of the grid lies on the contour
    across, up = level_line(at, at, at[None, :] ** 2 + at[:, None] ** 2, 1.0)
    pieces = np.stack([across, up], axis=1).reshape(-1, 3, 2)[:, :2]
    ends = {tuple(end) for end in pieces.reshape(-1, 2).round(9)}
    assert len(ends) == len(pieces)  # every end is shared by two pieces
    assert np.linalg.norm(pieces[:, 1] - pieces[:, 0], axis=1).sum() == pytest.approx(2 * np.pi, rel=1e-3)


def test_a_saddle_cell_has_two_lines_and_an_undefined_corner_none():
    values = np.array([[1.0, 0.0], [0.0, 1.0]])
    at = np.array([0.0, 1.0])
    assert np.isnan(level_line(at, at, values, 0.5)[0]).sum() == 2
    values[0, 0] = np.nan
    assert level_line(at, at, values, 0.5)[0].size == 0


def test_the_finer_grid_passes_through_the_coarse_one():
    values = np.random.default_rng(0).normal(size=(4, 3))
    fine = finer(values)
    rows, columns = (fine.shape[0] - 1) // 3, (fine.shape[1] - 1) // 2
    assert np.allclose(fine[::rows, ::columns], values)
    assert fine[0, columns // 2] == pytest.approx((values[0, 0] + values[0, 1]) / 2, abs=0.02)


def test_colours_beyond_the_scale_are_its_ends():
    pixels = coloured(np.array([[-3.0, 7.0]]), [(0.0, "#102030"), (1.0, "#ffffff")], opacity=0.5)
    assert pixels.tolist() == [[[16, 32, 48, 128], [255, 255, 255, 128]]]
