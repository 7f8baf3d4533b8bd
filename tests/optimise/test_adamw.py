"""AdamW: PyTorch's rule, who is decayed, and how it differs from a penalty."""

import torch

from thalweg.optimise import OPTIMISERS

ENTRY = OPTIMISERS.get("adamw")


def test_one_step_by_hand(function_objective, take_steps):
    """W = 2 under a slope: decayed by 0.1 * 0.5 to 1.9, then one step of 0.1 down; the bias takes the step alone."""
    objective = function_objective(lambda params: 3 * params["weight"].sum(1) + 3 * params["bias"].sum(1), penalised=["weight"])
    start = {"weight": torch.full((1, 1), 2.0, dtype=torch.float64), "bias": torch.full((1, 1), 2.0, dtype=torch.float64)}
    path, _, _ = take_steps(ENTRY, objective, start, 1, rate=0.1, decay=0.5)
    torch.testing.assert_close(path[1]["weight"], torch.tensor([[1.8]], dtype=torch.float64), rtol=1e-8, atol=0)
    torch.testing.assert_close(path[1]["bias"], torch.tensor([[1.9]], dtype=torch.float64), rtol=1e-8, atol=0)


def test_it_is_pytorchs_with_decay_on_the_weights_only(compare_with_torch):
    def make_peer(leaves):
        groups = [{"params": [leaves["weight"]], "weight_decay": 0.3}, {"params": [leaves["bias"]], "weight_decay": 0.0}]
        return torch.optim.AdamW(groups, lr=0.02, betas=(0.8, 0.99), eps=1e-5)

    compare_with_torch("adamw", make_peer, rate=0.02, decay=0.3, beta1=0.8, beta2=0.99, epsilon=1e-5)


def test_without_decay_it_is_adam(smooth, take_steps):
    objective, start = smooth
    decoupled, _, _ = take_steps(ENTRY, objective, start, 5, decay=0.0)
    plain, _, _ = take_steps(OPTIMISERS.get("adam"), objective, start, 5)
    assert torch.equal(decoupled[-1]["weight"], plain[-1]["weight"])


def test_a_penalty_is_no_decay_for_adam(function_objective, take_steps):
    """One weight, slope 3, decay d = 2 strength = 0.5, rate 0.1: the penalty leaves Adam's first step at the rate, 2 -> 1.9; the decay
    takes it to 1.8. For plain SGD both would give 2 - 0.1 * (3 + 0.5 * 2) = 1.6."""
    strength = 0.25
    penalised = function_objective(lambda params: 3 * params["w"].sum(1) + strength * params["w"].square().sum(1))
    free = function_objective(lambda params: 3 * params["w"].sum(1), penalised=["w"])
    start = {"w": torch.full((1, 1), 2.0, dtype=torch.float64)}
    coupled = take_steps(OPTIMISERS.get("adam"), penalised, start, 1, rate=0.1)[0][1]["w"].item()
    decoupled = take_steps(ENTRY, free, start, 1, rate=0.1, decay=2 * strength)[0][1]["w"].item()
    plain = take_steps(OPTIMISERS.get("sgd"), penalised, start, 1, rate=0.1)[0][1]["w"].item()
    assert [round(value, 6) for value in (coupled, decoupled, plain)] == [1.9, 1.8, 1.6]
