"""A run's own path as evidence: what training left, over the loss that training saw."""

import pytest

from thalweg.core.progress import Silent
from thalweg.core.subject import Unsuited
from thalweg.evidence.path import inspect
from thalweg.run.recipe import Recipe
from thalweg.run.subject import subject_of
from thalweg.run.train import train


def test_the_losses_along_the_path_of_a_whole_set_run_are_those_that_training_saw(pictures):
    run = train(pictures, Recipe.make(epochs=6, batch=0, keep="last", optimiser={"name": "sgd", "rate": 0.5}, penalty={"l2": 0.01}))
    found = inspect(subject_of(run, pictures, examples=None), progress=Silent(), grid=4)
    assert [point.epoch for point in found.points] == [0, 1, 2, 3, 4, 5, 6]
    assert [point.loss for point in found.points[:-1]] == pytest.approx([point.batch for point in found.points[:-1]], rel=1e-5)
    assert found.kept is None
    assert found.points[-1].loss == pytest.approx(run.metrics[-1].train.total, rel=1e-5)
    assert found.examples == 240


def test_a_network_that_convolves_and_one_with_statistics_are_looked_at_too(pictures):
    recipe = Recipe.make(epochs=2, batch=120, score={"name": "cnn", "channels": [3]}, optimiser={"name": "adam", "rate": 0.01})
    found = inspect(subject_of(train(pictures, recipe), pictures, examples=50), progress=Silent(), grid=3, points=3)
    assert (found.precision, found.statistics) == ("fp32", True)
    assert "running statistics" in " ".join(found.sentences())


def test_a_run_without_a_path_says_so(pictures):
    run = train(pictures, Recipe.make(epochs=1, path_points=0))
    with pytest.raises(Unsuited, match="path_points = 0"):
        inspect(subject_of(run, pictures), progress=Silent())
