"""Signals: the first Ctrl-C or SIGTERM asks for an end at the next safe point, the second ends the process at once.

At a prompt or in a notebook the second Ctrl-C interrupts as anywhere in Python, and the session lives on.
"""

import contextlib
import os
import signal
import sys
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from types import FrameType


@dataclass
class Stop:
    """Whether somebody asked for the end, and by which signal."""

    signal: int | None = None

    @property
    def asked(self) -> bool:
        """Whether to save and end."""
        return self.signal is not None


@contextlib.contextmanager
def listening() -> Iterator[Stop]:
    """Collect SIGINT, SIGTERM and SIGHUP while the block runs; outside the main thread nothing is changed."""
    stop = Stop()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return

    def note(number: int, frame: FrameType | None) -> None:
        if stop.asked and at_a_prompt() and number == signal.SIGINT:
            raise KeyboardInterrupt  # what else stands in a notebook's memory is not ours to end
        if stop.asked:
            os._exit(128 + number)
        stop.signal = number

    names = [name for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)]
    before = {name: signal.signal(getattr(signal, name), note) for name in names}
    try:
        yield stop
    finally:
        for name, handler in before.items():
            signal.signal(getattr(signal, name), handler)


def at_a_prompt() -> bool:
    """Whether somebody types into this process, line by line or cell by cell."""
    return hasattr(sys, "ps1") or "ipykernel" in sys.modules
