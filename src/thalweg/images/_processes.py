"""Decoding processes: one a core, fed through pipes; a process that dies is an error within a moment, never a wait.

They are plain subprocesses, not `multiprocessing`: nothing is forked (PyTorch's threads are safe), the caller's script is not imported
again (no `if __name__ == "__main__"` needed), and a process starts in some 30 ms because it imports only Pillow.
"""

import json
import os
import queue
import signal
import subprocess
import sys
import tempfile
import threading
from collections import Counter
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, suppress
from typing import IO

from thalweg.core.errors import StorageError
from thalweg.core.visible import visible
from thalweg.images._picture import Target
from thalweg.images._worker import Report

_PROGRAM = "import sys; sys.path += sys.argv[1:]; from thalweg.images._worker import serve; serve()"

Batch = tuple[int, Sequence[str]]
Write = Callable[[int, bytes], None]


class DecoderDiedError(StorageError):
    """A decoding process ended before its answer: out of memory, killed from outside, or crashed on a file."""


def cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def decode_in_processes(
    batches: Sequence[Batch], target: Target, write: Write, *, count: int, headers_only: Callable[[], bool]
) -> Generator[tuple[Batch, Report], None, None]:
    """Yield each batch with its report as it is done, in any order, after `write(first row, pixels)` has been called for it.

    A batch is (first row, paths). `headers_only` is asked before each batch. Leaving the iterator ends all processes.
    Raises `DecoderDiedError`, or what `write` raised.
    """
    waiting: queue.SimpleQueue[Batch] = queue.SimpleQueue()
    for batch in batches:
        waiting.put(batch)
    done: queue.SimpleQueue[tuple[Batch, Report] | BaseException] = queue.SimpleQueue()
    with ExitStack() as stack:
        for _ in range(min(count, len(batches))):
            child = _Child()
            thread = threading.Thread(target=_keep_busy, args=(child, waiting, done, target, write, headers_only), daemon=True)
            stack.callback(thread.join)
            stack.enter_context(child)
            thread.start()
        for _ in batches:
            answer = done.get()
            if isinstance(answer, BaseException):
                raise answer
            yield answer


def _keep_busy(
    child: "_Child",
    waiting: "queue.SimpleQueue[Batch]",
    done: "queue.SimpleQueue[tuple[Batch, Report] | BaseException]",
    target: Target,
    write: Write,
    headers_only: Callable[[], bool],
) -> None:
    try:
        while True:
            batch = waiting.get_nowait()
            report, pixels = child.decode(batch, target, headers_only())
            write(batch[0], pixels)
            done.put((batch, report))
    except queue.Empty:
        return
    except BaseException as error:
        done.put(error)


class _Child:
    """One decoding process."""

    def __init__(self) -> None:
        self._complaints: IO[bytes] = tempfile.TemporaryFile()  # noqa: SIM115 (closed in __exit__)
        try:
            self._process = subprocess.Popen(
                [sys.executable, "-P", "-c", _PROGRAM, *filter(None, sys.path)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._complaints,
            )
        except OSError as error:
            self._complaints.close()
            raise DecoderDiedError(f"cannot start a process that decodes pictures: {error.strerror or error}.") from error

    def __enter__(self) -> "_Child":
        return self

    def __exit__(self, *_: object) -> None:
        self._process.kill()
        self._process.wait()
        for pipe in (self._process.stdin, self._process.stdout):
            assert pipe is not None
            with suppress(OSError):  # what it was about to be told no longer matters
                pipe.close()
        self._complaints.close()

    def decode(self, batch: Batch, target: Target, headers_only: bool) -> tuple[Report, bytes]:
        """Send a batch and wait for its answer."""
        task = {"paths": list(batch[1]), "target": target, "headers_only": headers_only}
        stdin, stdout = self._process.stdin, self._process.stdout
        assert stdin is not None
        assert stdout is not None
        try:
            stdin.write(json.dumps(task).encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise self._death(batch) from error
        line = stdout.readline()
        pixels = stdout.read(len(batch[1]) * target.nbytes)
        if not line.endswith(b"\n") or len(pixels) < len(batch[1]) * target.nbytes:
            raise self._death(batch)
        fields = json.loads(line)
        bad = [(number, reason) for number, reason in fields["bad"]]
        sizes = {name: (seen, example) for name, (seen, example) in fields["sizes"].items()}
        return Report(bad, sizes, fields["coloured"], Counter(fields["rules"])), pixels

    def _death(self, batch: Batch) -> DecoderDiedError:
        try:
            code = self._process.wait(timeout=5)
        except subprocess.TimeoutExpired:
            self._process.kill()
            code = self._process.wait()
        if code < 0:
            how = f"was killed by signal {-code} ({signal.Signals(-code).name})"
        else:
            self._complaints.seek(0)
            lines = self._complaints.read().decode(errors="replace").strip().splitlines()
            how = f"ended with code {code}" + (f" ({lines[-1]})" if lines else "")
        first, last = visible(batch[1][0]), visible(batch[1][-1])
        return DecoderDiedError(
            f"a process that decodes pictures {visible(how)} at one of {len(batch[1])} files, {first} to {last}. "
            "Free some memory and run the same command again; if it happens at the same files, look for a damaged one among them."
        )
