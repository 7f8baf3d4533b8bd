import pytest

from thalweg.core.entries import Entry, Objective, Record
from thalweg.core.knobs import Number
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.record import Epoch


def test_defaults_are_one_value_a_knob():
    entry = Entry(summary="s", formula="f", reference="r", knobs=(Number(name="rate", default=0.5, meaning="m"),))
    assert entry.defaults() == {"rate": 0.5}
    with pytest.raises(TypeError):
        Entry("s", "f", "r")


def test_contracts_can_be_asked_for():
    for name in ("penalised", "value", "value_and_gradient", "hessian_vector"):
        assert hasattr(LinearObjective, name)
        assert hasattr(Objective, name)
    assert issubclass(Epoch, Record)
