import json
import os
import subprocess
import sys
import threading

import numpy as np
import pytest
from PIL import Image

import thalweg.images._listing as listing_module
from thalweg.core.errors import DataError
from thalweg.images import load
from thalweg.images._cache import cache_folder


@pytest.fixture
def home(tmp_path, monkeypatch):
    """A cache of its own, used for folders of any size."""
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(listing_module, "SMALL_FILES", 0)
    return tmp_path / "home"


@pytest.fixture
def decodings(monkeypatch):
    """How many times files were decoded."""
    calls = []
    original = listing_module.decode_all
    monkeypatch.setattr(listing_module, "decode_all", lambda *a, **k: calls.append(1) or original(*a, **k))
    return calls


def entries():
    return sorted(path for path in cache_folder().iterdir() if path.suffix == ".npy")


def same(left, right):
    return (
        np.array_equal(left.images, right.images)
        and left.fingerprint == right.fingerprint
        and left.notes == right.notes
        and left.skipped == right.skipped
        and list(left.origins) == list(right.origins)
    )


def test_the_second_start_maps_what_the_first_decoded(home, pets, decodings):
    root = pets(count=20)
    first, second = load(root), load(root)
    assert len(decodings) == 1
    assert isinstance(second.images, np.memmap)
    assert not second.images.flags.writeable
    assert same(first, second)
    assert np.array_equal(np.load(entries()[0]), second.images)
    with Image.open(second.origin(7)) as picture:
        assert np.array_equal(second.images[7], np.asarray(picture))


@pytest.mark.parametrize("change", ["content", "new file", "removed", "renamed"])
def test_a_changed_folder_is_decoded_again_and_replaces_the_old(change, home, pets, decodings):
    root = pets(count=20)
    before = load(root)
    path = root / "cat" / "0003.png"
    if change == "content":
        Image.new("RGB", (8, 8)).save(path)
    elif change == "new file":
        Image.new("RGB", (8, 8)).save(root / "cat" / "x.png")
    elif change == "removed":
        path.unlink()
    else:
        path.rename(root / "cat" / "0003a.png")
    after = load(root)
    assert len(decodings) == 2
    assert (after.fingerprint == before.fingerprint) == (change == "renamed")
    assert len(entries()) == 1


def test_options_have_their_own_entries(home, pets, decodings):
    root = pets(count=20)
    assert load(root, size=4).shape == (4, 4, 3)
    assert load(root, size=4, colour="grey").shape == (4, 4, 1)
    assert load(root, size=4, fit="pad").shape == (4, 4, 3)
    assert load(root).shape == (8, 8, 3)
    assert load(root, fit="pad").shape == (8, 8, 3)
    assert len(decodings) == len(entries()) == 4


def truncated(path):
    os.truncate(path, path.stat().st_size - 1)


def longer(path):
    with open(path, "ab") as file:
        file.write(b"x")


def no_header(path):
    path.write_bytes(bytes(path.stat().st_size))


def facts_garbage(path):
    path.with_suffix(".json").write_bytes(b"{")


def facts_of_another_kind(path):
    path.with_suffix(".json").write_text(json.dumps([1, 2]))


def facts_gone(path):
    path.with_suffix(".json").unlink()


@pytest.mark.parametrize("damage", [truncated, longer, no_header, facts_garbage, facts_of_another_kind, facts_gone])
def test_a_damaged_entry_is_built_again(damage, home, pets, decodings):
    root = pets(count=20)
    first = load(root)
    expected = np.array(first.images)
    damage(entries()[0])
    assert np.array_equal(load(root).images, expected)
    assert len(decodings) == 2
    load(root)
    assert len(decodings) == 2


def test_skipped_files_stay_skipped_and_stay_errors(home, pets, decodings):
    root = pets(count=20)
    for name in ("cat/0000.png", "dog/0013.png"):
        (root / name).write_bytes(b"?")
    first, second = load(root, skip_bad=True), load(root, skip_bad=True)
    assert len(decodings) == 1
    assert same(first, second)
    assert len(second) == 38
    assert [entry.path for entry in second.skipped] == [str(root / "cat/0000.png"), str(root / "dog/0013.png")]
    for row in range(38):
        with Image.open(second.origin(row)) as picture:
            assert np.array_equal(second.images[row], np.asarray(picture))
    with pytest.raises(DataError, match="2 of 40 files"):
        load(root)


def test_grey_that_turns_out_to_be_colour_in_a_process(home, pets):
    root = pets(count=40, mode="L")
    Image.new("RGB", (8, 8), (9, 8, 7)).save(root / "dog" / "0013.png")
    images = load(root)
    assert images.shape == (8, 8, 3)
    assert images.images[53, 0, 0].tolist() == [9, 8, 7]


def test_a_cache_that_cannot_be_written_is_a_note(home, pets, tmp_path):
    home.write_bytes(b"a file where the folder should be")
    images = load(pets(count=20))
    assert len(images) == 40
    assert any("not kept for the next start" in note and str(home) in note for note in images.notes)


def test_a_full_disk_is_a_note_and_leaves_nothing(home, pets, monkeypatch):
    def full(*arguments):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("thalweg.core.durable.os.fsync", full)
    images = load(pets(count=20))
    assert len(images) == 40
    assert any("the disk is full" in note for note in images.notes)
    assert entries() == []


def test_many_threads_build_once(home, pets, decodings):
    root, results = pets(count=20), []
    threads = [threading.Thread(target=lambda: results.append(load(root).fingerprint)) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(results)) == 1
    assert len(results) == 4
    assert len(decodings) == 1


def test_two_processes_at_once_agree(home, pets):
    root = pets(count=20)
    program = (
        "import sys, thalweg.images._listing as l; l.SMALL_FILES = 0\nfrom thalweg.images import load; print(load(sys.argv[1]).fingerprint)"
    )
    started = [subprocess.Popen([sys.executable, "-c", program, str(root)], stdout=subprocess.PIPE, env=os.environ) for _ in range(2)]
    answers = {child.communicate(timeout=60)[0].decode().strip() for child in started}
    assert answers == {load(root).fingerprint}
    assert len(entries()) == 1
    assert len(list(cache_folder().iterdir())) == 2
