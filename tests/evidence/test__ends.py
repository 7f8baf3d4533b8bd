import numpy as np
import pytest
import torch
from scipy.sparse.linalg import LinearOperator, eigsh
from torch import nn

from thalweg.core.tree import flatten, unflatten
from thalweg.evidence._ends import dense_ends, lanczos_ends
from thalweg.loss import LOSSES
from thalweg.run.fixed_objective import FixedObjective
from thalweg.run.module_objective import module_scores
from thalweg.run.penalties import Penalties
from thalweg.score import SCORES

TOTAL = 120


def silent():
    pass


def noise(total, *, seed=0, dtype=torch.float64):
    return torch.randn(1, total, generator=torch.Generator().manual_seed(seed), dtype=torch.float64).to(dtype)


def matrix(values, *, seed=0):
    """A symmetric matrix with these eigenvalues, in a basis turned at random."""
    basis, _ = torch.linalg.qr(torch.randn(len(values), len(values), generator=torch.Generator().manual_seed(seed), dtype=torch.float64))
    return (basis * torch.as_tensor(values, dtype=torch.float64)) @ basis.T


def ends_of(A, *, count=4, tolerance=1e-8, products=TOTAL, seed=1):
    start = noise(len(A), seed=seed, dtype=A.dtype)
    return lanczos_ends(lambda v: v @ A.T, start, count=count, tolerance=tolerance, products=products, seen=silent)


def values(pairs):
    return [pair.value for pair in pairs]


def like_a_net(total=TOTAL):
    """A few large, some negative, most near zero: how a network's Hessian looks."""
    return np.concatenate([[40.0, 22.0, 9.0, 5.0], np.linspace(-0.01, 0.02, total - 8), [-0.4, -0.9, -1.5, -2.5]])


def test_both_ends_are_those_of_the_dense_matrix():
    A = matrix(like_a_net())
    found, expected = ends_of(A), torch.linalg.eigvalsh(A)
    np.testing.assert_allclose(values(found.low), expected[:4], rtol=1e-6)
    np.testing.assert_allclose(values(found.high), expected.flip(0)[:4], rtol=1e-6)
    assert found.products < TOTAL
    assert found.largest == pytest.approx(40)


def test_arpack_finds_the_same():
    A = matrix(like_a_net())
    operator = LinearOperator(A.shape, matvec=lambda v: A.numpy() @ v, dtype=np.float64)
    both = eigsh(operator, k=6, which="BE", return_eigenvectors=False, v0=noise(TOTAL, seed=5)[0].numpy())
    found = ends_of(A, count=3)
    np.testing.assert_allclose([*values(found.low), *values(found.high)[::-1]], np.sort(both), rtol=1e-6)


def test_residuals_are_true_and_bound_the_error():
    A = matrix(like_a_net())
    for tolerance in (1e-1, 1e-3, 1e-6):
        found = ends_of(A, tolerance=tolerance)
        exact = torch.linalg.eigvalsh(A)
        for pairs, vectors in ((found.low, found.low_vectors), (found.high, found.high_vectors)):
            for pair, vector in zip(pairs, vectors, strict=True):
                assert float(vector.norm()) == pytest.approx(1)
                assert pair.residual == pytest.approx(float((A @ vector - pair.value * vector).norm()), rel=1e-4, abs=1e-13)
                assert pair.residual <= 1.01 * tolerance * 40, "where it ended by its tolerance"
                assert float((exact - pair.value).abs().min()) <= pair.residual + 1e-12


def test_the_products_asked_for_are_the_most_that_lanczos_takes():
    seen = []
    A = matrix(like_a_net())
    found = lanczos_ends(lambda v: v @ A.T, noise(TOTAL), count=2, tolerance=1e-12, products=9, seen=lambda: seen.append(None))
    assert found.space.T.shape[1] == 9
    assert found.products == len(seen) == 9 + 4, "one more for each pair returned"
    assert max(pair.residual for pair in found.low) > 1e-12 * 40, "it says that it did not get there"


def test_a_multiple_eigenvalue_is_found_once():
    A = matrix([7.0, 7.0, 7.0, 3.0, 1.0, 0.0, -1.0, -2.0])
    found = ends_of(A, count=2)
    np.testing.assert_allclose(values(found.high), [7, 3], atol=1e-9)
    assert all(pair.residual < 1e-9 for pair in (*found.high, *found.low))
    dense = dense_ends(lambda v: v @ A.T, noise(8), count=2, seen=silent)
    np.testing.assert_allclose(values(dense.high), [7, 7], atol=1e-9, err_msg="the whole matrix shows multiplicities")


def test_in_single_precision_residuals_stop_at_rounding():
    A = matrix(like_a_net())
    found = ends_of(A.float(), tolerance=1e-12)
    rounding = torch.finfo(torch.float32).eps * 40
    exact = torch.linalg.eigvalsh(A)
    assert 0 < max(pair.residual for pair in (*found.low, *found.high)) < 20 * rounding
    np.testing.assert_allclose([*values(found.low), *values(found.high)], [*exact[:4], *exact.flip(0)[:4]], atol=20 * rounding)


def test_the_dense_way_gives_every_eigenvalue_and_says_how_symmetric_the_matrix_was():
    A = matrix([3.0, 1.0, -2.0])
    A[0, 1] += 0.25
    found = dense_ends(lambda v: v @ A, noise(3), count=5, seen=silent)
    symmetric = (A + A.T) / 2
    np.testing.assert_allclose(found.every, torch.linalg.eigvalsh(symmetric), atol=1e-12)
    assert found.asymmetry == pytest.approx(float((A - A.T).abs().max()))
    assert len(found.low) == len(found.high) == found.products == 3
    for pair, vector in zip(found.high, found.high_vectors, strict=True):
        assert float((symmetric @ vector - pair.value * vector).norm()) < 1e-12


def net_and_data(name, shape, **knobs):
    random = torch.Generator().manual_seed(0)
    net = SCORES.get(name).build(shape, 3, random, **knobs).double().eval()
    return net, torch.randn(23, *shape, generator=random, dtype=torch.float64), torch.randint(0, 3, (23,), generator=random)


def objective(net: nn.Module, images, labels, sizes, **settings):
    batches = list(zip(images.split(sizes), labels.split(sizes), strict=True))

    def share(params, place):
        scores = module_scores(net, {**params, **dict(net.named_buffers())}, batches[place][0], autocast=False)
        return LOSSES.get("softmax").value(scores, batches[place][1], **LOSSES.get("softmax").defaults()).sum() / len(labels)

    return FixedObjective(share, len(batches), Penalties([], frozenset()), **settings)


@pytest.mark.parametrize(
    ("name", "shape", "knobs"), [("mlp", (2, 2, 1), {"widths": (6,), "activation": "tanh"}), ("cnn", (4, 4, 1), {"channels": (3,)})]
)
def test_eigenvalues_do_not_depend_on_how_examples_are_split(name, shape, knobs):
    net, images, labels = net_and_data(name, shape, **knobs)
    params = {name: tensor.detach()[None] for name, tensor in net.named_parameters()}
    found = []
    for sizes, settings in (([23], {}), ([16, 7], {}), ([22, 1], {"graph_bytes": 0})):
        own = objective(net, images, labels, sizes, **settings)
        product = lambda v, own=own: flatten(own.hessian_vector(params, unflatten(v, params)))  # noqa: E731
        ends = lanczos_ends(product, noise(flatten(params).shape[1]), count=2, tolerance=1e-9, products=10, seen=silent)
        found.append([*values(ends.low), *values(ends.high)])
    for other in found[1:]:
        np.testing.assert_allclose(other, found[0], rtol=1e-9, atol=1e-12)
