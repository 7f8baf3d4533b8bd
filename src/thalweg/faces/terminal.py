"""The terminal: progress, tables and one-line errors. Progress and errors go to stderr, results to stdout."""

import functools
import io
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from thalweg.core.errors import ThalwegError
from thalweg.core.visible import visible

Function = TypeVar("Function", bound=Callable[..., Any])
QUIET_STAGES = ("epoch", "measure", "score")


class Nowhere(io.TextIOBase):
    """Where output goes when the terminal or the pipe is gone."""

    def write(self, text: str) -> int:
        """Forget the text."""
        return len(text)


class Plain:
    """Progress where no terminal watches: a line a stage, none for the short ones."""

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Note the stage."""
        self.stage, self.total, self.unit = stage, total, unit

    def advance(self, count: int = 1, **figures: float) -> None:
        """Show nothing: a stage has one line, at its end."""

    def end(self) -> None:
        """Print the stage's line."""
        if not self.stage.startswith(QUIET_STAGES):
            self.say(f"{self.stage}: {self.total:,} {self.unit}")

    def say(self, line: str) -> None:
        """Print a line."""
        _to_stderr(visible(line))


class Bars:
    """Progress on a terminal: one bar with rate and time left for the stage under way."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (
            TextColumn("{task.description:<18}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            TimeRemainingColumn(),
            TextColumn("{task.fields[figures]}"),
        )
        self.console = Console(stderr=True)
        self.task: Any = None
        self.lines: tuple[Any, ...] = ()
        bars = self

        class Below(Progress):
            """Bars with lines under them."""

            def get_renderables(self) -> Any:
                yield self.make_tasks_table(self.tasks)
                yield from bars.lines

        self.bars = Below(*columns, console=self.console, transient=True)

    def board(self, lines: Sequence[str]) -> None:
        """Show lines under the bar, in the place of those shown before."""
        from rich.text import Text

        self.lines = tuple(Text(visible(line), no_wrap=True, overflow="ellipsis") for line in lines)

    def begin(self, stage: str, total: int, unit: str) -> None:
        """Show a bar."""
        self.bars.start()
        self.task = self.bars.add_task(visible(stage), total=total, unit=unit, figures="")

    def advance(self, count: int = 1, **figures: float) -> None:
        """Move the bar."""
        if figures:
            self.bars.update(self.task, advance=count, figures=" ".join(f"{name} {value:.4g}" for name, value in figures.items()))
        else:
            self.bars.advance(self.task, count)

    def end(self) -> None:
        """Take the bar away."""
        if self.task is not None:
            self.bars.remove_task(self.task)
            self.task = None
        if not self.bars.tasks:
            self.bars.stop()

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self.console.print(visible(line), markup=False, highlight=False)


def watcher(*, quiet: bool) -> Any:
    """Return the progress that fits: nothing when quiet, bars on a terminal, lines otherwise."""
    from thalweg.core.progress import Silent

    if quiet:
        return Silent()
    return Bars() if sys.stderr.isatty() and os.environ.get("TERM") != "dumb" else Plain()


def table(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Lay out a plain table: text to the left, numbers to the right, safe to print whatever the names hold.

    >>> print(table(["class", "n"], [["cat", 10], ["bird", 9]]))
    class   n
    cat    10
    bird    9
    """
    cells = [[visible(str(cell)) for cell in row] for row in [headings, *rows]]
    right = [all(isinstance(row[column], int | float) for row in rows) and bool(rows) for column in range(len(headings))]
    widths = [max(len(row[column]) for row in cells) for column in range(len(headings))]
    lines = [
        "  ".join(cell.rjust(w) if r else cell.ljust(w) for cell, w, r in zip(row, widths, right, strict=True)).rstrip() for row in cells
    ]
    return "\n".join(lines)


def answering(function: Function) -> Function:
    """End a command that fails with one line and the error's exit code; with `--debug`, show where it came from."""

    @functools.wraps(function)
    def command(*arguments: Any, **options: Any) -> Any:
        try:
            answer = function(*arguments, **options)
            sys.stdout.flush()
            return answer
        except ThalwegError as error:
            fail(str(error), error.exit_code)
        except KeyboardInterrupt:
            fail("interrupted.", 130)
        except BrokenPipeError:
            sys.stdout = Nowhere()
            raise SystemExit(0) from None
        except OSError as error:
            fail(f"{error.filename or 'the answer'}: {error.strerror or error}.", 6)
        except (MemoryError, RuntimeError) as error:
            if not is_out_of_memory(error):
                raise
            fail("out of memory; use a smaller --batch, a smaller --size or fewer --examples.", 6)

    return command  # type: ignore[return-value]


def fail(message: str, code: int) -> NoReturn:
    """Print an error in one line and end with a code."""
    if debugging():
        traceback.print_exc()
    _to_stderr("thalweg: " + "\n".join(visible(line) for line in message.splitlines()))
    raise SystemExit(code)


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an error says that memory has run out, in Python's way or in PyTorch's.

    >>> [is_out_of_memory(error) for error in (MemoryError(), RuntimeError("DefaultCPUAllocator: can't allocate memory"), OSError())]
    [True, True, False]
    """
    said = ("can't allocate memory", "out of memory")
    return isinstance(error, MemoryError) or (isinstance(error, RuntimeError) and any(words in str(error) for words in said))


def debugging() -> bool:
    """Whether `--debug` was given."""
    return os.environ.get("THALWEG_DEBUG") == "1"


def _to_stderr(line: str) -> None:
    try:
        print(line, file=sys.stderr, flush=True)
    except OSError:  # the terminal is gone; training goes on
        sys.stderr = Nowhere()
