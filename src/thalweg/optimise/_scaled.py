"""A gradient divided, number by number, by its own usual size: the step that the adaptive methods share."""

import torch
from jaxtyping import Float
from torch import Tensor

from thalweg.core.tree import Params, along, transform


def running_square(square: Params, gradient: Params, keep: Float[Tensor, " members"]) -> Params:
    """Return keep * square + (1 - keep) * gradient^2, per member.

    >>> running_square({"w": torch.tensor([[4.0]])}, {"w": torch.tensor([[2.0]])}, torch.tensor([0.75]))["w"]
    tensor([[4.]])
    """
    fresh = 1 - keep

    def mix(squared: Tensor, g: Tensor) -> Tensor:
        new = g * g
        return torch.lerp(squared, new, along(fresh, new), out=new)

    return transform(mix, square, gradient)


def scaled_step(
    params: Params, scale: Float[Tensor, " members"], top: Params, square: Params, epsilon: Float[Tensor, " members"]
) -> Params:
    """Return W + scale * top / (sqrt(square) + epsilon): epsilon stands outside the root; where top is 0, W stays.

    >>> one, two = {"w": torch.tensor([[1.0]])}, torch.tensor([2.0])
    >>> scaled_step({"w": torch.tensor([[5.0]])}, two, {"w": torch.tensor([[6.0]])}, one, two)["w"]
    tensor([[9.]])
    """

    def move(weight: Tensor, numerator: Tensor, squared: Tensor) -> Tensor:
        root = squared.sqrt().add_(along(epsilon, squared))
        direction = torch.div(numerator, root, out=root)
        return torch.addcmul(weight, direction, along(scale, weight), out=direction)

    return transform(move, params, top, square)
