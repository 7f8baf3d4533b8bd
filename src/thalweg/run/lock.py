"""Lock: who works in a run's folder, by a kernel lock that dies with its process, and a note that says who it is."""

import contextlib
import json
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

from filelock import FileLock, Timeout

from thalweg.core.durable import json_bytes, write_file
from thalweg.core.errors import BusyError, StorageError
from thalweg.run.files import HOLDER, LOCK


@contextlib.contextmanager
def held(folder: Path, *, otherwise: str) -> Iterator[FileLock]:
    """Hold the lock of a folder that exists; raise `BusyError` naming who has it, and what to do `otherwise`."""
    lock = FileLock(str(folder / LOCK), timeout=0)
    try:
        lock.acquire()
    except Timeout:
        raise BusyError(f"{folder}: already being trained by {holder(folder)}. Wait for it, or {otherwise}.") from None
    except OSError as error:
        raise StorageError(f"cannot lock {folder}: {error.strerror or error}. Choose another folder.") from error
    try:
        yield lock
    finally:
        lock.release()


@contextlib.contextmanager
def noted(folder: Path) -> Iterator[None]:
    """Leave a note beside the lock that says who holds it."""
    path = folder / HOLDER
    try:
        write_file(path, json_bytes({"pid": os.getpid(), "host": socket.gethostname(), "since": time.strftime("%Y-%m-%d %H:%M:%S")}))
        yield
    finally:
        path.unlink(missing_ok=True)


def holder(folder: Path) -> str:
    """Return who holds a folder, as its note says."""
    try:
        who = json.loads((folder / HOLDER).read_bytes())
        return f"process {who['pid']} on {who['host']} since {who['since']}"
    except (OSError, ValueError, KeyError, TypeError):
        return "another process"
