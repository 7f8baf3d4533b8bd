"""The numbers of a path as a table."""

from thalweg.evidence.path import LossPath
from thalweg.views._drawing import Table, quantity

ROWS = 60
"""Most points that the table lists."""


def table_of(path: LossPath) -> Table:
    """Return the points at which the true loss is known, at most sixty."""
    own = [point for point in path.points if point.measured]
    stride = -(-len(own) // ROWS)
    shown = own[::-1][::stride][::-1]
    columns = ("step", "epoch", "across", "up", "off the plane", "true loss", "plane's loss", "batch loss")
    rows = [
        (
            f"{point.step:,}", "–" if point.epoch is None else f"{point.epoch:.4g}", f"{point.x:.4g}", f"{point.y:.4g}",
            quantity(point.off), quantity(point.loss), quantity(point.plane), quantity(point.batch),
        )
        for point in shown
    ]  # fmt: skip
    return Table(columns=columns, rows=tuple(rows), words=())
