from thalweg.evidence import curves
from thalweg.views import accuracy_curves


def test_one_line_a_part_in_shares():
    chart = accuracy_curves.draw(curves.example())
    assert [(line.name, line.y) for line in chart.figure.data] == [("training", (0.5, 0.8, 0.9)), ("validation", (0.5, 0.75, 0.8))]
    assert chart.alt == "Accuracy at the last epoch: training 90.0%, validation 80.0%."
    assert chart.table.rows[1] == ("1", "80.00%", "75.00%")


def test_a_run_without_epochs_draws_empty_lines():
    assert accuracy_curves.draw(curves.measure([])).alt == "Accuracy at the last epoch: none."
