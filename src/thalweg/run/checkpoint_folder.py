"""Checkpoint folder: states on disk, each whole or not there, the newest that verifies used."""

from dataclasses import dataclass
from pathlib import Path

import torch

from thalweg.core.durable import discard_folder, read_folder, write_folder
from thalweg.core.errors import ModelError
from thalweg.run.state import State

KEPT_CHECKPOINTS = 2


@dataclass(frozen=True)
class CheckpointFolder:
    """The checkpoints of one training in a folder of their own, named by step."""

    folder: Path

    def save(self, state: State) -> None:
        """Write a checkpoint; when it stands, older ones beyond two are removed."""
        name = f"{state.step:010d}-{state.epoch:06d}-{state.logged:06d}"
        write_folder(self.folder / name, state.to_files(), facts={"step": state.step})
        for old in self._checkpoints()[KEPT_CHECKPOINTS:]:
            discard_folder(old)

    def load(self, *, device: torch.device) -> tuple[State | None, list[str]]:
        """Return the newest checkpoint that verifies, and a line about each newer one that does not."""
        problems: list[str] = []
        for path in self._checkpoints():
            try:
                files, _ = read_folder(path)
                return State.from_files(files, device=device), problems
            except ModelError as error:
                problems.append(f"checkpoint {path} set aside: {error}")
        return None, problems

    def _checkpoints(self) -> list[Path]:
        names = [path for path in self.folder.glob("[0-9]*") if path.is_dir()] if self.folder.is_dir() else []
        return sorted(names, key=lambda path: path.name, reverse=True)
