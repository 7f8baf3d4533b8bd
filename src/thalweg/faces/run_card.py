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
from thalweg.run.files import HOLDER, INSPECTION, MANIFEST, MEMBERS, METRICS, POPULATION, RECIPE, REPORT, RESULTS
from thalweg.run.own_files import LINK, is_own_file, own_bytes

PAGES = (REPORT, INSPECTION, "sweep.html")
"""Pages of a run that are handed out."""
RECORDS = (
    MANIFEST, RECIPE, METRICS, POPULATION, RESULTS, "race.json", "rate.json", "search.json", "claims.json", "tuning", "final",
)  # fmt: skip
"""What was last written of any kind of folder."""
TAIL = 4096
"""Bytes of a log's end in which its last row stands."""
BROKEN = "cannot be read"
RUNNING, UNENDED, FINISHED = "training", "not ended", "finished"


@dataclass(frozen=True, kw_only=True)
class Card:
    """One line of the list. `broken` says why it cannot be read, `members` is a sweep's number of them.

    `validation` and `test` are accuracies: a run's own, or those of a sweep's best candidate.
    """

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
    pages: tuple[str, ...] = ()

    def row(self) -> dict[str, Any]:
        """Return the card as plain values, its texts made visible; `name` stays what it is called by."""
        plain = {key: visible(value) if isinstance(value, str) and key != "name" else value for key, value in asdict(self).items()}
        return {**plain, "foreign": self.foreign, "shown": visible(self.name)}

    @property
    def foreign(self) -> bool:
        """Whether it runs somebody's code; a score that nobody knows is treated alike. Loads the scores, which a list need not."""
        from thalweg.score import SCORES

        return any(name not in SCORES.names() or SCORES.get(name).foreign for name in self.score.split(", ") if self.score)


def read_card(name: str, folder: Path, kind: str | None = None) -> Card:
    """Read a folder's card; what is broken is a card that says so in a line. `kind` is what it is, by default a sweep or a run."""
    common: dict[str, Any] = {"name": name, "when": _when(folder), "pages": tuple(page for page in PAGES if is_own_file(folder / page))}
    kind = kind or ("sweep" if os.path.lexists(folder / POPULATION) else "run")
    try:
        if folder.is_symlink():
            raise ModelError(f"{LINK}.")
        return Card(kind=kind, **{**common, **READERS[kind](folder)})
    except (ModelError, ConfigError) as error:
        reason = str(error)
    except FileNotFoundError as error:
        reason = f"it has no {Path(error.filename).name}."
    except (ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError) as error:
        reason = f"its record is damaged ({type(error).__name__})."
    return Card(kind=kind, **common, ending=BROKEN, broken=reason)


def stamp(folder: Path) -> tuple[Any, ...]:
    """Return what changes when a folder's card would."""
    names = (*RECORDS, MEMBERS, "sweep.json", HOLDER, *PAGES)
    return tuple(_stat(folder / name) for name in names)


def _stat(path: Path) -> tuple[int, int] | None:
    try:
        found = os.lstat(path)
    except (OSError, ValueError):
        return None
    return found.st_mtime_ns, found.st_size


def _when(folder: Path) -> float:
    found = [_stat(folder / name) for name in RECORDS]
    return max((each[0] / 1e9 for each in found if each), default=0.0)


def _run(folder: Path) -> dict[str, Any]:
    manifest, recipe = json.loads(own_bytes(folder / MANIFEST)), tomllib.loads(own_bytes(folder / RECIPE).decode())
    outcome, figures = manifest.get("outcome"), manifest.get("figures", {})
    facts: dict[str, Any] = {
        "data": str(recipe["data"]["source"]),
        **{part: str(recipe[part]["name"]) for part in ("score", "loss", "optimiser")},
    }
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
    if done == len(chunks):
        return {**own, **_best(folder), "ending": FINISHED, "reason": f"varied: {', '.join(varied) or 'seeds only'}"}
    return {**own, **_unended(folder, f"{done} of {len(chunks)} groups are trained")}


def _best(folder: Path) -> dict[str, float | None]:
    """Return the accuracies of a sweep's best candidate; nothing where its board was not written."""
    try:
        rows = json.loads(own_bytes(folder / "sweep.json"))["board"]["rows"]
        own = {"validation": rows[0]["candidate"]["accuracy"], "test": rows[0]["candidate"]["test"]}
    except (FileNotFoundError, IndexError):
        return {}
    return {part: _share({"accuracy": figure and figure["mean"]}) for part, figure in own.items()}


def _race(folder: Path) -> dict[str, Any]:
    try:
        found = json.loads(own_bytes(folder / "race.json"))
    except FileNotFoundError:
        return _unended(next((part for part in (folder / "final", folder / "tuning") if part.is_dir()), folder), "the race is on")
    racers = [str(each["optimiser"]) for each in found["contestants"]]
    ranked = [str(each["optimiser"]) for each in found["race"]["runners"]]
    return {**_of_recipe(found["recipe"]), "optimiser": _several(racers), "ending": FINISHED, "reason": f"{ranked[0]} came first"}


def _surface_race(folder: Path) -> dict[str, Any]:
    found = json.loads(own_bytes(folder / "race.json"))
    racers = _several(each["optimiser"] for each in found["runners"])
    return {"data": str(found["surface"]), "optimiser": racers, "ending": FINISHED, "reason": f"{int(found['steps'])} steps"}


def _rate(folder: Path) -> dict[str, Any]:
    found = json.loads(own_bytes(folder / "rate.json"))
    rate = found["suggestion"]
    return {**_of_recipe(found["recipe"]), "ending": FINISHED, "reason": "no rate suits" if rate is None else f"suggests {float(rate):.2g}"}


def _search(folder: Path) -> dict[str, Any]:
    found = json.loads(own_bytes(folder / "search.json"))
    methods = _several(method["name"] for method in found["methods"])
    return {**_of_recipe(found["recipe"]), "optimiser": methods, "ending": FINISHED, "reason": f"{int(found['evaluations'])} evaluations"}


def _claims(folder: Path) -> dict[str, Any]:
    found = json.loads(own_bytes(folder / "claims.json"))
    held = sum(claim["verdict"] == "holds" for claim in found["claims"])
    return {"data": str(found["data"]).partition(":")[0], "ending": FINISHED, "reason": f"{held} of {len(found['claims'])} hold"}


READERS = {
    "run": _run, "sweep": _sweep, "race": _race, "surface race": _surface_race, "rate": _rate, "search": _search, "claims": _claims,
}  # fmt: skip


def _of_recipe(recipe: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a recipe that a card shows."""
    parts = {part: str(recipe[part]["name"]) for part in ("score", "loss", "optimiser") if part in recipe}
    return {"data": str(recipe["data"]["source"]), "epochs": int(recipe["epochs"]), **parts}


def _several(names: Any) -> str:
    return ", ".join(dict.fromkeys(map(str, names)))


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
