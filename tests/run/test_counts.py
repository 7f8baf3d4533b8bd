"""Counts: twice the count is the example twice, none is the example left out, in every objective, for every member of a population."""

import numpy as np
import pytest
import torch

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.progress import Silent
from thalweg.core.seeds import generator
from thalweg.run.batches import MiniBatch
from thalweg.run.conduct import first_state, run_to_the_end
from thalweg.run.measuring import measured_part
from thalweg.run.own import weighed
from thalweg.run.population import Member, plan, train_members
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop
from thalweg.run.sweep import sweep

TIMES = np.array([2, 0, 1, 3, 1, 1, 0, 2, 1, 4, 1, 2], dtype=np.int64)


def features(rows=12, inputs=3, seed=0):
    random = np.random.default_rng(seed)
    labels = np.arange(rows) % 3
    return random.normal(size=(rows, inputs)) + labels[:, None], labels


def a_set(values, labels, validation=0):
    nothing = np.zeros(0, dtype=np.int64)
    rows = np.arange(len(labels), dtype=np.int64)
    split = Split(rows[validation:], rows[:validation], nothing)
    return ImageSet(
        images=values.reshape(len(values), 1, 1, -1), labels=labels.astype(np.int64), classes=("a", "b", "c"), fingerprint="", split=split,
        source="arrays",
    )  # fmt: skip


def twice():
    """The same examples, once with counts and once as often as they count."""
    values, labels = features()
    return a_set(values, labels), a_set(values.repeat(TIMES, 0), labels.repeat(TIMES))


def recipe(**given):
    return Recipe.make(precision="fp64", prepare=[], epochs=3, batch=given.pop("batch", 0), keep="last", **given)


def trained(recipes, images, counts=None):
    setting = settle_down(recipes, images, counts=counts)
    state, kept = run_to_the_end(
        setting, first_state(setting, None), save=lambda _: None, log=lambda *_: None, stop=Stop(), progress=Silent()
    )
    return state, kept


SCORES = {
    "linear": {"score": "linear"},
    "stacked": {"score": {"name": "mlp", "widths": (4,)}},
    "one by one": {"score": {"name": "cnn", "channels": (2,), "kernel": 1, "pool": 1, "batch_norm": False}},
}
LOSSES = ["softmax", "svm-sum", "svm-max", "svm-ova", "svm-sum-squared", "svm-max-squared", "svm-ova-squared"]


@pytest.mark.parametrize("score", SCORES)
def test_a_count_is_the_example_so_many_times(score):
    counted, repeated = twice()
    one = recipe(optimiser={"name": "momentum", "rate": 0.05}, penalty={"l2": 1e-2}, **SCORES[score])
    state, kept = trained(one, counted, TIMES[None].astype(float))
    other_state, other = trained(one, repeated)
    for name, tensor in kept.params.items():
        torch.testing.assert_close(tensor, other.params[name], rtol=1e-11, atol=1e-13)
    ours, theirs = state.rows[-1].train, other_state.rows[-1].train
    assert ours is not None
    assert theirs is not None
    assert (ours.loss, ours.accuracy) == pytest.approx((theirs.loss, theirs.accuracy), rel=1e-12)


@pytest.mark.parametrize("score", SCORES)
def test_members_of_a_population_count_each_in_its_own_way(score):
    counted, _ = twice()
    recipes = [recipe(optimiser={"name": "momentum", "rate": rate}, **SCORES[score]) for rate in (0.05, 0.01)]
    counts = np.stack([TIMES, TIMES[::-1]]).astype(float)
    _, together = trained(recipes, counted, counts)
    for place in range(2):
        _, alone = trained(recipes[place], counted, counts[place : place + 1])
        for name, tensor in alone.params.items():
            torch.testing.assert_close(together.params[name][place], tensor[0], rtol=1e-11, atol=1e-13)


@pytest.mark.parametrize("loss", LOSSES)
@pytest.mark.parametrize("biases", [False, True])
def test_the_best_weights_are_those_of_repeated_examples_and_are_proved(loss, biases):
    counted, repeated = twice()
    one = recipe(
        loss=loss, penalty={"l2": 1e-2}, optimiser={"name": "exact", "gap": 1e-7, "iterations": 60}, penalise_biases=biases
    )  # fmt: skip
    state, kept = trained(one, counted, TIMES[None].astype(float))
    other_state, other = trained(one, repeated)
    assert state.outcomes[0].ending == other_state.outcomes[0].ending == "converged"
    assert float(state.optimiser["primal"]) == pytest.approx(float(other_state.optimiser["primal"]), rel=2e-7)
    torch.testing.assert_close(kept.params["weight"], other.params["weight"], rtol=1e-3, atol=1e-4)


def test_l1_counts_too():
    counted, repeated = twice()
    one = recipe(penalty={"l1": 3e-2}, optimiser={"name": "exact", "gap": 1e-8, "iterations": 200})
    state, kept = trained(one, counted, TIMES[None].astype(float))
    _, other = trained(one, repeated)
    assert state.outcomes[0].ending == "converged"
    torch.testing.assert_close(kept.params["weight"], other.params["weight"], rtol=1e-3, atol=1e-4)


def test_batches_are_on_average_the_whole():
    values, labels = features()
    images = a_set(values, labels)
    setting = settle_down(recipe(batch=4), images, counts=TIMES[None].astype(float))
    params = {"weight": torch.randn(1, 3, 3, generator=generator(0, "w"), dtype=torch.float64), "bias": torch.zeros(1, 3).double()}
    whole = setting.objective(setting.whole("train"), {}, step=0).value_and_gradient(params)[1]["weight"]
    parts = []
    for rows in setting.parts["train"].rows.split(4):
        batch = MiniBatch(*setting.batch(rows, step=0))
        parts.append(setting.objective(batch, {}, step=0).value_and_gradient(params)[1]["weight"])
    torch.testing.assert_close(torch.stack(parts).mean(0), whole, rtol=1e-12, atol=1e-14)


def test_validation_figures_are_weighed():
    values, labels = features()
    images = a_set(values, labels, validation=3)
    counts = np.where(np.arange(12) == 0, 5.0, 1.0)
    setting = settle_down(recipe(), images, counts=counts[None])
    state = first_state(setting, None)
    (found,) = measured_part(setting, "validation", state.params, state.buffers, progress=Silent())
    scores = values[:3] @ state.params["weight"][0].numpy().T + state.params["bias"][0].numpy()
    right = (scores.argmax(1) == labels[:3]).astype(float)
    assert found.accuracy == pytest.approx(np.average(right, weights=counts[:3]))


@pytest.mark.parametrize(
    ("counts", "said"), [(np.zeros(12), "all weights are zero"), (np.full(12, -1.0), "at least 0"), (np.ones(11), "12 examples but 11")]
)
def test_bad_counts_are_refused(counts, said):
    values, labels = features()
    with pytest.raises(DataError, match=said):
        weighed(counts[None], a_set(values, labels))


def test_features_keep_their_precision():
    values, labels = features()
    images = a_set(values + 1e9, labels)
    setting = settle_down(recipe(), images)
    kept = next(iter(setting.whole("train").chunks())).images
    assert kept.dtype == torch.float64
    assert np.array_equal(kept.flatten(1).numpy(), values + 1e9)
    assert not images.points
    assert a_set(values[:, :2].copy(), labels).points


def test_members_of_a_plan_bring_their_counts_and_are_not_kept_in_folders(tmp_path):
    values, labels = features()
    images = a_set(values, labels)
    members = [Member(recipe(score="linear"), counts=TIMES.astype(float)), Member(recipe(score="linear"))]
    planned = plan(members, images)
    np.testing.assert_array_equal(planned.chunks[0].counts(12), [TIMES, np.ones(12)])
    assert plan(members[1:], images).chunks[0].counts(12) is None
    (found,) = train_members(planned, images)
    _, alone = trained(recipe(score="linear"), images, TIMES[None].astype(float))
    torch.testing.assert_close(found.kept.params["weight"][0], alone.params["weight"][0], rtol=1e-11, atol=1e-13)
    with pytest.raises(ConfigError, match="not kept in a folder"):
        sweep(planned, images, folder=tmp_path / "sweep")
