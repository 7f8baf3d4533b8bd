"""Default folders: the same for the same question, others for others, and safe whatever the source is called."""

import hashlib
from pathlib import Path

import pytest

from thalweg.faces._folder import folder_of, folder_of_question
from thalweg.run.recipe import Recipe


@pytest.mark.parametrize(
    ("source", "name"),
    [
        ("digits", "digits"),
        ("quadratic:100", "quadratic-100"),
        ("/data/My Pets (new)", "My-Pets-new"),
        ("../..", "pictures"),
        ("写真", "pictures"),
        ("x" * 60, "x" * 40),
    ],
)
def test_a_sources_last_name_is_made_safe(source, name):
    assert folder_of(source, kind="sweep", digest="0123456789") == Path("runs") / f"{name}-sweep-01234567"


def test_a_question_is_the_recipe_and_its_own_words():
    recipe = Recipe()
    digest = hashlib.sha256(f"{recipe.fingerprint} 3 None None 200".encode()).hexdigest()[:8]
    found = folder_of_question(recipe, kind="rate", question="3 None None 200")
    assert found == Path("runs") / f"digits-rate-{digest}"
    assert folder_of_question(recipe, kind="rate", question="5 None None 200") != found
    assert folder_of_question(Recipe(seed=1), kind="rate", question="3 None None 200") != found
