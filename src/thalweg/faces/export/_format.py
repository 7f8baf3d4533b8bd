"""What an export format is: how a run is written, and how what was written answers."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from keyword import iskeyword
from pathlib import Path
from typing import NamedTuple

import numpy as np
from jaxtyping import Float, Int64, Shaped

from thalweg.core.entries import Entry
from thalweg.core.errors import ModelError
from thalweg.run.model import Model
from thalweg.run.run import Run

MARK = "Written by `thalweg export`"
"""Stands near the beginning or the end of every file that is exported: such a file may be replaced by the next export."""


class UnwritableError(ModelError):
    """A model turns out to have no form in a format: PyTorch cannot follow its module."""


class Answers(NamedTuple):
    """What a model says of a batch: scores, class numbers, and probabilities where they are defined."""

    scores: Float[np.ndarray, "n classes"]
    numbers: Int64[np.ndarray, " n"]
    probabilities: Float[np.ndarray, "n classes"] | None


class Usage(NamedTuple):
    """Python that uses an exported file: imports, and lines in which `pixels` is a batch."""

    imports: tuple[str, ...]
    lines: tuple[str, ...]


def importable(name: str) -> bool:
    """Whether a Python file of that name can be imported by `import`.

    >>> [importable(name) for name in ("net.py", "my-net.py", "class.py")]
    [True, False, False]
    """
    stem = Path(name).stem
    return stem.isidentifier() and not iskeyword(stem)


Answering = Callable[[Shaped[np.ndarray, "n height width channels"]], Answers]


@dataclass(frozen=True, kw_only=True)
class Format(Entry):
    """An export format.

    `endings` are those that a file may have, each with the ending of what lies beside it under the same name (empty: nothing).
    `files`: what it is called in a folder of exports, the first that suits. `unsuited(model, ending)` says why a model cannot be written
    so, nothing where it can. `write(run, name)` -> contents by file name: that of `name` first, then what lies beside it; `UnwritableError`
    where that turns out to be impossible. `read(path)` -> the file's own answers, in this process. `usage(run, name)`: how to use the file
    with `packages` alone. `needs`: modules that must be installed to write and to check; they come with the `extra`. `detail(path)`: what
    else a person wants to know of the file, as the version of a standard.
    """

    endings: Mapping[str, str]
    files: tuple[str, ...]
    packages: tuple[str, ...]
    unsuited: Callable[[Model, str], str]
    write: Callable[[Run, str], dict[str, bytes]]
    read: Callable[[Path], Answering]
    usage: Callable[[Run, str], Usage]
    needs: tuple[str, ...] = ()
    extra: str = ""
    detail: Callable[[Path], str] = lambda path: ""
