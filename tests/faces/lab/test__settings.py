import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces.lab._form import Form
from thalweg.faces.lab._settings import Menu, check_words, settled
from thalweg.faces.words import compose
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS

FIXED = {"data": {"source": "digits"}, "epochs": 5}
MENU = Menu(
    offered={"score": ("linear", "mlp"), "loss": LOSSES.names(), "optimiser": ("momentum", "adam", "muon"), "schedule": ("cosine", "step")}
)


def keys(found):
    return [field.key for field in found.fields]


def test_by_itself_a_room_has_the_first_of_each_and_what_suits_the_score():
    found = settled({}, MENU, FIXED)
    assert (found.recipe.score.name, found.recipe.optimiser.name, found.recipe.schedule, found.recipe.penalty) == (
        "linear",
        "momentum",
        (),
        (),
    )
    assert Form(fields=found.fields).state() == {}


def test_words_are_those_of_train():
    found = settled({"score": "mlp", "widths": "8,8", "loss": "svm-sum", "margin": "2", "l2": "0.001", "schedule": "cosine"}, MENU, FIXED)
    choices = {"score": "mlp", "loss": "svm-sum", "optimiser": "momentum", "schedule": "cosine", "penalty": {"l2": 0.001}}
    same = compose({**FIXED, **choices, "batch": 0, "seed": 0}, {"widths": "8,8", "margin": "2"})
    assert found.recipe == same


@pytest.mark.parametrize("optimiser", ["momentum", "adam", "muon"])
@pytest.mark.parametrize("loss", LOSSES.names())
def test_the_state_of_a_form_makes_the_same_form(loss, optimiser):
    found = settled({"score": "mlp", "widths": "4", "loss": loss, "optimiser": optimiser, "rate": "0.25", "l1": "0.01"}, MENU, FIXED)
    state = Form(fields=found.fields).state()
    again = settled(state, MENU, FIXED)
    assert again.recipe == found.recipe
    assert Form(fields=again.fields).row() == Form(fields=found.fields).row()


def test_a_knob_of_another_choice_is_left_aside():
    assert settled({"loss": "softmax", "margin": "3"}, MENU, FIXED).recipe.loss.knobs == LOSSES.get("softmax").defaults()


def test_knobs_that_two_entries_have_are_told_apart():
    every = Menu(offered={"score": ("mlp",), "loss": ("softmax",), "optimiser": OPTIMISERS.names(), "schedule": ("step", "exponential")})
    for name in OPTIMISERS.names():
        penalty = {"l2": "1e-3"} if name == "exact" else {}
        words = {"optimiser": name, "score": "mlp", "schedule": "none", **penalty}
        if name == "exact":
            continue  # solves linear scores only
        found = settled(words, every, FIXED)
        assert len(set(keys(found))) == len(keys(found))


def test_hidden_knobs_have_no_control():
    assert "dropout" not in keys(settled({"score": "mlp"}, Menu(offered=MENU.offered, hidden=frozenset({"dropout"})), FIXED))


def test_bad_words_say_what_is_allowed():
    check_words({"data": "x", "rate": "1", "margin": "1"}, ("data",))
    with pytest.raises(ConfigError, match=r"no setting 'marign' here\. Did you mean 'margin'\?"):
        check_words({"marign": "1"}, ("data",))
    with pytest.raises(ConfigError, match=r"rate must be a number in \(0, inf\); got -1"):
        settled({"rate": "-1"}, MENU, FIXED)
    with pytest.raises(ConfigError, match="loss must be one of"):
        settled({"loss": "softmx"}, MENU, FIXED)
