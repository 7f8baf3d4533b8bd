import pytest

from thalweg.core.errors import ConfigError
from thalweg.optimise import OPTIMISERS
from thalweg.run.race_entrants import entrants, grid
from thalweg.run.recipe import Recipe


def enter(base=None, names=None, *, rates=3, settings=None):
    return entrants(base or Recipe(), names, rates=rates, settings=settings or {})


def test_the_grid_goes_in_half_decades_around_the_default():
    assert grid(0.05, 11)[0] == pytest.approx(0.05 * 10**-2.5, rel=2e-3)
    assert grid(0.05, 11)[5] == 0.05
    assert grid(0.05, 11)[10] == pytest.approx(0.05 * 10**2.5, rel=2e-3)
    assert grid(0.02, 3) == (0.00632, 0.02, 0.0632)
    assert grid(1, 1) == (1.0,)


@pytest.mark.parametrize("rates", [0, 2, 10, 63, -1])
def test_an_even_number_of_rates_would_leave_the_default_out(rates):
    with pytest.raises(ConfigError, match=rf"rates must be an odd number in \[1, 61\], .*; got {rates}\."):
        grid(0.1, rates)


def test_all_enter_a_plain_recipe_each_with_its_own_defaults_and_equally_many_values():
    found, left = enter(Recipe(optimiser={"name": "momentum", "rate": 3.0}))
    assert [one.optimiser for one in found] == [name for name in OPTIMISERS.names() if name != "exact"]
    assert [(out.optimiser, "needs a penalty of strength above 0" in out.reason) for out in left] == [("exact", True)]
    assert {one.optimiser: one.knob for one in found if one.knob != "rate"} == {"lbfgs": None, "random-search": "scale"}
    assert {len(one.values) for one in found if one.knob} == {3}
    for one in found:
        assert one.recipe.optimiser.knobs == OPTIMISERS.get(one.optimiser).defaults()
        if one.knob:
            assert one.values[1] == OPTIMISERS.get(one.optimiser).defaults()[one.knob]


def test_who_cannot_train_the_recipe_is_left_out_with_the_reason():
    found, left = enter(Recipe(augment=["flip"], penalty={"l1": 1e-3}))
    full = {entry.name for entry in OPTIMISERS if entry.full_batch}
    assert {out.optimiser for out in left} == full | {entry.name for entry in OPTIMISERS if not entry.proximal}
    assert {one.optimiser for one in found}.isdisjoint(full)
    assert all("leave out batch and augment" in out.reason for out in left)
    _, left = enter(Recipe(penalty={"l1": 1e-3}))
    assert {out.optimiser for out in left} == {entry.name for entry in OPTIMISERS if not entry.proximal}
    assert all("has no proximal step" in out.reason for out in left)


def test_methods_for_the_whole_set_keep_to_it_and_those_without_a_rate_go_without_the_schedule():
    found, left = enter(Recipe(batch=32, schedule=["cosine"], penalty={"l2": 1e-3}))
    by_name = {one.optimiser: one.recipe for one in found}
    assert left == ()
    assert (by_name["sgd"].batch, by_name["newton"].batch) == (32, None)
    assert (len(by_name["newton"].schedule), len(by_name["lbfgs"].schedule), len(by_name["random-search"].schedule)) == (1, 0, 0)


def test_a_rate_that_is_set_is_not_tuned():
    found, _ = enter(names=["sgd", "momentum"], settings={"sgd": {"rate": 0.3}, "momentum": {"momentum": 0.5}})
    assert (found[0].knob, found[0].values, found[0].at(None, seed=3).optimiser.knobs) == (None, (), {"rate": 0.3})
    assert found[1].at(0.05, seed=3).optimiser.knobs == {"rate": 0.05, "momentum": 0.5}


def test_all_members_of_a_seed_share_seed_and_data():
    found, _ = enter(Recipe(seed=7))
    recipes = [one.at(one.values[0] if one.values else None, seed=9) for one in found]
    assert {(recipe.seed, recipe.shared_seed) for recipe in recipes} == {(9, 7)}


@pytest.mark.parametrize(
    ("given", "message"),
    [
        ({"names": ["adm"]}, "unknown optimiser 'adm'. Did you mean 'adam'?"),
        ({"names": ["sgd", "adam", "sgd"]}, "optimiser 'sgd' is named twice"),
        ({"names": []}, "a race needs at least one optimiser"),
        ({"names": ["sgd"], "settings": {"sdg": {}}}, "unknown optimiser of this race 'sdg'. Did you mean 'sgd'?"),
        ({"settings": {"adam": {"epsilo": 0.5}}}, "adam cannot race here: optimiser 'adam' has no knob 'epsilo'. Did you mean 'epsilon'?"),
        ({"names": ["newton"], "base": Recipe(augment=["flip"])}, "newton cannot race here: .*leave out batch and augment"),
    ],
)  # fmt: skip
def test_wrong_entries_are_refused(given, message):
    with pytest.raises(ConfigError, match=message.replace("?", r"\?")):
        enter(**given)
