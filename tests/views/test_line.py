from dataclasses import replace

from thalweg.evidence import line as evidence
from thalweg.evidence._slice_facts import Mark
from thalweg.views import line


def test_a_curve_a_direction_and_the_centre():
    drawn = line.draw(evidence.example()).figure.data
    assert [trace.name for trace in drawn] == ["x", "y", "centre"]
    assert drawn[1].y == (2.0, 0.0, 2.0)
    assert drawn[0].line.color != drawn[1].line.color


def test_errors_are_an_area_and_other_runs_a_mark():
    record = evidence.example()
    mark = Mark(name="x", at=(1.0,), value=0.5)
    profile = replace(record.profiles[0], errors=(0.1, 0.0, None), mark=mark)
    drawn = line.draw(replace(record, profiles=(profile,))).figure.data
    assert drawn[0].fill == "toself"
    assert list(drawn[0].x) == [-1.0, 0.0, 0.0, -1.0]
    assert (drawn[2].x, drawn[2].y) == ((1.0,), (0.5,))


def test_a_huge_range_has_a_logarithmic_axis_where_all_is_positive():
    record = evidence.example()
    huge = replace(record, centre=1.0, profiles=(replace(record.profiles[0], values=(1e6, 1.0, None)),))
    assert line.draw(huge).figure.layout.yaxis.type == "log"
    assert line.draw(record).figure.layout.yaxis.type is None
