"""Which pages the site has, and where their links lead."""

from pathlib import Path

import pytest

from docs.builder import sources
from thalweg.faces.lab._tour import STOPS

ROOT = Path(__file__).parents[2]
INDEX = "# T\n\n```{toctree}\nstart\n```\n\n```{toctree}\n:caption: How to\n\ndata\n```\n\n```{toctree}\n:caption: About\n\ndesign\n```\n"


def test_a_page_that_nobody_named_stands_under_how_to() -> None:
    made = sources.with_the_rest(INDEX, ["index.md", "start.md", "data.md", "design.md", "new.md", "tutorial/one.md"])
    assert made == INDEX.replace("data\n", "data\nnew\n")


@pytest.mark.parametrize(
    ("place", "text", "made"),
    [
        ("docs/a.md", "[x](../CONTRIBUTING.md)", "[x](contributing.md)"),
        ("docs/a.md", "[x](results.md#speed) ![](pictures/a.png)", "[x](results.md#speed) ![](pictures/a.png)"),
        ("docs/tutorial/a.md", "[x](../data.md) [y](../../CHANGELOG.md)", "[x](../data.md) [y](../changelog.md)"),
        ("README.md", "[x](docs/data.md) [y](CONTRIBUTING.md)", "[x](data.md) [y](contributing.md)"),
        ("docs/a.md", "[x](https://example.org/README.md)", "[x](https://example.org/README.md)"),
    ],
)
def test_links_lead_to_pages_of_the_site(place: str, text: str, made: str) -> None:
    assert sources.linked(place, text) == made


def test_every_written_page_is_there() -> None:
    pages = sources.written(ROOT)
    assert {"index.md", "start.md", "data.md", "design.md", "results.md", "contributing.md", "changelog.md"} <= set(pages)
    assert "README.md" not in pages


def test_the_lesson_has_every_stop_of_the_tour() -> None:
    lesson = (ROOT / "docs" / "teach.md").read_text("utf-8")
    table = [line.split("|")[1].strip() for line in lesson.splitlines() if line.startswith("| **")]
    assert table == [f"**{stop.title}**" for stop in STOPS]
