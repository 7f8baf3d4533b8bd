import pytest

from thalweg.core.errors import ConfigError
from thalweg.core.knobs import Choice, Flag, Integer, Integers, Number, Text
from thalweg.faces.lab._form import Field, Form, read, read_state, written

RATE = Number(name="rate", default=0.1, low=0, low_open=True, meaning="step size")
WIDTHS = Integers(name="widths", default=(8, 8), meaning="units")
KNOBS = (
    RATE,
    WIDTHS,
    Integer(name="batch", default=0, low=0, meaning="examples a step"),
    Choice(name="loss", default="softmax", choices=("softmax", "svm-sum"), meaning="loss"),
    Flag(name="batch_norm", default=False, meaning="normalise"),
    Text(name="points", default="", meaning="points"),
)


@pytest.mark.parametrize(
    ("knob", "value"), [*zip(KNOBS, (1e-05, (4,), 128, "svm-sum", True, "0,1;2"), strict=True)], ids=lambda each: getattr(each, "name", "")
)
def test_what_is_written_is_read_back(knob, value):
    assert read(knob, written(value)) == value
    assert read(knob, value) == value


def test_state_is_what_differs():
    fields = tuple(Field(knob=knob, value=knob.default, group="All") for knob in KNOBS)
    assert Form(fields=fields).state() == {}
    changed = (Field(knob=RATE, value=0.25, group="All"), *fields[1:])
    assert Form(fields=changed, extra={"steps": "12"}).state() == {"rate": "0.25", "steps": "12"}


def test_row_has_what_a_page_needs():
    row = Field(knob=RATE, value=0.2, group="Optimiser", name="adam.rate").row()
    assert (row["name"], row["label"], row["kind"], row["text"], row["standard"]) == ("adam.rate", "rate", "number", "0.2", "0.1")
    assert row["allowed"] == "a number in (0, inf)"
    assert Field(knob=KNOBS[3], value="softmax", group="Loss").row()["options"] == ["softmax", "svm-sum"]


def test_words_that_no_knob_has_are_refused_with_the_nearest():
    knobs = {knob.name: knob for knob in KNOBS}
    assert read_state(knobs, {"rate": "0.5"})["rate"] == 0.5
    with pytest.raises(ConfigError, match=r"knows no setting 'rat' here\. Did you mean 'rate'\?"):
        read_state(knobs, {"rat": "0.5"})
    with pytest.raises(ConfigError, match=r"rate must be a number in \(0, inf\); got -1"):
        read_state(knobs, {"rate": "-1"})
