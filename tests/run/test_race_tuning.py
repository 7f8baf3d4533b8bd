from thalweg.run.population_record import MemberResult
from thalweg.run.race_entrants import entrants
from thalweg.run.race_tuning import chosen, trials
from thalweg.run.recipe import Recipe
from thalweg.run.record import Epoch, Figures


def entrant(monitor="loss", name="sgd"):
    (found,), _ = entrants(Recipe(monitor=monitor, seed=4), [name], rates=3, settings={})
    return found


def trial(rate, losses, *, seed=0, accuracies=None, ending="finished", knob="rate"):
    shares = accuracies or [0.5] * len(losses)
    rows = tuple(
        Epoch(epoch=k, step=k, examples=k, rate=0.1, train=Figures.of(9.0, 0.0, 0.0), validation=Figures.of(loss, 0.0, share))
        for k, (loss, share) in enumerate(zip(losses, shares, strict=True))
    )
    return MemberResult(
        number=0, settings={"optimiser": "sgd", knob: rate}, seed=seed, fold=None, ending=ending, reason="", epoch=1, step=1, kept_epoch=0,
        train=None, validation=None, test=None, seconds=1.0, rows=rows,
    )  # fmt: skip


def test_every_entrant_tries_equally_many_values_with_the_same_seeds():
    found, _ = entrants(Recipe(seed=4), ["sgd", "random-search", "lbfgs"], rates=5, settings={})
    members = trials(found, seeds=(4, 5), validated=True)
    assert [member.settings["optimiser"] for member in members] == ["sgd"] * 10 + ["random-search"] * 10
    assert [member.recipe.optimiser.knobs["rate"] for member in members[:10:2]] == list(found[0].values)
    assert {(member.recipe.seed, member.recipe.shared_seed, member.recipe.measure) for member in members} == {
        (4, 4, "validation"), (5, 4, "validation"),
    }  # fmt: skip
    assert trials(found, seeds=(4,), validated=False)[0].recipe.measure == "all"


def test_the_lowest_mean_of_the_last_figures_wins_and_not_the_best_on_the_way():
    tried = [
        trial(0.0316, [2.0, 0.1, 0.9]), trial(0.0316, [2.0, 1.0, 0.9], seed=1),
        trial(0.1, [2.0, 1.0, 0.2]), trial(0.1, [2.0, 1.0, 1.2], seed=1),
        trial(0.316, [2.0, 1.0, 0.9]), trial(0.316, [2.0, 1.0, 0.8], seed=1),
    ]  # fmt: skip
    assert chosen(entrant(), tried[:4] + tried[4:]) == 0.1  # means 0.9, 0.7, 0.85
    assert chosen(entrant(), [*tried[:2], trial(0.1, [2.0, 0.95]), *tried[4:]]) == 0.316


def test_a_value_that_diverged_for_a_seed_loses_to_one_that_did_not():
    tried = [
        trial(0.0316, [2.0, 1.9]), trial(0.0316, [2.0, 1.9], seed=1),
        trial(0.1, [2.0, 0.1]), trial(0.1, [2.0], seed=1, ending="diverged"),
        trial(0.316, [2.0], ending="diverged"), trial(0.316, [2.0], seed=1, ending="diverged"),
    ]  # fmt: skip
    assert chosen(entrant(), tried) == 0.0316


def test_where_accuracies_tie_the_lower_loss_decides_and_then_the_smaller_value():
    tried = [trial(rate, [2.0, loss], accuracies=[0.1, 0.8]) for rate, loss in ((0.0316, 0.6), (0.1, 0.5), (0.316, 0.5))]
    assert chosen(entrant("accuracy"), tried) == 0.1
    assert chosen(entrant("accuracy"), [*tried[:2], trial(0.316, [2.0, 3.0], accuracies=[0.1, 0.9])]) == 0.316


def test_all_diverged_and_nothing_to_tune():
    lost = [trial(rate, [2.0], ending="diverged") for rate in (0.0316, 0.1, 0.316)]
    assert chosen(entrant(), lost) == 0.0316
    assert chosen(entrant(), [trial(rate, [], ending="diverged") for rate in (0.0316, 0.1)] + lost[2:]) == 0.316
    assert chosen(entrant(name="lbfgs"), []) is None
