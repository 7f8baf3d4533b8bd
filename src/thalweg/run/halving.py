"""Successive halving: many candidates train a little, the better ones more, and few to the end.

Jamieson & Talwalkar, Non-stochastic best arm identification and hyperparameter optimization, AISTATS 2016; in the form with a factor other
than two of Li et al., Hyperband, JMLR 2018.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from thalweg.core.errors import ConfigError


@dataclass(frozen=True, kw_only=True)
class Rung:
    """So many `members` train until they have done `epochs` in all, from where the rung before left them; the best `keep` go on.

    In the last rung nobody is dropped any more: `keep` is `members`.
    """

    epochs: int
    members: int
    keep: int


def plan(members: int, *, epochs: int, factor: int = 3, least: int = 1) -> tuple[Rung, ...]:
    """Return the rungs: in rung i of 0..k, floor(members / factor^i) members reach floor(epochs / factor^(k - i)) epochs.

    Where several members are one candidate (seeds, folds), candidates are what is counted.

    k is the largest number of cuts for which the first rung has at least `least` epochs and the last at least one member; so the last
    rung always reaches `epochs`, and several members do where `least` forbids further cuts. With k = 0 all train to the end.

    Raises `ConfigError` unless members >= 1, factor >= 2 and 1 <= least <= epochs.

    >>> [(rung.epochs, rung.members, rung.keep) for rung in plan(27, epochs=9)]
    [(1, 27, 9), (3, 9, 3), (9, 3, 3)]
    """
    if members < 1:
        raise ConfigError(f"successive halving needs at least one member; got {members}.")
    if factor < 2:
        raise ConfigError(f"factor must be a whole number of at least 2, as one in so many goes on; got {factor}.")
    if not 1 <= least <= epochs:
        raise ConfigError(f"the first epochs must be a whole number in [1, {epochs}], the epochs of a whole training; got {least}.")
    cuts = min(_whole_logarithm(epochs // least, factor), _whole_logarithm(members, factor))
    left = [members // factor**cut for cut in range(cuts + 1)]
    reached = [epochs // factor ** (cuts - cut) for cut in range(cuts + 1)]
    return tuple(Rung(epochs=some, members=now, keep=then) for some, now, then in zip(reached, left, [*left[1:], left[-1]], strict=True))


def survivors(scores: Sequence[float | tuple[float, ...] | None], keep: int) -> tuple[int, ...]:
    """Return the places of the `keep` best scores (higher is better; ties: the earlier), in ascending order.

    A score may be several numbers, of which the later decide where the earlier are equal. None, or a NaN among them, is a member that
    diverged: it never goes on, so that fewer than `keep` may.

    >>> survivors([0.7, float("nan"), 0.9, 0.7], 2), survivors([(0.7, -2.0), (0.7, -1.0), None], 1)
    ((0, 2), (1,))
    """
    whole = [score if isinstance(score, tuple) else (score,) for score in scores]
    able = [place for place, score in enumerate(whole) if not any(each is None or math.isnan(each) for each in score)]
    return tuple(sorted(sorted(able, key=lambda place: whole[place], reverse=True)[:keep]))


def budget(rungs: Sequence[Rung]) -> int:
    """Return the epochs that all members together train: sum over i of members_i (epochs_i - epochs_(i-1)), as each goes on from before.

    >>> budget(plan(27, epochs=9))
    63
    """
    before = (0, *(rung.epochs for rung in rungs))
    return sum(rung.members * (rung.epochs - earlier) for rung, earlier in zip(rungs, before, strict=False))


def grid_budget(rungs: Sequence[Rung]) -> int:
    """Return the epochs that training every member to the end would have taken.

    >>> grid_budget(plan(27, epochs=9))
    243
    """
    return rungs[0].members * rungs[-1].epochs


def _whole_logarithm(value: int, base: int) -> int:
    """Return the largest k with base^k <= value, for a value of at least 1."""
    power = 0
    while base ** (power + 1) <= value:
        power += 1
    return power
