"""Signals: the first Ctrl-C or SIGTERM asks for an end at the next safe point, the second ends the process at once."""

import contextlib
import os
import signal
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
