"""The gradient check: no false alarm on any built-in, and 0.1 % in any one term is found."""

import json

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from sklearn.datasets import load_digits

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet, Split
from thalweg.core.subject import Subject
from thalweg.evidence.gradient_check import GradientCheck, example, inspect, measure
from thalweg.loss import LOSSES
from thalweg.penalty import PENALTIES
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down

SCORES = {
    "linear": {"name": "linear", "scale": 0.1},
    "mlp": {"name": "mlp", "widths": [4]},
    "mlp-smooth": {"name": "mlp", "widths": [3], "dropout": 0.3, "batch_norm": True},
    "cnn": {"name": "cnn", "channels": [4, 4]},
    "resnet": {"name": "resnet", "width": 2},
}


def small(side=6):
    source, rows = load_digits(n_class=4), np.arange(20)
    images = np.round(source.images[:20, :side, 8 - side :] * (255 / 16)).astype(np.uint8)[..., None]
    split = Split(train=rows[:12], validation=rows[12:16], test=rows[16:])
    classes = ("0", "1", "2", "3")
    return ImageSet(
        images=images, labels=source.target[:20].astype(np.int64), classes=classes, fingerprint="x", split=split, source="digits"
    )


def made(score="linear", loss="softmax", penalty="l2", *, training=False, strength=0.01):
    recipe = Recipe.make(precision="fp64", score=SCORES[score], loss=loss, penalty={penalty: strength}, prepare=["standardise"])
    setting = settle_down(recipe, small(8 if score in ("cnn", "resnet") else 6))
    random = torch.Generator().manual_seed(1)
    params = {name: tensor.detach()[None].clone() for name, tensor in setting.built(recipe).named_parameters()}
    for tensor in params.values():  # off the exact ties that zero biases make
        tensor += 0.05 * torch.randn(tensor.shape, generator=random, dtype=torch.float64)
    buffers = {name: tensor.detach()[None].clone() for name, tensor in setting.module.named_buffers()}
    objective = setting.objective(setting.whole("train", keep=True), buffers, step=0, training=training)
    rough = any(entry.proximal is not None for entry, _ in setting.penalties.entries)
    return objective, params, setting.penalties.proximal if rough else None


class Planted:
    """An objective whose gradient is changed after the fact."""

    def __init__(self, objective, change):
        self.objective, self.change, self.penalised = objective, change, objective.penalised

    def value(self, params):
        return self.objective.value(params)

    def value_and_gradient(self, params):
        value, gradient = self.objective.value_and_gradient(params)
        gradient = {name: slope.clone() for name, slope in gradient.items()}
        self.change(gradient)
        return value, gradient

    def hessian_vector(self, params, vectors):
        return self.objective.hessian_vector(params, vectors)


class Formula:
    """A formula of one vector `w` with its derivative."""

    penalised = frozenset()

    def __init__(self, formula, slope=None):
        self.formula, self.slope = formula, slope

    def value(self, params):
        return torch.stack([self.formula(row) for row in params["w"]])

    def value_and_gradient(self, params):
        w = params["w"].detach().requires_grad_()
        value = self.value({"w": w})
        return value.detach(), {"w": torch.autograd.grad(value.sum(), w)[0] if self.slope is None else self.slope(params["w"])}

    def hessian_vector(self, params, vectors):
        raise NotImplementedError


def point(*numbers):
    return {"w": torch.tensor([numbers], dtype=torch.float64)}


def holds(check):
    assert check.verdict == "passed", check.sentences()
    assert max(tensor.largest or 0 for tensor in check.tensors) < 1e-7  # the brief of the literature for smooth functions
    for order, theory in ((check.orders.forward_order, 1), (check.orders.centred_order, 2)):
        assert order is None or abs(order.exponent - theory) < 0.05
    assert check.orders.reason or (check.orders.forward_order and check.orders.centred_order)


@pytest.mark.parametrize("loss", LOSSES.names())
def test_no_false_alarm_on_any_loss_in_closed_form(loss):
    objective, params, proximal = made(loss=loss, penalty="elastic")
    holds(measure(objective, params, samples=1, proximal=proximal))


def test_no_false_alarm_on_a_net_with_kinks_batch_norm_and_dropout():
    objective, params, proximal = made("mlp-smooth", penalty="l1", training=True)
    holds(measure(objective, params, samples=1, proximal=proximal))


@pytest.mark.slow
@pytest.mark.parametrize("training", [False, True])
@pytest.mark.parametrize("penalty", PENALTIES.names())
@pytest.mark.parametrize("loss", LOSSES.names())
@pytest.mark.parametrize("score", ["linear", "mlp", "mlp-smooth"])
def test_no_false_alarm_on_any_built_in(score, loss, penalty, training):
    objective, params, proximal = made(score, loss, penalty, training=training)
    holds(measure(objective, params, proximal=proximal, seed=1))


@pytest.mark.slow
@pytest.mark.parametrize("loss", LOSSES.names())
@pytest.mark.parametrize(("score", "penalty"), [("cnn", "elastic"), ("resnet", "l1")])
def test_no_false_alarm_on_a_deep_net(score, loss, penalty):
    objective, params, proximal = made(score, loss, penalty, training=score == "resnet")
    check = measure(objective, params, proximal=proximal, samples=1)
    assert check.verdict != "failed", check.sentences()
    assert sum(tensor.verdict == "passed" for tensor in check.tensors) > 0.9 * len(check.tensors)


def tensor_of(name):
    return lambda gradient: gradient[name].mul_(1.001)


def row_of(gradient):
    gradient["weight"][0, 2].mul_(1.001)


def few_of(gradient):
    gradient["weight"][0, 1, 14:17].mul_(1.001)


def one_of(gradient):
    gradient["weight"].view(-1)[gradient["weight"].abs().flatten().median(0).indices] *= 1.001


@pytest.mark.parametrize(
    ("loss", "change"),
    [
        ("softmax", tensor_of("weight")),
        ("svm-ova", tensor_of("bias")),
        ("svm-sum", row_of),
        ("softmax", few_of),
        ("svm-max-squared", one_of),
    ],
)
def test_a_tenth_of_a_percent_is_found_in_a_tensor_a_row_a_group_and_a_single_coordinate(loss, change):
    objective, params, _ = made(loss=loss)
    assert measure(Planted(objective, change), params, samples=1, steps=5).verdict == "failed"


@pytest.mark.parametrize("name", ["layers.0.bias"])
def test_a_tenth_of_a_percent_is_found_in_any_layer(name):
    objective, params, _ = made("mlp")
    check = measure(Planted(objective, tensor_of(name)), params, samples=1, steps=5)
    assert [tensor.name for tensor in check.tensors if tensor.verdict == "failed"] == [name]
    assert check.sentences()[0] == f"The gradient is wrong in 1 of 4 parameter tensors: {name}."


@pytest.mark.parametrize("term", ["gradient", "proximal"])
def test_a_tenth_of_a_percent_is_found_in_the_penalty_and_its_proximal_step(term):
    """Elastic with strength 0.01: the squares' slope is 0.01 w, the magnitudes' 0.005 sign(w)."""
    objective, params, proximal = made(penalty="elastic")
    if term == "gradient":
        objective = Planted(objective, lambda gradient: gradient["weight"].add_(1e-3 * 0.01 * params["weight"]))
        assert measure(objective, params, samples=1, proximal=proximal).verdict == "failed"
    else:
        assert measure(objective, params, samples=1, proximal=lambda tree, step: proximal(tree, 1.001 * step)).verdict == "failed"


def test_weights_on_the_penaltys_kink_are_left_out_and_counted():
    objective, params, proximal = made(penalty="l1")
    params["weight"][0, 1, 3:9] = 0.0
    check = measure(objective, params, samples=1, proximal=proximal)
    holds(check)
    assert [tensor.held for tensor in check.tensors] == [6, 0]
    assert "6 weights on its kink were left out" in " ".join(check.sentences())


def test_without_the_proximal_step_the_penaltys_rough_part_is_missed():
    objective, params, _ = made(penalty="l1")
    assert measure(objective, params, samples=1).tensors[0].verdict == "failed"


def test_by_hand_the_numbers_and_the_orders():
    """w^2/2 + w^4/16 has slope w + w^3/4: 4 at 2 and 5/4 at 1."""
    check = example()
    slopes = {probe.place: (probe.analytic, probe.numeric) for probe in check.tensors[0].probes if probe.place}
    assert slopes[(0,)] == (4.0, pytest.approx(4.0, rel=1e-12))
    assert slopes[(1,)] == (1.25, pytest.approx(1.25, rel=1e-12))
    assert check.orders.forward_order.exponent == pytest.approx(1, abs=0.01)
    assert check.orders.centred_order.exponent == pytest.approx(2, abs=0.01)


def test_error_bars_hold_on_random_smooth_functions():
    """Sums of sines with frequencies up to 30, slopes known in closed form: not one of 30 probes outside its bar."""
    for seed in range(10):
        random = torch.Generator().manual_seed(seed)
        size, rate, shift = (torch.randn(5, generator=random, dtype=torch.float64) * scale for scale in (1.0, 15.0, 1.0))
        objective = Formula(
            lambda w, a=size, b=rate, c=shift: (a * torch.sin(b * w.sum() + c)).sum() + (w**3).sum(),
            lambda w, a=size, b=rate, c=shift: (a * b * torch.cos(b * w.sum() + c)).sum() + 3 * w**2,
        )
        assert measure(objective, point(0.3, -1.2, 2.0), seed=seed, samples=1).verdict == "passed"


def test_kinks_are_found_avoided_where_possible_and_counted():
    """A kink at distance 1e-3 costs only the larger steps; one at the point itself leaves nothing to compare."""
    near = measure(Formula(lambda w: (w - 1).relu().sum() + (w**2).sum()), point(1.001, -3.0), samples=1)
    assert near.verdict == "passed"
    assert {kink for probe in near.tensors[0].probes for kink in probe.kinks} == {"relu"}
    assert any("winners changed: relu" in sentence for sentence in near.sentences())
    there = measure(Formula(lambda w: w.abs().sum()), point(0.0), samples=1)
    assert there.verdict == "undecided"
    assert there.tensors[0].probes[0].numeric is None
    assert "The check is undecided for 1 of 1 parameter tensors" in there.sentences()[0]


def test_a_linear_function_has_no_orders_and_the_reason_is_said():
    check = measure(Formula(lambda w: 3 * w.sum()), point(1.0, 2.0), samples=1)
    assert (check.verdict, check.orders.forward_order, check.orders.centred_order) == ("passed", None, None)
    assert "second and third derivative along this direction is too small" in check.orders.reason


def test_a_zero_gradient_is_no_false_alarm():
    check = measure(Formula(lambda w: torch.sin(w[0]) + 0 * w.sum()), point(1.0, 2.0))
    assert check.verdict == "passed"
    flat = measure(Formula(lambda w: w.sum() - w.sum() + 2.5), point(1.0, 2.0))
    assert (flat.verdict, flat.tensors[0].largest) == ("passed", None)


def test_the_record_goes_through_json():
    objective, params, proximal = made(penalty="l1")
    check = measure(objective, params, samples=1, proximal=proximal)
    again = TypeAdapter(GradientCheck).validate_python(json.loads(json.dumps(check.row(), allow_nan=False)))
    assert again == check


def test_inspect_takes_the_proximal_step_from_the_objective_and_says_over_what():
    objective, params, _ = made(penalty="elastic")
    subject = Subject(title="digits", objective=objective, params=params, losses=lambda _: torch.zeros(1, 1), examples=12, seed=3)
    check = inspect(subject, samples=1, steps=5)
    assert (check.verdict, check.proximal, check.seed, check.examples) == ("passed", True, 3, 12)
    assert "over 12 examples, the module in evaluation mode" in check.sentences()[-1]


def restless(w):
    return w.sum() * torch.rand((), dtype=torch.float64)


@pytest.mark.parametrize(
    ("formula", "params", "words"),
    [
        (lambda w: w.sum(), {"w": torch.ones(1, 2)}, "w is in float32; a gradient check needs float64"),
        (lambda w: w.sum(), {"w": torch.ones(2, 2, dtype=torch.float64)}, r"takes one member, .* got w \[2, 2\]"),
        (lambda w: w.float().sum().double(), point(1.0, 2.0), r"computes in float32 inside \(_to_copy\)"),
        (lambda w: w.log().sum(), point(-1.0, 2.0), "the objective is nan at these weights"),
        (lambda w: w.sqrt().sum(), point(0.0, 2.0), "the gradient of w is not finite"),
        (restless, point(1.0, 2.0), "the objective is not a function of its weights"),
    ],
)
def test_what_cannot_be_checked_is_refused(formula, params, words):
    with pytest.raises(ConfigError, match=words):
        measure(Formula(formula), params)
