"""Figures out of the pages that commands write: found by name, their marks kept apart, what was printed below what printed it."""

import json
import re
from pathlib import Path

import pytest

from docs.builder import figures, playing
from docs.builder.blocks import blocks
from docs.builder.figures import Ran, embedded, taken
from thalweg.evidence import curves, templates
from thalweg.faces import _page
from thalweg.views import loss_curves
from thalweg.views import templates as templates_view

SOURCE = "# T\n\n```sh\nthalweg a\n```\n\nText.\n\n```{drawing} a.html loss\n```\n\n```{drawing} a.html templates\n```\n\nEnd.\n"


@pytest.fixture
def report() -> str:
    """A page of the program's own making with a chart and a gallery."""
    drawings = {"loss": loss_curves.draw(curves.example()), "templates": templates_view.draw(templates.example())}
    template = '{% from "_drawn.html" import drawn %}{% for id, one in drawings.items() %}{{ drawn(id, one) }}{% endfor %}'
    pieces = _page._environment().from_string(template).render(drawings=drawings)
    return f'{pieces}<script type="application/json" id="figures">{_page._figures(drawings)}</script>'


def test_a_chart_has_data_and_a_gallery_has_none(report: str) -> None:
    chart, gallery = taken(report, "loss"), taken(report, "templates")
    assert chart.chart is not None
    assert chart.chart["height"] == 400
    assert "Zero weights would start" in chart.markup or "data loss goes from" in chart.markup
    assert gallery.chart is None
    assert gallery.markup.count("data:image/png;base64,") == 2


def test_a_drawing_that_is_not_there_is_named(report: str) -> None:
    with pytest.raises(figures.DrawingError, match="no drawing 'los'; there are loss, templates"):
        taken(report, "los")
    with pytest.raises(figures.DrawingError, match="there are none"):
        taken("<html></html>", "loss")


def test_what_ran_stands_in_its_place(report: str) -> None:
    first, second, third = blocks(SOURCE)
    rans = [
        Ran(block=first, output="out\n"),
        Ran(block=second, drawing=taken(report, "loss")),
        Ran(block=third, drawing=taken(report, "templates")),
    ]
    made = embedded(SOURCE, rans, depth=1)
    assert made.startswith(
        "# T\n\n```sh\nthalweg a\n```\n\n```{code-block} text\n:class: printed\n\nout\n```\n\nText.\n\n```{raw} html\n<figure"
    )
    assert "{drawing}" not in made
    identifiers = re.findall(r' id="([^"]+)"', made)
    assert len(identifiers) == len(set(identifiers))
    assert 'aria-describedby="drawing-0-loss-alt"' in made
    data = json.loads(re.search(r'id="figures">(.*?)</script>', made)[1])
    assert [chart["id"] for chart in data["charts"]] == ["drawing-0-loss"]
    assert data["dark"]
    assert '<script defer src="../_static/plotly.js">' in made
    assert "End.\n" in made


def test_a_page_without_drawings_loads_no_script() -> None:
    (block,) = blocks("```sh\nthalweg a\n```\n")
    assert "script" not in embedded("```sh\nthalweg a\n```\n", [Ran(block=block, output="x")], depth=0)


def test_sentences_are_wrapped_and_columns_are_not() -> None:
    columns = "name" + "  1.0" * 30
    assert figures.wrapped(columns) == columns
    assert figures.wrapped("  " + "word " * 40).splitlines()[1].startswith("    word")
    assert figures.wrapped("  do     " + "word " * 40).splitlines()[1].startswith("         word")
    assert max(map(len, figures.wrapped("word " * 200).splitlines())) <= figures.WIDTH


@pytest.mark.slow
def test_a_page_that_has_not_changed_is_not_run_again(tmp_path: Path) -> None:
    page = (
        "```sh\nthalweg train blobs3 --epochs 1 --run r\n```\n\n```{drawing} r/report.html loss\n```\n\n"
        "```python\nimport time\nprint(time.time_ns())\n```\n"
    )
    first = playing.with_drawings({"a.md": page, "b.md": "text"}, tmp_path)
    assert first["b.md"] == "text"
    assert "Loss over epochs" in first["a.md"]
    assert playing.with_drawings({"a.md": page, "b.md": "text"}, tmp_path) == first
    with pytest.raises(SystemExit, match=r"a\.md, line 2"):
        playing.with_drawings({"a.md": "\n```sh\nthalweg nonsense\n```\n\n```{drawing} x y\n```\n"}, tmp_path)
