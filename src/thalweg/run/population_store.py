"""Population store: the folder of a sweep or a race: who its members are, their states on the way, what became of them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from safetensors import SafetensorError
from safetensors.torch import load as tensors_from_bytes
from safetensors.torch import save as bytes_from_tensors

from thalweg.core.durable import discard_folder, json_bytes, read_folder, storage_errors, sweep, write_file, write_folder
from thalweg.core.errors import ModelError
from thalweg.core.near_path import near_path
from thalweg.core.outcome import Outcome
from thalweg.core.tree import Params
from thalweg.core.visible import visible
from thalweg.run.checkpoint_folder import CheckpointFolder
from thalweg.run.files import CHECKPOINTS, HOLDER, LOCK, MEMBERS, POPULATION, RESULTS
from thalweg.run.population import Plan, Shelf, Trained
from thalweg.run.population_record import MemberResult
from thalweg.run.recipe import Recipe
from thalweg.run.state import Best, State
from thalweg.run.store import Store

WEIGHTS = "weights.safetensors"
_LEAST = {"fingerprint", "data", "by_fold", "versions", "threads", "chunks"}


@dataclass(frozen=True)
class PopulationStore:
    """The folder of a population: `population.json`, `members.jsonl` (a recipe a line), `checkpoints/`, `results/` (a chunk a folder)."""

    folder: Path

    @property
    def exists(self) -> bool:
        """Whether a population was begun here."""
        return (self.folder / POPULATION).is_file()

    @property
    def lock(self) -> Store:
        """The lock of the folder, which is a run's."""
        return Store(self.folder)

    def tidy(self) -> None:
        """Remove what crashed writers left behind."""
        for folder in (self.folder / RESULTS, *(self.folder / CHECKPOINTS).glob("[0-9]*")):
            sweep(folder)

    def check_free(self) -> None:
        """Raise `ModelError` when the folder holds anything that is not a population's: nothing of anybody else's is ever overwritten."""
        found = [] if self.exists else sorted(path.name for path in self.folder.iterdir() if path.name not in (LOCK, HOLDER, MEMBERS))
        if found:
            raise ModelError(f"{self.folder} exists and holds no sweep (it holds {visible(found[0])}); choose another --run.")

    def begin(self, planned: Plan, facts: Mapping[str, Any]) -> None:
        """Write who the members are, before the first step."""
        members = sorted((pair for chunk in planned.chunks for pair in chunk.pairs), key=lambda pair: pair[0])
        lines = [
            json.dumps({"number": number, "settings": _listed(member.settings), "recipe": member.recipe.model_dump(mode="json")})
            for number, member in members
        ]
        write_file(self.folder / MEMBERS, "\n".join(lines) + "\n")
        chunks = [list(chunk.numbers) for chunk in planned.chunks]
        write_file(self.folder / POPULATION, json_bytes({**facts, "fingerprint": planned.fingerprint, "chunks": chunks}))

    def clear(self) -> None:
        """Remove an earlier population's files; other files of the folder stay."""
        with storage_errors(self.folder):
            for name in (POPULATION, MEMBERS):
                (self.folder / name).unlink(missing_ok=True)
            for name in (CHECKPOINTS, RESULTS):
                if (self.folder / name).is_dir():
                    discard_folder(self.folder / name)

    def facts(self) -> dict[str, Any]:
        """Return what the folder says of its population, or raise `ModelError`."""
        path = self.folder / POPULATION
        try:
            content = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            hint = f"it has no {POPULATION}, so it is no sweep" if self.folder.is_dir() else "no such folder"
            what = visible(near_path(self.folder)) or " Give the folder that `thalweg sweep` printed; `thalweg runs` lists them."
            raise ModelError(f"{self.folder}: {hint}.{what}") from None
        except (OSError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read ({error}).") from None
        if not isinstance(content, dict) or not content.keys() >= _LEAST:
            raise ModelError(f"{path}: not the record of a sweep.")
        return content

    def recipe(self, number: int) -> Recipe:
        """Return a member's recipe."""
        for place, line in enumerate(self._lines(), 1):
            try:
                row = json.loads(line)
                if row["number"] == number:
                    return Recipe.make(f"{self.folder / MEMBERS}:{place}: ", **row["recipe"])
            except (ValueError, KeyError, TypeError) as error:
                raise ModelError(f"{self.folder / MEMBERS}:{place}: not a member ({error}).") from None
        raise ModelError(f"{self.folder}: it has no member {number}; its members are numbered 0 to {len(self._lines()) - 1}.")

    def _lines(self) -> list[str]:
        try:
            return (self.folder / MEMBERS).read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ModelError(f"{self.folder / MEMBERS}: cannot be read ({error}).") from None

    def results(self) -> list[MemberResult]:
        """Return what became of the members that have ended, by number."""
        chunks = range(len(self.facts()["chunks"]))
        found = [result for place in chunks if (trained := self.trained(place)) is not None for result in trained.results]
        return sorted(found, key=lambda result: result.number)

    def told(self) -> list[MemberResult]:
        """Return what `results` does from the records alone: no weights are read, and no hashes compared."""
        found: list[MemberResult] = []
        for place in range(len(self.facts()["chunks"])):
            path = self.folder / RESULTS / f"{place:03d}" / "results.json"
            try:
                found += [MemberResult.from_row(row) for row in json.loads(path.read_bytes())["results"]]
            except FileNotFoundError:
                continue
            except (OSError, KeyError, ValueError, TypeError, AttributeError) as error:
                raise ModelError(f"{path}: not the results of a group ({error}).") from None
        return sorted(found, key=lambda result: result.number)

    def trained(self, place: int) -> Trained | None:
        """Return what became of a chunk, or None where it has not ended; raise `ModelError` where its files are damaged."""
        path = self.folder / RESULTS / f"{place:03d}"
        if not path.is_dir():
            return None
        files, facts = read_folder(path)
        try:
            content = json.loads(files["results.json"])
            tensors = tensors_from_bytes(files[WEIGHTS])
            return Trained(
                numbers=tuple(facts["numbers"]),
                results=tuple(MemberResult.from_row(row) for row in content["results"]),
                kept=Best(epochs=tuple(content["epochs"]), params=_part(tensors, "params|"), buffers=_part(tensors, "buffers|")),
                chain=_part(tensors, "chain|"),
                outcomes=tuple(Outcome.from_row(row) for row in content["outcomes"]),
            )
        except (KeyError, ValueError, TypeError, SafetensorError) as error:
            raise ModelError(f"{path}: not the results of a group ({error}).") from None

    def finish(self, place: int, trained: Trained) -> None:
        """Write what became of a chunk in one step, and remove its checkpoints."""
        parts = {"params": trained.kept.params, "buffers": trained.kept.buffers, "chain": trained.chain}
        tensors = {f"{part}|{name}": tensor.detach().cpu().contiguous() for part, tree in parts.items() for name, tensor in tree.items()}
        content = {
            "results": [result.row() for result in trained.results],
            "epochs": trained.kept.epochs,
            "outcomes": [outcome.row() for outcome in trained.outcomes],
        }
        files = {"results.json": json.dumps(content, allow_nan=False).encode(), WEIGHTS: bytes_from_tensors(tensors)}
        write_folder(self.folder / RESULTS / f"{place:03d}", files, facts={"numbers": list(trained.numbers)})
        if self.checkpoints(place).folder.is_dir():
            discard_folder(self.checkpoints(place).folder)

    def checkpoints(self, place: int) -> CheckpointFolder:
        """The checkpoints of a chunk."""
        return CheckpointFolder(self.folder / CHECKPOINTS / f"{place:03d}")


class DiskShelf(Shelf):
    """Keeps states and results in a population's folder, so that a crash costs no more than the steps since the last checkpoint."""

    def __init__(self, store: PopulationStore) -> None:
        super().__init__()
        self.store = store
        self.problems: list[str] = []

    def state(self, place: int, *, device: torch.device) -> State | None:
        """Return the newest state of a chunk that verifies."""
        state, problems = self.store.checkpoints(place).load(device=device)
        self.problems += problems
        return state

    def save(self, place: int, state: State) -> None:
        """Write a checkpoint."""
        self.store.checkpoints(place).save(state)

    def trained(self, place: int) -> Trained | None:
        """Read what became of a chunk that has ended before."""
        return self.store.trained(place)

    def finish(self, place: int, trained: Trained) -> None:
        """Write what became of a chunk."""
        self.store.finish(place, trained)


def _part(tensors: Params, prefix: str) -> Params:
    return {name.removeprefix(prefix): tensor for name, tensor in tensors.items() if name.startswith(prefix)}


def _listed(settings: Mapping[str, Any]) -> dict[str, Any]:
    return {name: list(value) if isinstance(value, tuple) else value for name, value in settings.items()}
