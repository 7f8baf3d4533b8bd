"""The contract that every optimiser keeps; a new entry is covered by its file alone."""

import importlib
import inspect

import pytest
import torch

from thalweg.core.entries import Objective
from thalweg.core.knobs import Number
from thalweg.core.seeds import Generators
from thalweg.loss import LOSSES
from thalweg.optimise import OPTIMISERS
from thalweg.penalty import PENALTIES
from thalweg.run.batches import MiniBatch
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.penalties import Penalties

NAMES = OPTIMISERS.names()


@pytest.fixture(params=NAMES)
def entry(request):
    return OPTIMISERS.get(request.param)


def linear_bowl(dtype):
    """What an optimiser sees that solves linear scores: six examples of three numbers, two classes, softmax and l2."""
    pixels = torch.randn(6, 1, 1, 3, generator=torch.Generator().manual_seed(8), dtype=torch.float64).to(dtype)
    batch = MiniBatch(pixels, torch.tensor([0, 1, 0, 1, 1, 0]))
    penalties = Penalties([(PENALTIES.get("l2"), {"strength": 0.1, "half": False})], frozenset({"weight"}))
    return LinearObjective(batch, LOSSES.get("softmax"), {"smoothing": 0.0}, penalties)


class Either(Objective):
    """A linear bowl in the parameters' own precision."""

    penalised = frozenset({"weight"})

    def value(self, params):
        return linear_bowl(params["weight"].dtype).value(params)

    def problem(self, place):
        return linear_bowl(torch.float64).problem(place)


@pytest.fixture
def bowl(function_objective, entry):
    """A convex quadratic with curvatures 1 to 3 whose minimum lies at 0.01, and three members that start 1 to 3 away from it.

    An entry that solves linear scores, and asks the objective what it is made of, gets a linear problem.
    """

    def height(params):
        rows = torch.cat([tensor.flatten(1) for tensor in params.values()], dim=1) - 0.01
        return 0.5 * (rows.square() * torch.linspace(1, 3, rows.shape[1], dtype=rows.dtype)).sum(1)

    random = torch.Generator().manual_seed(5)
    away = {
        "weight": torch.rand(3, 2, 3, generator=random, dtype=torch.float64),
        "bias": torch.rand(3, 2, generator=random, dtype=torch.float64),
    }
    objective = function_objective(height, penalised=["weight"]) if entry.reached is None else Either()
    return objective, {name: 1 + 2 * tensor for name, tensor in away.items()}


def copy(tree):
    return {name: copy(value) if isinstance(value, dict) else value.clone() for name, value in tree.items()}


def tensors(tree):
    return {name: value for name, value in tree.items() if isinstance(value, torch.Tensor | dict)}


def leaves(tree, prefix=""):
    """Tensors of a state by path, as a checkpoint stores them."""
    flat = {}
    for name, value in tree.items():
        flat |= leaves(value, f"{prefix}{name}/") if isinstance(value, dict) else {prefix + name: value}
    return flat


def planted(flat):
    """Undo `leaves` for states, which are one or two levels deep."""
    tree = {}
    for path, value in flat.items():
        name, _, rest = path.partition("/")
        tree[name] = tree.get(name, {}) | {rest: value} if rest else value
    return tree


def spread(entry):
    """For every number a value a member: the default, 0.9 and 0.8 of it where that is allowed."""
    given = {}
    for knob in entry.knobs:
        if type(knob) is Number:
            given[knob.name] = [knob.check(knob.default * share) for share in (1.0, 0.9, 0.8)]
    return given


def test_it_is_documented(entry):
    module = importlib.import_module(f"{OPTIMISERS.package}.{entry.name.replace('-', '_')}")
    assert inspect.getdoc(module).splitlines()[0].endswith(".")
    assert entry.summary.endswith(".")
    assert len(entry.summary) < 140
    assert "<-" in entry.formula
    assert entry.reference


def test_knobs_have_names_meanings_and_defaults_in_range(entry):
    names = [knob.name for knob in entry.knobs]
    assert len(set(names)) == len(names)
    if "rate" in names:
        assert names[0] == "rate"
    for knob in entry.knobs:
        assert knob.name.isidentifier()
        assert knob.meaning
        assert not knob.meaning.endswith(".")
        assert knob.check(knob.default) == knob.default


def test_the_loss_falls_on_a_bowl(entry, bowl, take_steps):
    objective, start = bowl
    path, _, _ = take_steps(entry, objective, start, 50)
    assert (objective.value(path[-1]) < objective.value(start)).all()


def test_info_has_the_loss_where_the_step_began(entry, bowl, take_steps):
    objective, start = bowl
    path, _, told = take_steps(entry, objective, start, 3)
    for params, info in zip(path, told, strict=False):
        torch.testing.assert_close(info["loss"], objective.value(params), rtol=1e-12, atol=1e-12)
        for value in info.values():
            assert value.shape == (3,)


def test_a_step_changes_nothing_that_it_was_given(entry, bowl, knob_settings):
    objective, params = bowl
    settings = knob_settings(entry, 3)
    state = entry.init(params, settings)
    for number in range(3):
        before = copy(params), copy(state), copy(tensors(settings))
        moved, after, _ = entry.step(objective, params, state, settings, Generators((4, 5, 6), number))
        for old, given in zip(before, (params, state, settings), strict=True):
            now = leaves(tensors(given))
            for name, value in leaves(old).items():
                assert torch.equal(value, now[name]), name
        again, _, _ = entry.step(objective, params, state, settings, Generators((4, 5, 6), number))
        for name, value in moved.items():
            assert torch.equal(value, again[name]), name
        params, state = moved, after


def test_names_shapes_and_dtypes_stay(entry, bowl, take_steps):
    objective, start = bowl
    for dtype in (torch.float32, torch.float64):
        first = {name: tensor.to(dtype) for name, tensor in start.items()}
        path, _, _ = take_steps(entry, objective, first, 3)
        assert type(path[-1]) is dict
        assert list(path[-1]) == list(first)
        for name, tensor in path[-1].items():
            assert (tensor.shape, tensor.dtype, tensor.requires_grad) == (first[name].shape, dtype, False)
            assert tensor.isfinite().all()


def test_members_walk_alone(entry, bowl, take_steps):
    """Three members with settings of their own walk as three runs of one, with the same noise where a method draws any."""
    objective, start = bowl
    given = spread(entry)
    path, _, _ = take_steps(entry, objective, start, 10, **given)
    for member in range(3):
        alone = {name: tensor[member : member + 1] for name, tensor in start.items()}
        single, _, _ = take_steps(entry, objective, alone, 10, first=member, **{name: values[member] for name, values in given.items()})
        for name, tensor in single[-1].items():
            torch.testing.assert_close(tensor, path[-1][name][member : member + 1], rtol=1e-12, atol=1e-12)


def test_a_state_survives_a_checkpoint(entry, bowl, take_steps):
    """The state is tensors by name; put down and taken up again it goes on bit for bit as if nothing had happened."""
    objective, start = bowl
    path, state, _ = take_steps(entry, objective, start, 4)
    assert all(isinstance(value, torch.Tensor | dict) for value in state.values())
    flat = leaves(state)
    assert all(not value.requires_grad for value in flat.values())
    stored = {name: value.clone() for name, value in flat.items()}
    straight, _, _ = take_steps(entry, objective, path[-1], 4, state=state, seed=2)
    resumed, _, _ = take_steps(entry, objective, copy(path[-1]), 4, state=planted(stored), seed=2)
    for name, tensor in straight[-1].items():
        assert torch.equal(tensor, resumed[-1][name])


@pytest.mark.parametrize("name", ["weight", "bias"])
def test_matrices_alone_and_vectors_alone_are_no_special_case(entry, bowl, take_steps, name):
    objective, start = bowl
    if entry.reached is not None:
        pytest.skip("solves linear scores, which have both")
    path, _, _ = take_steps(entry, objective, {name: start[name]}, 3)
    assert path[-1][name].isfinite().all()


@pytest.mark.many_steps
@pytest.mark.parametrize("name", [name for name in NAMES if OPTIMISERS.get(name).stable_rate is not None])
@pytest.mark.parametrize("momentum", [0.0, 0.5, 0.9])
def test_a_stable_rate_divides_convergence_from_divergence(name, momentum, function_objective, take_steps):
    """On curvatures 10 and 0.5: 2% below the limit the steep direction dies out, 2% above it runs away."""
    entry = OPTIMISERS.get(name)
    given = {"momentum": momentum} if any(knob.name == "momentum" for knob in entry.knobs) else {}
    limit = entry.stable_rate(given, 10.0)
    objective = function_objective(lambda params: 5 * params["w"][:, 0].square() + 0.25 * params["w"][:, 1].square())
    start = {"w": torch.ones(2, 2, dtype=torch.float64)}
    path, _, _ = take_steps(entry, objective, start, 1500, rate=[0.98 * limit, 1.02 * limit], **given)
    size = path[-1]["w"][:, 0].abs().tolist()
    assert size[0] < 1e-2
    assert size[1] > 1e2


def test_only_rules_with_a_fixed_limit_promise_one():
    assert [name for name in NAMES if OPTIMISERS.get(name).stable_rate] == ["gradient-descent", "momentum", "nesterov", "sgd"]
