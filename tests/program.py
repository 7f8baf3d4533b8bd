"""The program as a process of its own, forked from one that has done the imports: a command costs its work and no start.

How the program starts from nothing is the subject of `faces/test_start.py`; every other test that needs a process (a folder, signals and
a death of its own) takes it from here.
"""

import multiprocessing
import os
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

IMPORTED = ["torch", "sklearn.datasets", "thalweg.faces.commands", "thalweg.faces.sweep", "thalweg.faces.race"]


def fork(target: Callable[..., None], *arguments: Any) -> Any:
    """Start `target(*arguments)` in a process where the imports are done, as users have them: without the tests' checks of types."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(IMPORTED)
    child = context.Process(target=target, args=arguments)
    child.start()
    return child


def thalweg(words: Sequence[str]) -> None:
    """Run a command."""
    from thalweg.faces.cli import main

    main(list(words))


def python(source: str) -> None:
    """Run a script."""
    exec(compile(source, "script", "exec"), {"__name__": "__main__"})


def _alone(target: Callable[[Any], None], argument: Any, folder: str, environment: dict[str, str], streams: tuple[str, str]) -> None:
    import torch

    for number, path in enumerate(streams, start=1):
        os.dup2(os.open(path, os.O_WRONLY), number)
    os.chdir(folder)
    os.environ.clear()
    os.environ.update(environment)
    torch.set_num_threads(1)
    target(argument)


class Child:
    """A process at work in `folder`; what it prints lies in two files beside the folder."""

    def __init__(self, target: Callable[[Any], None], argument: Any, *, folder: Path, environment: dict[str, str] | None = None) -> None:
        number = len(list(folder.parent.glob(f"{folder.name}-*.out")))
        self.streams = tuple(folder.parent / f"{folder.name}-{number}.{end}" for end in ("out", "err"))
        for path in self.streams:
            path.touch()
        names = tuple(str(path) for path in self.streams)
        self.process = fork(_alone, target, argument, str(folder), {**os.environ, **(environment or {})}, names)
        self.pid: int = self.process.pid

    @property
    def output(self) -> str:
        return self.streams[0].read_text()

    @property
    def errors(self) -> str:
        return self.streams[1].read_text()

    def until(self, ready: Callable[[], Any]) -> None:
        """Wait until `ready()`; fail where the process ends or a minute passes first."""
        deadline = time.monotonic() + 60
        while not ready():
            assert self.process.is_alive(), self.errors
            assert time.monotonic() < deadline, self.errors
            time.sleep(0.01)

    def send(self, number: int) -> None:
        os.kill(self.pid, number)

    def kill(self) -> None:
        self.process.kill()
        self.process.join()

    def end(self) -> int:
        """Wait for the end; return the exit code."""
        self.process.join(120)
        assert self.process.exitcode is not None, self.errors
        return self.process.exitcode
