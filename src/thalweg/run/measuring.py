"""Measuring: the figures of a population on a part of its data, each fold by the members that it is held out for."""

from dataclasses import replace

from thalweg.core.progress import Progress
from thalweg.core.tree import Params, at
from thalweg.run.batches import Batches, WholeSet
from thalweg.run.evaluate import figures
from thalweg.run.record import Figures
from thalweg.run.setting import Setting


def measured(
    setting: Setting, batches: Batches, params: Params, buffers: Params, *, part: str, progress: Progress
) -> tuple[Figures, ...]:  # fmt: skip
    """Return every member's figures on the examples that the batches hold for it."""
    members = setting.members
    progress.begin(f"measure {part}", batches.examples, "images")
    try:
        return figures(
            setting.scorer(params, buffers), batches.chunks(), loss=setting.loss, knobs=members.loss,
            penalties=members.penalties.value(params), seen=progress.advance,
        )  # fmt: skip
    finally:
        progress.end()


def measured_part(setting: Setting, part: str, params: Params, buffers: Params, *, progress: Progress) -> tuple[Figures, ...]:
    """Return every member's figures on a part; with folds, the validation figures of a member are those of its own fold.

    Each fold's examples are scored by its members only, which is the number of folds times less work than all by all.
    """
    own = setting.members.own
    if own is None or own.is_floating_point() or part != "validation":
        return measured(setting, setting.whole(part), params, buffers, part=part, progress=progress)
    found: dict[int, Figures] = {}
    for places in _by_fold(setting):
        some = places * 2 if len(places) == 1 < len(setting.members) else places  # one by itself would be rounded in another way
        rows = setting.parts[part].rows
        held = WholeSet(replace(setting.parts[part], rows=rows[~own[places[0], rows]]), setting.prepare)
        alone = setting.only(some)
        alone = replace(alone, members=replace(alone.members, own=None))
        answers = measured(alone, held, at(params, some), at(buffers, some), part=part, progress=progress)
        found.update(zip(places, answers, strict=False))
    return tuple(found[place] for place in range(len(setting.members)))


def _by_fold(setting: Setting) -> list[list[int]]:
    folds: dict[int | None, list[int]] = {}
    for place, recipe in enumerate(setting.members.recipes):
        folds.setdefault(recipe.data.fold, []).append(place)
    return list(folds.values())
