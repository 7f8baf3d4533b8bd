"""Comparisons: every side in its own process, their rounds taken in turn, and the peak memory of each alone."""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

THREADS = 2
HERE = Path(__file__).parent
SAMPLE_SECONDS = 0.02


class SideError(Exception):
    """A side cannot run; the message is its own."""


@dataclass
class Side:
    """A running side."""

    name: str
    process: subprocess.Popen[str]

    @classmethod
    def start(cls, module: str, name: str, settings: Mapping[str, Any]) -> "Side":
        """Start a side; it makes ready in the background."""
        threads = {f"{library}_NUM_THREADS": str(THREADS) for library in ("OMP", "MKL", "OPENBLAS")}
        command = [sys.executable, str(HERE / "side.py"), module, name, json.dumps(settings)]
        environment = {**os.environ, **threads, "PYTHONPATH": str(HERE)}
        return cls(name, subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, env=environment))

    def answer(self) -> dict[str, Any]:
        """Return the side's next answer, or raise `SideError`."""
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        content: dict[str, Any] = json.loads(line) if line else {"error": "ended without an answer"}
        if "error" in content:
            raise SideError(f"{self.name}: {content['error']}")
        return content

    def round(self) -> float:
        """Do one round and return its seconds."""
        assert self.process.stdin is not None
        self.process.stdin.write("round\n")
        self.process.stdin.flush()
        return float(self.answer()["seconds"])

    def end(self) -> None:
        """Let the side end."""
        self.process.communicate()


def seconds(module: str, names: Sequence[str], settings: Mapping[str, Any], *, rounds: int) -> dict[str, list[float]]:
    """Return each side's seconds, round by round: A B C A B C ... with one untimed round of each before."""
    sides: list[Side] = []
    times: dict[str, list[float]] = {name: [] for name in names}
    try:
        for name in names:
            sides.append(Side.start(module, name, settings))
            sides[-1].answer()
        for _ in range(rounds):
            for side in sides:
                times[side.name].append(side.round())
    finally:
        for side in sides:
            side.end()
    return times


def peak_memory(module: str, name: str, settings: Mapping[str, Any]) -> float:
    """Return the peak memory in MB of one side and its workers, from its start through one round, with nothing else running.

    It is the larger of two figures: the process's own peak resident size, as the kernel keeps it, and (Linux) the greatest sum of the
    proportional sizes of the process and all its descendants, looked at every 20 ms. Pages that workers share count once.
    """
    side = Side.start(module, name, settings)
    ended = threading.Event()
    sums = [0.0]

    def watch() -> None:
        while not ended.wait(SAMPLE_SECONDS):
            sums.append(sum(map(_proportional_mb, _family(side.process.pid))))

    watcher = threading.Thread(target=watch)
    watcher.start()
    try:
        own = float(side.answer()["peak_mb"])
    finally:
        ended.set()
        watcher.join()
        side.end()
    return round(max(own, *sums), 1)


def _family(pid: int) -> list[int]:
    """Return a process and its descendants."""
    children: list[int] = []
    for file in Path("/proc", str(pid), "task").glob("*/children"):
        try:
            children += [int(word) for word in file.read_text().split()]
        except OSError:
            continue
    return [pid, *(one for child in children for one in _family(child))]


def _proportional_mb(pid: int) -> float:
    try:
        rows = Path("/proc", str(pid), "smaps_rollup").read_text().splitlines()
    except OSError:
        return 0.0
    return sum(int(row.split()[1]) for row in rows if row.startswith("Pss:")) * 1024 / 1e6
