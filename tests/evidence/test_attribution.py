import json

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from thalweg.core.errors import ConfigError
from thalweg.core.subject import Pictures, Subject, Unsuited
from thalweg.evidence import attribution, filters, templates
from thalweg.evidence._maps import map_of
from thalweg.evidence._weights import WeightPictures
from thalweg.evidence.gradient_check import _Bowl

CLASSES = ("cat", "dog", "hen")
SHAPE = (5, 4, 3)


def pictures(count=12, shape=SHAPE):
    random = np.random.default_rng(0)
    return random.integers(0, 256, (count, *shape), dtype=np.uint8), random.integers(0, 3, count)


def linear(shape=SHAPE):
    random = np.random.default_rng(1)
    weight, bias = random.normal(size=(3, int(np.prod(shape)))).astype(np.float32), random.normal(size=3).astype(np.float32)

    def scores(images):
        return images.flatten(1) @ torch.tensor(weight).T + torch.tensor(bias)

    return scores, weight, bias


def net(*, bias):
    torch.manual_seed(0)
    first = nn.Conv2d(3, 4, 3, bias=bias)
    layers = nn.Sequential(first, nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(4, 3, bias=bias))
    return layers, lambda images: layers(images.permute(0, 3, 1, 2))


def subject(shown, module=None):
    params = {"w": torch.zeros(1, 2)}
    return Subject(title="t", objective=_Bowl(), params=params, losses=len, examples=1, pictures=shown, module=module, seed=4)


def of_linear():
    scores, weight, bias = linear()
    images, labels = pictures()
    return Pictures(images=images, labels=labels, classes=CLASSES, scores=scores, first_weight=weight, first_bias=bias, linear=True)


def test_a_linear_score_recomputed_pixel_by_pixel_is_the_models_own_up_to_rounding():
    images, labels = pictures()
    scores, weight, bias = linear()
    found = attribution.measure(scores, images, labels, CLASSES, template=weight, bias=bias)
    for one in found.pictures:
        assert one.picture.values.tolist() == images[one.row].tolist()
        for part in one.parts:
            k = CLASSES.index(part.name)
            hand = sum(float(w) * float(x) for w, x in zip(weight[k], images[one.row].ravel(), strict=True))
            assert part.total == pytest.approx(hand, rel=1e-12)
            assert part.favour + part.against == pytest.approx(hand, rel=1e-9)
            assert part.score == pytest.approx(hand + float(bias[k]), rel=1e-5)
            assert abs(part.missed) <= part.bound
            assert part.products.values.sum() == pytest.approx(hand, abs=1e-3 * (part.favour - part.against))  # five digits each
    assert found.sentences()[0].startswith("Recomputed by hand, the sum over pixels of pixel times template plus the bias")


def test_gradient_times_input_of_a_net_without_biases_adds_up_and_with_biases_misses():
    """A net of relu and max-pooling without biases is homogeneous: s(x) = x . ds/dx (Euler)."""
    images, labels = pictures()
    for bias in (False, True):
        _, scores = net(bias=bias)
        found = attribution.measure(scores, images, labels, CLASSES)
        for one in found.pictures:
            for part in one.parts:
                assert part.start == pytest.approx(float(scores(torch.zeros(1, *SHAPE)).detach()[0, CLASSES.index(part.name)]), abs=1e-6)
                assert part.score == pytest.approx(part.start + part.total + part.missed, rel=1e-9)
        missed = max(abs(part.missed) for one in found.pictures for part in one.parts)
        assert missed < 1e-4 if not bias else missed > 1e-3
    assert "Gradient times input does not add up" in found.sentences()[0]


def test_the_gradient_is_that_of_differences():
    images, labels = pictures(2)
    module = nn.Sequential(nn.Flatten(), nn.Linear(60, 3), nn.Tanh())
    module[1].weight.data *= 0.01
    (one, *_) = attribution.measure(lambda x: module(x), images, labels, CLASSES, rows=(1,), which="true").pictures
    (part,) = one.parts
    double, x, k = module.double(), torch.tensor(images[1]).double()[None], CLASSES.index(part.name)
    for place in ((0, 0, 0), (4, 3, 2), (2, 1, 1)):
        step = torch.zeros_like(x)
        step[0, *place] = 1e-4
        numeric = float((double(x + step) - double(x - step)).detach()[0, k]) / 2e-4
        assert part.weights.values[place] == pytest.approx(numeric, rel=1e-3, abs=1e-7)


def test_half_the_pictures_are_wrong_answers_and_the_choice_repeats():
    images, labels = pictures(40)
    scores, weight, bias = linear()
    answers = scores(torch.tensor(images).float()).argmax(1).numpy()
    found = attribution.measure(scores, images, labels, CLASSES, template=weight, bias=bias, pictures=6)
    assert [one.label != one.answer for one in found.pictures] == [True] * 3 + [False] * 3
    assert found.wrong == (answers != labels).sum()
    assert [len(one.parts) for one in found.pictures] == [2] * 3 + [1] * 3
    again = attribution.measure(scores, images, labels, CLASSES, template=weight, bias=bias, pictures=6)
    assert again == found
    all_right = attribution.measure(scores, images, answers, CLASSES, template=weight, bias=bias, pictures=6)
    assert (len(all_right.pictures), all_right.wrong) == (6, 0)


def test_rows_can_be_named_and_must_exist():
    images, labels = pictures()
    scores, weight, bias = linear()
    found = attribution.measure(scores, images, labels, CLASSES, template=weight, bias=bias, rows=(7, 2), which="answered")
    assert [(one.row, one.parts[0].name) for one in found.pictures] == [(one.row, one.answer) for one in found.pictures]
    assert [one.row for one in found.pictures] == [7, 2]
    with pytest.raises(ConfigError, match=r"rows must lie in \[0, 12\); got 12"):
        attribution.measure(scores, images, labels, CLASSES, rows=(12,))


def test_large_maps_keep_their_sum_and_their_mean():
    values = np.random.default_rng(0).normal(size=(130, 70, 1)) + 1
    assert map_of(values, how="sum").shape == (44, 24, 1)
    assert map_of(values, how="sum").values.sum() == pytest.approx(values.sum(), rel=1e-4)
    assert map_of(values, how="mean").values[0, 0, 0] == pytest.approx(values[:3, :3].mean(), rel=1e-4)
    assert map_of(values, how="mean").values[-1, -1, 0] == pytest.approx(values[129:, 69:].mean(), rel=1e-4)


def test_inspect_of_a_linear_subject_takes_its_templates_and_goes_through_json():
    shown = of_linear()
    found = attribution.inspect(subject(shown), pictures=2)
    assert (found.linear, found.seed, len(found.pictures)) == (True, 4, 2)
    again = TypeAdapter(attribution.Attribution).validate_python(json.loads(json.dumps(found.row(), allow_nan=False)))
    assert again == found
    rows = templates.inspect(subject(shown))
    assert [one.name for one in rows.pictures] == list(CLASSES)
    assert np.array_equal(rows.pictures[1].values.astype(np.float32), shown.first_weight[1].reshape(SHAPE))
    assert TypeAdapter(WeightPictures).validate_python(json.loads(json.dumps(rows.row(), allow_nan=False))) == rows
    assert rows.sentences()[0] == "There are 3 weight pictures, one for each class; 3 are shown."


def test_filters_of_a_convolution_of_hidden_units_and_of_anybodys_module():
    images, labels = pictures()
    module, scores = net(bias=True)
    kernels = module[0].weight.detach().numpy()
    shown = Pictures(images=images, labels=labels, classes=CLASSES, scores=scores, first_weight=kernels)
    for found in (filters.inspect(subject(shown)), filters.inspect(subject(None, module))):
        assert np.array_equal(found.pictures[3].values.astype(np.float32), kernels[3].transpose(1, 2, 0))
    _, weight, _ = linear()
    hidden = filters.inspect(subject(Pictures(images=images, labels=labels, classes=CLASSES, scores=scores, first_weight=weight)))
    assert np.array_equal(hidden.pictures[2].values.astype(np.float32), weight[2].reshape(SHAPE))


@pytest.mark.parametrize(
    ("entry", "shown", "words"),
    [
        (templates, None, "templates are the rows of a linear score's W"),
        (filters, "linear", "the score is linear: its weights are templates"),
        (filters, None, "this model has neither"),
        (attribution, None, "attribution needs pictures"),
    ],
)
def test_where_they_do_not_apply_they_say_why(entry, shown, words):
    with pytest.raises(Unsuited, match=words):
        entry.inspect(subject(of_linear() if shown else None, nn.Linear(2, 2)))
