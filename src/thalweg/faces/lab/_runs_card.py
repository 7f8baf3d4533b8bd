"""Card: what a list says of a run or a sweep, read from its small records alone; nothing is loaded, nothing is believed unread."""

import json
import math
import os
import socket
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from thalweg.core.errors import ConfigError, ModelError
from thalweg.core.visible import visible
from thalweg.faces.lab._runs_places import PAGES, is_own_file, own_bytes
from thalweg.run.population_store import MEMBERS, POPULATION, RESULTS
from thalweg.run.store import HOLDER, MANIFEST, METRICS, RECIPE
from thalweg.score import SCORES

TAIL = 4096
"""Bytes of a log's end in which its last row stands."""
BROKEN = "cannot be read"
RUNNING, UNENDED = "training", "not ended"


@dataclass(frozen=True, kw_only=True)
class Card:
    """One line of the list. `broken` says why it cannot be read, `members` is a sweep's number of them, `foreign` that it runs code."""

    name: str
    kind: str = "run"
    data: str = ""
    score: str = ""
    loss: str = ""
    optimiser: str = ""
    epochs: int | None = None
    validation: float | None = None
    test: float | None = None
    ending: str = ""
    reason: str = ""
    members: int | None = None
    when: float = 0.0
    broken: str = ""
    foreign: bool = False
    pages: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return the card as plain values, its texts made visible; `name` stays what it is called by."""
        plain = {key: visible(value) if isinstance(value, str) and key != "name" else value for key, value in asdict(self).items()}
        return {**plain, "shown": visible(self.name)}


def read_card(name: str, folder: Path) -> Card:
    """Read a folder's card; what is broken is a card that says so in a line."""
    common: dict[str, Any] = {"name": name, "when": _when(folder), "pages": tuple(page for page in PAGES if is_own_file(folder / page))}
    kind = "sweep" if os.path.lexists(folder / POPULATION) else "run"
    try:
        if folder.is_symlink():
            raise ModelError("it is a symbolic link, which the lab does not follow.")
        return Card(kind=kind, **{**common, **(_sweep if kind == "sweep" else _run)(folder)})
    except (ModelError, ConfigError) as error:
        reason = str(error)
    except FileNotFoundError as error:
        reason = f"it has no {Path(error.filename).name}."
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        reason = f"its record is damaged ({type(error).__name__})."
    return Card(kind=kind, **common, ending=BROKEN, broken=reason)


def stamp(folder: Path) -> tuple[Any, ...]:
    """Return what changes when a folder's card would."""
    names = (MANIFEST, RECIPE, METRICS, POPULATION, MEMBERS, RESULTS, HOLDER, *PAGES)
    return tuple(_stat(folder / name) for name in names)


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def _when(folder: Path) -> float:
    found = [_stat(folder / name) for name in (MANIFEST, METRICS, POPULATION, RESULTS)]
    return max((each[0] / 1e9 for each in found if each), default=0.0)


def _run(folder: Path) -> dict[str, Any]:
    manifest, recipe = json.loads(own_bytes(folder / MANIFEST)), tomllib.loads(own_bytes(folder / RECIPE).decode())
    outcome, figures = manifest.get("outcome"), manifest.get("figures", {})
    facts: dict[str, Any] = {
        "data": str(recipe["data"]["source"]),
        **{part: str(recipe[part]["name"]) for part in ("score", "loss", "optimiser")},
    }
    facts["foreign"] = _foreign(facts["score"])
    if outcome is not None:
        shares = {part: _share(figures.get(part)) for part in ("validation", "test")}
        return {**facts, **shares, "epochs": int(outcome["epoch"]), "ending": str(outcome["ending"]), "reason": str(outcome["reason"])}
    row = _last_row(folder / METRICS)
    live = {"epochs": None if row is None else int(row["epoch"]), "validation": None if row is None else _share(row["validation"])}
    return {**facts, **live, **_unended(folder, f"of {recipe['epochs']} epochs")}


def _sweep(folder: Path) -> dict[str, Any]:
    facts = json.loads(own_bytes(folder / POPULATION))
    chunks = [list(chunk) for chunk in facts["chunks"]]
    members = [json.loads(line) for line in own_bytes(folder / MEMBERS).decode().splitlines()]
    parts = {part: _several(member["recipe"][part]["name"] for member in members) for part in ("score", "loss", "optimiser")}
    varied = [name for name in members[0]["settings"] if len({json.dumps(member["settings"].get(name)) for member in members}) > 1]
    done = sum((folder / RESULTS / f"{place:03d}" / "results.json").is_file() for place in range(len(chunks)))
    epochs = max(int(member["recipe"]["epochs"]) for member in members)
    own = {"data": str(facts["data"]["source"]), "members": sum(map(len, chunks)), "epochs": epochs, **parts}
    own["foreign"] = any(_foreign(member["recipe"]["score"]["name"]) for member in members)
    if done == len(chunks):
        return {**own, "ending": "finished", "reason": f"varied: {', '.join(varied) or 'seeds only'}"}
    return {**own, **_unended(folder, f"{done} of {len(chunks)} groups are trained")}


def _several(names: Any) -> str:
    return ", ".join(dict.fromkeys(map(str, names)))


def _foreign(score: str) -> bool:
    """Whether a score runs somebody's code; one that nobody knows is treated alike."""
    return score not in SCORES.names() or SCORES.get(score).foreign


def _unended(folder: Path, how_far: str) -> dict[str, str]:
    return {"ending": RUNNING, "reason": how_far} if _held(folder) else {"ending": UNENDED, "reason": "the same command goes on with it"}


def _held(folder: Path) -> bool:
    """Whether the process that wrote the lock's note is alive; the lock itself is not touched, so that no trainer is turned away."""
    try:
        holder: Mapping[str, Any] = json.loads(own_bytes(folder / HOLDER))
        if holder["host"] != socket.gethostname() or os.name == "nt" or int(holder["pid"]) < 1:
            return True  # who knows
        os.kill(int(holder["pid"]), 0)  # asks whether there is such a process, and does nothing to it
    except PermissionError:
        return True
    except (OSError, ValueError, KeyError, TypeError, ModelError, OverflowError):
        return False
    return True


def _last_row(path: Path) -> Mapping[str, Any] | None:
    """Return the last whole row of a log that may be growing; None where there is none."""
    try:
        lines: Sequence[bytes] = own_bytes(path)[-TAIL:].split(b"\n")
    except (FileNotFoundError, ModelError):
        return None
    return json.loads(lines[-2]) if len(lines) > 1 and lines[-2] else None


def _share(figures: Mapping[str, Any] | None) -> float | None:
    share = None if figures is None else figures["accuracy"]
    return float(share) if isinstance(share, int | float) and math.isfinite(share) else None
