from dataclasses import replace

import numpy as np
import pytest
import torch

from thalweg.doctor.scaling import bound, examine, spectrum
from thalweg.loss import LOSSES


def test_spectrum_by_numpy_with_constant_pixels_left_out():
    X = np.random.default_rng(0).normal(2.0, [1, 5, 0.1, 0], (50, 4))
    Z = np.hstack([X[:, :3], np.ones((50, 1))])
    found = spectrum(X)
    singular = np.linalg.svd(Z, compute_uv=False) ** 2 / 50
    assert (found.largest, found.least) == pytest.approx((singular[0], singular[-1]))
    assert (found.zero, found.determined) == (0, True)


def test_more_pixels_than_examples_is_the_samples_own_and_exact():
    X = np.random.default_rng(1).normal(size=(8, 30))
    found = spectrum(X)
    assert not found.determined
    assert found.largest == pytest.approx(np.linalg.svd(np.hstack([X, np.ones((8, 1))]), compute_uv=False)[0] ** 2 / 8)


def test_a_repeated_pixel_is_a_direction_without_spread():
    x = np.random.default_rng(2).normal(size=(50, 1))
    assert spectrum(np.hstack([x, x])).zero == 1


def test_bound_holds_and_is_reached_where_two_classes_share_the_probability(patient):
    # the Hessian of a softmax regression at W with p = 1/2, 1/2 is (1/4)(1, -1)(1, -1)^T x X^T X / N: largest eigenvalue lambda_max / 2
    one = patient(penalty={"l2": 0.5})
    pixels = one.batch(2000).images.flatten(1).double().numpy()
    L, how = bound(one, spectrum(pixels).largest)
    assert pytest.approx(0.5 * spectrum(pixels).largest + 1.0) == L
    assert "1 of the penalty" in how


@pytest.mark.parametrize("name", ["softmax", "svm-max-squared", "svm-sum-squared", "svm-ova-squared"])
def test_no_score_bends_a_loss_more_than_it_says(name):
    loss = LOSSES.get(name)
    knobs = loss.defaults()
    limit = loss.curvature(4, **knobs)
    noise = torch.Generator().manual_seed(0)
    most = 0.0
    for scale in (0.01, 1.0, 5.0):
        for _ in range(20):
            scores = scale * torch.randn(4, generator=noise, dtype=torch.float64)
            H = torch.autograd.functional.hessian(lambda s: loss.value(s[None], torch.tensor([0]), **knobs).sum(), scores)
            most = max(most, float(torch.linalg.eigvalsh(H)[-1]))
    assert most <= limit * (1 + 1e-9)
    assert most > 0.5 * limit


def test_flat_losses_have_no_bound(patient):
    assert LOSSES.get("svm-sum").curvature is None
    assert bound(patient(loss="svm-sum"), 1.0) is None


def test_raw_pixels_are_wrong(patient):
    check = examine(patient(prepare=[]))
    assert check.verdict == "wrong"
    assert "root mean square of 123" in check.sentence


def test_a_rate_a_thousand_times_the_limit(patient):
    check = examine(patient(optimiser="sgd", rate=200.0))
    assert check.verdict == "worth knowing"
    assert "times what sgd stands at the curvature bound" in check.sentence


def test_pixels_far_from_zero_are_badly_conditioned(patient, digits):
    faint = replace(digits, images=(digits.images // 16 + 230).astype(np.uint8))
    check = examine(patient(faint, prepare=["scale"]))
    assert check.verdict == "worth knowing"
    assert "--prepare standardise" in check.advice


def test_mostly_constant_pixels(patient, digits):
    images = digits.images.copy()
    images[:, :5] = 0
    check = examine(patient(replace(digits, images=images)))
    assert check.sentence == "40 of 64 prepared pixels are the same in all 1,294 pictures."


def test_constant_pictures(patient, digits):
    check = examine(patient(replace(digits, images=np.full_like(digits.images, 9)), prepare=["scale"]))
    assert check.sentence == "All prepared pixels are constant."


def test_one_loud_pixel(patient, digits):
    images = (digits.images // 64).astype(np.uint8)
    images[:, 3, 3] = np.random.default_rng(0).integers(0, 2, (len(images), 1)) * 255
    check = examine(patient(replace(digits, images=images)))
    assert "(number 27)" in check.sentence
    assert "--per pixel" in check.advice
