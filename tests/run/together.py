"""Members trained together and each alone: what the tests of populations share."""

import pytest
import torch

from thalweg.core.progress import Silent
from thalweg.run.conduct import first_state, run_to_the_end
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down
from thalweg.run.signals import Stop


def trained(images, recipes, *, state=None, stop=None, progress=None, saved=None, until=None):
    """Train recipes as one population; return the last state, the kept weights and the setting."""
    setting = settle_down(recipes, images)
    save = (lambda _: None) if saved is None else saved.append
    state, kept = run_to_the_end(
        setting, first_state(setting, None) if state is None else state, save=save, log=lambda *_: None, stop=stop or Stop(),
        progress=progress or Silent(), until=until,
    )  # fmt: skip
    return state, kept, setting


def check_alone(images, recipes, *, tolerance):
    """Check that every member of a population ends as its recipe does alone: kept weights, log and outcome."""
    state, kept, _ = trained(images, recipes)
    for number, recipe in enumerate(recipes):
        alone, own, _ = trained(images, recipe)
        for name, tensor in own.params.items():
            torch.testing.assert_close(kept.params[name][number : number + 1], tensor, rtol=tolerance, atol=tolerance)
        for name, tensor in own.buffers.items():
            torch.testing.assert_close(kept.buffers[name][number : number + 1], tensor, rtol=tolerance, atol=tolerance)
        ending, other = state.outcomes[number], alone.outcomes[0]
        assert (ending.ending, ending.epoch, ending.step, kept.epochs[number]) == (other.ending, other.epoch, other.step, own.epochs[0])
        for one, two in zip(state.logs[number], alone.logs[0], strict=True):
            assert (one.epoch, one.step, one.examples, one.rate) == (two.epoch, two.step, two.examples, two.rate)
            for part in ("train", "validation"):
                here, there = getattr(one, part), getattr(two, part)
                assert (here is None) == (there is None)
                if here is not None:
                    assert here.total == pytest.approx(there.total, rel=10 * tolerance, abs=10 * tolerance)
    return state, kept


def spread_out(base: Recipe, **changes):
    """Return recipes that share their data: `changes` gives for a setting one value a member."""
    count = len(next(iter(changes.values())))
    return [base.with_changes(data_seed=0, **{name: values[index] for name, values in changes.items()}) for index in range(count)]
