"""What a run's record, weights and pictures say after training: silent on digits, and each planted fault by name."""

from dataclasses import replace

import jaxtyping
import numpy as np
import pytest

from thalweg.core.outcome import Ending, Outcome
from thalweg.doctor import _after
from thalweg.doctor._after import after
from thalweg.faces._asked import recipe_of
from thalweg.run.record import Epoch, Figures
from thalweg.run.run import Run
from thalweg.run.train import train

ENDED = Outcome(ending=Ending.FINISHED, epoch=10, step=100, reason="all epochs are done")


@pytest.fixture(scope="module")
def run(digits) -> Run:
    jaxtyping.config.update("jaxtyping_disable", True)  # a whole training, as `many_steps` says of a test
    try:
        return train(digits, recipe_of("digits", {}))
    finally:
        jaxtyping.config.update("jaxtyping_disable", False)


def rows(*losses: float) -> tuple[Epoch, ...]:
    """Return a log whose validation losses are these and whose training losses are half of them."""
    return tuple(
        Epoch(
            epoch=number, step=number, examples=0, rate=0.1, train=Figures.of(loss / 2, 0.0, 0.9),
            validation=Figures.of(loss, 0.0, 0.9),
        )
        for number, loss in enumerate(losses)
    )  # fmt: skip


@pytest.mark.many_steps
def test_digits_by_default_give_nothing(run, digits):
    assert after(run, digits) == ()


def test_a_start_above_what_unrelated_scores_cost(run):
    assert _after.start_loss(run) is None
    check = _after.start_loss(replace(run, metrics=rows(30.0, 2.0)))
    assert check.sentence == "The loss began at 15, where zero scores cost 2.303."
    continued = replace(run, metrics=rows(30.0, 2.0), recipe=run.recipe.model_copy(update={"start": "runs/x"}))
    assert _after.start_loss(continued) is None


def test_a_loss_that_still_falls(run):
    falling = replace(run, outcome=ENDED, metrics=rows(2.3, 2.0, 1.7, 1.4, 1.2, 1.0, 0.8, 0.7, 0.6, 0.5, 0.4))
    check = _after.still_falling(falling)
    assert check.sentence == "The loss was still falling at the end: from 0.6 to 0.4 in the last fifth of the epochs."
    level = replace(falling, metrics=rows(2.3, 1.0, 0.6, 0.5, 0.45, 0.41, 0.4, 0.4, 0.4, 0.4, 0.39))
    assert _after.still_falling(level) is None
    stopped = replace(falling, outcome=replace(ENDED, ending=Ending.STOPPED_EARLY))
    assert _after.still_falling(stopped) is None
    assert _after.still_falling(replace(falling, metrics=())) is None


def test_a_loss_that_rose_on_the_way(run):
    check = _after.risen(replace(run, metrics=rows(4.6, 20.0, 1.0)))
    assert check.sentence == "The training loss rose to 10 at epoch 1, from 2.3 before the first step."
    assert _after.risen(replace(run, metrics=rows(4.6, 5.0, 1.0))) is None


def test_best_epoch_long_before_the_end(run):
    late = replace(run, metrics=rows(2.3, 1.0, 0.5, 0.5, 0.6, 0.7, 0.8))
    assert _after.best_epoch(late).sentence == "The validation loss was lowest at epoch 2 of 6 and rose from 0.5 to 0.8."
    assert _after.best_epoch(replace(run, metrics=rows(2.3, 1.0, 0.5, 0.5, 0.5, 0.55, 0.55))) is None


def test_a_gap_beyond_chance(run):
    figures = {"train": Figures.of(0.0, 0.0, 1.0), "test": Figures.of(0.5, 0.0, 0.8)}
    assert "100.0% of the training pictures are right, but 80.0% of the test" in _after.gap(replace(run, figures=figures)).sentence
    few = replace(run.data, counts={**run.data.counts, "test": (1,) * 10})
    assert _after.gap(replace(run, figures=figures, data=few)) is None  # of ten pictures two fewer: three standard errors are 0.38


def test_dead_units_of_the_kept_weights(digits):
    run = train(digits, recipe_of("digits", {"score": "mlp", "widths": (4,), "epochs": 0}))
    assert _after.units(run, digits) is None
    run.model.module.get_parameter("layers.0.bias").data.fill_(-1e6)
    check = _after.units(run, digits)
    assert (check.verdict, check.sentence) == ("wrong", "4 of 4 relu units of layer layers.1 are never active: they do nothing.")


def test_faults_of_the_pictures_come_wrong_first(run, digits):
    images = digits.images.copy()
    images[:, :5] = 0
    images[digits.split.test[:50]] = images[digits.split.train[:50]]
    counts = {**run.data.counts, "train": (0, *run.data.counts["train"][1:])}
    found = after(replace(run, data=replace(run.data, counts=counts)), replace(digits, images=images))
    assert {"pixels", "duplicates", "balance"} <= {check.name for check in found}
    verdicts = [check.verdict for check in found]
    assert verdicts == sorted(verdicts, key=lambda verdict: verdict != "wrong")
    assert np.isfinite([each.value for check in found for each in check.measured if isinstance(each.value, float)]).all()
