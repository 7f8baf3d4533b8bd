"""kill -9 at random instants, the same command again, and nothing differs from a run that was never interrupted."""

import hashlib
import json
import random
import re
import sys
import time
from pathlib import Path
from typing import Any

import pytest
from tests.program import fork

sys.path.insert(0, str(Path(__file__).parent))
import crash_target

KILLS = 8
RECIPES: dict[str, dict[str, Any]] = {
    "linear": {"score": "linear", "loss": "svm-sum", "penalty": {"l1": 1e-4}, "optimiser": "momentum", "epochs": 12},
    "mlp": {
        "score": {"name": "mlp", "widths": [32], "dropout": 0.2, "batch_norm": True},
        "optimiser": "adam",
        "average": {"name": "ema", "decay": 0.9},
        "schedule": ["warm-up", "cosine"],
        "clip": 1.0,
        "epochs": 5,
    },
    "cnn": {"score": {"name": "cnn", "channels": [8, 16]}, "optimiser": "adamw", "augment": ["crop"], "epochs": 2, "precision": "bf16"},
}


def outcome_of(folder: Path) -> dict[str, str]:
    """Return hashes of all that must not differ; seconds are the only thing that may."""
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest.pop("seconds")
    newest = sorted((folder / "checkpoints").glob("[0-9]*"))[-1]
    facts = json.loads((newest / "state.json").read_text())
    facts.pop("seconds")
    report = re.sub(r'(id="seconds">)[^<]*', r"\1", (folder / "report.html").read_text().replace(str(folder), "RUN"))
    contents = {
        "model": (folder / "model.safetensors").read_bytes(),
        "metrics": (folder / "metrics.jsonl").read_bytes(),
        "recipe": (folder / "recipe.toml").read_bytes(),
        "manifest": json.dumps(manifest, sort_keys=True).encode(),
        "state": (newest / "state.safetensors").read_bytes(),
        "facts": json.dumps(facts, sort_keys=True).encode(),
        "report": report.encode(),
    }
    return {name: hashlib.sha256(content).hexdigest() for name, content in contents.items()}


@pytest.mark.slow
@pytest.mark.parametrize("name", RECIPES)
def test_killed_runs_end_as_uninterrupted_ones(name: str, tmp_path: Path) -> None:
    settings = {**RECIPES[name], "data": {"source": "digits"}, "checkpoint_steps": 3}
    reference = tmp_path / "reference" / "run"
    child = fork(crash_target.train, settings, str(reference))
    child.join(120)
    assert child.exitcode == 0
    started = time.monotonic()
    child = fork(crash_target.train, settings, str(tmp_path / "timed" / "run"))
    child.join(120)
    length = time.monotonic() - started

    chance = random.Random(name)
    folder, kills = tmp_path / "killed" / "run", 0
    for _ in range(4 * KILLS):
        child = fork(crash_target.train, settings, str(folder))
        child.join(chance.uniform(0.02, 0.9) * length)
        if child.exitcode is None:
            child.kill()
            child.join()
            kills += 1
        else:
            assert child.exitcode == 0
        if kills == KILLS:
            break
        if (folder / "report.html").exists():  # it got through: begin again, so that every kill counts
            assert outcome_of(folder) == outcome_of(reference)
            folder = tmp_path / f"killed-{kills}" / "run"
    assert kills == KILLS
    child = fork(crash_target.train, settings, str(folder))
    child.join(120)
    assert child.exitcode == 0
    assert outcome_of(folder) == outcome_of(reference)


SWEEPS: dict[str, dict[str, Any]] = {
    "grid": {"rate": "0.01,0.1,1e38", "optimiser": "sgd,adam", "folds": 3, "epochs": 4, "checkpoint_steps": 3},
    "halving": {
        "method": "halving", "rate": "1e-3..1e-1:log:9", "score": "mlp", "widths": (8,), "dropout": 0.1, "epochs": 9, "batch": 300,
        "checkpoint_steps": 2,
    },
}  # fmt: skip


def swept(folder: Path) -> dict[str, Any]:
    """Return all that must not differ: what became of every member, its weights, the best recipe."""
    record = json.loads((folder / "sweep.json").read_text())
    for member in record["members"]:
        member.pop("seconds")
    for row in record["board"]["rows"]:
        row["candidate"].pop("seconds")
    weights = {path.parent.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in folder.glob("results/*/weights.safetensors")}
    return {"record": record, "weights": weights, "best": (folder / "best.toml").read_text()}


@pytest.mark.slow
@pytest.mark.parametrize("name", SWEEPS)
def test_killed_sweeps_end_as_uninterrupted_ones(name: str, tmp_path: Path) -> None:
    reference = tmp_path / "reference"
    started = time.monotonic()
    child = fork(crash_target.sweep, SWEEPS[name], str(reference))
    child.join(120)
    assert child.exitcode == 0
    length = time.monotonic() - started
    chance = random.Random(name)
    folder, kills = tmp_path / "killed", 0
    while kills < KILLS // 2:
        child = fork(crash_target.sweep, SWEEPS[name], str(folder))
        child.join(chance.uniform(0.05, 0.8) * length)
        if child.exitcode is None:
            child.kill()
            child.join()
            kills += 1
        else:
            assert child.exitcode == 0
            assert swept(folder) == swept(reference)
            folder = tmp_path / f"killed-{kills}"  # it got through: begin again, so that every kill counts
    child = fork(crash_target.sweep, SWEEPS[name], str(folder))
    child.join(120)
    assert child.exitcode == 0
    assert swept(folder) == swept(reference)
