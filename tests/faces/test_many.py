"""Many recipes from one command: what multiplies, what is left out, what appears once, what must not vary."""

import itertools
import re
from pathlib import Path
from typing import Any

import pytest

from thalweg.core.errors import ConfigError
from thalweg.core.progress import Silent
from thalweg.faces.composer import Point
from thalweg.faces.many import axis_of, compose_many
from thalweg.faces.words import compose
from thalweg.run.ranges import between
from thalweg.run.recipe import Recipe
from thalweg.run.structure import structure, varying


def settings(points: list[Point]) -> list[dict[str, Any]]:
    return [dict(point.settings) for point in points]


def test_without_axes_there_is_the_recipe_of_train() -> None:
    (point,) = compose_many("digits", {"loss": "svm-sum", "margin": "2", "epochs": "3", "l1": "1e-3"})
    assert point.settings == {}
    assert point.recipe == compose({"loss": "svm-sum", "epochs": 3, "data": {"source": "digits"}}, {"margin": "2", "l1": "1e-3"})


def test_every_combination_the_last_axis_fastest() -> None:
    points = compose_many("digits", {"rate": "0.1,0.3", "epochs": "5,10", "l2": "0,1e-4"})
    assert [tuple(each.values()) for each in settings(points)] == list(itertools.product([0.1, 0.3], [5, 10], [0.0, 1e-4]))
    for point in points:
        recipe = point.recipe
        assert point.settings == {
            "rate": recipe.optimiser.knobs["rate"],
            "epochs": recipe.epochs,
            "l2": recipe.penalty[0].knobs["strength"],
        }
    assert len({structure(point.recipe) for point in points}) == 2
    assert set(varying([point.recipe for point in points])) == {"optimiser.rate", "epochs", "penalty.l2.strength"}


def test_a_knob_varies_where_it_exists_and_makes_no_duplicates() -> None:
    points = compose_many("digits", {"optimiser": "sgd,momentum,adam", "momentum": "0.8,0.9", "beta1": "0.5,0.7", "rate": "0.1"})
    assert settings(points) == [
        {"optimiser": "sgd"},
        {"optimiser": "momentum", "momentum": 0.8},
        {"optimiser": "momentum", "momentum": 0.9},
        {"optimiser": "adam", "beta1": 0.5},
        {"optimiser": "adam", "beta1": 0.7},
    ]
    assert all(point.recipe.optimiser.knobs["rate"] == 0.1 for point in points)


def test_a_fixed_knob_is_left_out_where_it_does_not_exist() -> None:
    sgd, momentum = compose_many("digits", {"optimiser": "sgd,momentum", "momentum": "0.5"})
    assert (sgd.recipe.optimiser.name, momentum.recipe.optimiser.knobs["momentum"]) == ("sgd", 0.5)


def test_entries_that_apply_together_keep_their_commas() -> None:
    points = compose_many("digits", {"penalty": "l2;l1,l2;none", "augment": "flip,crop"})
    assert [[part.name for part in point.recipe.penalty] for point in points] == [["l2"], ["l1", "l2"], []]
    assert [point.settings["penalty"] for point in points] == ["l2", "l1,l2", "none"]
    assert all([part.name for part in point.recipe.augment] == ["flip", "crop"] for point in points)


def test_lists_keep_their_commas_and_words_do_not() -> None:
    points = compose_many("digits", {"score": "mlp", "widths": "256,128;64;", "loss": "softmax,svm-sum"})
    assert [point.settings["widths"] for point in points] == [(256, 128)] * 2 + [(64,)] * 2 + [()] * 2
    assert [point.recipe.loss.name for point in points] == ["softmax", "svm-sum"] * 3


def test_knobs_with_their_place() -> None:
    points = compose_many("digits", {"optimiser": "muon,nesterov", "muon.momentum": "0.5,0.6", "nesterov.momentum": "0.9"})
    assert [point.recipe.optimiser.knobs["momentum"] for point in points] == [0.5, 0.6, 0.9]
    assert settings(points)[2] == {"optimiser": "nesterov"}


def test_fields_that_may_be_none() -> None:
    points = compose_many("digits", {"clip": "none,0.5", "average": "none,ema"})
    assert [(point.recipe.clip, point.recipe.average and point.recipe.average.name) for point in points] == [
        (None, None),
        (None, "ema"),
        (0.5, None),
        (0.5, "ema"),
    ]
    assert settings(points)[0] == {"clip": "none", "average": "none"}


def test_flags_and_words_with_hyphens() -> None:
    points = compose_many("digits", {"penalise-biases": "true,false", "score": "mlp", "batch-norm": "yes,no"})
    assert [(point.recipe.penalise_biases, point.recipe.score.knobs["batch_norm"]) for point in points] == list(
        itertools.product([True, False], repeat=2)
    )
    assert settings(points)[0] == {"penalise_biases": True, "batch_norm": True}


def test_equal_recipes_appear_once() -> None:
    (only,) = compose_many("digits", {"penalty": [["l2"], [{"name": "l2", "strength": 1e-4}]]})
    assert only.recipe.penalty[0].knobs["strength"] == 1e-4


def test_seeds_share_the_data() -> None:
    points = compose_many("digits", {"seed": "7", "rate": "0.1,0.2"}, seeds=3)
    assert [(point.settings["rate"], point.recipe.seed) for point in points] == list(itertools.product([0.1, 0.2], [7, 8, 9]))
    assert {point.recipe.data_seed for point in points} == {7}
    assert len({structure(point.recipe) for point in points}) == 1
    assert compose_many("digits", {"seed": "7,8,9", "rate": "0.1,0.2"}) == points
    assert compose_many("digits", {"seed": "7..9:3", "rate": "0.1,0.2"}) == points
    assert {point.recipe.data_seed for point in compose_many("digits", {"data-seed": "1"}, seeds=2)} == {1}
    (alone,) = compose_many("digits", {})
    assert (alone.recipe.seed, alone.recipe.data_seed) == (0, None)


def test_folds_are_members_of_one_structure() -> None:
    points = compose_many("digits", {"rate": "0.1,0.2"}, seeds=2, folds=3)
    assert [(point.settings["rate"], point.recipe.seed, point.recipe.data.fold) for point in points] == list(
        itertools.product([0.1, 0.2], [0, 1], [0, 1, 2])
    )
    assert {point.recipe.data.folds for point in points} == {3}
    assert len({structure(point.recipe) for point in points}) == 1


def test_random_search() -> None:
    loose = {"rate": "1e-4..1:log", "optimiser": "sgd,adam", "momentum": "0.9"}
    points = compose_many("digits", loose | {"optimiser": "sgd,momentum"}, trials=30)
    assert len(points) == 30
    assert all(1e-4 <= point.recipe.optimiser.knobs["rate"] <= 1 for point in points)
    assert {point.recipe.optimiser.name for point in points} == {"sgd", "momentum"}
    assert compose_many("digits", loose | {"optimiser": "sgd,momentum"}, trials=5) == points[:5]
    assert compose_many("digits", loose | {"optimiser": "sgd,momentum", "seed": "1"}, trials=5) != points[:5]
    lbfgs = compose_many("digits", {"optimiser": "lbfgs", "history": "1..20:log"}, trials=5)
    assert all(isinstance(point.recipe.optimiser.knobs["history"], int) for point in lbfgs)


def test_what_random_search_cannot_give_is_said() -> None:
    class Listener(Silent):
        lines: list[str] = []  # noqa: RUF012

        def say(self, line: str) -> None:
            self.lines.append(line)

    assert len(compose_many("digits", {"batch": "32,64"}, trials=5, progress=Listener())) == 2
    assert len(compose_many("digits", {"optimiser": "sgd,momentum", "momentum": "0..0.9:9"}, trials=17, progress=Listener())) < 17
    assert Listener.lines[0] == "2 different points for 5 trials: that is all there are."
    assert re.fullmatch(r"\d+ different points for 17 trials: the others made the same recipes\.", Listener.lines[1])


def test_python_values() -> None:
    loose = {
        "rate": between(1e-3, 1, 4, log=True),
        "optimiser": ["sgd", {"name": "momentum", "momentum": 0.5}],
        "epochs": [2],
        "l2": (0, 1e-4),
    }
    points = compose_many("digits", loose)
    assert len(points) == 16
    assert settings(points)[2] == {"rate": 1e-3, "optimiser": "momentum (momentum 0.5)", "l2": 0.0}
    assert compose_many("digits", {"rate": "1e-3..1:log:4"}) == compose_many("digits", {"rate": between(1e-3, 1, 4, log=True)})
    penalties = settings(compose_many("digits", {"penalty": [{"l2": 1e-3}, ("l1", "l2"), ()]}))
    assert penalties == [{"penalty": "l2 0.001"}, {"penalty": "l1,l2"}, {"penalty": "none"}]


def test_a_recipe_file_is_what_the_options_change(tmp_path: Path) -> None:
    recipe = Recipe.make(score="mlp", optimiser={"name": "adam", "rate": 0.02}, penalty=["l1"], epochs=4, data={"source": "blobs3"})
    file = tmp_path / "recipe.toml"
    file.write_text(recipe.to_toml())
    (same,) = compose_many(str(file), {})
    assert same.recipe == recipe
    first, second = compose_many(str(file), {"beta1": "0.5,0.6", "validation": "0.3"})
    data = {**recipe.data.model_dump(), "validation": 0.3}
    assert first.recipe == recipe.with_changes(optimiser={"name": "adam", "rate": 0.02, "beta1": 0.5}, data=data)
    assert second.recipe.optimiser.knobs["beta1"] == 0.6


def test_axes_know_their_kind() -> None:
    assert axis_of("history", "1..9").ranges[0].whole
    assert axis_of("epochs", "1..9").ranges[0].whole
    assert not axis_of("clip", "1..9").ranges[0].whole
    assert axis_of("strength", "0,1").choices == (0.0, 1.0)


@pytest.mark.parametrize(
    ("loose", "given", "says"),
    [
        ({"momentum": "0.8,0.9", "optimiser": "sgd,adam"}, {}, "'momentum' is a knob of optimiser momentum.*this run does not use"),
        ({"marginn": "1,2"}, {}, "^unknown option 'marginn'. Did you mean 'margin'"),
        ({"optimiser": "sgd,adamm"}, {}, "^optimiser adamm: unknown optimiser 'adamm'. Did you mean 'adam'"),
        ({"size": "32,64"}, {}, "^size cannot vary in a sweep.*got '32,64'. Give one value"),
        ({"device": "cpu,cuda"}, {}, "^device cannot vary"),
        ({"precision": "fp32,fp64"}, {}, "^precision cannot vary"),
        ({"validation": "0.1,0.2"}, {}, "^validation cannot vary"),
        ({"noise": "0..1"}, {"trials": 3}, "^noise cannot vary"),
        ({"classes": "a,b;c,d"}, {}, "^classes cannot vary"),
        ({"optimiser": "sgd,lbfgs", "batch": "64"}, {}, "^optimiser lbfgs: optimiser 'lbfgs' looks at the whole training set"),
        (
            {"score": "mlp", "optimiser": "muon", "penalty": "l2,elastic", "strength": "0,1"},
            {},
            "^strength 0.0: 'strength' is a knob of several",
        ),
        ({"rate": "1e-4..1:log"}, {}, "^rate: a grid needs the number of values"),
        ({"batch": "32,-1"}, {}, "^batch, item 2 of '32,-1': batch must be greater than or equal to 0"),
        ({"batch": [32, -1]}, {}, "^batch -1: batch: input should be greater"),
        ({"epochs": "1..3:9"}, {}, "^epochs: the range 1..3:9 does not hold 9 different whole numbers"),
        ({"seed": "1,2"}, {"seeds": 2}, "give one of them"),
        ({"seed": "1..3"}, {"trials": 2}, "seed is no number to search over"),
        ({}, {"seeds": 0}, "seeds must be at least 1; got 0"),
        ({}, {"folds": 1}, "folds must be at least 2.*got 1"),
        ({}, {"trials": 0}, "trials must be at least 1; got 0"),
    ],
)
def test_errors_say_what_to_do(loose: dict[str, Any], given: dict[str, Any], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        compose_many("digits", loose, **given)
