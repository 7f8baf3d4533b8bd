from thalweg.evidence import search_course as evidence
from thalweg.run.population_record import SearchTrace
from thalweg.views import search_course


def test_loss_and_accuracy_are_steps_one_above_the_other():
    chart = search_course.draw(evidence.example())
    medians = [trace for trace in chart.figure.data if trace.fill is None]
    assert [(trace.name, trace.yaxis) for trace in medians[:2]] == [("random-search", "y"), ("random-search", "y2")]
    assert {trace.line.shape for trace in medians} == {"hv"}
    assert medians[0].y == (2.25, 2.0, 2.0, 2.0)
    assert chart.figure.layout.yaxis2.title.text == "its accuracy"
    assert chart.figure.layout.shapes[0].y0 == 0.1


def test_the_band_has_the_corners_of_the_steps():
    band = search_course.draw(evidence.example()).figure.data[0]
    assert band.x[:7] == (1, 2, 2, 3, 3, 4, 4)
    assert band.y[:7] == (2.2, 2.2, 1.9, 1.9, 1.9, 1.9, 1.9)


def test_words_and_table_give_the_medians_and_how_often_the_order_holds():
    chart = search_course.draw(evidence.example())
    assert chart.alt == (
        "Median of the lowest loss after 4 evaluations: random-search 2.000, local-search 1.500, gradient 0.5000. "
        "2 of 2 seeds end in this order. The dotted line is the accuracy of guessing, 10.0%. Bands hold all seeds."
    )
    assert chart.table.rows[0] == ("random-search", "2", "2.000", "1.900", "2.100", "20.0%", "16.0%", "24.0%")


def test_many_evaluations_are_on_a_log_axis():
    trace = SearchTrace(method="<i>", seed=0, evaluations=tuple(range(1, 20)), losses=(1.0,) * 19, accuracies=(0.5,) * 19)
    chart = search_course.draw(evidence.measure([trace]))
    assert chart.figure.layout.xaxis.type == "log"
    assert chart.figure.data[1].name == "&lt;i&gt;"
    assert "in this order" not in chart.alt
