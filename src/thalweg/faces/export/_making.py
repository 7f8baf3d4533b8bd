"""The making: a format's files, written where they are thrown away, read back and compared, before they are put in place."""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from thalweg.core.durable import storage_errors
from thalweg.core.errors import ModelError
from thalweg.core.progress import Progress, stage
from thalweg.faces.export._check import Check, Sample, compare, tolerance_of
from thalweg.faces.export._format import Format, UnwritableError
from thalweg.run.run import Run


@dataclass(frozen=True, kw_only=True)
class File:
    """One export: its format, its path, what lies beside it and belongs to it, all their bytes, and how it compares with the run.

    `detail` is what else there is to know of it, as the version of a standard.
    """

    format: str
    path: Path
    beside: tuple[Path, ...]
    size: int
    check: Check
    detail: str = ""


@dataclass(frozen=True, kw_only=True)
class Made:
    """A format's files, made and compared, before they are in place."""

    format: Format
    file: File
    contents: Mapping[Path, bytes]


def make_all(
    run: Run, chosen: Sequence[tuple[Format, Path]], sample: Sample, *, whole: bool, progress: Progress
) -> tuple[list[Made], list[str]]:
    """Write and compare every format; a whole folder goes without those that turn out to be impossible, and a note says so."""
    made, notes = [], []
    with stage(progress, "export", len(chosen), "files") as done:
        for entry, path in chosen:
            try:
                made.append(_make(run, entry, path, sample))
            except UnwritableError as error:
                if not whole:
                    raise
                notes.append(f"no {entry.name}: {error}")
            done()
    return made, notes


def _make(run: Run, entry: Format, path: Path, sample: Sample) -> Made:
    """Write a format into a folder that is thrown away, compare it with the run, and return its contents."""
    contents = entry.write(run, path.name)
    with tempfile.TemporaryDirectory() as away:
        main = Path(away) / path.name
        with storage_errors(main):
            for name, data in contents.items():
                main.with_name(name).write_bytes(data)
        try:
            check = compare(entry.read(main), sample, tolerance=tolerance_of(run))
        except ModelError as error:
            raise ModelError(f"{path}: {error}. Nothing was written.") from None
        detail = entry.detail(main)
    placed = {path.with_name(name): data for name, data in contents.items()}
    size = sum(map(len, contents.values()))
    file = File(format=entry.name, path=path, beside=tuple(placed)[1:], size=size, check=check, detail=detail)
    return Made(format=entry, contents=placed, file=file)
