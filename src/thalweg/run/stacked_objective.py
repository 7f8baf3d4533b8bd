"""The objective of many members in one graph: every layer is one product for all, through autograd once."""

from collections.abc import Sequence
from dataclasses import dataclass

import torch
from jaxtyping import Float
from torch import Tensor, nn
from torch.func import functional_call, vmap

from thalweg.core.entries import StackedScores
from thalweg.core.tree import Params
from thalweg.run.batches import Batch, counted
from thalweg.run.module_objective import ModuleObjective


@dataclass(eq=False)
class StackedObjective:
    """The objective `alone` of a module without statistics of its own, computed for all members together.

    The loss's own closed-form gradient starts the one backward pass; sums over members do not mix them. Products with the Hessian are
    taken a member at a time.
    """

    alone: ModuleObjective
    scores: StackedScores

    @property
    def penalised(self) -> frozenset[str]:
        """Names of the parameters that penalties and decay act on."""
        return self.alone.penalised

    def value(self, params: Params) -> Float[Tensor, " members"]:
        """Return mean loss + penalty for any multiple of the run's members, one candidate of each member at a time."""
        total = len(next(iter(params.values())))
        each = total // self.alone.members
        with torch.no_grad():
            rounds = [self._data_loss({name: tensor[turn::each] for name, tensor in params.items()}) for turn in range(each)]
        return torch.stack(rounds, dim=1).reshape(total) + self.alone.penalties.value(params)

    def _data_loss(self, params: Params) -> Float[Tensor, " members"]:
        generators = self._generators()
        sums = []
        for batch in self.alone.batches.chunks():
            values = self.alone.loss.value(self._forward(params, batch, generators), batch.labels, **self.alone.knobs)
            sums.append(counted(values, batch.own).sum(1))
        return torch.stack(sums).sum(0) / self.alone.batches.counts

    def value_and_gradient(self, params: Params) -> tuple[Float[Tensor, " members"], Params]:
        """Return mean loss + penalty and its gradient."""
        alone, generators = self.alone, self._generators()
        counts = alone.batches.counts
        value: Tensor | None = None
        gradient: Params = {}
        for batch in alone.batches.chunks():
            leaves = {name: tensor.detach().requires_grad_() for name, tensor in params.items()}
            scores = self._forward(leaves, batch, generators)
            losses, slope = alone.loss.value_and_gradient(scores.detach(), batch.labels, **alone.knobs)
            share = counted(slope, None if batch.own is None else batch.own[:, :, None]) / (
                counts[:, None, None] if isinstance(counts, Tensor) else counts
            )
            slopes = torch.autograd.grad(scores, list(leaves.values()), share, materialize_grads=True)
            part = counted(losses, batch.own).sum(1) / counts
            value = part if value is None else value + part
            own = dict(zip(leaves, slopes, strict=True))
            gradient = {name: gradient[name] + tensor for name, tensor in own.items()} if gradient else own
        assert value is not None
        return value + alone.penalties.value(params), alone.penalties.add_gradient(params, gradient)

    def hessian_vector(self, params: Params, vectors: Params) -> Params:
        """Return the Hessian at `params` times `vectors`."""
        return self.alone.hessian_vector(params, vectors)

    def _generators(self) -> list[torch.Generator]:
        """Return one generator a member for the whole of an evaluation; none are made for scores that draw no noise."""
        if not draws_noise(self.alone.module):
            return []
        device = self.alone.module_device
        return [torch.Generator(device=device).manual_seed(self.alone.noise(index)) for index in range(self.alone.members)]

    def _forward(self, params: Params, batch: Batch, generators: Sequence[torch.Generator]) -> Float[Tensor, "members batch classes"]:
        return stacked_scores(self.scores, params, batch.images, generators, autocast=self.alone.autocast)


def stacked_scores(
    scores: StackedScores, params: Params, images: Tensor, generators: Sequence[torch.Generator] | None, *, autocast: bool
) -> Float[Tensor, "members batch classes"]:
    """Return all members' scores of prepared images [N, H, W, C]; evaluation mode without generators."""
    with torch.autocast(images.device.type, dtype=torch.bfloat16, enabled=autocast):
        answer = scores(params, images.permute(0, 3, 1, 2), generators)
    return answer.float() if autocast else answer


def mapped(module: nn.Module) -> StackedScores | None:
    """Return a module's scores for many members through `torch.func.vmap`; None where it keeps buffers or draws noise.

    Also None where it convolves: on processors vmap turns convolutions into grouped ones, which are slower than one after the other.
    """
    if draws_noise(module) or next(module.buffers(), None) is not None:
        return None
    if any(tensor.ndim > 2 for tensor in module.parameters()):
        return None

    def scores(params: Params, images: Tensor, generators: Sequence[torch.Generator] | None) -> Tensor:
        answer: Tensor = vmap(lambda own: functional_call(module, own, (images,)))(params)
        return answer

    return scores


def draws_noise(module: nn.Module) -> bool:
    """Whether a module has a layer that draws random numbers in training."""
    return any(isinstance(layer, nn.modules.dropout._DropoutNd | nn.RReLU) for layer in module.modules())


def agrees(scores: StackedScores, module: nn.Module, images: Float[Tensor, "batch channels height width"]) -> bool:
    """Whether the scores of two members at once, with weights of their own, are the module's for each, in both modes, with a gradient."""
    first = {name: tensor.detach() for name, tensor in module.named_parameters()}
    members = [first, {name: tensor / 2 for name, tensor in first.items()}]
    leaves = {name: torch.stack([each[name] for each in members]).requires_grad_() for name in first}
    try:
        for training in (False, True):
            module.train(training)
            together = scores(leaves, images, None)
            torch.autograd.grad(together.sum(), list(leaves.values()), allow_unused=True)
            with torch.no_grad():
                for answer, own in zip(together.detach(), members, strict=True):
                    torch.testing.assert_close(answer, functional_call(module, own, (images,)), rtol=1e-4, atol=1e-5)
    except Exception:  # a stranger's module may fail under vmap in any way; the slow path is always there
        return False
    return True
