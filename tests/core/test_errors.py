import pytest

from thalweg.core import errors
from thalweg.core.errors import nearest, unknown


def test_every_class_of_error_has_the_exit_code_that_the_faces_promise():
    codes = {"ConfigError": 2, "DataError": 3, "ModelError": 5, "StorageError": 6, "BusyError": 7}
    for name, code in codes.items():
        kind = getattr(errors, name)
        assert issubclass(kind, errors.ThalwegError)
        assert kind("words").exit_code == code


@pytest.mark.parametrize(("given_word", "meant"), [("momentun", "momentum"), ("ADAM", "adam"), ("lbgfs", "lbfgs")])
def test_a_slip_of_the_finger_is_recognised(given_word, meant):
    assert nearest(given_word, ["adam", "lbfgs", "momentum"]) == f" Did you mean {meant!r}?"


def test_nothing_is_suggested_where_nothing_is_near_or_nothing_is_known():
    assert nearest("qqqq", ["adam", "sgd"]) == ""
    assert nearest("adam", []) == ""


def test_an_unknown_name_comes_with_the_list():
    assert str(unknown("score", "conv", ["linear", "mlp"])) == "unknown score 'conv'. Known: linear, mlp."
