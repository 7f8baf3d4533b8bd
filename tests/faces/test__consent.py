"""Consent: foreign code is refused with its name, and nothing else is."""

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces._consent import refuse_foreign
from thalweg.run.recipe import CATALOGUES, Recipe

THEIRS = Recipe(score={"name": "module", "factory": "evil:build"})


def test_foreign_code_is_refused_by_name_and_passes_where_it_is_trusted():
    with pytest.raises(ConfigError) as refusal:
        refuse_foreign(THEIRS, "theirs.toml")
    assert str(refusal.value) == "theirs.toml would run code: 'evil:build'. If you trust it, add --trust-code."
    refuse_foreign(THEIRS, "theirs.toml", trusted=True)


@pytest.mark.parametrize("name", [entry.name for entry in CATALOGUES["score"] if not entry.foreign])
def test_the_houses_own_scores_need_no_consent(name):
    refuse_foreign(Recipe.make(score=name), "mine.toml")
