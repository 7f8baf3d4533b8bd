import io
from dataclasses import replace

import numpy as np
from PIL import Image, ImageColor

from thalweg.evidence.surface_paths import example, measure
from thalweg.faces.animation import animate, steps_shown
from thalweg.views import _palette as palette


def walked(runner, path, values=None, **changes):
    """The runner with another path; what belongs to its points has as many of them."""
    path = np.array(path, dtype=np.float64)
    plain = {"values": np.zeros(len(path)), "gradient_norms": np.zeros(len(path)), "eigenvalues": np.ones((len(path), 2))}
    given = {} if values is None else {"values": np.array(values, dtype=np.float64)}
    return replace(runner, path=path, **{**plain, **given, **changes})


def opened(paths):
    return Image.open(io.BytesIO(animate(paths)))


def near(image, colour, tolerance=40):
    """How many pixels are about of a colour."""
    return int((np.abs(np.asarray(image.convert("RGB")).astype(int) - ImageColor.getrgb(colour)).max(2) < tolerance).sum())


def test_it_is_a_gif_that_repeats_rests_at_the_end_and_is_the_same_each_time():
    paths = example()
    image = opened(paths)
    assert (image.format, image.n_frames, image.width, image.info["loop"]) == ("GIF", 4, 640, 0)
    image.seek(3)
    assert image.info["duration"] == 2500
    assert animate(paths) == animate(paths)


def test_trails_grow_from_frame_to_frame():
    race = example().race
    image = opened(measure(replace(race, runners=race.runners[1:]), lambda points: (points**2).sum(1)))
    drawn = []
    for frame in range(image.n_frames):
        image.seek(frame)
        drawn.append(near(image, palette.CLASSES[0]))
    assert drawn == sorted(drawn)
    assert drawn[3] > drawn[2] > drawn[1] > drawn[0]


def test_a_long_race_over_a_narrow_window_stays_small():
    race = example().race
    path = np.random.default_rng(0).normal(size=(2001, 2)).cumsum(0) / 30
    runners = tuple(walked(race.runners[0], path * (1 + place), optimiser=f"method-{place}") for place in range(15))
    paths = measure(replace(race, runners=runners, window=(-3.0, 3.0, -1.0, 1.0)), lambda points: (points**2).sum(1))
    data = animate(paths)
    assert len(data) < 3_000_000
    image = Image.open(io.BytesIO(data))
    assert image.n_frames <= 120
    assert image.width == 640


def test_a_race_in_which_nobody_moves_is_one_frame():
    race = example().race
    still = walked(race.runners[0], np.ones((4, 2)))
    assert opened(measure(replace(race, runners=(still,)), lambda points: (points**2).sum(1))).n_frames == 1


def test_early_steps_get_more_of_the_frames():
    steps = steps_shown(1000)
    assert (steps[0], steps[-1]) == (0, 1000)
    assert len(steps) <= 120
    assert steps[5] - steps[4] < steps[-1] - steps[-2]
