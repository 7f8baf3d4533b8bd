"""The bias trick: a linear map without bias on [x; 1] is a linear map with bias on x."""

import torch

from thalweg.prepare.bias_trick import fit


def test_by_hand() -> None:
    """[2 5] [3; 1] = 2 * 3 + 5."""
    image = torch.tensor([3.0]).reshape(1, 1, 1, 1)
    fitted = fit(lambda: [image])
    assert fitted.apply(image).flatten().tolist() == [3.0, 1.0]
    weight, bias = fitted.fold(torch.tensor([[2.0, 5.0]]), torch.tensor([0.25]))
    assert (weight.tolist(), bias.tolist()) == ([[2.0]], [5.25])


def test_pixels_stay_in_order_before_the_one() -> None:
    images = torch.rand(4, 2, 3, 2, generator=torch.Generator().manual_seed(0))
    prepared = fit(lambda: [images]).apply(images)
    assert prepared.shape == (4, 1, 1, 13)
    assert torch.equal(prepared[:, 0, 0, :12], images.flatten(1))
    assert (prepared[..., 12] == 1).all()
