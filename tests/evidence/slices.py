"""Subjects whose loss is known at every point: a quadratic, and a linear softmax score on a few random examples."""

import torch
from torch.nn import functional

from thalweg.core.subject import Subject
from thalweg.core.tree import along
from thalweg.evidence._quadratic import Quadratic


def bowl_subject(curvatures=(1.0, 4.0), at=(0.3, -0.2), **given):
    """f(w) = sum_k c_k w_k^2 / 2 + mean of z_i: `losses` are the value plus numbers whose mean is zero."""
    objective, spread = Quadratic(curvatures), torch.linspace(-1, 1, 9, dtype=torch.float64)
    params = {"w": torch.tensor([at], dtype=torch.float64)}
    given.setdefault("losses", lambda params: objective.value(params)[:, None] + spread)
    return Subject(title="bowl", objective=objective, params=params, examples=9, **given)


class ValuesOnly:
    """An objective that is asked for values alone."""

    penalised = frozenset()

    def value_and_gradient(self, params):
        raise AssertionError("a slice needs no gradient")

    def hessian_vector(self, params, vectors):
        raise AssertionError("a slice needs no Hessian")


class Softmax(ValuesOnly):
    """Mean cross-entropy of W x + b, for any number of candidates."""

    def __init__(self, examples=40, inputs=5, classes=3, seed=0):
        source = torch.Generator().manual_seed(seed)
        self.pixels = torch.randn(examples, inputs, generator=source, dtype=torch.float64)
        self.labels = torch.randint(classes, (examples,), generator=source)
        self.params = {
            "weight": torch.randn(1, classes, inputs, generator=source, dtype=torch.float64),
            "bias": torch.randn(1, classes, generator=source, dtype=torch.float64),
        }

    def losses(self, params):
        scores = torch.einsum("gkd,nd->gnk", params["weight"], self.pixels) + params["bias"][:, None]
        return functional.cross_entropy(scores.flatten(0, 1), self.labels.repeat(len(scores)), reduction="none").reshape(len(scores), -1)

    def value(self, params):
        return self.losses(params).mean(1)

    def subject(self, **given):
        return Subject(title="softmax", objective=self, params=self.params, losses=self.losses, examples=len(self.labels), **given)

    def quick(self, centre, directions):
        """The same slice in single precision."""

        def values(coordinates):
            moved = {name: tensor.float() for name, tensor in centre.items()}
            moved = {name: tensor.expand(len(coordinates), *tensor.shape[1:]) for name, tensor in moved.items()}
            for axis, direction in enumerate(directions):
                step = coordinates[:, axis].float()
                moved = {name: tensor + along(step, tensor) * direction[name].float() for name, tensor in moved.items()}
            single = Softmax.__new__(Softmax)
            single.pixels, single.labels = self.pixels.float(), self.labels
            return single.losses(moved), torch.zeros(len(coordinates))

        return values
