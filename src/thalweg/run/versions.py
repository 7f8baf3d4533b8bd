"""Versions: what besides recipe and pictures decides the bits of a run."""

import platform

import numpy as np
import torch

from thalweg import __version__


def versions() -> dict[str, str]:
    """Return the versions that decide bits: of Thalweg, Python, PyTorch and NumPy, and the kind of machine."""
    return {
        "thalweg": __version__,
        "python": platform.python_version(),
        "torch": torch.__version__,
        "numpy": np.__version__,
        "machine": f"{platform.system()} {platform.machine()}",
    }
