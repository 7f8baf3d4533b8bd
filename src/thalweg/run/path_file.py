"""Path file: a run's trajectory as it stands in its folder, `path.safetensors`: the points, and what is known of them as metadata."""

import json
from pathlib import Path

from safetensors import SafetensorError, safe_open
from safetensors.torch import save as bytes_from_tensors

from thalweg.core.errors import ModelError
from thalweg.core.trajectory import Trajectory

POINTS, CARD = "points", "thalweg-path"


def path_bytes(trajectory: Trajectory) -> bytes:
    """Return a trajectory as a safetensors file; equal paths give equal bytes."""
    card = json.dumps(trajectory.facts(), sort_keys=True, allow_nan=False)
    return bytes_from_tensors({POINTS: trajectory.tensor().contiguous()}, metadata={CARD: card})


def read_path(path: Path) -> Trajectory:
    """Read a trajectory; raise `ModelError` naming the file where it is none."""
    try:
        with safe_open(path, framework="pt") as file:
            return Trajectory.from_facts(json.loads((file.metadata() or {})[CARD]), file.get_tensor(POINTS))
    except (OSError, SafetensorError, ValueError, KeyError, TypeError, AttributeError) as error:
        raise ModelError(f"{path}: not the path of a run ({error}). Train it again with --fresh.") from None
