import pytest
import torch

from thalweg.core.tree import add_scaled, along, dot, flatten, norm, transform, unflatten, zeros_like


@pytest.fixture
def params():
    random = torch.Generator().manual_seed(0)
    return {
        "weight": torch.randn(2, 3, 4, generator=random, dtype=torch.float64),
        "bias": torch.randn(2, 3, generator=random, dtype=torch.float64),
    }


def test_along_lays_one_value_a_member():
    laid = along(torch.tensor([2.0, 3.0]), torch.ones(2, 3, 4)) * torch.ones(2, 3, 4)
    assert laid[0].eq(2).all()
    assert laid[1].eq(3).all()
    assert along(torch.tensor([2.0]), torch.ones(1)).shape == (1,)


def test_sums_go_over_all_parameters_of_a_member_and_no_other(params):
    other = transform(torch.cos, params)
    for member in range(2):
        by_hand = sum(float((params[name][member] * other[name][member]).sum()) for name in params)
        assert float(dot(params, other)[member]) == pytest.approx(by_hand, rel=1e-14)
        lengths = torch.cat([tensor[member].flatten() for tensor in params.values()])
        assert float(norm(params)[member]) == pytest.approx(float(lengths.norm()), rel=1e-14)


def test_add_scaled_by_hand():
    moved = add_scaled({"w": torch.tensor([[1.0], [1.0]])}, torch.tensor([2.0, -1.0]), {"w": torch.tensor([[3.0], [3.0]])})
    assert moved["w"].tolist() == [[7.0], [-2.0]]


def test_flatten_and_back(params):
    rows = flatten(params)
    assert rows.shape == (2, 15)
    assert torch.equal(rows[:, 12:], params["bias"])
    back = unflatten(rows, params)
    assert list(back) == list(params)
    assert all(torch.equal(back[name], params[name]) for name in params)
    more = unflatten(rows.repeat(3, 1), params)
    assert more["weight"].shape == (6, 3, 4)
    with pytest.raises(RuntimeError):
        unflatten(rows[:, 1:], params)


def test_zeros_keep_shape_type_and_names(params):
    zeros = zeros_like(params)
    assert list(zeros) == list(params)
    assert all(zeros[name].dtype == params[name].dtype and zeros[name].shape == params[name].shape for name in params)
    assert float(norm(zeros).sum()) == 0
