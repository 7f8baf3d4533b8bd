"""Settings of the pictures room: words to a recipe, and the same recipe from the command line."""

import shlex

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces import knob_options
from thalweg.faces._command import command_line
from thalweg.faces.fields import recipe_from_words
from thalweg.faces.lab._form import Form
from thalweg.faces.lab._pictures_settings import check_words, chosen
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.schedule import SCHEDULES

DATA = {"source": "digits"}
STATES = [
    {},
    {"score": "mlp"},
    {"score": "mlp", "widths": "256,128", "batch": "0", "epochs": "3", "seed": "4"},
    {"score": "cnn", "l1": "1e-4"},
    {"score": "resnet", "optimiser": "adam", "schedule": "exponential"},
    {"schedule": "none", "rate": "0.5", "momentum": "0"},
    {"loss": "svm-sum", "margin": "2", "prepare": "whiten"},
    {"elastic": "0.01", "mix": "0.2", "l2": "0"},
    {"l2": "0"},
    {"prepare": "none", "init": "zero"},
    {"optimiser": "lbfgs", "batch": "64", "schedule": "cosine"},
    {"score": "cnn", "batch_norm": "false", "warm": "0.1"},
    *({"loss": name} for name in LOSSES.names()),
    *({"optimiser": name} for name in OPTIMISERS.names()),
    *({"schedule": name} for name in SCHEDULES.names()),
]


def from_line(line: str):
    """Return the recipe of a command line, by the road that the command takes."""
    rest, loose = knob_options.separate(shlex.split(line)[1:], set())
    assert rest[0] == "train"
    return recipe_from_words(rest[1], loose)


@pytest.mark.parametrize("words", STATES, ids=lambda words: " ".join(f"{name}={value}" for name, value in words.items()) or "nothing")
def test_the_command_line_and_the_address_say_the_same(words):
    made = chosen(words, DATA)
    assert from_line(command_line("train", "digits", made.options)) == made.recipe
    again = chosen(Form(fields=made.fields).state(), DATA)
    assert again.recipe == made.recipe
    assert again.fields == made.fields


def test_what_suits_the_score_is_filled_in():
    linear, net = chosen({}, DATA).recipe, chosen({"score": "cnn"}, DATA).recipe
    assert (linear.optimiser.name, linear.optimiser.knobs["rate"], linear.schedule[0].name) == ("nesterov", 0.02, "one-cycle")
    assert (net.optimiser.knobs["rate"], net.penalty[0].knobs["strength"]) == (0.1, 2.5e-4)
    assert net.score.knobs["channels"] == (8, 16)


def test_one_penalty_leaves_the_others():
    both = chosen({"l1": "0.001"}, DATA).recipe.penalty
    assert {part.name: part.knobs["strength"] for part in both} == {"l1": 0.001, "l2": 1e-5}
    assert chosen({"l2": "0"}, DATA).recipe.penalty == ()


def test_words_that_another_choice_has_are_left_aside():
    assert (
        chosen({"optimiser": "lbfgs", "rate": "0.5", "batch": "64", "widths": "3"}, DATA).recipe
        == chosen({"optimiser": "lbfgs"}, DATA).recipe
    )


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ({"rate": "-1"}, "rate must be a number in (0, inf); got -1.0."),
        ({"score": "lineer"}, "score must be one of linear, mlp, cnn, resnet; got 'lineer'. Did you mean"),
        ({"l1": "0.1", "optimiser": "lbfgs"}, "penalty 'l1' is not smooth and optimiser 'lbfgs' has no proximal step"),
        ({"epochs": "0"}, "epochs must be a whole number in [1, 1000]; got"),
    ],
)
def test_what_cannot_be_is_a_line(words, message):
    with pytest.raises(ConfigError) as caught:
        chosen(words, DATA)
    assert message in str(caught.value)


def test_a_word_that_nobody_has_is_named_with_the_nearest():
    check_words({"rate": "1", "optimiser.rate": "1", "nesterov.rate": "1", "own": "1"}, ("own",))
    with pytest.raises(ConfigError, match=r"no setting 'rat' here\. Did you mean 'rate'"):
        check_words({"rat": "1"}, ())
