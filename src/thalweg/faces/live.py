"""Live: progress that a notebook shows in place: a bar, figures, time left, and curves that grow while training runs."""

import importlib
import sys
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol, runtime_checkable

from markupsafe import Markup

from thalweg.core.progress import Progress
from thalweg.faces._page import fragment
from thalweg.faces.notebook.cell import style
from thalweg.faces.notebook.standing import Standing
from thalweg.faces.terminal import watcher
from thalweg.run.seen import Seen

SECONDS, SHARE = 0.5, 0.05
"""The least time between two pictures, and the most of the time that drawing may take."""
LINES = 4
"""How many of the last lines said are shown."""


@runtime_checkable
class Onlooker(Progress, Protocol):
    """Progress that also looks at where trainings stand."""

    def see(self, seen: Seen) -> None:
        """Look at where a training stands after an epoch."""


def live() -> Progress:
    """Return progress that a notebook shows as a picture in place: `train("digits", progress=live())`.

    It works wherever IPython shows HTML (Jupyter, VS Code, Colab) and goes for everything that takes `progress`. Outside a notebook it is
    what the command line shows: bars on a terminal, lines elsewhere. The kernel's interrupt ends training at the next step, with a run that
    says so.
    """
    return Live() if in_notebook() else watcher(quiet=False)


def in_notebook() -> bool:
    """Whether this process answers a notebook's cells."""
    shell = sys.modules.get("IPython")
    found = None if shell is None else shell.get_ipython()
    return getattr(found, "kernel", None) is not None


@dataclass
class Stage:
    """A stage of work: so many of `total` units are done."""

    name: str
    total: int
    unit: str
    done: int = 0


class Live:
    """Progress shown in a cell's output; the output is made by the first thing to show, and is then changed in place."""

    def __init__(self) -> None:
        self.handle: Any = None
        self.standing = Standing()
        self.stages: list[Stage] = []
        self.said: list[str] = []
        self.figures: Mapping[str, float] = {}
        self.pictures: list[tuple[str, str]] = []
        self.began = self.shown = time.monotonic()
        self.cost = 0.0
        self.stale = False

    def begin(self, stage: str, total: int, unit: str) -> None:
        """A stage begins, within the one before where that has not ended."""
        self.stages.append(Stage(stage, total, unit))
        self._show()

    def advance(self, count: int = 1, **figures: float) -> None:
        """Move the bar."""
        if self.stages:
            self.stages[-1].done += count
        self.figures = figures or self.figures
        self._show()

    def end(self) -> None:
        """The stage is over; the last one leaves everything as it stands."""
        if self.stages:
            self.stages.pop()
        self._show(now=not self.stages and self.standing.done)

    def say(self, line: str) -> None:
        """Keep the last lines that were said."""
        self.said = [*self.said[1 - LINES :], line]
        self._show()

    def see(self, seen: Seen) -> None:
        """Take the new figures in."""
        self.standing.see(seen)
        self.stale = True

    def _show(self, *, now: bool = False) -> None:
        """Show where it is time: at most twice a second, and so that drawing takes little of it; the end of all work always."""
        at = time.monotonic()
        if not now and self.handle is not None and at - self.shown < max(SECONDS, self.cost / SHARE):
            return
        html = self.html()
        display = importlib.import_module("IPython.display")
        if self.handle is None:
            self.handle = display.display(display.HTML(html), display_id=True)
            self._finish_with_the_cell()
        else:
            self.handle.update(display.HTML(html))
        self.shown = time.monotonic()
        self.cost = self.shown - at

    def _finish_with_the_cell(self) -> None:
        """Have the last state shown when the cell is done, however training ended."""
        shell = importlib.import_module("IPython").get_ipython()
        if shell is None:
            return

        def last() -> None:
            shell.events.unregister("post_execute", last)
            self.stages = []
            self._show(now=True)
            self.handle = None  # the next cell gets an output of its own

        shell.events.register("post_execute", last)

    def html(self) -> str:
        """Return what is shown; curves are drawn afresh only where they have changed."""
        if self.stale:
            self.pictures, self.stale = self.standing.pictures(), False
        stage = self.stages[-1] if self.stages else None
        epoch = next((one for one in self.stages if one.name.startswith("epoch")), None)
        left = self.standing.left(epoch.done / epoch.total if epoch is not None and epoch.total else 0.0)
        return fragment(
            "notebook/live.html", style=Markup(style()), stage=stage, figures=self.figures, said=self.said, pictures=self.pictures,
            elapsed=clock(time.monotonic() - self.began), left="" if left is None else f"about {clock(left)} left",
        )  # fmt: skip


def clock(seconds: float) -> str:
    """Return a time as a person says it.

    >>> clock(7.4), clock(95.0), clock(3700.0)
    ('7 s', '1 min 35 s', '1 h 01 min')
    """
    whole = round(seconds)
    if whole < 60:
        return f"{whole} s"
    return f"{whole // 60} min {whole % 60:02} s" if whole < 3600 else f"{whole // 3600} h {whole % 3600 // 60:02} min"
