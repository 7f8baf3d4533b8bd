import json

import pytest
import torch
from safetensors.torch import save

from thalweg.core.errors import ModelError
from thalweg.core.knobs import Integer, Number
from thalweg.optimise import OPTIMISERS
from thalweg.run.record import Epoch, Figures
from thalweg.run.state import FACTS, TENSORS, Best, State

CPU = torch.device("cpu")


def params():
    random = torch.Generator().manual_seed(0)
    shapes = {"z.weight": (3, 4), "a.bias": (3,), "m.weight": (2, 1, 3, 3), "b": ()}
    return {name: torch.randn(1, *shape, generator=random) for name, shape in shapes.items()}


def alike(one, two):
    if isinstance(one, torch.Tensor):
        return one.dtype == two.dtype and one.shape == two.shape and torch.equal(one, two)
    return list(one) == list(two) and all(alike(one[name], two[name]) for name in one)


def back(state):
    return State.from_files(state.to_files(), device=CPU)


def row(epoch):
    return Epoch(epoch=epoch, step=3 * epoch, examples=9, rate=0.1, train=Figures.of(1 / 3, 0.1, 0.5), validation=None)


def test_everything_comes_back_bit_for_bit_in_the_order_it_had():
    own = params()
    state = State(
        params=own,
        optimiser={"velocity": {name: -tensor for name, tensor in own.items()}, "count": torch.tensor([7]), "flag": torch.tensor([True])},
        buffers={"bn.running_mean": torch.randn(1, 3), "bn.num_batches_tracked": torch.tensor([4])},
        chain={"0.scale.scale": torch.rand(1, 1, 1, dtype=torch.float64)},
        mean={name: 2 * tensor for name, tensor in own.items()},
        averaged=3,
        best=Best(epochs=(1,), params=own, buffers={"bn.running_mean": torch.zeros(1, 3)}),
        epoch=2, taken=1, step=7, examples=63, rates=(0.1,), seconds=1.25, logs=((row(0), row(1), row(2)),),
    )  # fmt: skip
    again = back(state)
    for field in ("params", "optimiser", "buffers", "chain", "mean"):
        assert alike(getattr(again, field), getattr(state, field)), field
    assert alike(again.best.params, state.best.params)
    assert alike(again.best.buffers, state.best.buffers)
    for field in ("averaged", "epoch", "taken", "step", "examples", "rates", "seconds", "logs", "active", "outcomes"):
        assert getattr(again, field) == getattr(state, field)
    assert again.to_files() == state.to_files()


def test_what_is_not_there_comes_back_as_not_there():
    again = back(State(params=params(), optimiser={}, buffers={}, chain={}))
    assert (again.optimiser, again.buffers, again.chain, again.mean, again.best, again.rows) == ({}, {}, {}, None, None, ())


def test_odd_numbers_and_views_come_back():
    own = {"w": torch.tensor([[float("inf"), -0.0, 1e-45]]), "t": torch.arange(6.0).reshape(1, 2, 3).transpose(1, 2)}
    again = back(State(params=own, optimiser={}, buffers={}, chain={}))
    assert alike(again.params, own)
    assert str(again.params["w"][0, 1]) == str(own["w"][0, 1])


@pytest.mark.parametrize("name", OPTIMISERS.names())
@pytest.mark.parametrize("only_vectors", [False, True])
def test_what_every_optimiser_remembers_survives(name, only_vectors):
    entry = OPTIMISERS.get(name)
    numbers = {knob.name for knob in entry.knobs if isinstance(knob, Number) and not isinstance(knob, Integer)}
    settings = {key: torch.tensor([value]) if key in numbers else value for key, value in entry.defaults().items()}
    own = {key: tensor for key, tensor in params().items() if not only_vectors or tensor.ndim <= 2}
    memory = entry.init(own, settings)
    assert alike(back(State(params=own, optimiser=memory, buffers={}, chain={})).optimiser, memory)


@pytest.mark.parametrize("name", ["a|b", "|", "a||b"])
def test_a_parameters_name_may_hold_the_separator(name):
    own = {name: torch.ones(1, 2), "other": torch.zeros(1, 2)}
    again = back(State(params=own, optimiser={"velocity": own}, buffers={}, chain={}))
    assert alike(again.params, own)
    assert alike(again.optimiser, {"velocity": own})


FILES = State(params={"w": torch.ones(1, 2)}, optimiser={}, buffers={}, chain={}, logs=((row(0),),)).to_files()


@pytest.mark.parametrize(
    "change",
    [
        {FACTS: b""},
        {FACTS: b"[]"},
        {FACTS: b"3"},
        {FACTS: b"{}"},
        {FACTS: b"\xff"},
        {FACTS: FILES[FACTS].replace(b'"params|w"', b'"params|v"')},
        {FACTS: FILES[FACTS].replace(b'"logs": [', b'"logs": [3, ')},
        {FACTS: FILES[FACTS].replace(b'"step"', b'"stop"')},
        {FACTS: json.dumps({**json.loads(FILES[FACTS]), "order": []}).encode()},
        {TENSORS: b""},
        {TENSORS: FILES[TENSORS][:-1]},
        {TENSORS: save({"params|v": torch.ones(1)})},
        {TENSORS: (2**60).to_bytes(8, "little") + b"{}"},
    ],
)
def test_what_is_no_state_is_refused(change):
    with pytest.raises(ModelError, match="checkpoint cannot be read"):
        State.from_files({**FILES, **change}, device=CPU)


@pytest.mark.parametrize("missing", [FACTS, TENSORS])
def test_a_missing_file_is_refused(missing):
    with pytest.raises(ModelError, match="checkpoint cannot be read"):
        State.from_files({name: data for name, data in FILES.items() if name != missing}, device=CPU)


def test_numbers_that_json_has_no_word_for_are_not_written():
    with pytest.raises(ValueError, match="not JSON compliant"):
        State(params={}, optimiser={}, buffers={}, chain={}, rates=(float("nan"),)).to_files()
