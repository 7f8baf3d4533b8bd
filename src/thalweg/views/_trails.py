"""How trails are told apart: eight colours, solid before dashed, and a symbol each."""

from thalweg.views import _palette as palette

DASHES = ("solid", "dash", "dot")


def line_of(place: int) -> dict[str, str | float]:
    """Return the line of the trail at a place in the list: colours in turn, then again with the next dash.

    >>> line_of(0)["dash"], line_of(8)["dash"], line_of(0)["color"] == line_of(8)["color"]
    ('solid', 'dash', True)
    """
    count = len(palette.CLASSES)
    return {"color": palette.CLASSES[place % count], "width": 2.2, "dash": DASHES[place // count % len(DASHES)]}


def symbol_of(place: int) -> str:
    """Return the symbol at the end of the trail at a place in the list."""
    return palette.SYMBOLS[place % len(palette.SYMBOLS)]
