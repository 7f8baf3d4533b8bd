"""What the faces are tried with: a command line in process, a folder to work in, and pictures."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import pytest
from PIL import Image

import thalweg as tw
from thalweg.core.imageset import ImageSet
from thalweg.faces import cli


class Answer(NamedTuple):
    """What a command line answers: exit code, output, errors."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        def refuse(word: str) -> None:
            raise AssertionError(f"{word} is not strict JSON")

        return json.loads(self.out, parse_constant=refuse)


Ask = Callable[..., Answer]


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return the working folder, which is empty and of this test alone."""
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.fixture(scope="module")
def digits() -> ImageSet:
    return tw.load("digits")


@pytest.fixture
def watched(browser: Any, tmp_path: Path) -> Iterator[Callable[[str], Any]]:
    """Return what opens a page in a tab; at the end the page must have complained of nothing."""
    complaints: list[str] = []
    tabs = []

    def opened(html: str) -> Any:
        (tmp_path / "page.html").write_text(html, "utf-8")
        tab = browser.new_page(viewport={"width": 900, "height": 900})
        tab.on("console", lambda message: complaints.append(message.text))
        tab.on("pageerror", lambda error: complaints.append(str(error)))
        tab.goto((tmp_path / "page.html").as_uri())
        tabs.append(tab)
        return tab

    yield opened
    for tab in tabs:
        tab.close()
    assert complaints == []


@pytest.fixture
def ask(capsys: pytest.CaptureFixture[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Ask:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("COLUMNS", "200")

    def ask(*words: str) -> Answer:
        capsys.readouterr()
        code = 0
        try:
            cli.main(list(words))
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else 1 if end.code else 0
        captured = capsys.readouterr()
        return Answer(code, captured.out, captured.err)

    return ask


def paint(folder: Path, *, classes: tuple[str, ...] = ("bright", "dark"), each: int = 12, size: int = 8) -> Path:
    """Write pictures that a linear score can tell apart: bright ones and dark ones."""
    chance = np.random.default_rng(0)
    for number, name in enumerate(classes):
        (folder / name).mkdir(parents=True, exist_ok=True)
        for index in range(each):
            pixels = chance.integers(0, 100, (size, size), dtype=np.uint8) + (number == 0) * np.uint8(150)
            Image.fromarray(pixels).save(folder / name / f"{index:03d}.png")
    return folder


@pytest.fixture
def painted(tmp_path: Path) -> Path:
    return paint(tmp_path / "pictures")
