"""Consent: code of somebody's that a recipe names is run only by those who say that they trust it."""

from thalweg.core.errors import ConfigError
from thalweg.run.recipe import CATALOGUES, Recipe


def refuse_foreign(recipe: Recipe, source: str, *, trusted: bool = False) -> None:
    """Raise `ConfigError` where the recipe's score function is foreign code that `source` names, and is not trusted.

    >>> refuse_foreign(Recipe(), "digits")
    """
    if CATALOGUES["score"].get(recipe.score.name).foreign and not trusted:
        raise ConfigError(f"{source} would run code: {recipe.score.knobs['factory']!r}. If you trust it, add --trust-code.")
