"""What is asked from Python: sources of every kind, settings or a recipe, and the call as text that runs."""

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.errors import ConfigError
from thalweg.faces._asked import asked, call, recipe_of, source_of
from thalweg.run.recipe import Recipe


def test_names_sets_and_arrays_become_pictures_and_a_recipe():
    by_name, recipe = asked("digits", None, {"loss": "svm-sum", "margin": 2.0, "validation": 0.2, "seed": 3}, progress=None)
    assert (recipe.data.source, recipe.data.validation, recipe.loss.knobs["margin"], recipe.seed) == ("digits", 0.2, 2.0, 3)
    assert by_name.split.fingerprint == tw.load("digits", validation=0.2, seed=3).split.fingerprint
    same, recipe = asked(by_name, Recipe(), {}, progress=None)
    assert same is by_name
    assert recipe == Recipe()
    arrays, recipe = asked((np.zeros((40, 4, 4), dtype=np.uint8), np.arange(40) % 2), None, {}, progress=None)
    assert len(arrays) == 40
    assert recipe.data.source == "arrays"


def test_settings_beside_a_recipe_are_refused():
    with pytest.raises(ConfigError, match="give either a recipe or settings"):
        asked("digits", Recipe(), {"epochs": 3}, progress=None)


def test_a_recipe_names_the_pictures_that_are_given_whatever_else_it_says_of_them():
    recipe = recipe_of(tw.load("blobs3"), {"data": {"source": "digits", "validation": 0.2}, "test": 0.3})
    assert (recipe.data.source, recipe.data.validation, recipe.data.test) == ("blobs3", 0.2, 0.3)
    assert source_of(np.zeros(3)) == "arrays"


def test_the_text_is_a_call_that_runs():
    text = call("load", "digits", {"validation": 0.2, "seed": 3, "test": None})
    assert eval(text, {"tw": tw}).split.fingerprint == tw.load("digits", validation=0.2, seed=3).split.fingerprint
    assert call("rate", np.zeros(3), {"recipe": Recipe()}) == "tw.rate(images, recipe=recipe)"


def test_a_path_beside_a_recipe_is_what_is_trained_on():
    recipe = Recipe.make(epochs=1)
    assert recipe_of("digits", {}, recipe=recipe) is recipe
    assert recipe_of("blobs3", {}, recipe=recipe).data.source == "blobs3"
