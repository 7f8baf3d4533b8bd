import dataclasses
import math

import numpy as np
import pytest
import torch

from thalweg.core.errors import ConfigError, DataError
from thalweg.core.imageset import ImageSet, Split
from thalweg.optimise import OPTIMISERS
from thalweg.run import devices
from thalweg.run.data_facts import data_facts
from thalweg.run.devices import device_of, precision_of
from thalweg.run.linear_objective import LinearObjective
from thalweg.run.module_objective import ModuleObjective
from thalweg.run.recipe import Recipe
from thalweg.run.setting import settle_down

CPU = torch.device("cpu")


def settled(images, **settings):
    recipe = Recipe.make(**settings)
    return settle_down(recipe, images.numbered_for(recipe.classes or images.classes))


def test_numbers_are_one_value_a_member_and_the_rest_stays_plain(pictures):
    for name in OPTIMISERS.names():
        setting = settled(pictures, optimiser=name, precision="fp64", penalty={"l2": 1e-3})
        for knob in OPTIMISERS.get(name).knobs:
            value = setting.settings[knob.name]
            if type(knob).__name__ == "Number":
                assert value.tolist() == [knob.default]
                assert value.dtype == torch.float64
            else:
                assert value == knob.default


def test_preparations_see_the_training_part_only(pictures):
    changed = pictures.images.copy()
    changed[np.concatenate([pictures.split.validation, pictures.split.test])] = 255
    one = settled(pictures, prepare=["standardise"])
    two = settled(dataclasses.replace(pictures, images=changed), prepare=["standardise"])
    for name, tensor in one.chain.tensors().items():
        assert torch.equal(tensor, two.chain.tensors()[name])
    train = torch.from_numpy(pictures.images[pictures.split.train]).float()
    prepared = one.prepare(torch.from_numpy(pictures.images[pictures.split.train]))
    assert float(prepared.mean()) == pytest.approx(0, abs=1e-5)
    assert float(prepared.std()) == pytest.approx(1, abs=1e-2)
    assert train.std() > 10


def test_constant_pixels_do_no_harm(pictures):
    for value in (0, 255):
        flat = dataclasses.replace(pictures, images=np.full_like(pictures.images, value))
        for prepare in (["standardise"], [{"name": "standardise", "per": "pixel"}], ["whiten"], ["centre"], ["scale"]):
            setting = settled(flat, prepare=prepare)
            assert torch.isfinite(setting.prepare(torch.from_numpy(flat.images))).all()


def test_weights_and_nothing_else_are_penalised_unless_asked(pictures):
    mlp = {"name": "mlp", "widths": [4], "batch_norm": True}
    setting = settled(pictures, score=mlp, penalty="l2")
    assert setting.penalties.names == {name for name, tensor in setting.module.named_parameters() if tensor.ndim == 2}
    everything = settled(pictures, score=mlp, penalty="l2", penalise_biases=True)
    assert everything.penalties.names == set(dict(everything.module.named_parameters()))


def test_the_closed_form_serves_the_linear_score_and_autograd_the_others(pictures):
    linear, mlp = settled(pictures), settled(pictures, score="mlp")
    assert isinstance(linear.objective(linear.whole("train"), {}, step=0), LinearObjective)
    assert isinstance(mlp.objective(mlp.whole("train"), {}, step=0), ModuleObjective)


def test_initial_weights_are_the_seeds(pictures):
    one, same, other = (settled(pictures, seed=seed).module.weight for seed in (0, 0, 1))
    assert torch.equal(one, same)
    assert not torch.equal(one, other)


def test_a_batch_is_a_function_of_its_step_augmented_and_prepared(pictures):
    setting = settled(pictures, augment=["crop"], prepare=["scale"])
    rows = torch.arange(20)
    first, labels, own = setting.batch(rows, step=3)
    assert own is None
    assert torch.equal(first, setting.batch(rows, step=3)[0])
    assert not torch.equal(first, setting.batch(rows, step=4)[0])
    plain = setting.batch(rows, step=3, augmented=False)[0]
    torch.testing.assert_close(plain, torch.from_numpy(pictures.images[:20]).float() / 127.5 - 1, rtol=1e-6, atol=1e-6)
    assert labels.tolist() == pictures.labels[:20].tolist()
    assert setting.parts["train"].pixels.data_ptr() == torch.from_numpy(pictures.images).data_ptr()


def test_schedules_multiply(pictures):
    one = settled(pictures, schedule=["cosine"])
    two = settled(pictures, schedule=["exponential"])
    both = settled(pictures, schedule=["cosine", "exponential"])
    for step in (0, 5, 9):
        product = one.members.factors(step, 10, 5)[0] * two.members.factors(step, 10, 5)[0]
        assert both.members.factors(step, 10, 5) == pytest.approx((product,), rel=1e-15)
    assert settled(pictures).members.factors(7, 10, 5) == (1.0,)


def test_the_expected_loss_at_the_start(pictures):
    assert settled(pictures).expected_start == pytest.approx(math.log(10))
    assert settled(pictures, loss={"name": "svm-sum", "margin": 0.5}).expected_start == pytest.approx(4.5)
    assert settled(pictures, classes=[*"0123456789", "ten"]).expected_start == pytest.approx(math.log(11))


def test_batches_of_renewal_are_always_the_same_and_never_of_one(pictures):
    setting = settled(pictures, batch=239, augment=["crop"])
    first = list(setting.renewal())
    assert [len(labels) for _, labels, _ in first] == [239]
    assert all(torch.equal(a, b) for (a, *_), (b, *_) in zip(first, setting.renewal(), strict=True))


def small(classes=("cat", "dog", "eel"), labels=(0, 1, 2, 0), train=(0, 1, 2, 3)):
    rows = np.array(train, dtype=np.int64)
    empty = np.zeros(0, dtype=np.int64)
    return ImageSet(
        images=np.zeros((4, 2, 2, 1), dtype=np.uint8),
        labels=np.array(labels, dtype=np.int64),
        classes=classes,
        fingerprint="f",
        split=Split(train=rows, validation=empty, test=empty),
        source="pets",
    )


def test_declared_classes_renumber_and_may_be_more():
    found = small().numbered_for(("dog", "emu", "cat", "eel"))
    assert found.labels.tolist() == [2, 0, 3, 2]
    assert found.classes == ("dog", "emu", "cat", "eel")
    same = small()
    assert same.numbered_for(same.classes) is same


def test_a_class_that_was_not_declared_is_named():
    with pytest.raises(DataError) as caught:
        small().numbered_for(("cat", "dog"))
    assert str(caught.value) == "pets: class 'eel' is not among the declared classes (cat, dog)."


def test_declared_classes_make_rows_of_the_score():
    setting = settled(small(), classes=["eel", "dog", "cat", "emu"])
    assert setting.module.weight.shape == (4, 4)
    assert setting.parts["train"].labels.tolist() == [2, 1, 0, 2]


def test_no_training_examples_is_an_error():
    with pytest.raises(DataError, match=r"^pets: no training examples\.$"):
        settle_down(Recipe(), small(train=()))


def test_one_example_and_no_validation_will_do():
    setting = settle_down(Recipe.make(score={"name": "mlp", "widths": [3]}), small(train=(2,)))
    assert list(setting.parts) == ["train"]
    assert list(setting.renewal()) == []


@pytest.mark.parametrize("name", ["cuda", "cuda:1", "mps", "nonsense", "", "cpu:x", "meta", "xla", "hpu", "vulkan", "CPU "])
def test_a_device_that_cannot_be_used_is_refused_in_one_line(name):
    assert not torch.cuda.is_available()
    with pytest.raises(ConfigError) as caught:
        device_of(name)
    assert str(caught.value).startswith(f"device {name!r} cannot be used here; this machine has cpu.")
    assert "\n" not in str(caught.value)


def test_the_processor_is_always_there():
    assert device_of("cpu") == CPU


def test_precision_is_asked_for_or_chosen_where_it_pays(monkeypatch):
    for asked in ("fp32", "bf16", "fp64"):
        assert precision_of(Recipe.make(precision=asked), CPU, reduced=False) == asked
    for tiles, instruction, vendor, chosen in [
        (True, True, "GenuineIntel", "bf16"), (False, True, "GenuineIntel", "fp32"), (False, True, "AuthenticAMD", "bf16"),
        (False, False, "AuthenticAMD", "fp32"),
    ]:  # fmt: skip
        monkeypatch.setattr(torch.cpu, "_is_amx_tile_supported", lambda tiles=tiles: tiles)
        monkeypatch.setattr(torch.cpu, "_is_avx512_bf16_supported", lambda instruction=instruction: instruction)
        monkeypatch.setattr(devices, "_vendor", lambda vendor=vendor: vendor)
        assert precision_of(Recipe(), CPU, reduced=True) == chosen
        assert precision_of(Recipe(), CPU, reduced=False) == "fp32"
    assert precision_of(Recipe(), torch.device("mps"), reduced=True) == "fp32"


@pytest.mark.parametrize(
    ("precision", "dtype", "autocast"), [("fp32", torch.float32, False), ("bf16", torch.float32, True), ("fp64", torch.float64, False)]
)
def test_parameters_and_pixels_have_the_precisions_type(pictures, precision, dtype, autocast):
    setting = settled(pictures, precision=precision, score={"name": "mlp", "widths": [3]})
    assert {tensor.dtype for tensor in setting.module.parameters()} == {dtype}
    assert setting.batch(torch.arange(3), step=0)[0].dtype == dtype
    assert setting.autocast is autocast


def test_a_linear_score_is_exact_in_training_and_in_evaluation_whatever_the_precision(pictures):
    """Its closed form does not compute in bfloat16, so its figures must not either."""
    assert not settled(pictures, precision="bf16").autocast


def test_facts_of_the_data(pictures):
    facts = data_facts(pictures)
    assert (facts.source, facts.fingerprint, facts.shape, facts.classes) == ("digits", pictures.fingerprint, (8, 8, 1), pictures.classes)
    for name, rows in pictures.split.parts().items():
        assert facts.counts[name] == tuple(np.bincount(pictures.labels[rows], minlength=10))
    assert sum(map(sum, facts.counts.values())) == len(pictures)


def test_facts_tell_one_split_from_another(pictures):
    """The content's fingerprint does not know which rows are for training; the facts do, order included."""
    split = pictures.split
    swapped = Split(train=split.train, validation=split.test, test=split.validation)
    reordered = Split(train=split.train[::-1].copy(), validation=split.validation, test=split.test)
    facts = [data_facts(dataclasses.replace(pictures, split=one)) for one in (split, swapped, reordered)]
    assert len({one.split for one in facts}) == 3
    assert data_facts(pictures).split == facts[0].split
