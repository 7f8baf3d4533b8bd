import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st

from thalweg.core.imageset import ImageSet, Split
from thalweg.prepare import PREPARATIONS, Chain, fit_chain
from thalweg.run import batches
from thalweg.run.batches import Batches, Examples, MiniBatch, Preparer, WholeSet, cuts, matrix, order

CPU = torch.device("cpu")


@given(st.integers(1, 500), st.integers(0, 2**62), st.integers(0, 1000))
def test_an_epochs_order_is_a_permutation_that_address_decides(examples, seed, epoch):
    first = order(examples, seed=seed, epoch=epoch)
    assert sorted(first.tolist()) == list(range(examples))
    torch.rand(3)
    assert torch.equal(order(examples, seed=seed, epoch=epoch), first)


def test_epochs_and_seeds_have_orders_of_their_own():
    orders = {tuple(order(50, seed=seed, epoch=epoch).tolist()) for seed in range(5) for epoch in range(5)}
    assert len(orders) == 25


@given(st.integers(1, 2000), st.integers(1, 300))
def test_cuts_take_every_example_once_and_leave_none_alone(examples, batch):
    sizes = cuts(examples, min(batch, examples))
    assert sum(sizes) == examples
    assert max(sizes) <= batch + 1
    assert set(sizes[:-1]) <= {min(batch, examples)}
    assert 1 not in sizes or batch == 1 or examples == 1


def test_cuts_by_hand():
    assert cuts(240, 60) == [60] * 4
    assert cuts(241, 60) == [60, 60, 60, 61]
    assert cuts(242, 60) == [60, 60, 60, 60, 2]
    assert cuts(3, 1) == [1, 1, 1]
    assert cuts(3, 2) == [3]


def images(shape=(3, 2, 3), count=20, dtype=np.uint8):
    pixels = np.random.default_rng(0).integers(0, 256, (count, *shape)).astype(dtype)
    rows = np.arange(count)
    split = Split(train=rows[::2].copy(), validation=rows[1::4].copy(), test=rows[3::4].copy())
    return ImageSet(images=pixels, labels=rows.astype(np.int64) % 3, classes=("a", "b", "c"), fingerprint="f", split=split, source="here")


def test_examples_are_rows_of_the_whole_set_as_stored():
    given_set = images()
    part = Examples.of(given_set, given_set.split.train, device=CPU)
    raw, labels = part.raw(torch.tensor([4, 0]))
    assert raw.dtype == torch.uint8
    assert np.array_equal(raw.numpy(), given_set.images[[4, 0]])
    assert labels.tolist() == [1, 0]
    assert len(part) == 10
    assert part.pixels.data_ptr() == torch.from_numpy(given_set.images).data_ptr(), "nothing was copied"


def test_read_only_arrays_are_wrapped_without_a_warning():
    given_set = images()
    for array in (given_set.images, given_set.labels, given_set.split.train):
        array.flags.writeable = False
    assert len(Examples.of(given_set, given_set.split.train, device=CPU)) == 10


def test_chunks_are_of_a_size_that_fits_whatever_the_pictures():
    for inputs, chunk in ((4, 4096), (784, 668), (3072, 170), (10**6, 16)):
        assert (
            Examples(torch.zeros(1, inputs, dtype=torch.uint8), torch.zeros(1, dtype=torch.int64), torch.tensor([0]), (1, 1, inputs)).chunk
            == chunk
        )


CHAINS = {
    "none": [],
    "scale": ["scale"],
    "centre": ["centre"],
    "standardise": ["standardise"],
    "both": ["scale", "standardise"],
    "whiten": ["whiten"],
    "flatten": ["scale", "flatten"],
    "bias": ["standardise", "bias-trick"],
}


def fitted(names, given_set):
    pixels = torch.from_numpy(given_set.images[given_set.split.train]).float()
    return fit_chain([(PREPARATIONS.get(name), {}) for name in names], lambda: [pixels[:4], pixels[4:]])


@pytest.mark.parametrize("names", CHAINS.values(), ids=CHAINS)
@pytest.mark.parametrize(("dtype", "tolerance"), [(torch.float32, 2e-6), (torch.float64, 1e-13)])
def test_the_fused_pass_is_the_chain(names, dtype, tolerance):
    """In float32 one rounding of numbers up to 255 / std against two; in float64 nothing is rounded to float32 on the way."""
    given_set = images()
    chain = fitted(names, given_set)
    prepare = Preparer.of(chain, given_set.shape, dtype=dtype, device=CPU)
    raw = torch.from_numpy(given_set.images)
    expected = chain.apply(raw.to(dtype))
    found = prepare(raw)
    assert (found.dtype, found.shape) == (dtype, expected.shape)
    assert tuple(found.shape[1:]) == chain.shape(given_set.shape)
    torch.testing.assert_close(found, expected.to(dtype), rtol=tolerance, atol=10 * tolerance)


def test_float_pictures_are_prepared_as_they_are():
    points = images((1, 1, 2), dtype=np.float32)
    prepare = Preparer.of(Chain(), points.shape, dtype=torch.float32, device=CPU)
    assert np.array_equal(prepare(torch.from_numpy(points.images)).numpy(), points.images)


def test_a_mini_batch_is_one_chunk():
    batch = MiniBatch(torch.zeros(3, 1, 1, 1), torch.zeros(3, dtype=torch.int64))
    assert isinstance(batch, Batches)
    assert (batch.examples, batch.single_chunk, len(list(batch.chunks()))) == (3, True, 1)


@pytest.mark.parametrize("kept", [True, False])
def test_a_whole_set_walks_in_chunks_the_same_every_time(monkeypatch, kept):
    monkeypatch.setattr(batches, "CHUNK_NUMBERS", 18 * 16)
    given_set = images(count=80)
    prepared = []

    def prepare(raw):
        prepared.append(len(raw))
        return raw.float()

    whole = WholeSet(Examples.of(given_set, given_set.split.train, device=CPU), prepare, kept)
    assert isinstance(whole, Batches)
    assert (whole.examples, whole.single_chunk) == (40, False)
    for _ in range(2):
        chunks = list(whole.chunks())
        assert [len(labels) for _, labels, _ in chunks] == [16, 16, 8]
        assert np.array_equal(torch.cat([pixels for pixels, *_ in chunks]).numpy(), given_set.images[given_set.split.train])
        assert np.array_equal(torch.cat([labels for _, labels, _ in chunks]).numpy(), given_set.labels[given_set.split.train])
    assert prepared == [16, 16, 8] * (1 if kept else 2)


def test_a_whole_set_that_does_not_fit_is_not_kept(monkeypatch):
    monkeypatch.setattr(batches, "CACHE_BYTES", 0)
    given_set = images()
    prepared = []
    whole = WholeSet(Examples.of(given_set, given_set.split.train, device=CPU), lambda raw: prepared.append(1) or raw.float(), keep=True)
    counts = [len(list(whole.chunks())) for _ in range(3)]
    assert len(prepared) == sum(counts) > 0


def test_no_chunk_is_of_one_example(monkeypatch):
    """Batch-norm sees one chunk at a time in a whole-set step, and has no variance of one example."""
    monkeypatch.setattr(batches, "CHUNK_NUMBERS", 18 * 16)
    for count, sizes in ((32, [16]), (34, [17]), (66, [16, 17]), (68, [16, 16, 2])):
        given_set = images(count=count)
        whole = WholeSet(Examples.of(given_set, given_set.split.train, device=CPU), lambda raw: raw.float())
        assert [len(labels) for _, labels, _ in whole.chunks()] == sizes
        assert whole.single_chunk == (len(sizes) == 1)


def test_chunks_that_were_measured_serve_the_gradient_as_well():
    """A chunk first seen while figures are taken must not be marked as useless for autograd."""
    given_set = images()
    whole = WholeSet(Examples.of(given_set, given_set.split.train, device=CPU), lambda raw: raw.float(), keep=True)
    with torch.no_grad():
        list(whole.chunks())
    weight = torch.ones(18, requires_grad=True)
    sum((pixels.flatten(1) @ weight).sum() for pixels, *_ in whole.chunks()).backward()
    assert weight.grad is not None


def test_all_examples_as_one_matrix_are_the_memory_of_kept_chunks_or_a_copy():
    images = torch.arange(24.0).reshape(6, 2, 2, 1)
    part = Examples(images.flatten(1), torch.arange(6), torch.tensor([5, 1, 2, 0]), (2, 2, 1))
    for keep in (True, False):
        whole = WholeSet(part, lambda raw: 2 * raw, keep)
        chunks = list(whole.chunks())
        found = matrix(whole)
        assert torch.equal(found.images, torch.cat([batch.images.flatten(1) for batch in chunks]))
        assert found.labels.tolist() == [5, 1, 2, 0]
        assert (found.images.data_ptr() == chunks[0].images.data_ptr()) is keep
    apart = [MiniBatch(images[:2].clone(), torch.arange(2)), MiniBatch(images[2:].clone(), torch.arange(4))]

    class Pieces(MiniBatch):
        def chunks(self):
            for each in apart:
                yield from each.chunks()

    assert torch.equal(matrix(Pieces(images, torch.arange(6))).images, images.flatten(1))
