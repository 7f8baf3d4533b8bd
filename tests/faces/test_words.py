"""Words to recipes: knobs find their entry, what is left open is filled in, errors say where a word belongs."""

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces.words import compose, is_flag
from thalweg.run.recipe import CATALOGUES, Recipe


def test_a_loose_knob_finds_the_chosen_entry_that_has_it() -> None:
    recipe = compose({"loss": "svm-sum", "optimiser": "adam"}, {"margin": "2", "beta1": "0.8"})
    assert recipe.loss.knobs == {"margin": 2.0}
    assert recipe.optimiser.knobs["beta1"] == 0.8


def test_values_and_texts_are_the_same() -> None:
    assert compose({"score": "mlp"}, {"widths": "32,16"}) == compose({"score": "mlp"}, {"widths": (32, 16)})


def test_a_knob_that_two_entries_have_is_written_with_its_place() -> None:
    chosen = {"score": "mlp", "optimiser": "muon", "penalty": ["l2", "elastic"]}
    with pytest.raises(ConfigError, match=r"several chosen entries; write elastic\.strength or l2\.strength"):
        compose(chosen, {"strength": "0.5"})
    recipe = compose(chosen, {"elastic.strength": "0.5"})
    assert [part.knobs["strength"] for part in recipe.penalty] == [1e-4, 0.5]


def test_a_penaltys_name_is_an_option_with_its_strength() -> None:
    recipe = compose({"penalty": None}, {"l2": "1e-3", "l1": "1e-4"})
    assert {part.name: part.knobs["strength"] for part in recipe.penalty} == {"l2": 1e-3, "l1": 1e-4}
    recipe = compose({"penalty": ["elastic"]}, {"l2": 1e-3})
    assert {part.name: part.knobs["strength"] for part in recipe.penalty} == {"elastic": 1e-4, "l2": 1e-3}
    recipe = compose({"penalty": {"l2": 1e-2}}, {"l1": 1e-4})
    assert {part.name: part.knobs["strength"] for part in recipe.penalty} == {"l2": 1e-2, "l1": 1e-4}


def test_what_suits_the_score_is_filled_in_and_yields_to_what_is_given() -> None:
    suited = CATALOGUES["score"].get("cnn").recommended
    assert compose({"score": "cnn"}, {}).optimiser.name == suited["optimiser"]["name"]
    other = compose({"score": "cnn", "optimiser": "adam", "epochs": 3}, {})
    assert other.optimiser.knobs == CATALOGUES["optimiser"].get("adam").defaults()
    assert (other.schedule, other.epochs) == ((), 3)


def test_an_optimiser_that_ends_by_itself_gets_epochs_enough() -> None:
    assert compose({"score": "linear", "optimiser": "exact"}, {"l2": 1e-3}).epochs == 200
    assert compose({"score": "linear", "optimiser": "exact", "epochs": 3}, {"l2": 1e-3}).epochs == 3


@pytest.mark.parametrize("optimiser", [entry.name for entry in CATALOGUES["optimiser"] if entry.full_batch])
def test_whole_set_optimisers_go_with_every_score(optimiser: str) -> None:
    solves = CATALOGUES["optimiser"].get(optimiser).reached is not None  # linear scores only
    for score in ("linear",) if solves else ("linear", "mlp", "cnn", "resnet"):
        assert compose({"score": score, "optimiser": optimiser}, {}).batch_size(100) == 100


@pytest.mark.parametrize(
    ("choices", "knobs", "says"),
    [
        ({}, {"margin": "2"}, "'margin' is a knob of loss svm-max"),
        ({}, {"ratee": "2"}, "Did you mean 'rate'?"),
        ({"loss": "svm-sum"}, {"margin": "x"}, r"margin must be a number in \(0, inf\); got 'x'"),
        ({"loss": "svm"}, {}, "unknown loss 'svm'"),
        ({"penalty": "l3"}, {}, "unknown penalty 'l3'. Did you mean"),
        ({"epoch": 3}, {}, "unknown setting 'epoch'. Did you mean 'epochs'?"),
        ({"epochs": True}, {}, "epochs"),
    ],
)
def test_errors_say_what_to_do(choices: dict[str, object], knobs: dict[str, str], says: str) -> None:
    with pytest.raises(ConfigError, match=says):
        compose(choices, knobs)


def test_flags_are_known_from_the_catalogue() -> None:
    assert is_flag("half")
    assert is_flag("l2.half")
    assert not is_flag("margin")


def test_every_recommended_recipe_is_valid() -> None:
    for entry in CATALOGUES["score"]:
        knobs = {"factory": "torch.nn:Identity"} if entry.name == "module" else {}
        assert isinstance(compose({"score": entry.name}, knobs), Recipe)
