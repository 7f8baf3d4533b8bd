"""Settings: the parameters of an estimator as a recipe, by the words and checks of the command line."""

from collections.abc import Mapping
from typing import Any

import numpy as np

from thalweg.core.errors import nearest
from thalweg.faces._pictures import ARRAYS
from thalweg.faces.estimators._errors import SettingError, as_value_errors
from thalweg.faces.words import compose
from thalweg.run.recipe import CATALOGUES, Recipe

FIELDS = ("clip", "tolerance", "monitor", "average", "augment", "penalise_biases", "device")
"""Fields of a recipe that `settings` may hold beside knobs; all others are parameters of the estimators, or follow from them."""

EPOCHS = 100
WITH_AN_AIM = 200
"""Passes where `epochs` is left open: a bound only, for an optimiser that ends by itself at an aim of its own."""


def recipe_of(
    parameters: Mapping[str, Any], *, knobs: Mapping[str, Any], seed: int, validated: bool, precision: str, prepare: Any
) -> Recipe:
    """Return the recipe of an estimator's parameters.

    `knobs` are those parameters that are knobs of catalogue entries, None where the entry's default counts; `settings`, a mapping, holds
    further knobs (`{"beta1": 0.8}`, or `{"optimiser.decay": 0.1}` where several entries have it) and fields. Raises `SettingError`.
    """
    with as_value_errors():
        further = _further(parameters.get("settings"), parameters)
        optimiser = plain(parameters["optimiser"])
        name = optimiser.get("name") if isinstance(optimiser, Mapping) else optimiser
        aims = CATALOGUES["optimiser"].get(str(name)).reached is not None
        epochs = parameters["epochs"]
        fields = {
            "score": plain(parameters["score_function"]),
            "loss": plain(parameters["loss"]),
            "optimiser": optimiser,
            "penalty": _penalties(parameters),
            "prepare": prepare,
            "schedule": plain(parameters["schedule"]),
            "epochs": (WITH_AN_AIM if aims else EPOCHS) if epochs is None else plain(epochs),
            "batch": plain(parameters["batch"]),
            "patience": plain(parameters["patience"]),
            "precision": precision,
            "keep": "best" if validated else "last",
            "seed": seed,
            "path_points": 0,
            "data": {"source": ARRAYS, "validation": fraction_of(parameters["validation_fraction"]), "test": 0.0},
            **{key: value for key, value in further.items() if key in Recipe.model_fields},
        }
        given = {key: plain(value) for key, value in knobs.items() if value is not None}
        loose = {key: value for key, value in further.items() if key not in Recipe.model_fields}
        return compose({key: value for key, value in fields.items() if value is not None or key == "patience"}, {**given, **loose})


def fraction_of(given: Any) -> float:
    """Return the share of the examples that is set aside, or raise `SettingError`."""
    share = plain(given)
    if isinstance(share, bool) or not isinstance(share, int | float) or not 0 <= share < 1:
        raise SettingError(f"validation_fraction must be a number in [0, 1), the share that is set aside; got {given!r}.")
    return float(share)


def plain(value: Any) -> Any:
    """Return a value without NumPy's types, which grids are made of.

    >>> plain(np.float64(0.5)), plain([np.int64(3)]), plain("adam")
    (0.5, [3], 'adam')
    """
    if isinstance(value, np.generic | np.ndarray):
        return value.tolist()
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(plain(each) for each in value)
    return value


def _penalties(parameters: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Return l2 always, so that strengths of zero train beside others, and l1 where it is not zero, for it needs a proximal step."""
    l1, l2 = plain(parameters["l1"]), plain(parameters["l2"])
    return [{"name": "l2", "strength": l2}, *([{"name": "l1", "strength": l1}] if l1 != 0 else [])]


def _further(settings: Any, parameters: Mapping[str, Any]) -> dict[str, Any]:
    if settings is None:
        return {}
    if not isinstance(settings, Mapping):
        raise SettingError(f"settings must be a mapping from knobs to values, as {{'beta1': 0.8}}; got {settings!r}.")
    for name in settings:
        if name in parameters:
            raise SettingError(f"{name} is a parameter of the estimator; set it there, not in settings.")
        if name in Recipe.model_fields and name not in FIELDS:
            raise SettingError(f"settings cannot hold {name!r}.{nearest(str(name), FIELDS)} It holds knobs, and {', '.join(FIELDS)}.")
    return {str(name): plain(value) for name, value in settings.items()}
