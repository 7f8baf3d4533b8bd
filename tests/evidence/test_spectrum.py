import json

import numpy as np
import pytest
import torch
from pydantic import TypeAdapter
from torch import nn

from thalweg.core.errors import ConfigError
from thalweg.evidence import spectrum
from thalweg.evidence._quadratic import Quadratic
from thalweg.evidence.spectrum import Spectrum
from thalweg.run.foreign import subject_of_module


def softmax_regression(inputs=5, classes=3, examples=40):
    noise = torch.Generator().manual_seed(0)
    module = nn.Linear(inputs, classes).double()
    with torch.no_grad():
        module.weight.copy_(torch.randn(classes, inputs, generator=noise))
        module.bias.copy_(torch.randn(classes, generator=noise))
    x = torch.randn(examples, inputs, generator=noise, dtype=torch.float64)
    y = torch.randint(0, classes, (examples,), generator=noise)
    return module, x, y


def test_softmax_regression_has_the_spectrum_of_the_closed_form():
    module, x, y = softmax_regression()
    p = torch.softmax(module(x), 1).detach()
    wide = torch.cat([x, torch.ones(len(x), 1, dtype=x.dtype)], 1)
    curved = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
    expected = np.linalg.eigvalsh(torch.einsum("njk,na,nb->jakb", curved, wide, wide).reshape(18, 18).numpy() / len(x))
    subject = subject_of_module(module, nn.CrossEntropyLoss(), [(x[:7], y[:7]), (x[7:], y[7:])])
    block = spectrum.measure(subject.objective, subject.params).blocks[0]
    assert block.exact
    assert np.allclose(block.nodes, expected, atol=1e-14)
    assert block.trace.value == pytest.approx(expected.sum(), rel=1e-12)
    assert sum(abs(value) < 1e-12 for value in block.nodes) == 6  # one a column and one for the bias: the scores' common shift


def test_lanczos_and_the_whole_matrix_agree():
    torch.manual_seed(0)
    module = nn.Sequential(nn.Linear(4, 5), nn.Tanh(), nn.Linear(5, 3))
    data = [(torch.randn(30, 4), torch.randint(0, 3, (30,)))]
    subject = subject_of_module(module, nn.CrossEntropyLoss(), data)
    whole = spectrum.measure(subject.objective, subject.params, count=3).blocks[0]
    ends = spectrum.measure(subject.objective, subject.params, count=3, dense=0, tolerance=1e-9, probes=20, steps=20).blocks[0]
    assert not ends.exact
    for found, known in zip((*ends.low, *ends.high), (*whole.low, *whole.high), strict=True):
        assert found.value == pytest.approx(known.value, abs=1e-6 * whole.high[0].value)
        assert found.residual < 1e-6
    assert whole.low[0].value < -1e-3
    assert abs(ends.trace.value - whole.trace.value) < 4 * ends.trace.error
    assert sum(ends.weights) == pytest.approx(1)
    assert ends.negative == pytest.approx(whole.negative, abs=0.1)


def test_a_residual_is_an_error_bar_also_when_products_run_out():
    objective = Quadratic(torch.linspace(-1, 3, 200).tolist())
    block = spectrum.measure(objective, {"w": torch.zeros(1, 200, dtype=torch.float64)}, count=1, dense=0, products=8, probes=1).blocks[0]
    for found, true in ((block.low[0], -1.0), (block.high[0], 3.0)):
        assert found.residual > 1e-3
        assert true - found.residual <= found.value <= true + found.residual


def test_blocks_are_the_square_parts_of_layers():
    module, x, y = softmax_regression()
    subject = subject_of_module(module, nn.CrossEntropyLoss(), [(x, y)])
    blocks = {"bias": ("bias",)}
    block = spectrum.measure(subject.objective, subject.params, blocks=blocks).blocks[0]
    p = torch.softmax(module(x), 1).detach()
    expected = np.linalg.eigvalsh((torch.diag(p.mean(0)) - p.T @ p / len(x)).numpy())
    assert np.allclose(block.nodes, expected, atol=1e-14)
    by_layer = spectrum.inspect(subject, blocks="layers")
    assert [each.name for each in by_layer.blocks] == ["weight", "bias"]
    with pytest.raises(ConfigError, match=r"blocks must be all, layers, or the name of a layer; got 'wight'. Did you mean 'weight'"):
        spectrum.inspect(subject, blocks="wight")
    with pytest.raises(ConfigError, match="no parameter is called 'w'"):
        spectrum.measure(subject.objective, subject.params, blocks={"w": ("w",)})


def test_the_record_survives_json_and_says_its_numbers():
    record = spectrum.example()
    assert TypeAdapter(Spectrum).validate_python(json.loads(json.dumps(record.row(), allow_nan=False))) == record
    first, second, _ = record.sentences()
    assert "largest eigenvalue at 3 ±" in first
    assert "its lowest at -2 ±" in first
    assert second == "Its trace is 2; 25% of its eigenvalues lie below zero."
