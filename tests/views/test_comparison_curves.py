from dataclasses import replace

from thalweg.evidence import comparison as evidence
from thalweg.evidence import curves
from thalweg.run.record import Epoch, Figures
from thalweg.views import comparison_curves


def course(*accuracies, validation=True):
    figures = [Figures.of(2.0 - one, 0.0, one) for one in accuracies]
    return curves.measure(
        [Epoch(epoch=k, step=k, examples=k, rate=0.1, train=one, validation=one if validation else None) for k, one in enumerate(figures)]
    )


def record(*each, names=None):
    return replace(evidence.example(), names=names or tuple(f"run {k}" for k in range(len(each))), curves=each, differing=())


def test_each_run_is_one_colour_and_dash_in_both_panels():
    lines = comparison_curves.draw(evidence.example()).figure.data
    assert [line.name for line in lines] == ["linear", "linear", "wider", "wider", "other loss", "other loss"]
    assert [line.yaxis for line in lines[:2]] == [None, "y2"]
    looks = [(line.line.color, line.line.dash) for line in lines]
    assert looks[0::2] == looks[1::2]
    assert len(set(looks)) == 3
    assert lines[2].y == (0.5, 0.7, 0.8)
    assert lines[3].y == (0.6931, 0.4, 0.30000000000000004)


def test_forty_runs_all_look_different():
    lines = comparison_curves.draw(record(*[course(0.1, 0.2)] * 40)).figure.data
    assert len({(line.line.color, line.line.dash) for line in lines}) == 40


def test_the_training_part_is_drawn_where_a_run_has_no_validation_part():
    chart = comparison_curves.draw(record(course(0.1, 0.9), course(0.1, 0.8, validation=False)))
    assert chart.title == "Training accuracy and loss over epochs"
    assert chart.alt == "run 0 ends at 90.0% and loss 1.100 after epoch 1; run 1 ends at 80.0% and loss 1.200 after epoch 1."


def test_courses_of_different_lengths_leave_gaps_in_the_table():
    table = comparison_curves.draw(record(course(0.1, 0.5), course(0.1, 0.6, 0.7))).table
    assert table.columns == ("epoch", "run 0: accuracy", "run 0: loss", "run 1: accuracy", "run 1: loss")
    assert table.rows[-1] == ("2", "–", "–", "70.00%", "1.300")


def test_many_runs_are_told_by_their_range_and_different_losses_are_said():
    assert comparison_curves.draw(record(*[course(0.1, 0.1 * k) for k in range(1, 9)])).alt == "8 runs end between 10.0% and 80.0%."
    assert comparison_curves.draw(evidence.example()).alt.endswith("so that the heights of their loss curves do not compare.")


def test_hostile_names_stay_text():
    chart = comparison_curves.draw(record(course(0.1), course(0.2), names=("<b>a</b>", "%{y}\x1b")))
    assert chart.figure.data[0].name == "&lt;b&gt;a&lt;/b&gt;"
    assert "\\x1b" in chart.figure.data[2].name
