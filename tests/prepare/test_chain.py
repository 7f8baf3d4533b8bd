"""Chains: order, elementwise form, saving, errors."""

import pytest
import torch

from thalweg.core.errors import ConfigError, DataError, ModelError
from thalweg.prepare import PREPARATIONS, Chain, fit_chain

IMAGES = torch.randint(0, 256, (120, 3, 4, 2), generator=torch.Generator().manual_seed(0)).float()


def chain_of(*names: str) -> Chain:
    return fit_chain([(PREPARATIONS.get(name), {}) for name in names], lambda: IMAGES.split(50))


def test_by_hand() -> None:
    """Images 0 and 255: scaled to -1 and 1, whose mean is 0 and deviation 1, then laid out with a 1."""
    images = torch.tensor([0.0, 255.0]).reshape(2, 1, 1, 1)
    chain = fit_chain([(PREPARATIONS.get(name), {}) for name in ("scale", "standardise", "bias-trick")], lambda: [images])
    torch.testing.assert_close(chain.apply(images).reshape(2, 2), torch.tensor([[-1.0, 1.0], [1.0, 1.0]]))
    assert chain.shape((1, 1, 1)) == (1, 1, 2)


def test_each_link_is_fitted_on_what_comes_before() -> None:
    first = PREPARATIONS.get("scale").fit(lambda: [IMAGES])
    second = PREPARATIONS.get("whiten").fit(lambda: [first.apply(IMAGES)], components=5, epsilon=1e-5, zca=False)
    chain = fit_chain([(PREPARATIONS.get("scale"), {}), (PREPARATIONS.get("whiten"), {"components": 5})], lambda: [IMAGES])
    assert torch.equal(chain.apply(IMAGES), second.apply(first.apply(IMAGES)))


def test_the_empty_chain_is_the_identity() -> None:
    chain = fit_chain([], list)
    assert torch.equal(chain.apply(IMAGES), IMAGES)
    assert (chain.shape((3, 4, 2)), chain.tensors(), Chain.restore({}).links) == ((3, 4, 2), {}, ())
    scale, shift = chain.elementwise((3, 4, 2))
    assert torch.equal(scale * IMAGES + shift, IMAGES)


@pytest.mark.parametrize("names", [("centre",), ("scale", "standardise"), ("centre", "scale", "standardise", "centre")])
def test_elementwise_form_equals_the_chain(names: tuple[str, ...]) -> None:
    chain = chain_of(*names)
    scale, shift = chain.elementwise((3, 4, 2))
    assert (scale.shape, scale.dtype, scale.is_contiguous()) == ((3, 4, 2), torch.float32, True)
    torch.testing.assert_close(torch.addcmul(shift, IMAGES, scale), chain.apply(IMAGES), rtol=1e-5, atol=1e-5)  # float32, other order


@pytest.mark.parametrize("name", ["flatten", "bias-trick", "whiten"])
def test_no_elementwise_form(name: str) -> None:
    assert chain_of("standardise", name).elementwise((3, 4, 2)) is None


def test_elementwise_form_for_other_images_is_refused() -> None:
    with pytest.raises(DataError, match=r"fitted on images of 3 x 4 x 2 .*; got 3 x 4 x 1\."):
        chain_of("centre").elementwise((3, 4, 1))


def test_tensors_are_keyed_by_position_entry_and_tensor_and_restore_in_any_order() -> None:
    chain = chain_of("standardise", "flatten", "standardise", "bias-trick")
    keys = [
        "0.standardise.scale",
        "0.standardise.shift",
        "1.flatten.image",
        "2.standardise.scale",
        "2.standardise.shift",
        "3.bias-trick.image",
    ]
    assert list(chain.tensors()) == keys
    again = Chain.restore(dict(reversed(chain.tensors().items())))
    assert torch.equal(again.apply(IMAGES), chain.apply(IMAGES))


def test_more_than_ten_links_keep_their_order() -> None:
    chain = chain_of(*["centre"] * 10, "flatten", "bias-trick")
    assert [link.name for link in Chain.restore(chain.tensors()).links] == ["centre"] * 10 + ["flatten", "bias-trick"]


@pytest.mark.parametrize(
    ("tensors", "message"),
    [
        ({"0.centre": torch.ones(1)}, r"must be named as `0.standardise.scale`; got '0.centre'\."),
        ({"x.centre.scale": torch.ones(1)}, r"must be named as `0.standardise.scale`; got 'x.centre.scale'\."),
        ({"1.flatten.image": torch.tensor([1, 1, 1])}, r"numbered 0, 1, 2, ... without a gap; got 1.flatten.image\."),
        ({"0.flaten.image": torch.tensor([1, 1, 1])}, r"cannot be made again: unknown preparation 'flaten'. Did you mean 'flatten'"),
        ({"0.flatten.shape": torch.tensor([1, 1, 1])}, r"'image' must be three whole numbers"),
    ],
)
def test_a_damaged_file(tensors: dict[str, torch.Tensor], message: str) -> None:
    with pytest.raises(ModelError, match=message):
        Chain.restore(tensors)


def test_two_entries_at_one_position_are_refused() -> None:
    image = torch.tensor([1, 1, 1])
    with pytest.raises(ModelError, match="without a gap"):
        Chain.restore({"0.flatten.image": image, "0.bias-trick.image": image})


def test_knobs_are_checked() -> None:
    with pytest.raises(ConfigError, match=r"per must be one of pixel, channel, set; got 'chanel'. Did you mean 'channel'\?"):
        fit_chain([(PREPARATIONS.get("standardise"), {"per": "chanel"})], lambda: [IMAGES])
    with pytest.raises(ConfigError, match=r"preparation 'centre' has no knob 'per'"):
        fit_chain([(PREPARATIONS.get("centre"), {"per": "set"})], lambda: [IMAGES])
