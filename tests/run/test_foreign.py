import pytest
import torch
from torch import nn
from torch.utils.data import DataLoader, TensorDataset

from thalweg.core.errors import ConfigError, DataError
from thalweg.run.foreign import subject_of_module

INPUTS = torch.randn(23, 4, generator=torch.Generator().manual_seed(0))
TARGETS = torch.randint(0, 3, (23,), generator=torch.Generator().manual_seed(1))


def net():
    torch.manual_seed(2)
    return nn.Sequential(nn.Linear(4, 5), nn.BatchNorm1d(5), nn.Tanh(), nn.Dropout(0.5), nn.Linear(5, 3))


def loader(size):
    return DataLoader(TensorDataset(INPUTS, TARGETS), batch_size=size)


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("size", [23, 4])
def test_value_gradient_and_products_do_not_depend_on_reduction_and_batches(reduction, size):
    module = net()
    subject = subject_of_module(module, nn.CrossEntropyLoss(reduction=reduction), loader(size))
    whole = module.double().eval()
    expected = nn.functional.cross_entropy(whole(INPUTS.double()), TARGETS)
    slopes = torch.autograd.grad(expected, list(whole.parameters()), create_graph=True)
    curved = torch.autograd.grad(sum(slope.sum() for slope in slopes), list(whole.parameters()))
    value, gradient = subject.objective.value_and_gradient(subject.params)
    ones = {name: torch.ones_like(tensor) for name, tensor in subject.params.items()}
    product = subject.objective.hessian_vector(subject.params, ones)
    assert float(value) == pytest.approx(expected.item(), rel=1e-12)
    for name, slope, curve in zip(gradient, slopes, curved, strict=True):
        assert torch.allclose(gradient[name][0], slope, rtol=1e-10, atol=1e-12)
        assert torch.allclose(product[name][0], curve, rtol=1e-9, atol=1e-12)
    assert float(subject.losses(subject.params).mean()) == pytest.approx(expected.item(), rel=1e-12)


@pytest.mark.parametrize("mode", ["evaluation", "training"])
def test_nothing_of_the_module_changes(mode):
    module = net().train()
    module[0].weight.grad = torch.ones_like(module[0].weight)
    before = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    noise = torch.get_rng_state()
    subject = subject_of_module(module, nn.CrossEntropyLoss(), loader(8), mode=mode)
    first = subject.objective.value_and_gradient(subject.params)[0]
    assert torch.equal(first, subject.objective.value(subject.params))
    assert module.training
    assert torch.equal(module[0].weight.grad, torch.ones_like(module[0].weight))
    assert all(torch.equal(tensor, before[name]) for name, tensor in module.state_dict().items())
    assert torch.equal(noise, torch.get_rng_state())


class Pair(nn.Module):
    def __init__(self):
        super().__init__()
        self.map = nn.Linear(4, 1)
        self.frozen = nn.Parameter(torch.ones(1), requires_grad=False)

    def forward(self, left, right):
        return self.map(left - right).squeeze(1) * self.frozen


@pytest.mark.parametrize("inputs", [(INPUTS, INPUTS.flip(0)), {"left": INPUTS, "right": INPUTS.flip(0)}])
def test_inputs_may_be_arguments_or_keywords_and_frozen_parameters_stay(inputs):
    subject = subject_of_module(Pair(), nn.MSELoss(), [(inputs, TARGETS.float())], examples=20)
    assert list(subject.params) == ["map.weight", "map.bias"]
    assert subject.examples == 20
    assert subject.losses(subject.params).shape == (1, 20)


def test_batches_of_another_form_are_refused():
    with pytest.raises(DataError, match=r"batches must yield \(inputs, targets\); batch 0 is Tensor"):
        subject_of_module(net(), nn.CrossEntropyLoss(), [INPUTS])
    with pytest.raises(DataError, match="batches yield no examples"):
        subject_of_module(net(), nn.CrossEntropyLoss(), [])
    with pytest.raises(ConfigError, match="the loss must give a tensor of numbers"):
        subject_of_module(net(), lambda outputs, targets: 0.0, loader(8))
    with pytest.raises(ConfigError, match="no parameter of the module requires a gradient"):
        subject_of_module(net().requires_grad_(False), nn.CrossEntropyLoss(), loader(8))
