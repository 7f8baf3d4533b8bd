"""Comma-separated text that a spreadsheet shows as it is and never runs."""

import csv
import io
from collections.abc import Sequence
from typing import Any

from thalweg.core.visible import visible
from thalweg.evidence._axes import word

_FORMULA = tuple("=+-@＝＋－＠")


def csv_text(heads: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Return RFC 4180 text with one line a row, ended by a newline; None is an empty cell.

    Numbers keep all their digits. Text that begins with = + - or @, which spreadsheets take for a formula, gets an apostrophe in front;
    hidden characters are shown as escapes.

    >>> print(csv_text(["name", "share"], [["=1+1", -0.5], ["a,b", None]]), end="")
    name,share
    '=1+1,-0.5
    "a,b",
    """
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow([cell(head) for head in heads])
    writer.writerows([cell(value) for value in row] for row in rows)
    return text.getvalue()


def cell(value: Any) -> str:
    """Return one value as a cell's text."""
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return repr(value)
    shown = visible(word(value))
    return f"'{shown}" if shown.lstrip().startswith(_FORMULA) else shown
