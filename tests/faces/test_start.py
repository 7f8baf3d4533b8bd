"""The program as a process: how fast help answers, what it imports, signals and pipes."""

import json
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from tests.program import Child, thalweg

PROGRAM = [sys.executable, "-c", "from thalweg.faces.cli import main; main()"]


@pytest.mark.parametrize("words", [["--help"], ["train", "--help"], ["--version"]])
def test_help_imports_nothing_heavy(words: list[str]) -> None:
    code = (
        "import sys; from thalweg.faces.cli import main\n"
        f"try: main({words!r})\n"
        "except SystemExit as end: assert not end.code, end.code\n"
        "heavy = {'torch', 'numpy', 'sklearn', 'plotly', 'rich', 'PIL', 'jaxtyping'} & set(sys.modules)\n"
        "assert not heavy, heavy"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    assert done.stdout


TRAINING = ["train", "digits", "--score", "mlp", "--epochs", "2000", "--run", "run", "--no-report"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_the_same_command_goes_on(tmp_path: Path, number: int, code: int) -> None:
    child = Child(thalweg, TRAINING, folder=tmp_path, environment={"THALWEG_HOME": str(tmp_path)})
    child.until(lambda: "epoch 3/" in child.errors)
    child.send(number)
    assert child.end() == code, child.errors
    assert "Traceback" not in child.errors
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["outcome"]["ending"] == "interrupted"
    assert list((tmp_path / "run" / "checkpoints").glob("[0-9]*"))

    again = Child(thalweg, TRAINING, folder=tmp_path, environment={"THALWEG_HOME": str(tmp_path)})
    again.until(lambda: "\nepoch " in again.errors)
    again.kill()
    assert "going on from step" in again.errors


def test_a_closed_pipe_does_not_hurt(tmp_path: Path) -> None:
    child = subprocess.Popen([*PROGRAM, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert child.stdout is not None
    child.stdout.close()
    _, errors = child.communicate(timeout=60)
    assert "Traceback" not in errors
    assert time.monotonic() > 0


def test_two_trainings_of_one_run_are_refused(tmp_path: Path) -> None:
    first = Child(thalweg, TRAINING, folder=tmp_path, environment={"THALWEG_HOME": str(tmp_path)})
    first.until(lambda: "epoch 1/" in first.errors)
    second = Child(thalweg, TRAINING, folder=tmp_path, environment={"THALWEG_HOME": str(tmp_path)})
    assert second.end() == 7
    first.kill()
    assert str(first.pid) in second.errors
