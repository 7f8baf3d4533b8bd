"""The commands and the Python of README.md, word for word."""

import re
import shlex
from pathlib import Path

import pytest
from tests.program import Child, python, thalweg

README = (Path(__file__).parents[1] / "README.md").read_text()


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, flags=re.DOTALL)


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("readme")


@pytest.mark.slow
def test_the_commands_do_what_they_say(place: Path) -> None:
    lines = [line for block in blocks("sh") for line in block.splitlines() if line.strip()]
    assert len(lines) >= 5
    for line in lines:
        program, *words = shlex.split(line, comments=True)
        assert program == "thalweg"
        child = Child(thalweg, words, folder=place)
        assert child.end() == 0, f"{line}\n{child.errors}"
        assert child.output


def test_the_python_runs(place: Path) -> None:
    (code,) = blocks("python")
    child = Child(python, code, folder=place)
    assert child.end() == 0, child.errors
    assert list(place.glob("digits-linear-svm-sum-momentum-*.html"))
