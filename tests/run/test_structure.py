"""Structure: what the members of one population may differ in, entry by entry and field by field."""

from typing import Any

import pytest

from thalweg.core.entries import Entry
from thalweg.core.knobs import Choice, Flag, Integer, Knob, Number
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.structure import structure, varying

SEVERAL = ("prepare", "augment", "penalty", "schedule")
BASE: dict[str, Any] = {"schedule": [], "batch": None}


def recipe_with(field: str, entry: Entry, **knobs: Any) -> Recipe:
    chosen = {"name": entry.name, **knobs}
    needed = {"penalty": {"l2": 1e-3}} if entry.name == "exact" else {}
    return Recipe.make(**{**BASE, **needed, field: [chosen] if field in SEVERAL else chosen})


def another(knob: Knob) -> Any:
    """Return a value of the knob that is not its default; None where there is nothing simple."""
    if isinstance(knob, Choice):
        return next((word for word in knob.choices if word != knob.default), None)
    if isinstance(knob, Flag):
        return not knob.default
    tries: list[Any] = [2, 3, 7] if isinstance(knob, Integer) else [0.5, 0.25, 2.5]
    for value in tries if isinstance(knob, Number) else []:
        try:
            if knob.check(value) != knob.default:
                return value
        except Exception:  # out of this knob's range: the next one
            continue
    return None


CASES = [
    (field, entry, knob)
    for field, catalogue in CATALOGUES.items()
    for entry in catalogue
    for knob in entry.knobs
    if another(knob) is not None
]


@pytest.mark.parametrize(("field", "entry", "knob"), CASES, ids=lambda each: getattr(each, "name", each))
def test_real_numbers_are_a_members_own_and_all_else_is_shared(field: str, entry: Entry, knob: Knob) -> None:
    plain, changed = recipe_with(field, entry), recipe_with(field, entry, **{knob.name: another(knob)})
    own = type(knob) is Number and field in ("optimiser", "loss", "penalty", "schedule", "average")
    assert (structure(plain) == structure(changed)) is own
    prefix = f"{field}.{entry.name}" if field in SEVERAL else field
    assert varying([plain, changed]) == {f"{prefix}.{knob.name}": (knob.default, another(knob))}


@pytest.mark.parametrize(
    "changes",
    [
        {"clip": 1.0},
        {"patience": 3},
        {"seed": 5, "data_seed": 0},
        {"data_seed": 0},
        {"checkpoint_steps": 7, "checkpoint_minutes": 0.0},
    ],
)
def test_settings_of_a_members_own(changes: dict[str, Any]) -> None:
    assert structure(Recipe()) == structure(Recipe.make(**changes))


@pytest.mark.parametrize(
    "changes",
    [
        {"seed": 5},
        {"data_seed": 5},
        {"epochs": 3},
        {"batch": 64},
        {"tolerance": 0.1},
        {"monitor": "loss"},
        {"keep": "last"},
        {"precision": "fp64"},
        {"device": "cuda"},
        {"penalise_biases": True},
        {"measure": "validation"},
        {"classes": ("a", "b")},
        {"start": "runs/a"},
        {"data": {"source": "mnist"}},
        {"data": {"folds": 3, "fold": 0}},
        {"prepare": []},
        {"prepare": ["centre", "scale"]},
        {"augment": ["flip"]},
        {"score": "mlp"},
        {"loss": "svm-sum"},
        {"optimiser": "adam"},
        {"penalty": ["l2"]},
        {"schedule": ["cosine"]},
        {"average": "ema"},
    ],
)
def test_settings_that_members_share(changes: dict[str, Any]) -> None:
    assert structure(Recipe()) != structure(Recipe.make(**changes))


def test_folds_are_shared_and_the_one_held_out_is_not() -> None:
    first, second = (Recipe.make(data={"folds": 4, "fold": fold}) for fold in (0, 3))
    assert structure(first) == structure(second)
    assert structure(first) != structure(Recipe.make(data={"folds": 5, "fold": 0}))
    assert varying([first, second]) == {"data.fold": (0, 3)}


def test_the_order_of_penalties_counts() -> None:
    one, other = Recipe.make(penalty=["l2", "elastic"]), Recipe.make(penalty=["elastic", "l2"])
    assert structure(one) != structure(other)
    assert varying([one, other]) == {"penalty": ("l2, elastic", "elastic, l2")}


def test_varying_by_hand() -> None:
    recipes = [
        Recipe.make(optimiser="sgd"),
        Recipe.make(optimiser={"name": "momentum", "rate": 0.1}, schedule=["step", {"name": "step", "factor": 0.5}]),
    ]
    assert varying(recipes) == {
        "optimiser": ("sgd", "momentum"),
        "optimiser.momentum": (None, 0.9),
        "schedule": (None, "step, step"),
        "schedule.step.factor": (None, 0.1),
        "schedule.step.every": (None, 10),
        "schedule.step-2.factor": (None, 0.5),
        "schedule.step-2.every": (None, 10),
    }
    assert varying(recipes[:1]) == varying([]) == {}


def test_names_are_those_of_the_comparison() -> None:
    from thalweg.evidence._recipes import differing

    recipes = [Recipe.make(penalty=["l2"], clip=1.0), Recipe.make(penalty=[{"name": "l2", "strength": 0.5}], optimiser="adam")]
    theirs = {row.name: row.values for row in differing([recipe.model_dump(mode="json") for recipe in recipes])}
    assert varying(recipes) == theirs
