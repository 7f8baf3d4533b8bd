"""Fields: every setting of a recipe is read from a text as its type says, and told apart from knobs."""

from pathlib import Path
from typing import Any

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces.fields import field_of, fields, given_from_words, recipe_from_words, size_from_text
from thalweg.faces.words import compose
from thalweg.run.recipe import DataPart, Recipe


@pytest.mark.parametrize(
    ("option", "text", "value"),
    [
        ("epochs", "5", 5),
        ("batch", "none", None),
        ("clip", "0.5", 0.5),
        ("patience", "none", None),
        ("keep", "last", "last"),
        ("penalise-biases", "true", True),
        ("checkpoint-minutes", "2.5", 2.5),
        ("device", "cuda:1", "cuda:1"),
        ("classes", "cat, dog", ["cat", "dog"]),
        ("score", "mlp", "mlp"),
        ("average", "none", None),
        ("penalty", "l1,l2", ["l1", "l2"]),
        ("prepare", "none", []),
        ("from", "none", None),
        ("from", "runs/a", "runs/a"),
    ],
)
def test_texts_become_what_the_field_is(option: str, text: str, value: Any) -> None:
    field = field_of(option)
    assert field is not None
    assert field.read(text) == value
    assert type(field.read(text)) is type(value)
    assert field.read(value) == value


def test_every_field_is_an_option_but_version_and_source() -> None:
    assert {field.name for field in fields().values()} == (set(Recipe.model_fields) | set(DataPart.model_fields)) - {
        "version",
        "data",
        "source",
    }
    assert field_of("start") is None  # a knob of one-cycle; the run to continue from is --from
    assert field_of("rate") is field_of("l2") is field_of("optimiser.momentum") is None


def test_choices_and_knobs_are_told_apart() -> None:
    loose = {"epochs": "5", "rate": "0.1", "size": "8x9", "l2": "1e-4", "skip-bad": "true", "optimiser.momentum": "0.5"}
    choices, knobs = given_from_words(loose)
    assert choices == {"epochs": 5, "data": {"size": (8, 9), "skip_bad": True}}
    assert knobs == {"rate": "0.1", "l2": "1e-4", "optimiser.momentum": "0.5"}
    assert given_from_words({}) == ({}, {})


def test_a_recipe_from_words_is_that_of_train() -> None:
    loose = {"score": "mlp", "widths": "32,16", "penalty": "l1,l2", "epochs": "3", "validation": "0.2", "average": "none"}
    assert recipe_from_words("digits", loose) == compose(
        {"score": "mlp", "penalty": ["l1", "l2"], "epochs": 3, "average": None, "data": {"source": "digits", "validation": 0.2}},
        {"widths": (32, 16)},
    )


def test_a_recipe_file_is_whole(tmp_path: Path) -> None:
    recipe = Recipe.make(optimiser="adam", epochs=2)
    file = tmp_path / "recipe.toml"
    file.write_text(recipe.to_toml())
    assert recipe_from_words(str(file), {}) == recipe
    with pytest.raises(ConfigError, match="is a whole recipe; leave out --penalise-biases, or change the file"):
        recipe_from_words(str(file), {"penalise_biases": "true"})


@pytest.mark.parametrize(
    ("loose", "says"),
    [
        ({"epochs": "x"}, "^epochs must be a valid integer.*; got 'x'"),
        ({"clip": "0"}, "^clip must be greater than 0; got '0'"),
        ({"clip": "inf"}, "^clip must be a finite number; got 'inf'"),
        ({"keep": "lst"}, "^keep must be 'best' or 'last'; got 'lst'"),
        ({"penalise-biases": "2"}, "^penalise-biases must be a valid boolean.*; got '2'"),
        ({"size": "32x"}, "--size must be a height and width such as 32 or 32x48; got '32x'"),
        ({"marginn": "2"}, "unknown option 'marginn'. Did you mean 'margin'"),
        ({"loss": "svm"}, "unknown loss 'svm'"),
    ],
)
def test_errors_name_the_option(loose: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        recipe_from_words("digits", loose)


def test_sizes() -> None:
    assert (size_from_text("32"), size_from_text("8X9")) == ((32, 32), (8, 9))
    for text in ("0", "x", "1x2x3", "-1", ""):
        with pytest.raises(ConfigError, match="height and width"):
            size_from_text(text)
