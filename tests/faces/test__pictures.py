"""Pictures for a recipe and for a run: where they come from, how they are split, in which shape."""

import numpy as np

import thalweg as tw
from thalweg.faces._pictures import load_at_shape, load_data, load_given
from thalweg.run.recipe import Recipe


def test_a_name_stands_for_the_recipes_own_pictures_from_where_they_are(painted):
    recipe = Recipe(data={"source": "blobs3", "validation": 0.2}, data_seed=3)
    own = load_given("blobs3", recipe)
    assert own.split.fingerprint == tw.load("blobs3", validation=0.2, seed=3).split.fingerprint
    assert load_given("moved", recipe).fingerprint == own.fingerprint
    assert load_given("moved", recipe, source=str(painted)).classes == ("bright", "dark")


def test_sets_stay_as_they_are_and_arrays_take_the_recipes_split(digits):
    recipe = Recipe(data={"validation": 0.25, "test": 0.5}, seed=4)
    assert load_given(digits, recipe) is digits
    arrays = load_given((np.zeros((40, 4, 4), dtype=np.uint8), np.arange(40) % 2), recipe)
    assert {part: len(rows) for part, rows in arrays.split.parts().items()} == {"train": 15, "validation": 5, "test": 20}


def test_folds_are_dealt_where_the_recipe_has_them():
    whole = load_data(Recipe(data={"source": "blobs3"}))
    held = [load_data(Recipe(data={"source": "blobs3", "folds": 3, "fold": fold})).split.validation for fold in range(3)]
    assert np.array_equal(np.sort(np.concatenate(held)), np.sort(np.concatenate([whole.split.train, whole.split.validation])))


def test_others_come_in_a_runs_shape_and_colour_whole(painted):
    run = tw.train("digits", epochs=1)
    found = load_at_shape(run, str(painted))
    assert found.shape == run.model.shape == (8, 8, 1)
    assert [len(rows) for rows in found.split.parts().values()] == [24, 0, 0]
    (painted / "dark" / "broken.png").write_bytes(b"no picture")
    assert len(load_at_shape(run, str(painted), skip_bad=True).skipped) == 1


def test_points_are_read_as_they_are():
    run = tw.train("blobs3", epochs=1)
    assert load_at_shape(run, "blobs3").shape == (1, 1, 2)
