"""Every code block of every page: run from top to bottom in an empty folder, or marked with the reason why not."""

import re
from pathlib import Path

import numpy as np
import pytest
from PIL import Image
from tests.program import Child

from docs.builder import session
from docs.builder.blocks import ASIDE, RUN, SHOWN, blocks, commands

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("CONTRIBUTING.md",)
"""Pages whose blocks another test runs: `tests/test_contributing.py` does, in a copy of the tree."""
FILES = [path for path in sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md")]) if path.name not in ELSEWHERE]
PAGES = {str(path.relative_to(ROOT)): path.read_text("utf-8") for path in FILES}
DRAWN = {name for name, page in PAGES.items() if any(block.language == "{drawing}" for block in blocks(page))}
"""Pages whose blocks the build of the site runs, for their figures; `test_site.py` builds it."""
LONGEST = 300
"""Seconds that a page may take."""
MOST_NOT_RUN = 3


def a_readers_pictures(folder: Path) -> None:
    """Lay out what pages say that a reader has: `pictures/` with a folder a class, and `new.jpg`."""
    noise = np.random.default_rng(0)
    for number, name in enumerate(("cat", "dog")):
        (folder / "pictures" / name).mkdir(parents=True)
        for index in range(20):
            pixels = noise.integers(0, 120, (48, 64, 3)) + 120 * (np.arange(64)[None, :, None] // 32 == number)
            Image.fromarray(pixels.astype(np.uint8)).save(folder / "pictures" / name / f"{index:03}.jpg")
    Image.fromarray(pixels.astype(np.uint8)).save(folder / "new.jpg")


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name, page in PAGES.items() if name not in DRAWN and any(block.runs for block in blocks(page))])
def test_the_blocks_do_what_the_page_says(name: str, tmp_path: Path) -> None:
    place = tmp_path / "empty"
    place.mkdir()
    a_readers_pictures(place)
    child = Child(session.play, PAGES[name], folder=place, environment={"THALWEG_HOME": str(tmp_path / "home")})
    child.process.join(LONGEST)
    assert child.process.exitcode == 0, child.errors


@pytest.mark.parametrize("name", PAGES)
def test_every_block_says_what_it_is(name: str) -> None:
    for block in blocks(PAGES[name]):
        assert block.language in (*RUN, *SHOWN) or re.fullmatch(r"\{[a-z]+\}", block.language), (
            f"{name}, line {block.line}: {block.language!r}"
        )


def test_few_blocks_are_not_run() -> None:
    left_out = [f"{name}, line {block.line}: {block.reason}" for name, page in PAGES.items() for block in blocks(page) if block.reason]
    assert len(left_out) <= MOST_NOT_RUN, "\n".join(left_out)


def test_lines_for_the_reader_only_set_up() -> None:
    lines = [words for page in PAGES.values() for block in blocks(page) if block.language == "sh" for words in commands(block.text)]
    assert {words[0] for words in lines} <= {"thalweg", *ASIDE}
    assert sum(words[0] == "thalweg" for words in lines) >= 50


def test_a_block_that_fails_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(session.BlockError, match=r"line 4: (?s:.*)ZeroDivisionError"):
        session.played("# T\n\nSo:\n```python\n1 / 0\n```\n")
    with pytest.raises(session.BlockError, match=r"thalweg nonsense ended with 2: (?s:.*)nonsense"):
        session.played("```sh\nthalweg nonsense\n```\n")
    with pytest.raises(session.BlockError, match="no page runs 'rm'"):
        session.played("```sh\nrm -r .\n```\n")


@pytest.mark.slow
def test_a_recipe_that_is_none_is_named() -> None:
    with pytest.raises(session.BlockError, match="rte"):
        session.played('```toml\n[optimiser]\nname = "sgd"\nrte = 1.0\n```\n')


def test_blocks_share_a_namespace_and_what_is_marked_is_left_out() -> None:
    page = "```python\na = 1\n```\n<!-- not run: needs a friend -->\n\n```python\na = 2\n```\n\n```python\nprint(a)\n```\n"
    assert [ran.output for ran in session.played(page)] == ["", "1\n"]
    assert [block.reason for block in blocks(page)] == ["", "needs a friend", ""]
    with pytest.raises(session.BlockError, match=r"nowhere\.html"):
        session.played("```{drawing} nowhere.html loss\n```\n")
