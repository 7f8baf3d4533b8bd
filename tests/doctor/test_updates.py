import pytest

from thalweg.doctor.updates import examine


def test_ratios_of_plain_descent_by_hand(patient):
    one = patient(optimiser="gradient-descent", rate=0.1, schedule=None, penalty=None, epochs=1)
    before, after = one.start, one.course.end
    assert one.course.steps == 1
    moved = float((after.params["weight"] - before.params["weight"]).norm() / before.params["weight"].norm())
    assert one.course.moves["weight"] == pytest.approx((moved,))


@pytest.mark.many_steps
@pytest.mark.parametrize(
    "settings", [{"optimiser": "sgd", "rate": 1e3}, {"score": "mlp", "widths": (16,), "optimiser": "sgd", "rate": 1e6}]
)
def test_a_rate_a_thousand_times_too_large_is_wrong(patient, settings):
    check = examine(patient(**settings))
    assert check.verdict == "wrong"
    assert "rise" in check.sentence or "diverged" in check.sentence or "of its own length" in check.sentence
    assert "thalweg rate" in check.advice


@pytest.mark.many_steps
def test_a_rate_that_leaves_the_weights_where_they_are(patient):
    check = examine(patient(optimiser="sgd", rate=1e-7))
    assert check.verdict == "worth knowing"
    assert "Use a larger rate" in check.advice


def test_guesses_have_no_usual_length(patient):
    assert examine(patient(optimiser="random-search", epochs=2)).verdict == "not applicable"


def test_no_epoch_no_step(patient):
    assert not examine(patient(epochs=0)).found
