"""The dense map: a number by hand, and files that do not fit."""

import pytest
import torch

from thalweg.core.errors import DataError, ModelError
from thalweg.prepare._dense import Dense

FITTED = Dense(matrix=torch.tensor([[1.0, 2.0]]), mean=torch.tensor([[[3.0, 4.0]]]), output=(1, 1, 1))


def test_by_hand() -> None:
    """[1 2] ([5 5] - [3 4]) = 2 + 2; 10 y + 1 = [10 20] x - 109."""
    assert FITTED.apply(torch.full((1, 1, 1, 2), 5.0)).item() == 4
    weight, bias = FITTED.fold(torch.tensor([[10.0]]), torch.tensor([1.0]))
    assert (weight.tolist(), bias.tolist()) == ([[10.0, 20.0]], [-109.0])


def test_other_images_are_refused() -> None:
    with pytest.raises(DataError, match=r"fitted on images of 1 x 1 x 2 .*; got 1 x 2 x 1\."):
        FITTED.apply(torch.zeros(1, 1, 2, 1))


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"output": torch.tensor([1, 1, 2])}, r"'matrix' must be \[2, 2\] to fit its 'mean' and 'output'; got \[1, 2\]\."),
        ({"output": torch.tensor([1, 0, 1])}, r"'output' must be three whole numbers >= 1 .*; got \[1, 0, 1\]\."),
        ({"output": torch.tensor([1.0, 1.0, 1.0])}, r"'output' must be three whole numbers >= 1 .*; got None\."),
        ({"mean": torch.zeros(2)}, r"'mean' must be a float tensor with 3 axes; got torch.float32 \[2\]\."),
    ],
)
def test_a_damaged_file(change: dict[str, torch.Tensor], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Dense.restore({**FITTED.tensors(), **change})
