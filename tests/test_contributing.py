"""CONTRIBUTING.md, word for word: its example of a loss is added to a copy of the tree, and its commands are run there."""

import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGE = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
SECTION = PAGE.partition("## Add a loss in ten minutes")[2].partition("\n## ")[0]
FILES = re.findall(r"^`((?:src|tests)/\S+\.py)`[^`]*```python\n(.*?)```", SECTION, flags=re.DOTALL | re.MULTILINE)
COMMANDS = [line for block in re.findall(r"```sh\n(.*?)```", SECTION, flags=re.DOTALL) for line in block.splitlines()]


@pytest.mark.slow
def test_a_loss_is_added_as_the_page_says(tmp_path):
    assert [path for path, _ in FILES] == ["src/thalweg/loss/squares.py", "tests/loss/test_squares.py"]
    for name in ("src", "tests", "docs", "pyproject.toml", "README.md"):
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    for path, code in FILES:
        assert not (tmp_path / path).exists(), f"{path} is there already: choose another example"
        (tmp_path / path).write_text(code, encoding="utf-8")
    programs = str(Path(sys.executable).parent)
    environment = {**os.environ, "PYTHONPATH": str(tmp_path / "src"), "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
    environment["THALWEG_HOME"] = str(tmp_path / "home")
    assert len(COMMANDS) >= 5
    for line in COMMANDS:
        done = subprocess.run(shlex.split(line), cwd=tmp_path, env=environment, capture_output=True, text=True, check=False)
        assert done.returncode == 0, f"{line}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
        assert "squares" in done.stdout or not line.startswith("thalweg"), line
    where = "import thalweg; print(thalweg.__file__)"
    used = subprocess.run([sys.executable, "-c", where], cwd=tmp_path, env=environment, capture_output=True, text=True, check=True)
    assert used.stdout.startswith(str(tmp_path))
