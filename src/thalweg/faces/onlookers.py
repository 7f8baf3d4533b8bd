"""Onlookers: who sees a training as it goes: live progress, and TensorBoard's event files where they are asked for."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from thalweg.core.imageset import ImageSet
from thalweg.core.progress import Progress
from thalweg.run.recipe import Recipe
from thalweg.run.run import Run
from thalweg.run.seen import See, Seen, unseen
from thalweg.run.train import train


def see_of(progress: Progress | None) -> See:
    """Return what progress wants to see of a training; nothing where it only counts."""
    see: See = getattr(progress, "see", unseen)
    return see


def train_seen(
    images: ImageSet, recipe: Recipe, *, folder: Path | None, progress: Progress | None, fresh: bool, events: Path | None
) -> Run:
    """Train by a recipe while live progress looks on, and with `events` write event files there, of a run that had ended before too."""
    if events is None:
        return train(images, recipe, folder=folder, progress=progress, fresh=fresh, see=see_of(progress))
    from thalweg.faces import tensorboard

    with writing(events, tensorboard.name_of(recipe, folder), progress=progress) as (board, see):
        run = train(images, recipe, folder=folder, progress=progress, fresh=fresh, see=see)
    if not board.events and not board.failed:
        tensorboard.write(run, events)
    return run


@contextmanager
def nobody(progress: Progress | None) -> Iterator[tuple[None, See]]:
    """Write no event files; only live progress sees."""
    yield None, see_of(progress)


@contextmanager
def writing(events: Path, name: str, *, progress: Progress | None, many: bool = False) -> Iterator[tuple[Any, See]]:
    """Write event files while the block runs; it gets the board, and what sees for it and for live progress."""
    from thalweg.faces.tensorboard import Board

    board = Board(events, name, many=many, say=(lambda line: None) if progress is None else progress.say)
    shown = see_of(progress)

    def both(seen: Seen) -> None:
        shown(seen)
        board.see(seen)

    try:
        yield board, both
    finally:
        board.close()
