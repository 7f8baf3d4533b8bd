"""Figures of the tutorial: taken out of the pages that its own commands write, and put where the tutorial wants them.

A report, an inspection, a race and all other pages of Thalweg hold their drawings as mark-up and data. `{drawing} FILE NAME` in a page
of the site is the drawing NAME of such a file. What a command prints stands below it. Charts are drawn by the script that Thalweg's pages
use, which lies beside the site once.
"""

import json
import re
import textwrap
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from docs.builder.blocks import Block
from docs.builder.prose import fenced

_DATA = re.compile(r'<script type="application/json" id="figures">(.*?)</script>', re.DOTALL)
_FIGURE = re.compile(r'<figure aria-labelledby="([\w-]+)-title">(.*?)</figure>', re.DOTALL)
_IDENTIFIER = re.compile(r'\b(id|aria-labelledby|aria-describedby)="([^"]*)"')
_HEADING = re.compile(r"<h3([^>]*)>(.*?)</h3>", re.DOTALL)
WIDTH = 84
"""Characters a line of what was printed, so that it can be read without scrolling."""
_LABELLED = re.compile(r"(\s*(?:\S+\s{2,})?)(\S(?:(?!\s{2}).)*)$")
SCRIPTS = ("plotly.js", "figures.js")


class DrawingError(Exception):
    """A page has no such drawing."""


@dataclass(frozen=True, kw_only=True)
class Drawing:
    """A drawing as it is in a page: mark-up, and for a chart its data and the colours for dark pages."""

    name: str
    markup: str
    chart: dict[str, Any] | None
    dark: dict[str, str]


@dataclass(frozen=True, kw_only=True)
class Ran:
    """What became of a block: what it printed, and what it drew."""

    block: Block
    output: str = ""
    drawing: Drawing | None = None


def taken(page: str, name: str) -> Drawing:
    """Return the drawing `name` of a page of Thalweg; raise `DrawingError` with those there are."""
    data = _DATA.search(page)
    figures = dict(_FIGURE.findall(page))
    if data is None or name not in figures:
        raise DrawingError(f"no drawing {name!r}; there are {', '.join(sorted(figures)) or 'none'}")
    known = json.loads(data[1])
    chart = next((chart for chart in known["charts"] if chart["id"] == name), None)
    return Drawing(name=name, markup=figures[name], chart=chart, dark=known["dark"])


def embedded(page: str, rans: Sequence[Ran], *, depth: int) -> str:
    """Return a page with what its blocks printed and drew in its place; `depth` is how many folders the page lies in."""
    lines = page.splitlines()
    drawings = [ran.drawing for ran in rans if ran.drawing is not None]
    for ran in sorted(rans, key=lambda ran: -ran.block.line):
        if ran.drawing is not None:
            number = drawings.index(ran.drawing)
            lines[ran.block.line - 1 : ran.block.end] = [_markup(ran.drawing, _identifier(number, ran.drawing))]
        elif ran.output.strip():
            lines[ran.block.end : ran.block.end] = ["", _printed(ran.output)]
    return "\n".join([*lines, "", _scripts(drawings, depth) if drawings else ""])


def _identifier(number: int, drawing: Drawing) -> str:
    return f"drawing-{number}-{drawing.name}"


def _markup(drawing: Drawing, identifier: str) -> str:
    def renamed(found: re.Match[str]) -> str:
        return f'{found[1]}="{found[2].replace(drawing.name, identifier, 1)}"'

    inside = _HEADING.sub(r'<p class="title"\1>\2</p>', _IDENTIFIER.sub(renamed, drawing.markup))
    lines = "\n".join(line for line in inside.splitlines() if line.strip())
    return fenced(f'<figure class="drawn" aria-labelledby="{identifier}-title">\n{lines}\n</figure>', "{raw} html")


def _printed(output: str) -> str:
    return fenced(f":class: printed\n\n{wrapped(output.rstrip())}", "{code-block} text")


def wrapped(output: str) -> str:
    """Return what was printed with long sentences over several lines; what is laid out in columns stays, but for a label and its sentence.

    >>> print(wrapped("note: " + "a word " * 16))
    note: a word a word a word a word a word a word a word a word a word a word a word a
      word a word a word a word a word
    """
    lines = []
    for line in output.splitlines():
        found = _LABELLED.match(line)
        if found is None or len(line) <= WIDTH:
            lines.append(line)
            continue
        below = " " * len(found[1]) if found[1].strip() else found[1] + "  "
        lines += textwrap.wrap(found[2], WIDTH, initial_indent=found[1], subsequent_indent=below)
    return "\n".join(lines)


def _scripts(drawings: Iterable[Drawing], depth: int) -> str:
    charts = [{**drawing.chart, "id": _identifier(number, drawing)} for number, drawing in enumerate(drawings) if drawing.chart is not None]
    dark = {colour: other for drawing in drawings for colour, other in drawing.dark.items()}
    data = json.dumps({"charts": charts, "dark": dark}, allow_nan=False).replace("<", "\\u003c")
    loaded = "\n".join(f'<script defer src="{"../" * depth}_static/{name}"></script>' for name in SCRIPTS)
    return fenced(f'<script type="application/json" id="figures">{data}</script>\n{loaded}', "{raw} html")


def lay_out(folder: Path) -> None:
    """Write the script that draws the charts."""
    from plotly.offline import get_plotlyjs

    (folder / SCRIPTS[0]).write_text(get_plotlyjs(), "utf-8")
