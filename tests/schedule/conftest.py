"""PyTorch's schedulers as a list of factors."""

import pytest
import torch


@pytest.fixture
def pytorch_factors():
    """Give `steps` rates of a PyTorch scheduler over an optimiser whose rate is 1."""

    def factors(make_scheduler, steps):
        optimiser = torch.optim.SGD([torch.nn.Parameter(torch.zeros(1))], lr=1.0)
        scheduler = make_scheduler(optimiser)
        rates = [optimiser.param_groups[0]["lr"]]
        for _ in range(steps - 1):
            optimiser.step()
            scheduler.step()
            rates.append(optimiser.param_groups[0]["lr"])
        return rates

    return factors
