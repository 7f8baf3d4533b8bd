import torch
from torch import nn

from thalweg.doctor.units import examine, judged, stuck_units, worst


def test_counts_by_hand():
    net = nn.Sequential(nn.Linear(1, 3), nn.Tanh(), nn.Linear(3, 2), nn.ReLU(), nn.Sigmoid())
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([[0.1], [100.0], [-100.0]]))
        net[0].bias.zero_()
        net[2].weight.copy_(torch.tensor([[0.0, 0.0, 0.0], [1.0, 1.0, 1.0]]))
        net[2].bias.copy_(torch.tensor([-100.0, 10.0]))
    layers = stuck_units(net, lambda: net(torch.tensor([[1.0], [-2.0], [3.0]])))
    assert [(layer.name, layer.kind, layer.units, layer.stuck) for layer in layers] == [
        ("1", "tanh", 3, 2), ("3", "relu", 2, 1), ("4", "sigmoid", 2, 1),
    ]  # fmt: skip
    assert (worst(layers).name, judged(worst(layers))) == ("1", "worth knowing")


def test_channels_of_a_convolution_are_units():
    net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.ReLU())
    with torch.no_grad():
        net[0].weight.copy_(torch.tensor([1.0, -1.0]).reshape(2, 1, 1, 1))
        net[0].bias.zero_()
    (layer,) = stuck_units(net, lambda: net(torch.ones(4, 1, 3, 3)))
    assert (layer.units, layer.stuck) == (2, 1)


def test_hooks_are_gone_afterwards():
    net = nn.Sequential(nn.Linear(1, 1), nn.ReLU())
    stuck_units(net, lambda: net(torch.ones(1, 1)))
    assert not net[1]._forward_hooks


def test_biases_of_minus_a_hundred_kill_every_relu(patient):
    one = patient(score="mlp", widths=(16,), epochs=1)
    one.start.params["layers.0.bias"].fill_(-100.0)
    check = examine(one)
    assert check.verdict == "wrong"
    assert check.sentence == "16 of 16 relu units of layer layers.1 are never active at the start: no gradient passes them."


def test_linear_scores_have_no_units(well):
    assert examine(well).verdict == "not applicable"
