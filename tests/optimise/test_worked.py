"""Every optimiser whose weights go each by itself writes a step of one of them out: what comes out is what the step does."""

import itertools

import pytest
import torch
from tests.arithmetic import check_numbers, of_formula

from thalweg.core.knobs import Number
from thalweg.core.worked import OneWeight, one_weight
from thalweg.optimise import OPTIMISERS

NAMES = [entry.name for entry in OPTIMISERS if entry.worked is not None]
PLACES = [(0, 0, 0), (0, 1, 2), (0, 3, 1)]


def plain(entry, **given):
    return entry.defaults() | given


def variants(entry):
    """The defaults; long numbers with a decay and an initial value where there is one; every flag turned."""
    knobs = {knob.name: knob for knob in entry.knobs}
    long = {name: knob.check(0.9137412 * knob.default) for name, knob in knobs.items() if type(knob) is Number}
    flags = {name: not knob.default for name, knob in knobs.items() if type(knob.default) is bool}
    strong = {name: value for name, value in {"decay": 0.7123456, "initial": 0.3, "rate": 0.0312345}.items() if name in knobs}
    return {}, long, long | flags | strong


def walk(entry, objective, params, settle, given, steps):
    """Yield (params, gradient, state, moved, new state) of every step."""
    settings = settle(entry, 1, **given)
    state = entry.init(params, settings)
    for _ in range(steps):
        _, gradient = objective.value_and_gradient(params)
        moved, after, _ = entry.step(objective, params, state, settings, [torch.Generator()])
        yield params, gradient, state, moved, after
        params, state = moved, after


def test_those_whose_steps_mix_weights_or_search_do_not():
    without = set(OPTIMISERS.names()) - set(NAMES)
    assert without == {"exact", "lbfgs", "local-search", "muon", "newton", "random-search", "saddle-free-newton"}


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("variant", [0, 1, 2])
@pytest.mark.parametrize("penalised", [True, False])
def test_the_last_line_is_the_new_weight_and_every_buffer_has_a_line(name, variant, penalised, smooth, function_objective, knob_settings):
    entry = OPTIMISERS.get(name)
    given = variants(entry)[variant]
    objective = function_objective(smooth[0].function, penalised=["weight"] if penalised else [])
    for params, gradient, state, moved, after in walk(entry, objective, smooth[1], knob_settings, given, 4):
        for place in PLACES:
            one = one_weight(params, gradient, state, name="weight", place=place, penalised=objective.penalised)
            new = one_weight(moved, gradient, after, name="weight", place=place, penalised=objective.penalised)
            lines = entry.worked(one, plain(entry, **given))
            assert lines[0].symbol == "g"
            assert lines[-1].symbol == "W"
            assert lines[-1].value == pytest.approx(new.value, rel=1e-12, abs=1e-12)  # as beside PyTorch, in `conftest.py`
            buffers = buffer_symbols(lines, new)
            assert set(buffers) == set(state)
            check_lines(lines, one, plain(entry, **given), buffers)


def buffer_symbols(lines, new):
    """The symbol of the line that says what the state holds after the step, by the state's name for it."""
    pairs = itertools.product(new.state.items(), lines)
    return {name: line.symbol for (name, value), line in pairs if line.value == pytest.approx(value, rel=1e-12, abs=0)}


def check_lines(lines, one, settings, buffers):
    """Each line's numbers give its value, and so does its formula, with the lines before it and what was there before the step."""
    known = {**settings, "dL": one.gradient, "dW": 1.0, "W_old": one.value}
    known |= {f"{symbol}_old": one.state[name] for name, symbol in buffers.items()}
    for line in lines:
        check_numbers(line)
        assert of_formula(line.formula, known) == pytest.approx(line.value, rel=1e-12, abs=1e-15), line
        known[line.symbol] = line.value


def test_decay_has_a_line_only_where_a_weight_is_penalised():
    entry = OPTIMISERS.get("adamw")
    state = {"first": 0.0, "second": 0.0, "count": 0}
    lines = {
        penalised: entry.worked(OneWeight(value=2.0, gradient=0.5, state=state, penalised=penalised), plain(entry))
        for penalised in (True, False)
    }
    assert [line.symbol for line in lines[False]] == ["g", "t", "m", "v", "m\u0302", "v\u0302", "d", "W"]
    assert [line.symbol for line in lines[True]] == ["g", "t", "m", "v", "m\u0302", "v\u0302", "d", "W_decayed", "W"]


def test_a_slope_of_zero_stays_where_it_is():
    for name in NAMES:
        entry = OPTIMISERS.get(name)
        zeros = dict.fromkeys(("velocity", "sum", "square", "length", "first", "second", "count"), 0.0)
        lines = entry.worked(OneWeight(value=-1.5, gradient=0.0, state=zeros), plain(entry))
        assert lines[-1].value == -1.5
        assert lines[-1].numbers.startswith("−1.5 − ")
