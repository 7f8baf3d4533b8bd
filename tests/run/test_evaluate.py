import numpy as np
import pytest
import torch
from torch import nn

from thalweg.loss import LOSSES
from thalweg.penalty import PENALTIES
from thalweg.run.batches import Batch
from thalweg.run.evaluate import figures, renewed_statistics
from thalweg.run.module_objective import member, module_scores
from thalweg.run.penalties import Penalties
from thalweg.score import SCORES


@pytest.fixture
def data():
    random = torch.Generator().manual_seed(0)
    return torch.randn(30, 3, 2, 1, generator=random, dtype=torch.float64), torch.randint(0, 4, (30,), generator=random)


def pieces(images, labels, size=7):
    return [Batch(*pair) for pair in zip(images.split(size), labels.split(size), strict=True)]


def scores_of(module, params, buffers):
    """Scores of the only member, in evaluation mode."""
    module.eval()
    return lambda images: module_scores(module, {**member(params, 0), **member(buffers, 0)}, images, autocast=False)[None]


def stacked(tensors):
    return {name: tensor.detach().clone()[None] for name, tensor in tensors}


def test_the_four_figures_by_numpy(data):
    images, labels = data
    module = SCORES.get("linear").build((3, 2, 1), 4, torch.Generator().manual_seed(1), scale=1.0).double()
    params = stacked(module.named_parameters())
    penalties = Penalties([(PENALTIES.get("l2"), {**PENALTIES.get("l2").defaults(), "strength": 0.3})], frozenset({"weight"}))
    seen = []
    (found,) = figures(
        scores_of(module, params, {}), pieces(images, labels), loss=LOSSES.get("svm-sum"), knobs={"margin": 2.0},
        penalties=penalties.value(params), seen=seen.append,
    )  # fmt: skip
    pixels, weight, bias = images.flatten(1).numpy(), params["weight"][0].numpy(), params["bias"][0].numpy()
    scores = pixels @ weight.T + bias
    right = scores[np.arange(30), labels.numpy()][:, None]
    hinges = np.maximum(0, scores - right + 2.0).sum(1) - 2.0
    assert found.loss == pytest.approx(hinges.mean(), rel=1e-12)
    assert found.penalty == pytest.approx(0.3 * (weight**2).sum(), rel=1e-12)
    assert found.total == found.loss + found.penalty
    assert found.accuracy == (scores.argmax(1) == labels.numpy()).mean()
    assert seen == [7, 7, 7, 7, 2]


def test_dropout_and_batch_norm_are_in_evaluation_mode_and_stay_as_they_are(data):
    images, labels = data
    module = SCORES.get("mlp").build((3, 2, 1), 4, torch.Generator().manual_seed(1), widths=(5,), dropout=0.5, batch_norm=True).double()
    params, buffers = stacked(module.named_parameters()), stacked(module.named_buffers())
    buffers["layers.1.running_mean"] += 1.0
    before = {name: tensor.clone() for name, tensor in buffers.items()}
    asked = {"loss": LOSSES.get("softmax"), "knobs": {"smoothing": 0.0}, "penalties": torch.zeros(1)}
    scores = scores_of(module, params, buffers)
    (whole,), (parts,) = (figures(scores, pieces(images, labels, size), seen=lambda _: None, **asked) for size in (30, 4))
    assert parts.loss == pytest.approx(whole.loss, rel=1e-13)
    assert parts.accuracy == whole.accuracy
    assert all(torch.equal(buffers[name], before[name]) for name in buffers)
    pixels = images.flatten(1)
    hidden = torch.relu((pixels @ params["layers.0.weight"][0].T + params["layers.0.bias"][0] - 1.0) / (1 + 1e-5) ** 0.5)
    last = max(name for name in params if name.endswith("weight"))
    scores = hidden @ params[last][0].T + params[last.replace("weight", "bias")][0]
    assert whole.loss == pytest.approx(float(nn.functional.cross_entropy(scores, labels)), rel=1e-12)


def test_statistics_made_anew_against_a_loop_by_hand(data):
    """The plain mean over batches of the batch's mean and its unbiased variance, at the given weights."""
    images, labels = data
    module = SCORES.get("mlp").build((3, 2, 1), 4, torch.Generator().manual_seed(1), widths=(5,), batch_norm=True).double()
    params, buffers = stacked(module.named_parameters()), stacked(module.named_buffers())
    for tensor in buffers.values():
        tensor.fill_(7)
    own = {name: tensor.clone() for name, tensor in module.state_dict().items()}
    found = renewed_statistics(module, params, buffers, lambda: pieces(images, labels, 10), autocast=False)
    hidden = [part.flatten(1) @ params["layers.0.weight"][0].T + params["layers.0.bias"][0] for part in images.split(10)]
    mean, variance = torch.stack([h.mean(0) for h in hidden]).mean(0), torch.stack([h.var(0) for h in hidden]).mean(0)
    torch.testing.assert_close(found["layers.1.running_mean"][0], mean, rtol=1e-12, atol=1e-13)
    torch.testing.assert_close(found["layers.1.running_var"][0], variance, rtol=1e-12, atol=1e-13)
    assert int(found["layers.1.num_batches_tracked"]) == 3
    assert all((tensor == 7).all() for tensor in buffers.values()), "the path's own statistics stay"
    assert all(torch.equal(tensor, own[name]) for name, tensor in module.state_dict().items())
    assert module.layers[1].momentum == 0.1
    assert not module.training


def test_without_batch_norm_there_is_nothing_to_make_anew(data):
    module = SCORES.get("linear").build((3, 2, 1), 4, torch.Generator().manual_seed(1))
    buffers = {}
    assert renewed_statistics(module, stacked(module.named_parameters()), buffers, lambda: [], autocast=False) is buffers


def test_a_mistake_on_the_way_leaves_the_module_as_it_was(data):
    module = SCORES.get("mlp").build((3, 2, 1), 4, torch.Generator().manual_seed(1), widths=(5,), batch_norm=True)
    wrong = [Batch(torch.zeros(4, 9, 9, 1), torch.zeros(4, dtype=torch.int64))]
    with pytest.raises(RuntimeError):
        renewed_statistics(module, stacked(module.named_parameters()), stacked(module.named_buffers()), lambda: wrong, autocast=False)
    assert module.layers[1].momentum == 0.1
