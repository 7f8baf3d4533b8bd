import torch

from thalweg.evidence.gradient_check import _Bowl, example, measure
from thalweg.views.gradient_check import draw


class Wrong(_Bowl):
    def value_and_gradient(self, params):
        value, gradient = super().value_and_gradient(params)
        return value, {"w": 1.001 * gradient["w"]}


def test_both_orders_are_named_and_the_table_has_a_row_a_tensor():
    chart = draw(example())
    names = [trace.name for trace in chart.figure.data if trace.name]
    assert names == ["forward, falls as h^1.00", "centred, falls as h^2.00", "rounding"]
    assert chart.table.rows[0][:2] == ("w", "passed")
    assert chart.alt.startswith("The check passed. Along all parameters: forward differences fall as h^1.00")


def test_a_wrong_gradient_is_a_plateau():
    chart = draw(measure(Wrong(), {"w": torch.tensor([[2.0, 1.0]], dtype=torch.float64)}, samples=1))
    centred = next(trace for trace in chart.figure.data if trace.name and trace.name.startswith("centred"))
    assert max(centred.y[-12:]) < 1.1 * min(centred.y[-12:])
    assert chart.table.rows[0][1] == "failed"
    assert "The check failed" in chart.alt
