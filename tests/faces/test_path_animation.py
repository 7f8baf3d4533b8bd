import io
from dataclasses import replace

import numpy as np
import pytest
from PIL import Image, ImageColor

from thalweg.core.errors import ConfigError
from thalweg.evidence.path import example
from thalweg.faces.path_animation import animate
from thalweg.views import _palette as palette


def near(image, colour, tolerance=12):
    return int((np.abs(np.asarray(image.convert("RGB")).astype(int) - ImageColor.getrgb(colour)).max(2) < tolerance).sum())


def test_it_is_a_gif_with_a_frame_a_point_that_repeats_and_is_the_same_each_time():
    data = animate(example())
    image = Image.open(io.BytesIO(data))
    assert (image.format, image.n_frames, image.width, image.info["loop"]) == ("GIF", 5, 640, 0)
    inks = []
    for frame in range(image.n_frames):
        image.seek(frame)
        inks.append(near(image.crop((0, 41, 640, image.height - 60)), palette.INK))
    assert inks == sorted(inks)
    assert inks[-1] > inks[1]
    assert image.info["duration"] == 2500
    assert animate(example()) == data


def test_a_long_path_has_no_more_frames_than_that(monkeypatch):
    monkeypatch.setattr("thalweg.faces.path_animation.FRAMES", 10)
    record = example()
    points = tuple(replace(record.points[0], step=step, x=-step / 200, y=0.0) for step in range(250))
    assert Image.open(io.BytesIO(animate(replace(record, points=points)))).n_frames == 10


def test_a_plane_without_a_finite_loss_is_not_animated():
    record = example()
    some = replace(record, values=((None, *record.values[0][1:]), *record.values[1:]))
    assert animate(some)
    with pytest.raises(ConfigError, match="no loss of the plane is finite"):
        animate(replace(record, values=tuple((None,) * len(line) for line in record.values)))
