"""The elementwise map: what it fits, its dtype and what it refuses."""

import pytest
import torch

from thalweg.core.errors import DataError, ModelError
from thalweg.prepare._elementwise import Elementwise


def test_by_hand() -> None:
    """Two channels: y = 2 x + 1 and y = 3 x - 1."""
    fitted = Elementwise(scale=torch.tensor([[[2.0, 3.0]]]), shift=torch.tensor([[[1.0, -1.0]]]))
    assert fitted.apply(torch.tensor([[[[1.0, 1.0], [2.0, 2.0]]]])).flatten().tolist() == [3.0, 2.0, 5.0, 5.0]
    weight, bias = fitted.fold(torch.tensor([[1.0, 1.0, 1.0, 1.0]]), torch.tensor([0.0]))
    assert (weight.tolist(), bias.tolist()) == ([[2.0, 3.0, 2.0, 3.0]], [0.0])


def test_nothing_is_broadcast_silently() -> None:
    fitted = Elementwise(scale=torch.ones(1, 1, 3), shift=torch.zeros(4, 5, 1))
    with pytest.raises(DataError, match=r"fitted on images of 4 x 5 x 3 \(height x width x channels\); got 4 x 5 x 1\. Give images"):
        fitted.apply(torch.zeros(2, 4, 5, 1))
    assert Elementwise(scale=torch.ones(1, 1, 3), shift=torch.zeros(1, 1, 1)).shape((9, 8, 3)) == (9, 8, 3)


@pytest.mark.parametrize("dtype", [torch.float64, torch.bfloat16])
def test_works_in_the_dtype_of_the_images(dtype: torch.dtype) -> None:
    fitted = Elementwise(scale=torch.full((1, 1, 1), 0.5), shift=torch.ones(1, 1, 1))
    assert torch.equal(fitted.apply(torch.full((1, 1, 1, 1), 2.0, dtype=dtype)), torch.full((1, 1, 1, 1), 2.0, dtype=dtype))


def test_a_damaged_file() -> None:
    with pytest.raises(ModelError, match=r"lacks its tensor 'shift'; it holds: scale\."):
        Elementwise.restore({"scale": torch.ones(1, 1, 1)})
    with pytest.raises(ModelError, match=r"'scale' must be a float tensor with 3 axes; got torch.int64 \[2\]\."):
        Elementwise.restore({"scale": torch.ones(2, dtype=torch.int64), "shift": torch.ones(1, 1, 1)})
