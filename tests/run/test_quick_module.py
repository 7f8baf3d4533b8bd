import copy

import pytest
import torch
from torch import nn

from thalweg.run.folded_norm import fold_norms
from thalweg.run.quick_module import Blocked, QuickModule


def spread(module, seed=0):
    """The module with statistics, weights and biases that no layer begins with."""
    source = torch.Generator().manual_seed(seed)
    for name, tensor in [*module.named_parameters(), *module.named_buffers()]:
        if tensor.is_floating_point():
            drawn = torch.rand(tensor.shape, generator=source)
            tensor.data.copy_(0.5 + drawn if name.endswith("running_var") else drawn - 0.5)
    return module.eval()


class Skipping(nn.Module):
    """A chain, and a norm outside of any."""

    def __init__(self):
        super().__init__()
        self.chain = nn.Sequential(nn.Conv2d(3, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2))
        self.other = nn.Conv2d(4, 4, 1)
        self.norm = nn.BatchNorm2d(4)

    def forward(self, images):
        inside = self.chain(images)
        return (inside + self.norm(self.other(inside))).flatten(1)


SHARED = nn.Conv2d(3, 3, 3, padding=1)
NETS = {
    "plain": nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(3, 2, 1), nn.Flatten(), nn.Linear(36, 5)),
    "nested": nn.Sequential(nn.Sequential(nn.Conv2d(3, 4, 3, bias=False), nn.BatchNorm2d(4), nn.MaxPool2d(2), nn.ReLU()), nn.Flatten()),
    "not affine": nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, affine=False), nn.Tanh(), nn.Flatten()),
    "no statistics": nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(4, track_running_stats=False), nn.Flatten()),
    "strided, dilated, grouped": nn.Sequential(nn.Conv2d(3, 6, 3, 2, dilation=2, groups=3), nn.ReLU(), nn.Flatten()),
    "other padding": nn.Sequential(nn.Conv2d(3, 4, 3, padding=1, padding_mode="reflect"), nn.Conv2d(4, 4, 3, padding="same"), nn.Flatten()),
    "rounding up": nn.Sequential(nn.Conv2d(3, 4, 3), nn.MaxPool2d(4, ceil_mode=True), nn.ReLU(), nn.Flatten()),
    "dense": nn.Sequential(nn.Flatten(), nn.Linear(192, 8), nn.BatchNorm1d(8), nn.ReLU(), nn.Dropout(0.5), nn.Linear(8, 2)),
    "skipping": Skipping(),
    "a layer twice": nn.Sequential(SHARED, nn.BatchNorm2d(3), SHARED, nn.BatchNorm2d(3), nn.Flatten()),
    "weight norm": nn.Sequential(nn.utils.parametrizations.weight_norm(nn.Conv2d(3, 4, 3)), nn.BatchNorm2d(4), nn.Flatten()),
}


@pytest.mark.parametrize("name", NETS)
def test_a_quick_module_gives_what_the_module_gives_at_any_weights(name):
    module = spread(copy.deepcopy(NETS[name]))
    before = {key: tensor.clone() for key, tensor in module.state_dict().items()}
    quick = QuickModule(module)
    images = torch.randn(5, 3, 8, 8, generator=torch.Generator().manual_seed(1))
    for seed in (1, 2):
        other = spread(copy.deepcopy(module), seed)
        tensors = {**dict(other.named_parameters()), **dict(other.named_buffers())}
        expected = other(images)
        with torch.inference_mode():
            quick.load({key: tensor.detach() for key, tensor in tensors.items()})
            torch.testing.assert_close(quick(images), expected, rtol=1e-4, atol=1e-5)
    assert all(torch.equal(tensor, before[key]) for key, tensor in module.state_dict().items())


def test_norms_are_folded_and_chains_laid_together_only_where_that_is_the_same():
    found = {name: [(fold.map, fold.norm) for fold in fold_norms(copy.deepcopy(module).eval())] for name, module in NETS.items()}
    assert found["plain"] == [("0", "1")]
    assert found["nested"] == [("0.0", "0.1")]
    assert found["skipping"] == [("chain.0", "chain.1")]
    assert found["dense"] == [("1", "2")]
    assert not found["no statistics"]
    assert not found["a layer twice"]
    assert not found["weight norm"]
    blocked = {name: sum(isinstance(part, Blocked) for part in QuickModule(module).modules()) for name, module in NETS.items()}
    assert (blocked["plain"], blocked["nested"], blocked["skipping"]) == (1, 1, 1)
    assert (blocked["dense"], blocked["other padding"], blocked["weight norm"]) == (0, 0, 0)


def test_layers_with_hooks_stay_as_they_are():
    module = spread(copy.deepcopy(NETS["plain"]))
    module[1].register_forward_hook(lambda layer, inputs, outputs: 2 * outputs)
    module[2].register_forward_pre_hook(lambda layer, inputs: None)
    images = torch.randn(2, 3, 8, 8)
    quick = QuickModule(module)
    torch.testing.assert_close(quick(images), module(images), rtol=1e-4, atol=1e-5)
