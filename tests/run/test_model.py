"""A model on raw pixels is the trained module on prepared ones; a file that is damaged or a stranger's is refused in one line."""

import json
import random

import numpy as np
import pytest
import torch
from safetensors.torch import load, save
from torch import nn

from thalweg.core.errors import DataError, ModelError
from thalweg.loss import LOSSES
from thalweg.prepare import PREPARATIONS, Chain, fit_chain
from thalweg.run.model import Model, empty_module, fold, from_file
from thalweg.score import SCORES

SHAPES = {"grey": (8, 8, 1), "colour": (8, 10, 3)}
CHAINS = {
    "none": [],
    "scale": ["scale"],
    "centre": ["centre"],
    "standardise": [("standardise", {"per": "pixel"})],
    "standardise-channel": ["standardise"],
    "whiten": ["whiten"],
    "flatten": ["scale", "flatten"],
    "bias-trick": ["scale", "bias-trick"],
    "three": ["scale", "centre", "standardise"],
    "centre-whiten": ["centre", "whiten"],
}


class Grouped(nn.Module):
    """A network of a user's own whose first convolution has groups."""

    first = "conv.weight"

    def __init__(self, classes=3):
        super().__init__()
        self.conv = nn.Conv2d(3, 6, 3, padding=1, groups=3)
        self.out = nn.Linear(6, classes)

    def forward(self, images):
        return self.out(torch.relu(self.conv(images)).mean((2, 3)))


def chosen(names):
    return [(PREPARATIONS.get(name), knobs) for name, knobs in ((one, {}) if isinstance(one, str) else one for one in names)]


def pictures(shape, count=40):
    return np.random.default_rng(0).integers(0, 256, (count, *shape)).astype(np.uint8)


def fitted(names, shape):
    raw = torch.from_numpy(pictures(shape)).float()
    return fit_chain(chosen(names), lambda: [raw])


def trained(name, shape, chain, classes=3):
    small = {"mlp": {"widths": (6,), "batch_norm": True}, "cnn": {"channels": (4, 4)}, "resnet": {"width": 4}, "linear": {"scale": 1.0}}
    knobs = small[name]
    entry = SCORES.get(name)
    module = entry.build(
        chain.shape(shape), classes, torch.Generator().manual_seed(1), **{**knobs, **({"scale": 1.0} if name == "linear" else {})}
    )
    with torch.no_grad():  # statistics and biases as training leaves them: none at its start value
        for index, tensor in enumerate([*module.parameters(), *module.buffers()]):
            if tensor.is_floating_point() and tensor.ndim == 1:
                tensor.add_(torch.rand(tensor.shape, generator=torch.Generator().manual_seed(index)) * 0.5)
    return module.eval(), {"name": name, **entry.defaults(), **knobs}


def folded(name, shape, chain):
    module, card = trained(name, shape, chain)
    model = fold(module, chain, score=card, shape=shape, classes=("a", "b", "c"), probabilities=True)
    return model, module


COMBINATIONS = [
    (score, chain, kind)
    for score in SCORES.names()
    if score != "module"
    for chain in CHAINS
    for kind in SHAPES
    if not (score in ("cnn", "resnet") and chain in ("whiten", "flatten", "bias-trick", "centre-whiten"))
]


@pytest.mark.parametrize(("score", "chain", "kind"), COMBINATIONS)
def test_raw_pixels_through_the_model_are_prepared_pixels_through_the_module(score, chain, kind):
    """1e-4 of the largest score in float32: pixels up to 255 times weights that preparation made small."""
    shape = SHAPES[kind]
    steps = fitted(CHAINS[chain], shape)
    module, _ = trained(score, shape, steps)
    raw = pictures(shape, 60)
    with torch.no_grad():
        expected = module.double()(steps.apply(torch.from_numpy(raw).double()).double().permute(0, 3, 1, 2)).numpy()
    model, _ = folded(score, shape, steps)
    found = model.scores(raw)
    assert found.dtype == np.float32
    assert np.abs(found - expected).max() < 1e-4 * max(1.0, np.abs(expected).max())
    assert (found.argmax(1) == expected.argmax(1)).mean() > 0.98


@pytest.mark.parametrize("chain", ["scale", "standardise", "whiten", "bias-trick", "three"])
def test_nothing_stands_before_a_linear_model_any_more(chain):
    steps = fitted(CHAINS[chain], (8, 8, 1))
    model, _ = folded("linear", (8, 8, 1), steps)
    assert (model.chain, model.subtract) == (None, None)
    assert model.first_weight.shape == (3, 64)


def test_a_convolution_folds_where_that_is_exact_and_keeps_the_chain_where_it_is_not():
    same, _ = folded("cnn", (8, 10, 3), fitted(CHAINS["standardise-channel"], (8, 10, 3)))
    assert same.chain is None
    assert same.subtract.shape == (3,)
    differing, _ = folded("cnn", (8, 10, 3), fitted(CHAINS["standardise"], (8, 10, 3)))
    assert differing.subtract is None
    assert differing.chain is not None


@pytest.mark.parametrize("chain", ["none", "scale", "standardise-channel", "standardise"])
def test_a_users_network_with_a_grouped_first_convolution(chain, monkeypatch):
    import sys
    import types

    monkeypatch.setitem(sys.modules, "nets_of_mine", types.SimpleNamespace(Grouped=Grouped))
    shape, knobs = (8, 10, 3), {"factory": "nets_of_mine:Grouped"}
    steps = fitted(CHAINS[chain], shape)
    module = SCORES.get("module").build(steps.shape(shape), 3, torch.Generator().manual_seed(1), **knobs).eval()
    raw = pictures(shape, 20)
    with torch.no_grad():
        expected = module(steps.apply(torch.from_numpy(raw).float()).permute(0, 3, 1, 2)).numpy()
    model = fold(module, steps, score={"name": "module", **knobs}, shape=shape, classes=("a", "b", "c"), probabilities=False)
    assert np.abs(model.scores(raw) - expected).max() < 1e-4


@pytest.fixture
def saved(tmp_path):
    """Write a model and return it with its path."""

    def write(score="linear", chain="standardise", kind="grey"):
        model, _ = folded(score, SHAPES[kind], fitted(CHAINS[chain], SHAPES[kind]))
        path = tmp_path / "model.safetensors"
        path.write_bytes(model.to_bytes())
        return model, path

    return write


@pytest.mark.parametrize(
    ("score", "chain", "kind"),
    [
        ("linear", "whiten", "grey"),
        ("mlp", "three", "colour"),
        ("cnn", "scale", "colour"),
        ("cnn", "standardise", "grey"),
        ("resnet", "none", "colour"),
    ],
)
def test_files_come_back_bit_for_bit(saved, score, chain, kind):
    model, path = saved(score, chain, kind)
    again = from_file(str(path))
    raw = pictures(SHAPES[kind], 10)
    assert np.array_equal(again.scores(raw), model.scores(raw))
    assert again.to_bytes() == path.read_bytes()
    assert (again.classes, again.shape, again.probabilities) == (model.classes, model.shape, True)


def test_class_names_of_any_kind_come_back(tmp_path):
    names = ("größe", "\u202e", "a\nb", "\udcff")
    module = SCORES.get("linear").build((1, 1, 2), 4, torch.Generator())
    model = fold(module, Chain(), score={"name": "linear"}, shape=(1, 1, 2), classes=names, probabilities=False)
    path = tmp_path / "model.safetensors"
    path.write_bytes(model.to_bytes())
    assert from_file(str(path)).classes == names


def refused(path):
    with pytest.raises(ModelError) as caught:
        from_file(str(path))
    assert "\n" not in str(caught.value)
    assert str(path) in str(caught.value)
    return str(caught.value)


def test_truncated_at_every_sampled_byte(saved):
    _, path = saved()
    data = path.read_bytes()
    for end in sorted({0, 1, 7, 8, 9, 100, *range(0, len(data), 37), len(data) - 1}):
        path.write_bytes(data[:end])
        assert "not a Thalweg model" in refused(path)


@pytest.mark.parametrize(
    "content", [b"garbage" * 50, b"\x80\x04K\x01.", b"PK\x03\x04" + b"\0" * 100, (2**63).to_bytes(8, "little") + b"{}", b""]
)
def test_garbage(tmp_path, content):
    path = tmp_path / "model.safetensors"
    path.write_bytes(content)
    assert "not a Thalweg model" in refused(path)


def test_no_file_and_a_folder(tmp_path):
    assert "not a Thalweg model" in refused(tmp_path / "nowhere.safetensors")
    assert "not a Thalweg model" in refused(tmp_path)


def test_flipped_bytes_are_refused_in_one_line_or_change_numbers_only(saved):
    """A model file alone has no hash (a run's manifest has); but no flip of its header may end in anything but `ModelError`."""
    _, path = saved("mlp", "scale")
    data = path.read_bytes()
    header = 8 + int.from_bytes(data[:8], "little")
    chance = random.Random(0)
    places = sorted({*range(8), *chance.sample(range(8, header), 400), *chance.sample(range(header, len(data)), 40)})
    found = 0
    for place in places:
        changed = bytearray(data)
        changed[place] ^= 1 << chance.randrange(8)
        path.write_bytes(changed)
        try:
            again = from_file(str(path))
        except ModelError:
            found += 1
        else:
            assert np.isfinite(again.scores(pictures(SHAPES["grey"], 2))).all()
    assert found > 300


def rewritten(path, *, card=None, tensors=None, drop=()):
    """Write the file again with parts of its card or tensors changed."""
    data = path.read_bytes()
    header = json.loads(data[8 : 8 + int.from_bytes(data[:8], "little")])
    own = {**json.loads(header["__metadata__"]["thalweg"]), **(card or {})}
    own = {name: value for name, value in own.items() if name not in drop}
    path.write_bytes(save({**load(data), **(tensors or {})}, metadata={"thalweg": json.dumps(own)}))


@pytest.mark.parametrize("value", [float("nan"), float("inf"), float("-inf")])
def test_weights_that_are_not_finite_are_refused_by_name(saved, value):
    _, path = saved()
    rewritten(path, tensors={"score.weight": torch.full((3, 64), value)})
    assert "tensor 'score.weight' holds NaN or infinity; the model cannot be used. Train again." in refused(path)


def test_tensors_that_do_not_fit_are_listed(saved):
    _, path = saved()
    rewritten(path, tensors={"score.weight": torch.zeros(3, 63), "score.more": torch.zeros(1)})
    assert "2 tensor(s) do not fit the score function: more: expected nothing, got (1,); weight: expected (3, 64), got (3, 63)." in refused(
        path
    )


@pytest.mark.parametrize(
    ("card", "words"),
    [
        ({"thalweg": 2}, "written by a newer Thalweg (format 2; this one reads 1). Install a newer Thalweg."),
        ({"thalweg": "1"}, "not a Thalweg model"),
        ({"score": 3}, "not a Thalweg model"),
        ({"score": {}}, "not a Thalweg model"),
        ({"score": {"name": "mpl"}}, "unknown score 'mpl'"),
        ({"score": {"name": ["mlp"]}}, "not a Thalweg model"),
        ({"score": {"name": "linear", "nob": 3}}, "has no knob 'nob'"),
        ({"score": {"name": "mlp", "widths": [-1]}}, "widths must be a list"),
        ({"shape": 3}, "not a Thalweg model"),
        ({"shape": [8, 8]}, "not a Thalweg model"),
        ({"shape": [8, 8, "1"]}, "not a Thalweg model"),
        ({"shape": [8, 8, -1]}, "not a Thalweg model"),
        ({"shape": [0, 8, 1]}, "not a Thalweg model"),
        ({"shape": [10**9, 10**9, 3]}, "overflow"),
        ({"shape": [10**15, 1, 1]}, "not a Thalweg model"),
        ({"shape": [8, 9, 1]}, "do not fit"),
        ({"classes": ["a", "b"]}, "do not fit"),
        ({"classes": "abc"}, "not a Thalweg model"),
        ({"classes": [1, 2, 3]}, "not a Thalweg model"),
        ({"probabilities": "maybe"}, "not a Thalweg model"),
    ],
)
def test_cards_that_are_wrong_are_refused(saved, card, words):
    _, path = saved()
    rewritten(path, card=card)
    assert words in refused(path)


@pytest.mark.parametrize("name", ["thalweg", "score", "shape", "classes", "probabilities"])
def test_cards_that_lack_a_part(saved, name):
    _, path = saved()
    rewritten(path, drop=(name,))
    assert "not a Thalweg model" in refused(path)


def test_a_preparation_that_is_wrong_is_refused(saved):
    _, path = saved("cnn", "standardise")
    rewritten(path, tensors={f"prepare.0.standardise.{part}": torch.zeros(2, 2, 1) for part in ("scale", "shift")})
    assert "8 x 8 x 1" in refused(path)
    _, path = saved("cnn", "standardise")
    rewritten(path, tensors={"prepare.0.sums.scale": torch.zeros(2, 2, 1)})
    assert "numbered" in refused(path)
    _, path = saved("cnn", "scale")
    rewritten(path, tensors={"subtract": torch.zeros(2)})
    assert "channels" in refused(path)


def test_safetensors_of_somebody_else(tmp_path):
    path = tmp_path / "model.safetensors"
    path.write_bytes(save({"weight": torch.zeros(2)}))
    assert "not a Thalweg model" in refused(path)
    path.write_bytes(save({"weight": torch.zeros(2)}, metadata={"thalweg": "[1]"}))
    assert "not a Thalweg model" in refused(path)
    path.write_bytes(save({"weight": torch.zeros(2)}, metadata={"thalweg": "{"}))
    assert "not a Thalweg model" in refused(path)


def test_pictures_of_another_shape_are_refused(saved):
    model, _ = saved()
    with pytest.raises(DataError) as caught:
        model.scores(np.zeros((2, 8, 9, 1), dtype=np.uint8))
    assert str(caught.value) == "the model takes images [n, 8, 8, 1] (height, width, channels); got [2, 8, 9, 1]."


def test_no_pictures_are_no_scores_and_large_sets_go_in_chunks(saved, monkeypatch):
    model, _ = saved()
    assert model.scores(np.zeros((0, 8, 8, 1), dtype=np.uint8)).shape == (0, 3)
    raw = pictures((8, 8, 1), 50)
    whole = model.scores(raw)
    monkeypatch.setattr("thalweg.run.batches.CHUNK_NUMBERS", 1)
    np.testing.assert_allclose(model.scores(raw), whole, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(model.scores(raw[:, ::-1, ::-1].copy()[:, ::-1, ::-1]), whole, rtol=1e-5, atol=1e-5)


def test_an_empty_module_has_the_shape_of_the_trained_one():
    assert empty_module({"name": "linear"}, (2, 3, 1), ("a", "b")).weight.shape == (2, 6)
    assert isinstance(Model, type)
    assert {loss.name for loss in LOSSES if loss.probabilities} == {"softmax"}
