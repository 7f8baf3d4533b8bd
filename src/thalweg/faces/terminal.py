"""The terminal: progress, tables and one-line errors. Progress and errors go to stderr, results to stdout."""

import functools
import io
import math
import os
import re
import sys
import traceback
from collections.abc import Callable, Sequence
from typing import Any, NoReturn, TypeVar

from thalweg.core.errors import ThalwegError
from thalweg.core.visible import visible

Function = TypeVar("Function", bound=Callable[..., Any])
EPOCH = re.compile(r"epoch (\d+)/(\d+)")
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
    """Progress on a terminal: a bar with the time left for the stage under way, and for epochs one more for all of them."""

    def __init__(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, ProgressColumn, TextColumn
        from rich.text import Text

        class Time(ProgressColumn):
            """The time left, as far as it can be told, else the time that has passed."""

            max_refresh = 0.5

            def render(self, task: Any) -> Text:
                left = task.time_remaining
                return Text(told_time(elapsed=task.elapsed, left=None if left is None else float(left)))

        columns = (
            TextColumn("{task.description:<18}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[unit]}"),
            Time(),
            TextColumn("{task.fields[figures]}"),
        )
        self.console = Console(stderr=True)
        self.tasks: list[Any] = []
        self.whole: Any = None
        self.epochs, self.trained = (0, 0), False
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
        """Show a bar; a stage that is called `epoch 3/40` shows the bar of all epochs under it, which goes on from stage to stage."""
        self.bars.start()
        self.tasks.append(self.bars.add_task(visible(stage), total=total, unit=unit, figures=""))
        epoch = EPOCH.fullmatch(stage)
        if epoch is not None:
            self._follow(int(epoch[1]), int(epoch[2]), total)
        elif not stage.startswith("measure"):  # what stands between epochs; with anything else the training is over
            self._leave()

    def advance(self, count: int = 1, **figures: float) -> None:
        """Move the bar."""
        if not self.tasks:
            return
        if figures:
            self.bars.update(self.tasks[-1], advance=count, figures=" ".join(f"{name} {value:.4g}" for name, value in figures.items()))
        else:
            self.bars.advance(self.tasks[-1], count)
        if self.whole is not None and self.trained:
            self.bars.advance(self.whole, count)

    def end(self) -> None:
        """Take the bar away."""
        self.trained = False
        if self.tasks:
            self.bars.remove_task(self.tasks.pop())
        if not self.tasks:
            self.bars.stop()

    def _leave(self) -> None:
        """Take the bar of all epochs away."""
        if self.whole is not None:
            self.bars.remove_task(self.whole)
            self.whole = None

    def _follow(self, epoch: int, epochs: int, steps: int) -> None:
        """Show how far all epochs are: another bar for another training."""
        before, of = self.epochs
        if of != epochs or epoch <= before:
            self._leave()
        if self.whole is None and epochs > 1:
            self.whole = self.bars.add_task("all epochs", total=epochs * steps, unit="steps", figures="", completed=(epoch - 1) * steps)
        if self.whole is not None:
            self.bars.update(self.whole, completed=(epoch - 1) * steps)
        self.epochs, self.trained = (epoch, epochs), True

    def say(self, line: str) -> None:
        """Print a line above the bar."""
        self.console.print(visible(line), markup=False, highlight=False)


def told_time(*, elapsed: float | None, left: float | None) -> str:
    """Return the time left, or where that is not known the time that has passed.

    >>> told_time(elapsed=3.0, left=None), told_time(elapsed=3.0, left=81.2), told_time(elapsed=9.0, left=7300.0)
    ('0:03 so far', '1:21 left', '2:01:40 left')
    """
    seconds = math.floor(left if left is not None else elapsed or 0.0)
    hours, minutes = divmod(seconds // 60, 60)
    clock = f"{hours}:{minutes:02d}:{seconds % 60:02d}" if hours else f"{minutes}:{seconds % 60:02d}"
    return f"{clock} {'so far' if left is None else 'left'}"


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
            fail("interrupted; run the same command again: what was kept is not done twice.", 130)
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
