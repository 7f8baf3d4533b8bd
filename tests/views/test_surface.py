from dataclasses import replace

from thalweg.evidence import surface as evidence
from thalweg.evidence._slice_facts import Mark
from thalweg.views import surface


def names(record):
    return [trace.name for trace in surface.draw(record).figure.data]


def test_contours_the_centre_and_other_runs_are_drawn():
    record = replace(evidence.example(), marks=(Mark(name="other", at=(1.0, 0.0), value=0.5),))
    drawn = surface.draw(record).figure.data
    assert [trace.type for trace in drawn] == ["contour", "scatter", "scatter"]
    assert names(record)[1:] == ["other", "centre"]
    assert [list(line) for line in drawn[0].customdata] == [
        ["2.500", "2.000", "2.500"],
        ["0.5000", "0", "0.5000"],
        ["2.500", "2.000", "2.500"],
    ]


def test_the_lowest_point_is_marked_where_it_lies_below_the_centre():
    assert "lowest point of the grid" not in names(evidence.example())
    lower = replace(evidence.example(), centre=1.0)
    assert "lowest point of the grid" in names(lower)


def test_points_without_a_value_are_left_blank_and_none_at_all_leaves_the_centre():
    record = evidence.example()
    holes = replace(record, values=((None, 2.0, 2.5), *record.values[1:]), missing=1)
    assert surface.draw(holes).figure.data[0].z[0][0] is None
    nothing = replace(record, values=((None,) * 3,) * 3, missing=9)
    assert names(nothing) == ["centre"]


def test_a_single_row_is_drawn_as_beads():
    record = evidence.example()
    row = replace(record, y=(0.0,), values=record.values[1:2])
    assert surface.draw(row).figure.data[0].mode == "markers"


def test_levels_are_geometric_where_the_range_is_huge():
    record = replace(evidence.example(), values=((1e9, 1.0, 2.0), (1.0, 0.5, 1.0), (1.0, 1.0, 1.0)))
    assert surface.draw(record).figure.data[0].colorbar.title.text == "loss,<br>geometric"
