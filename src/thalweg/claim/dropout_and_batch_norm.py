"""Dropout keeps the mean, batch-norm takes the scale out of the weights before it."""

import math

import torch
from torch import nn

from thalweg.claim._bench import Bench, Examples
from thalweg.claim._statistics import share
from thalweg.core.claims import Check, Claim, Measured, at_most, close, covered, exactly
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.core.tree import Params, norm
from thalweg.loss import LOSSES
from thalweg.run.module_objective import ModuleObjective, seed_noise
from thalweg.run.penalties import Penalties
from thalweg.score import SCORES
from thalweg.score._layers import dropout_layer

DROPPED, DRAWS, FEATURES = 0.3, 4000, 100
SCALE, WIDTH = 3.0, 8
NONE = 1e-30
"""An epsilon that no variance notices; PyTorch takes no zero."""
NAME = "layers.0.weight"


def measure(bench: Bench, progress: Progress) -> Measured:
    """Draw a dropout layer many times; measure a batch-norm layer's output, and a net's loss when the weights before it are scaled."""
    checks: list[Check] = [*_dropout(bench.seed), *_batch_norm(bench.train.some(500, bench.seed, "norm"), bench.seed)]
    note = f"Dropout of share {DROPPED:g} on {FEATURES} features, {DRAWS:,} draws; a perceptron with batch-norm, W scaled by {SCALE:g}."
    return Measured(checks=tuple(checks), notes=(note,))


def _dropout(seed: int) -> list[Check]:
    layer = dropout_layer(DROPPED)[0]
    features = torch.rand(FEATURES, generator=generator(seed, "claims", "dropout"), dtype=torch.float64) + 0.5
    many = features.expand(DRAWS, FEATURES)
    with torch.random.fork_rng(devices=[]):
        seed_noise(torch.device("cpu"), seed)
        out = layer.train()(many)
    quiet = layer.eval()(many)
    error = features * math.sqrt(DROPPED / (1 - DROPPED) / DRAWS)
    zeros = int((out == 0).sum())
    return [
        at_most(
            "dropout in training: largest |mean - x| of 100 features, in standard errors",
            4.5,
            float(((out.mean(0) - features) / error).abs().max()),
        ),
        covered("dropout in training: share of zeros", DROPPED, share(zeros, out.numel()), level="95 % interval"),
        exactly("dropout in evaluation: largest |out - x|", 0.0, float((quiet - many).abs().max())),
    ]


def _batch_norm(data: Examples, seed: int) -> list[Check]:
    exact, params, layer = _net(data, seed, epsilon=NONE)
    usual, _, _ = _net(data, seed, epsilon=1e-5)
    loss, gradient = exact.value_and_gradient(params)
    scaled = {**params, NAME: SCALE * params[NAME], "layers.0.bias": SCALE * params["layers.0.bias"]}
    slope, weight = gradient[NAME].flatten(), params[NAME].flatten()
    inner = float((slope @ weight) / (slope.norm() * weight.norm()))
    shift, stretch = params["layers.1.bias"][0], params["layers.1.weight"][0]
    features = data.pixels @ params[NAME][0].T
    with torch.no_grad():
        assert isinstance(layer, nn.BatchNorm1d)
        layer.weight.copy_(stretch)
        layer.bias.copy_(shift)
        out = layer.train()(features)
    again = exact.value_and_gradient(scaled)[1]
    return [
        at_most("batch-norm in training: largest |mean - β|", 1e-12, float((out.mean(0) - shift).abs().max())),
        at_most(
            "batch-norm in training: largest |deviation - |γ||",
            1e-12,
            float((out.std(0, correction=0) - stretch.abs()).abs().max()),
        ),
        close(f"loss with W scaled by {SCALE:g}, ε = 1e-30", float(loss), float(exact.value(scaled)), 1e-12),
        close(f"loss with W scaled by {SCALE:g}, ε = 1e-5", float(usual.value(params)), float(usual.value(scaled)), 1e-3),
        at_most("|⟨∇L, W⟩| / (‖∇L‖ ‖W‖)", 1e-12, abs(inner)),
        close(f"‖∇L(W)‖ / ‖∇L({SCALE:g} W)‖", SCALE, float(slope.norm() / again[NAME].norm()), 1e-9, relative=True),
        at_most("‖∇L by the bias before it‖: no effect in training", 1e-12, float(norm({"b": gradient["layers.0.bias"]}))),
    ]


def _net(data: Examples, seed: int, *, epsilon: float) -> tuple[ModuleObjective, Params, nn.Module]:
    """Return the objective, the parameters and the batch-norm layer of a perceptron in training mode."""
    noise = generator(seed, "claims", "norm")
    shape = (1, 1, data.pixels.shape[1])
    module = SCORES.get("mlp").build(shape, data.classes, noise, widths=(WIDTH,), activation="tanh", batch_norm=True, scale=0.5).double()
    layer = next(each for each in module.modules() if isinstance(each, nn.BatchNorm1d))
    layer.eps = epsilon
    with torch.no_grad():
        layer.weight.uniform_(0.5, 1.5, generator=noise)
        layer.bias.normal_(generator=noise)
    module.train()
    params = {name: tensor.detach()[None].clone() for name, tensor in module.named_parameters()}
    buffers = {name: tensor.detach()[None].clone() for name, tensor in module.named_buffers()}
    entry = LOSSES.get("softmax")
    return (
        ModuleObjective(module, buffers, data.batch, entry, entry.defaults(), Penalties([], frozenset()), noise=lambda _: 0),
        params,
        layer,
    )


ENTRY = Claim(
    number="F19",
    summary="dropout keeps the mean; batch-norm makes the loss blind to the scale of W",
    claim="Dropout keeps the mean of what it drops from, and is off in evaluation; after batch-norm outputs have mean β and deviation γ.",
    caveat="So L2 on weights before batch-norm does not bound what the net computes; it raises the effective rate. ε makes it approximate.",
    formula="E out = x;  L(a W) = L(W), so <grad L, W> = 0 and grad L(a W) = grad L(W) / a",
    reference="Srivastava et al., JMLR 15 (2014); Ioffe and Szegedy, ICML 2015; van Laarhoven, arXiv:1706.05350",
    measure=measure,
    needs_data=True,
)
