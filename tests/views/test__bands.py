from thalweg.views import _palette as palette
from thalweg.views._bands import area, crosses


def test_an_area_leaves_out_points_without_both_ends():
    drawn = area([1, 2, 3], [0.1, None, 0.3], [1.0, 2.0, 3.0], colour=palette.CLASSES[0])
    assert (drawn.x, drawn.y) == ((1, 3, 3, 1), (0.1, 0.3, 3.0, 1.0))
    assert (drawn.fillcolor, drawn.hoverinfo) == (palette.CLASSES[0], "skip")


def test_crosses_tell_what_they_are_on_hovering():
    drawn = crosses([1.0], [2.0], hover=["rate 1 diverged"])
    assert (drawn.name, drawn.hovertext, drawn.marker.color) == ("diverged", ("rate 1 diverged",), palette.MUTED)
