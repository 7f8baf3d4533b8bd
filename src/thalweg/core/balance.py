"""Balance: slopes of the examples that add up to zero, class by class, as the dual of a bias without penalty asks.

Each way only lowers slopes in size, or passes on what it takes away, so that they stay in the domain of the loss's conjugate.
"""

import torch
from jaxtyping import Float, Int64
from torch import Tensor

SWEEPS = 2000


def circulation(flows: Float[Tensor, "classes classes"]) -> Float[Tensor, "classes classes"]:
    """Return factors in [0, 1] by which flows from class to class must be multiplied so that as much enters every class as leaves it.

    Sweep by sweep what flows into a class that gets too much, and out of a class that gives too much, is scaled down to the smaller of
    both. Flows only fall, so the sweeps converge, and where they stand still all is balanced. Nothing flows (factors 0) where 2000
    sweeps are not enough.

    >>> flows = torch.tensor([[0.0, 2.0], [1.0, 0.0]])
    >>> flows * circulation(flows)
    tensor([[0., 1.],
            [1., 0.]])
    """
    wide = flows.double()
    factors = torch.ones_like(wide)
    for _ in range(SWEEPS):
        now = wide * factors
        gives, gets = now.sum(1), now.sum(0)
        if float((gives - gets).abs().max()) <= 4e-16 * float(now.sum()):
            return factors.to(flows)
        into = torch.where(gets > gives, gives / gets, 1.0)
        now, factors = now * into, factors * into
        gives, gets = now.sum(1), now.sum(0)
        factors = factors * torch.where(gives > gets, gets / gives, 1.0)[:, None]
    return torch.zeros_like(flows)


def between_rivals(slopes: Float[Tensor, "batch classes"], labels: Int64[Tensor, " batch"]) -> Float[Tensor, "batch classes"]:
    """Return the slopes of a loss of leads s_k - s_true, scaled down by (true class, wrong class) so that each column adds up to zero."""
    classes = slopes.shape[1]
    wrong = slopes.scatter(1, labels[:, None], 0.0)
    flows = torch.zeros(classes, classes, dtype=slopes.dtype, device=slopes.device).index_add_(0, labels, wrong)
    scaled = wrong * circulation(flows)[labels]
    return scaled.scatter(1, labels[:, None], -scaled.sum(1, keepdim=True))


def between_sides(slopes: Float[Tensor, "batch classes"]) -> Float[Tensor, "batch classes"]:
    """Return slopes of one class against all others, the larger side of each column scaled down to the smaller one.

    >>> between_sides(torch.tensor([[-1.0, -3.0], [2.0, 1.0]]))
    tensor([[-1., -1.],
            [ 1.,  1.]])
    """
    up, down = slopes.clamp_min(0).sum(0), -slopes.clamp_max(0).sum(0)
    least = torch.minimum(up, down)
    share_up = torch.where(up > 0, least / up, 0.0)
    share_down = torch.where(down > 0, least / down, 0.0)
    return torch.where(slopes > 0, slopes * share_up, slopes * share_down)


def between_columns(
    probabilities: Float[Tensor, "batch classes"], targets: Float[Tensor, "batch classes"]
) -> Float[Tensor, "batch classes"]:
    """Return probabilities whose columns have the sums of the targets' columns: what one class has too much of goes to those that lack.

    Rows keep their sum: an example gives up the same share of a class as all others do, and hands it on in proportion to what is lacking.
    """
    found, wanted = probabilities.sum(0), targets.sum(0)
    over = found > wanted
    kept = torch.where(over, wanted / found, 1.0)
    lacking = (wanted - found).clamp_min(0)
    total = lacking.sum()
    if not float(total) > 0:
        return probabilities
    freed = (probabilities * (1 - kept)).sum(1, keepdim=True)
    return probabilities * kept + freed * (lacking / total)
