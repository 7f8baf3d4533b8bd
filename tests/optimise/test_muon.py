"""Muon: PyTorch's rule in float64 and in bfloat16, kernels as matrices, vectors by Adam."""

import pytest
import torch

from thalweg.optimise import OPTIMISERS
from thalweg.optimise._newton_schulz import orthogonalise

ENTRY = OPTIMISERS.get("muon")


@pytest.fixture
def slope(function_objective):
    """An objective with the gradient `G`, the same everywhere, for one parameter `w`."""
    return lambda G: function_objective(lambda params: (params["w"] * G).flatten(1).sum(1), penalised=["w"])


def test_singular_values_follow_the_polynomial_five_times():
    """Of diag(3, 4) / 5 each is s <- 3.4445 s - 4.775 s^3 + 2.0315 s^5, five times, by itself."""
    s = torch.tensor([0.6, 0.8], dtype=torch.float64)
    for _ in range(5):
        s = 3.4445 * s - 4.7750 * s**3 + 2.0315 * s**5
    found = orthogonalise(torch.diag(torch.tensor([3.0, 4.0], dtype=torch.float64))[None])[0]
    torch.testing.assert_close(found, torch.diag(s), rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 4)])
def test_singular_vectors_stay_and_singular_values_come_near_one(shape):
    matrix = torch.randn(2, *shape, generator=torch.Generator().manual_seed(0), dtype=torch.float64)
    found = orthogonalise(matrix)
    U, _, Vh = torch.linalg.svd(matrix, full_matrices=False)
    inner = U.mT @ found @ Vh.mT
    values = inner.diagonal(dim1=1, dim2=2)
    torch.testing.assert_close(inner, torch.diag_embed(values), rtol=0, atol=1e-10)
    assert (values > 0.6).all()
    assert (values < 1.3).all()


def test_a_matrix_of_zeros_stays_zero():
    assert torch.equal(orthogonalise(torch.zeros(1, 2, 3)), torch.zeros(1, 2, 3))


@pytest.mark.parametrize("shape", [(4, 3), (3, 4)])
def test_it_is_pytorchs_where_pytorch_computes_in_float64(function_objective, take_steps, monkeypatch, shape):
    """torch.optim.Muon casts to bfloat16 inside; here the cast is replaced by a copy, so that the whole rule is compared in float64."""
    monkeypatch.setattr(torch.Tensor, "bfloat16", torch.Tensor.clone)

    start = torch.randn(shape, generator=torch.Generator().manual_seed(1), dtype=torch.float64)
    objective = function_objective(lambda params: torch.log(torch.cosh(params["w"] - 1)).flatten(1).sum(1), penalised=["w"])
    path, _, _ = take_steps(ENTRY, objective, {"w": start[None]}, 12, rate=0.05, momentum=0.9, decay=0.2)
    for ours, peer in zip(path[1:], peer_path(start, 12, lr=0.05, momentum=0.9, weight_decay=0.2), strict=True):
        torch.testing.assert_close(ours["w"][0], peer, rtol=1e-12, atol=1e-12)


def test_in_bfloat16_it_is_pytorchs_as_it_is(function_objective, take_steps):
    """Both round every product to 8 bits, in an order of their own: single steps of 0.05 agree to a few of bfloat16's 0.4 %."""
    start = torch.randn(4, 6, generator=torch.Generator().manual_seed(1))
    objective = function_objective(lambda params: torch.log(torch.cosh(params["w"] - 1)).flatten(1).sum(1), penalised=["w"])
    path, _, _ = take_steps(ENTRY, objective, {"w": start[None]}, 1, rate=0.05, precision="bfloat16")
    (peer,) = peer_path(start, 1, lr=0.05, momentum=0.95, weight_decay=0.0)
    torch.testing.assert_close(path[1]["w"][0], peer, rtol=0, atol=0.05 * 0.02)
    exact, _, _ = take_steps(ENTRY, objective, {"w": start[None]}, 1, rate=0.05)
    assert not torch.equal(exact[1]["w"], path[1]["w"])


def peer_path(start, steps, **settings):
    """The weights after each step of torch.optim.Muon on log cosh(w - 1)."""
    leaf = torch.nn.Parameter(start.clone())
    peer, path = torch.optim.Muon([leaf], **settings), []
    for _ in range(steps):
        peer.zero_grad()
        torch.log(torch.cosh(leaf - 1)).sum().backward()
        peer.step()
        path.append(leaf.detach().clone())
    return path


def test_a_kernel_is_a_matrix_of_one_row_an_output(slope, take_steps):
    """[out 4, in 2, 3 x 3] moves as [4, 18] does; tall ones move further, by the root of rows / columns."""
    G = torch.randn(4, 2, 3, 3, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    kernel, _, _ = take_steps(ENTRY, slope(G), {"w": torch.zeros(1, 4, 2, 3, 3, dtype=torch.float64)}, 2, rate=0.1)
    matrix, _, _ = take_steps(ENTRY, slope(G.flatten(1)), {"w": torch.zeros(1, 4, 18, dtype=torch.float64)}, 2, rate=0.1)
    tall, _, _ = take_steps(ENTRY, slope(G.flatten(1).T), {"w": torch.zeros(1, 18, 4, dtype=torch.float64)}, 2, rate=0.1)
    torch.testing.assert_close(kernel[-1]["w"].flatten(2), matrix[-1]["w"], rtol=1e-12, atol=1e-12)
    torch.testing.assert_close(tall[-1]["w"].mT, matrix[-1]["w"] * (18 / 4) ** 0.5, rtol=1e-12, atol=1e-12)


def test_the_step_does_not_depend_on_the_size_of_the_slope(slope, take_steps):
    G = torch.randn(3, 5, generator=torch.Generator().manual_seed(2), dtype=torch.float64)
    start = {"w": torch.zeros(1, 3, 5, dtype=torch.float64)}
    small, large = (take_steps(ENTRY, slope(size * G), start, 3)[0][-1]["w"] for size in (1.0, 1000.0))
    torch.testing.assert_close(small, large, rtol=1e-9, atol=1e-12)


def test_vectors_take_adams_steps_at_their_share_of_the_rate(smooth, take_steps):
    objective, start = smooth
    vectors = {"bias": start["bias"]}
    mixed, _, _ = take_steps(ENTRY, objective, vectors, 5, rate=0.1, adam_ratio=0.2)
    plain, _, _ = take_steps(OPTIMISERS.get("adam"), objective, vectors, 5, rate=0.02)
    torch.testing.assert_close(mixed[-1]["bias"], plain[-1]["bias"], rtol=1e-12, atol=1e-12)
