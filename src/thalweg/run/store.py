"""The store: a run's folder, its lock, its checkpoints and its log. The only place that reads or writes them."""

import contextlib
import json
import os
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.durable import discard_folder, json_bytes, storage_errors, sweep, write_file
from thalweg.core.errors import ModelError
from thalweg.core.near_path import near_path
from thalweg.core.visible import visible
from thalweg.run.checkpoint_folder import CheckpointFolder
from thalweg.run.files import (
    ANIMATION,
    CHECKPOINTS,
    EVIDENCE,
    HOLDER,
    INSPECTION,
    LOCK,
    MANIFEST,
    METRICS,
    MODEL,
    PATH,
    RECIPE,
    REPORT,
)
from thalweg.run.lock import held, noted
from thalweg.run.recipe import Recipe
from thalweg.run.record import Epoch

_LEAST = ({"fingerprint", "split"}, {"ending"})  # of a manifest's `data` and, once there is one, `outcome`


@dataclass(frozen=True)
class Store:
    """The folder of one run: `recipe.toml`, `metrics.jsonl`, `checkpoints/`, `model.safetensors`, `manifest.json`, `report.html`.

    `path.safetensors` stands beside them where the path of the weights was recorded.
    """

    folder: Path

    @property
    def exists(self) -> bool:
        """Whether a run was begun here."""
        return (self.folder / MANIFEST).is_file()

    @contextlib.contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the run: a kernel lock that dies with the process; raise `BusyError` naming who has it."""
        made = [path for path in (self.folder, *self.folder.parents) if not path.exists()]
        with storage_errors(self.folder):
            self.folder.mkdir(parents=True, exist_ok=True)
        with held(self.folder, otherwise="choose another --run"):
            try:
                with noted(self.folder):
                    sweep(self.folder)
                    sweep(self.folder / CHECKPOINTS)
                    yield
            finally:
                self._leave_no_trace(made)

    def _leave_no_trace(self, made: Sequence[Path]) -> None:
        """Remove the folders that were made for the lock only: the run was refused before it began."""
        with contextlib.suppress(OSError):
            if made and {path.name for path in self.folder.iterdir()} <= {LOCK}:
                (self.folder / LOCK).unlink(missing_ok=True)
                for folder in made:
                    folder.rmdir()

    def check_free(self, recipe: Recipe) -> None:
        """Raise `ModelError` when the folder holds anything that is not a run's: nothing of anybody else's is ever overwritten."""
        if self.exists:
            return
        own = {LOCK, HOLDER}
        if (self.folder / RECIPE).is_file() and (self.folder / RECIPE).read_bytes() == recipe.to_toml().encode():
            own.add(RECIPE)  # all that a start leaves that was killed before its manifest
        found = sorted(path.name for path in self.folder.iterdir() if path.name not in own)
        if found:
            raise ModelError(f"{self.folder} exists and is not a run (it holds {visible(found[0])}); choose another --run.")

    def begin(self, recipe: Recipe, facts: Mapping[str, Any]) -> None:
        """Write what a run is before its first step."""
        write_file(self.folder / RECIPE, recipe.to_toml())
        self.write_manifest(facts)

    def clear(self) -> None:
        """Remove an earlier run's files, so that nothing of it is taken for the new one's; other files of the folder stay."""
        with storage_errors(self.folder):
            for name in (MANIFEST, RECIPE, METRICS, MODEL, PATH, REPORT, INSPECTION, ANIMATION):
                (self.folder / name).unlink(missing_ok=True)
            for name in (CHECKPOINTS, EVIDENCE):
                if (self.folder / name).is_dir():
                    discard_folder(self.folder / name)

    def write_manifest(self, facts: Mapping[str, Any]) -> None:
        """Write the manifest in one step."""
        write_file(self.folder / MANIFEST, json_bytes(facts))

    def manifest(self) -> dict[str, Any]:
        """Return the manifest, or raise `ModelError`."""
        path = self.folder / MANIFEST
        try:
            content: dict[str, Any] = json.loads(path.read_bytes())
        except (FileNotFoundError, NotADirectoryError):
            kind = "a file, not the folder of a run" if self.folder.is_file() else "no such folder"
            hint = f"it has no {MANIFEST}, so it is not a run" if self.folder.is_dir() else kind
            what = visible(near_path(self.folder)) or " Give the folder that `thalweg train` printed; `thalweg runs` lists them."
            raise ModelError(f"{self.folder}: {hint}.{what}") from None
        except (OSError, ValueError) as error:
            raise ModelError(f"{path}: cannot be read ({error}).") from None
        parts = (content.get("data"), content.get("outcome", {"ending": None})) if isinstance(content, dict) else ()
        if [isinstance(part, dict) and names <= part.keys() for part, names in zip(parts, _LEAST, strict=False)] != [True, True]:
            raise ModelError(f"{path}: not the manifest of a run.")
        return content

    def recipe(self) -> Recipe:
        """Return the recipe the run was trained by."""
        return Recipe.read(self.folder / RECIPE)

    def write_log(self, rows: Sequence[Epoch]) -> None:
        """Make the log say exactly these rows: where a resumed run was ahead of its checkpoint, the log goes back with it."""
        write_file(self.folder / METRICS, "".join(_line(row) for row in rows))

    def append_log(self, row: Epoch) -> None:
        """Append one row to the log."""
        path = self.folder / METRICS
        with storage_errors(path), open(path, "a", encoding="utf-8") as file:
            file.write(_line(row))
            file.flush()
            os.fsync(file.fileno())

    def log(self) -> tuple[Epoch, ...]:
        """Read the log; a last line that a crash cut short is not counted."""
        path = self.folder / METRICS
        try:
            lines = path.read_bytes().splitlines(keepends=True)
        except OSError as error:
            raise ModelError(f"{path}: cannot be read ({error.strerror}).") from None
        rows = []
        for number, line in enumerate(lines, 1):
            try:
                rows.append(Epoch.from_row(json.loads(line)))
            except (ValueError, KeyError, TypeError):
                if number == len(lines) and not line.endswith(b"\n"):
                    break
                raise ModelError(f"{path}:{number}: not a row of the metrics log.") from None
        return tuple(rows)

    @property
    def checkpoints(self) -> CheckpointFolder:
        """The run's checkpoints."""
        return CheckpointFolder(self.folder / CHECKPOINTS)


def _line(row: Epoch) -> str:
    return json.dumps(row.row(), allow_nan=False) + "\n"
