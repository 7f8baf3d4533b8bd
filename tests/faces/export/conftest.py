"""Runs to export: never trained, since only what they answer counts, with weights and statistics drawn at random."""

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from tests.faces.export.models import drawn

import thalweg as tw
from thalweg.faces.api import Run

REFUSE = """
import sys

class Refuse:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {refused!r}:
            raise ModuleNotFoundError(f"{{name}} is refused here")

sys.meta_path.insert(0, Refuse())
sys.path.insert(0, ".")
"""


@pytest.fixture(scope="session")
def run_of() -> Callable[[str], Run]:
    """Return what makes the run of a name, once."""
    made: dict[str, Run] = {}
    digits = tw.load("digits")

    def run_of(name: str) -> Run:
        if name not in made:
            made[name] = drawn(name, tw.load("spiral") if name == "points" else digits)
        return made[name]

    return run_of


@pytest.fixture
def alone(tmp_path: Path) -> Callable[..., str]:
    """Return what runs Python in a fresh process beside the files, where Thalweg (and what else is named) cannot be imported."""

    def alone(source: str, *refused: str) -> str:
        words = [sys.executable, "-I", "-W", "error", "-c", REFUSE.format(refused={"thalweg", *refused}) + source]
        done = subprocess.run(words, cwd=tmp_path, capture_output=True, text=True, timeout=120, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout

    return alone
