import numpy as np
import pytest
import torch

import thalweg
from thalweg.core.progress import Silent
from thalweg.evidence._directions import at_points, random_direction
from thalweg.evidence.line import inspect as inspect_line
from thalweg.evidence.surface import inspect as inspect_surface
from thalweg.run.subject import subject_of


@pytest.mark.parametrize(
    "score",
    [
        "linear",
        {"name": "mlp", "widths": [8], "dropout": 0.3, "batch_norm": True},
        {"name": "cnn", "channels": [4, 8]},
        {"name": "cnn", "channels": [4], "batch_norm": False, "hidden": 5, "pool": 3},
        {"name": "resnet", "width": 4},
    ],
    ids=str,
)
def test_a_runs_quick_slices_are_its_losses_and_penalty(pictures, score):
    run = thalweg.train(pictures, score=score, penalty={"l2": 0.01}, epochs=1, batch=64)
    subject = subject_of(run, pictures, examples=50)
    directions = [random_direction(subject.params, seed=0, number=number, biases=True) for number in (0, 1)]
    points = torch.tensor([[0.0, 0.0], [0.1, -0.2], [0.3, 0.3]], dtype=torch.float64)
    losses, penalty = subject.slices(subject.params, directions)(points)
    weights = at_points(subject.params, directions, points)
    np.testing.assert_allclose(losses, subject.losses(weights), rtol=2e-4, atol=2e-5)
    np.testing.assert_allclose(losses.double().mean(1) + penalty.double(), subject.objective.value(weights), rtol=1e-5)


def test_surface_and_line_of_a_run_have_its_objective_at_the_centre(pictures):
    run = thalweg.train(pictures, score={"name": "cnn", "channels": [4]}, epochs=1, batch=64)
    subject = subject_of(run, pictures, examples=50)
    exact = float(subject.objective.value(subject.params)[0])
    surface = inspect_surface(subject, progress=Silent(), grid=(3,))
    assert surface.values[1][1] == surface.centre == exact
    assert surface.check.largest < 1e-5
    assert surface.making.frozen_statistics
    assert surface == inspect_surface(subject, progress=Silent(), grid=(3,))
    line = inspect_line(subject, progress=Silent(), points=3)
    assert line.centre == exact
    assert line.profiles[0].values[2] == pytest.approx(surface.values[1][2], rel=1e-6)


def test_in_training_mode_there_is_no_quick_way(pictures):
    run = thalweg.train(pictures, score={"name": "cnn", "channels": [4]}, epochs=1, batch=64)
    subject = subject_of(run, pictures, examples=50, mode="training")
    assert subject.slices is None
    surface = inspect_surface(subject, progress=Silent(), grid=(2,))
    assert surface.centre == float(subject.objective.value(subject.params)[0])
    assert surface.check is None
