"""Job: evidence computed beside the answering of words, by a thread; it can be watched and cancelled, and ends with the page."""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from thalweg.core.errors import ConfigError, ThalwegError
from thalweg.core.visible import visible
from thalweg.faces import api, report
from thalweg.faces.gathering import gather
from thalweg.faces.inspect import question
from thalweg.faces.inspection import findings_of
from thalweg.faces.kept_evidence import KeptEvidence, digest_of
from thalweg.faces.kinds import chosen, settled
from thalweg.faces.lab._drawings import all_shown
from thalweg.run import files
from thalweg.run.own_files import check_own
from thalweg.run.subject import subject_of

ANSWERS = "answers"
SMALL: dict[str, dict[str, Any]] = {"surface": {"grid": (21,)}}
"""Slow evidence is computed coarsely first."""


class Cancelled(Exception):  # noqa: N818  (nothing is wrong)
    """Somebody has asked for the end."""


@dataclass(eq=False)
class Job:
    """One computation: what it is, how far it is, and what came of it. It is the `Progress` that the computation reports to."""

    run: str
    kind: str
    state: Literal["running", "done", "failed", "cancelled"] = "running"
    text: str = ""
    stage: str = ""
    done: int = 0
    total: int = 0
    asked_to_stop: bool = False
    begun: float = field(default_factory=time.monotonic)
    ended: float | None = None

    def begin(self, stage: str, total: int, unit: str) -> None:
        """A stage begins."""
        self._go_on()
        self.stage, self.done, self.total = stage, 0, total

    def advance(self, count: int = 1, **figures: float) -> None:
        """So much more is done."""
        self._go_on()
        self.done += count

    def end(self) -> None:
        """The stage is over."""
        self._go_on()

    def say(self, line: str) -> None:
        """Nobody reads lines here."""
        self._go_on()

    def _go_on(self) -> None:
        if self.asked_to_stop:
            raise Cancelled

    def row(self) -> dict[str, Any]:
        """Return how far it is."""
        seconds = (self.ended or time.monotonic()) - self.begun
        plain = {name: getattr(self, name) for name in ("run", "kind", "state", "done", "total")}
        return {**plain, "text": visible(self.text), "stage": visible(self.stage), "seconds": round(seconds, 1)}


class Bench:
    """Where jobs are done, one at a time; `answers` holds what a run's answers look like, which no file keeps."""

    def __init__(self) -> None:
        self.job: Job | None = None
        self.answers: dict[str, list[dict[str, Any]]] = {}
        self.count = 0

    @property
    def busy(self) -> bool:
        """Whether something is being computed."""
        return self.job is not None and self.job.state == "running"

    def start(self, run: str, folder: Path, kind: str, *, fine: bool = False) -> None:
        """Begin to compute a kind of evidence of a run; raise `ConfigError` where another is under way or there is no such kind."""
        if self.busy and self.job is not None:
            raise ConfigError(f"{self.job.kind} of {visible(self.job.run)} is being computed; wait for it, or cancel it.")
        work = (lambda job: self._answer(job, folder)) if kind == ANSWERS else _finding(folder, kind, fine=fine)
        self.job = Job(run=run, kind=kind)
        threading.Thread(target=self._do, args=(self.job, work), name=f"evidence {kind}", daemon=True).start()

    def cancel(self) -> None:
        """Ask for the end; the computation stops where it next reports how far it is."""
        if self.job is not None:
            self.job.asked_to_stop = True

    def _do(self, job: Job, work: Callable[[Job], str]) -> None:
        try:
            job.text, state = work(job), "done"
        except Cancelled:
            state = "cancelled"
        except ThalwegError as error:
            job.text, state = str(error), "failed"
        except MemoryError:
            job.text, state = "There is not enough memory for it.", "failed"
        except Exception as error:  # a person sees a line, and the lab goes on
            job.text, state = f"It could not be computed ({type(error).__name__}: {error}).", "failed"
        job.ended = time.monotonic()
        self.count += 1
        job.state = state  # type: ignore[assignment]

    def _answer(self, job: Job, folder: Path) -> str:
        run = api.open_run(folder)
        images = api.load_data(run.recipe, progress=job)
        run.check_own(images)
        drawings = report.answers_of(gather(run, run.matching(images)))
        self.answers[job.run] = all_shown(drawings)
        return "" if drawings else "No part of the data was held out, so that there are no answers to show."


BENCH = Bench()
"""The worker's own: a job goes on while its page is in another room, and is found again."""


def _finding(folder: Path, kind: str, *, fine: bool) -> Callable[[Job], str]:
    """Return what computes a kind of evidence and keeps it as `thalweg inspect` does: the same file, the same question."""
    entries = chosen([kind])
    knobs = settled(entries, {} if fine else SMALL.get(kind, {}))

    def work(job: Job) -> str:
        check_own(folder)
        run = api.open_run(folder)
        images = api.load_data(run.recipe, progress=job)
        run.check_own(images)
        kept = KeptEvidence(folder / files.EVIDENCE, digest_of(run.model.to_bytes()), question())
        _, skipped = findings_of(lambda: subject_of(run, images), entries, knobs, progress=job, keep=kept.keep, known=kept.load)
        return "".join(f"It does not apply: {reason}" for reason in skipped.values())

    return work
