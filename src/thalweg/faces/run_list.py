"""Run list: what stands in a folder of runs, read from the small records alone, without PyTorch."""

import json
import os
import stat
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.errors import ConfigError, unknown
from thalweg.core.near_path import near_path
from thalweg.core.visible import visible
from thalweg.faces.run_card import FINISHED, Card, read_card
from thalweg.faces.terminal import table
from thalweg.run.files import MANIFEST, POPULATION
from thalweg.run.folder_kinds import kind_of, walk

RUNS = Path("runs")
HEADINGS = ("", "kind", "data", "what", "epochs", "state", "validation", "test", "size", "changed")
_ORDERS: dict[str, Callable[["Listed"], float]] = {
    "date": lambda listed: -listed.card.when,
    "accuracy": lambda listed: 1.0 if listed.card.validation is None else -listed.card.validation,
    "size": lambda listed: -float(listed.size),
}


@dataclass(frozen=True)
class Listed:
    """One experiment: its folder, its card, and the bytes that it takes on the disk."""

    folder: Path
    card: Card
    size: int

    def row(self) -> dict[str, Any]:
        """Return the record as a JSON object."""
        own = ("kind", "data", "score", "loss", "optimiser", "epochs", "validation", "test", "reason", "members")
        card = {name: getattr(self.card, name) or None for name in own if name not in ("epochs", "validation", "test")}
        numbers = {name: getattr(self.card, name) for name in ("epochs", "validation", "test")}
        return {
            "folder": str(self.folder), **card, **numbers, "state": self.card.ending, "problem": self.card.broken or None,
            "bytes": self.size, "changed": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(self.card.when)),
        }  # fmt: skip


def runs_command(folder: Path | None, *, sort: str, as_json: bool) -> None:
    """Print the experiments of a folder."""
    if sort not in _ORDERS:
        raise unknown("order", sort, _ORDERS)
    where = RUNS if folder is None else folder
    if folder is not None and not where.is_dir():
        raise ConfigError(f"{visible(str(where))}: no such folder.{visible(near_path(where))}")
    listed, others = listing(where)
    listed = sorted(listed, key=lambda each: (_ORDERS[sort](each), str(each.folder)))
    if as_json:
        print(json.dumps({"folder": str(where), "runs": [each.row() for each in listed], "others": others}, allow_nan=False))
        return
    if not listed:
        print(f"no runs in {visible(str(where))}; `thalweg train digits` makes one in runs.")
    else:
        print(table(HEADINGS, [_cells(each) for each in listed]))
    for each in listed:
        if each.card.broken:
            print(f"note: {visible(str(each.folder))}: {visible(each.card.broken)}")
    if others:
        print(f"note: not Thalweg's: {visible(', '.join(others))}")


def listing(where: Path) -> tuple[list[Listed], list[str]]:
    """Return the experiments directly in a folder, in no order, and the names of the folders that are nothing of Thalweg's."""
    try:
        names = sorted(entry.name for entry in os.scandir(where) if not entry.name.startswith(".") and entry.is_dir())
    except FileNotFoundError:
        return [], []
    listed, others = [], []
    for name in names:
        folder = where / name
        kind = kind_of(folder)
        if kind is None and not any(os.path.lexists(folder / record) for record in (MANIFEST, POPULATION)):
            others.append(name)
            continue
        card = read_card(name, folder, None if kind is None else kind.name)
        listed.append(Listed(folder, card, size_of(folder)))
    return listed, others


def size_of(folder: Path) -> int:
    """Return the bytes of the files below a folder; those behind links do not count, nor what vanishes meanwhile."""
    if folder.is_symlink():
        return 0
    try:
        return sum(facts.st_size for _, facts in walk(folder) if stat.S_ISREG(facts.st_mode))
    except OSError:
        return 0


def told_size(size: int) -> str:
    """Return a number of bytes as a person reads it.

    >>> [told_size(size) for size in (0, 999, 1_500, 12_345_678)]
    ['0 B', '999 B', '1.5 kB', '12 MB']
    """
    value, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if value < 1000:
            break
        value, unit = value / 1000, larger
    return f"{value:.1f} {unit}" if unit != "B" and value < 10 else f"{value:.0f} {unit}"


def _cells(each: Listed) -> list[object]:
    card = each.card
    shares = ["" if share is None else f"{share:.2%}" for share in (card.validation, card.test)]
    members = "" if card.members is None else f" of {card.members}"
    told = card.reason if card.kind in ("race", "rate", "claims") and card.ending == FINISHED else card.ending
    changed = time.strftime("%Y-%m-%d %H:%M", time.localtime(card.when)) if card.when else ""
    return [
        str(each.folder), f"{card.kind}{members}", card.data, made_of(card), "" if card.epochs is None else str(card.epochs), told,
        *shares, told_size(each.size), changed,
    ]  # fmt: skip


def made_of(card: Card) -> str:
    """Return score, loss and optimiser in a few words."""
    return ", ".join(part for part in (" + ".join(filter(None, (card.score, card.loss))), card.optimiser) if part)
