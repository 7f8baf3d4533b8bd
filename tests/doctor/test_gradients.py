import pytest
import torch

from thalweg.doctor.gradients import examine, gradient, sizes


def test_sizes_are_those_of_autograd(net):
    batch = net.batch()
    module = net.setting.module.train()
    scores = module(batch.images.permute(0, 3, 1, 2))
    torch.nn.functional.cross_entropy(scores, batch.labels).backward()
    own = {name: p.grad.square().mean().sqrt().item() for name, p in module.named_parameters() if p.ndim > 1}
    module.zero_grad(set_to_none=True)
    assert sizes(net.start, gradient(net, net.start)) == pytest.approx(own, rel=1e-4)


def test_weights_of_zero_never_move(patient):
    check = examine(patient(score="mlp", widths=(8, 8), init="zero", epochs=1))
    assert check.verdict == "wrong"
    assert "is exactly zero" in check.sentence
    assert "--init he" in check.advice


@pytest.mark.many_steps
def test_many_sigmoids_vanish(patient):
    check = examine(patient(score="mlp", widths=(16,) * 10, activation="sigmoid", epochs=1))
    assert check.verdict == "wrong"
    assert check.sentence.startswith("The gradient vanishes")
