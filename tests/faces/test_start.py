"""The program as a process: how fast help answers, what it imports, signals and pipes."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

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


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143)])
def test_a_signal_saves_and_the_same_command_goes_on(tmp_path: Path, number: int, code: int) -> None:
    words = ["train", "digits", "--score", "mlp", "--epochs", "2000", "--run", "run", "--no-report"]
    environment = {**os.environ, "THALWEG_HOME": str(tmp_path)}
    child = subprocess.Popen([*PROGRAM, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment)
    assert child.stderr is not None
    for line in child.stderr:
        if line.startswith("epoch 3/"):
            break
    child.send_signal(number)
    _, errors = child.communicate(timeout=60)
    assert child.returncode == code, errors
    assert "Traceback" not in errors
    manifest = json.loads((tmp_path / "run" / "manifest.json").read_text())
    assert manifest["outcome"]["ending"] == "interrupted"
    assert list((tmp_path / "run" / "checkpoints").glob("[0-9]*"))

    child = subprocess.Popen([*PROGRAM, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment)
    assert child.stderr is not None
    heard = []
    for line in child.stderr:
        heard.append(line)
        if line.startswith("epoch "):
            break
    child.kill()
    child.communicate()
    assert any("going on from step" in line for line in heard)


def test_a_closed_pipe_does_not_hurt(tmp_path: Path) -> None:
    child = subprocess.Popen([*PROGRAM, "list"], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=tmp_path)
    assert child.stdout is not None
    child.stdout.close()
    _, errors = child.communicate(timeout=60)
    assert "Traceback" not in errors
    assert time.monotonic() > 0


def test_two_trainings_of_one_run_are_refused(tmp_path: Path) -> None:
    words = ["train", "digits", "--score", "mlp", "--epochs", "2000", "--run", "run", "--no-report"]
    environment = {**os.environ, "THALWEG_HOME": str(tmp_path)}
    first = subprocess.Popen([*PROGRAM, *words], cwd=tmp_path, stderr=subprocess.PIPE, text=True, env=environment)
    assert first.stderr is not None
    for line in first.stderr:
        if line.startswith("epoch 1/"):
            break
    second = subprocess.run([*PROGRAM, *words], cwd=tmp_path, capture_output=True, text=True, env=environment, check=False)
    first.kill()
    first.communicate()
    assert second.returncode == 7
    assert str(first.pid) in second.stderr
