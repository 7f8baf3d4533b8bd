"""Plane: two numbers a picture, so that the whole space of pictures is on the screen: points, regions, W, and every example's loss."""

from collections.abc import Mapping
from pathlib import Path

from thalweg.faces.lab._plane_show import PlaneShow
from thalweg.faces.lab._room import Outlook, Room


def enter(state: Mapping[str, str], outlook: Outlook) -> PlaneShow:
    """Open the room; a table that the lab was opened with is one of its sets of points."""
    return PlaneShow(state, outlook.opened if Path(outlook.opened).suffix.lower() == ".csv" else "")


ENTRY = Room(
    title="Plane",
    place=10,
    summary="points in the plane, a linear score or a small net, and every number of its training",
    formula="s = f(x, y; W);  L = mean L_i + lambda R(W)",
    reference="Karpathy: CS231n linear classification demo; Smilkov et al.: TensorFlow playground",
    open=enter,
)
