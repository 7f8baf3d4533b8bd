"""Kinds of folders that Thalweg writes: how each is told from anybody else's, and which files in it are Thalweg's own."""

import json
import os
import re
import stat
import tomllib
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.durable import TEMPORARY
from thalweg.core.errors import ModelError
from thalweg.run.files import (
    ANIMATION,
    CHECKPOINTS,
    EVIDENCE,
    HOLDER,
    INSPECTION,
    LOCK,
    MANIFEST,
    MEMBERS,
    METRICS,
    MODEL,
    PATH,
    POPULATION,
    RECIPE,
    REPORT,
    RESULTS,
)
from thalweg.run.own_files import own_bytes


def _named(*names: str) -> str:
    return "|".join(map(re.escape, names))


_STEPS = rf"[0-9-]+(/(state\.json|state\.safetensors|{_named(MANIFEST)}))?"
_EVIDENCE = rf"{EVIDENCE}(/[a-z0-9-]+\.json)?|{_named(INSPECTION, ANIMATION)}"
_RUN = rf"{_named(RECIPE, METRICS, MANIFEST, MODEL, PATH, REPORT)}|{CHECKPOINTS}(/{_STEPS})?|{_EVIDENCE}"
_POPULATION = (
    rf"{_named(POPULATION, MEMBERS)}|{RESULTS}(/\d+(/(results\.json|weights\.safetensors|{_named(MANIFEST)}))?)?"
    rf"|{CHECKPOINTS}(/\d+(/{_STEPS})?)?"
)
_SWEEP = rf"{_POPULATION}|sweep\.(html|json)|table\.csv|best\.toml|members(/\d+(/({_EVIDENCE}))?)?"
_RACE = rf"race\.(html|json|csv)|pace\.json|(tuning|final)(/({_POPULATION}))?"
_PASSING = re.compile(rf"(^|/)({re.escape(TEMPORARY)}\d+-|{re.escape(LOCK)}$|{re.escape(HOLDER)}$)")
PARTS_OF_A_RACE = ("tuning/population.json", "final/population.json")


@dataclass(frozen=True)
class Kind:
    """One kind of folder: the names of its records, any of which marks it where it `reads` as such, and a pattern of its own files."""

    name: str
    records: tuple[str, ...]
    own: str
    reads: Callable[[Any], bool]

    def marks(self, folder: Path) -> bool:
        """Whether a folder is of this kind."""
        return any(self.reads(_content(folder / record)) for record in self.records)

    def owns(self, path: str) -> bool:
        """Whether a file of the folder, named by its place in it with slashes, is Thalweg's own; locks are, and what crashed writers left.

        >>> run = kind_called("run")
        >>> run.owns("evidence/verdict.json"), run.owns(".tmp-17-metrics.jsonl"), run.owns("evidence/notes.txt")
        (True, True, False)
        """
        return _PASSING.search(path) is not None or re.fullmatch(self.own, path) is not None


def _holds(*names: str) -> Callable[[Any], bool]:
    return lambda content: isinstance(content, dict) and set(names) <= content.keys()


def _any(*readers: Callable[[Any], bool]) -> Callable[[Any], bool]:
    return lambda content: any(reads(content) for reads in readers)


_PLAN = _holds("fingerprint", "data", "chunks")
_MANIFEST, _PARTS = _holds("data", "versions", "recipe", "threads"), _holds("score", "loss", "optimiser", "data")
KINDS = (
    Kind("sweep", (POPULATION, "sweep.json"), _SWEEP, _any(_PLAN, _holds("board", "members"))),
    Kind("race", ("race.json", *PARTS_OF_A_RACE), _RACE, _any(_PLAN, _holds("contestants", "race"))),
    Kind("surface race", ("race.json",), r"race\.(html|json|gif)", _holds("surface", "runners")),
    Kind("rate", ("rate.json",), r"rate\.(html|json)", _holds("band", "recipe")),
    Kind("search", ("search.json",), r"search\.(html|json)", _holds("course", "methods")),
    Kind("claims", ("claims.json",), r"claims\.(html|json)", _holds("claims", "verdict")),
    Kind("run", (MANIFEST, RECIPE), _RUN, _any(_MANIFEST, _PARTS)),
)
"""Every kind; the first that marks a folder is its kind."""


def kind_called(name: str) -> Kind:
    """Return the kind of a name."""
    return next(kind for kind in KINDS if kind.name == name)


def kind_of(folder: Path) -> Kind | None:
    """Return what kind of folder this is; None where it is nothing of Thalweg's, or its records are too damaged to tell."""
    return next((kind for kind in KINDS if kind.marks(folder)), None)


def walk(folder: Path) -> Iterator[tuple[str, os.stat_result]]:
    """Yield everything below a folder by its place in it, with slashes. Links are never followed; what vanishes meanwhile is left out."""
    pending = [""]
    while pending:
        place = pending.pop()
        for path in _inside(folder / place):
            name = f"{place}/{path.name}" if place else path.name
            with suppress(FileNotFoundError):
                found = path.lstat()
                yield name, found
                if stat.S_ISDIR(found.st_mode):
                    pending.append(name)


def _inside(folder: Path) -> list[Path]:
    try:
        return list(folder.iterdir())
    except FileNotFoundError:
        return []


def _content(path: Path) -> Any:
    """Read a record; None where there is none that can be read, and where it is a link."""
    try:
        data = own_bytes(path)
        return tomllib.loads(data.decode()) if path.suffix == ".toml" else json.loads(data)
    except (OSError, ModelError, ValueError, RecursionError):
        return None
