import math

import pytest

from thalweg.core.errors import ConfigError
from thalweg.run.surface_escape import descent_theory, escape_steps

OFFSETS = (1e-2, 1e-4, 1e-6, 1e-8)


def counted(name, **given):
    return [escape.steps for escape in escape_steps(name, offsets=OFFSETS, **given)]


@pytest.mark.parametrize("angle", [0.0, pytest.param(45.0, marks=pytest.mark.slow)])
def test_descent_leaves_the_saddle_when_theory_says_so(angle):
    """1e-8 turned by 45 degrees is known to 1e-16 only, a share of 1e-8 of it: far less than one step, which is a hundredth."""
    steps = counted("sgd", angle=angle)
    assert steps == [463, 926, 1389, 1852]
    assert steps == [math.ceil(descent_theory(offset, 0.01)) for offset in OFFSETS]


@pytest.mark.slow
@pytest.mark.parametrize(("name", "most"), [("rmsprop", 25), ("adam", 100)])
def test_methods_that_divide_by_the_gradients_size_take_as_long_from_anywhere_unless_turned(name, most):
    steps = counted(name)
    assert max(steps) <= most
    assert max(steps) - min(steps) <= 1
    turned = counted(name, angle=45)
    assert turned == sorted(turned)
    assert turned[-1] > 2 * steps[-1]


def test_newton_never_leaves_and_saddle_free_newton_takes_as_long_as_descent():
    assert counted("newton", most=60, rate=1.0) == [None] * 4
    free = counted("saddle-free-newton", rate=1.0, most=100)
    assert free == [math.ceil(math.log2(1 / offset)) for offset in OFFSETS]


@pytest.mark.parametrize(
    ("name", "given", "message"),
    [
        ("lbfgs", {}, "optimiser 'lbfgs' has no rate"),
        ("sdg", {}, "Did you mean 'sgd'?"),
        ("sgd", {"offsets": (0.0,)}, "offsets must be one or more numbers in (0, 1); got 0.0."),
        ("sgd", {"most": 0}, "most must be a whole number >= 1; got 0."),
        ("sgd", {"rate": -1.0}, "rate must be a number in (0, inf); got -1.0."),
    ],
)
def test_bad_questions_are_refused(name, given, message):
    with pytest.raises(ConfigError) as caught:
        escape_steps(name, **given)
    assert message in str(caught.value)
