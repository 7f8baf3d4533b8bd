import pytest

from thalweg.views._overlay import AXES, FIGURES, Course, draw

ONE = Course(name="<b>one</b>", x=(0.0, 1.0), lines={"train": (2.0, 0.5), "validation": (2.1, None)})
OTHER = Course(name="other", x=(0.0, 1.0, 2.0), lines={"train": (2.0, 1.0, 0.25), "validation": (2.0, 1.5, 1.25)})


def test_a_colour_a_run_and_training_dotted():
    lines = [
        (trace.name, trace.line.color, trace.line.dash, trace.showlegend)
        for trace in draw([ONE, OTHER], of="loss", axis="epoch").figure.data
    ]
    name = "&lt;b&gt;one&lt;/b&gt;"
    assert lines == [
        (name, "#0072b2", "dot", False),
        (name, "#0072b2", "solid", True),
        ("other", "#d55e00", "dot", False),
        ("other", "#d55e00", "solid", True),
    ]


def test_text_equivalent_ends_where_the_lines_end():
    drawn = draw([ONE, OTHER], of="loss", axis="step")
    assert drawn.alt == (
        "<b>one</b> ends at training loss 0.5000, validation loss 2.100; other ends at training loss 0.2500, validation loss 1.250."
    )
    assert drawn.table.rows[3] == ("other", "validation", "2", "1.250")
    assert drawn.title == "Training (dotted) and validation loss"


@pytest.mark.parametrize(("of", "kind"), [("loss", "log"), ("accuracy", None), ("rate", "log")])
def test_values_far_apart_stand_on_powers_of_ten(of, kind):
    far = Course(name="far", x=(0.0, 1.0), lines={"": (1e-3, 1.0)})
    assert draw([far], of=of, axis="epoch").figure.layout.yaxis.type == kind


def test_many_runs_are_told_apart_by_their_marks():
    many = [Course(name=str(place), x=(0.0, 1.0), lines={"train": (1.0, 0.5)}) for place in range(10)]
    marks = [(trace.line.color, trace.marker.symbol) for trace in draw(many, of="loss", axis="epoch").figure.data]
    assert len(set(marks)) == 10
    assert draw(many, of="loss", axis="epoch").alt.startswith("10 runs")


@pytest.mark.parametrize("of", FIGURES)
@pytest.mark.parametrize("axis", AXES)
def test_axes_say_what_they_are(of, axis):
    layout = draw([OTHER], of=of, axis=axis).figure.layout
    assert (layout.xaxis.title.text, layout.yaxis.title.text) == (AXES[axis], FIGURES[of])


def test_nothing_to_draw():
    assert draw([], of="loss", axis="epoch").alt == "No run is chosen."
