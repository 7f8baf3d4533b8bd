import json
import os
import random
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
import torch

from thalweg.core.durable import TEMPORARY
from thalweg.core.errors import BusyError, ModelError, StorageError
from thalweg.run.files import CHECKPOINTS, METRICS
from thalweg.run.recipe import Recipe
from thalweg.run.record import Epoch, Figures
from thalweg.run.state import State
from thalweg.run.store import Store

CPU = torch.device("cpu")
HOLDER = """
import sys, time
from pathlib import Path
from thalweg.run.store import Store
with Store(Path(sys.argv[1])).locked():
    print("held", flush=True)
    time.sleep(60)
"""


def row(epoch, loss=1 / 3):
    return Epoch(epoch=epoch, step=4 * epoch, examples=9, rate=0.1, train=Figures.of(loss, 0.1, 0.5), validation=None)


def state(step, epoch=0):
    return State(
        params={"w": torch.full((1, 3), float(step))},
        optimiser={},
        buffers={},
        chain={},
        step=step,
        epoch=epoch,
        logs=((row(0),),),
        seconds=0.5,
    )


@pytest.fixture
def store(tmp_path):
    return Store(tmp_path / "run")


@pytest.fixture
def holder(store):
    """Another process that holds the run."""
    process = subprocess.Popen([sys.executable, "-c", HOLDER, str(store.folder)], stdout=subprocess.PIPE, text=True)
    assert process.stdout.readline() == "held\n"
    yield process
    process.kill()
    process.wait()
    process.stdout.close()


def test_a_second_process_is_refused_at_once_with_the_firsts_number_and_a_dead_one_holds_nothing(store, holder):
    started = time.monotonic()
    with pytest.raises(BusyError) as caught, store.locked():
        raise AssertionError("held twice")
    assert time.monotonic() - started < 1
    assert f"process {holder.pid} on " in str(caught.value)
    assert str(caught.value).startswith(f"{store.folder}: already being trained by ")
    assert caught.value.exit_code == 7
    holder.kill()
    holder.wait()
    started = time.monotonic()
    with store.locked():
        assert json.loads((store.folder / ".lock.json").read_bytes())["pid"] == os.getpid()
    assert time.monotonic() - started < 1


def test_the_same_process_cannot_hold_it_twice_but_one_after_the_other(store):
    with store.locked(), pytest.raises(BusyError, match=f"process {os.getpid()} on "), Store(store.folder).locked():
        raise AssertionError("held twice")
    with store.locked():
        assert (store.folder / ".lock.json").exists()
    assert not (store.folder / ".lock.json").exists()


def test_of_many_that_start_together_one_wins(store):
    gate, told = threading.Barrier(8), threading.Barrier(8)

    def contend(_):
        gate.wait(10)
        try:
            with Store(store.folder).locked():
                told.wait(10)
                return "won"
        except BusyError:
            told.wait(10)
            return "busy"

    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert sorted(pool.map(contend, range(8))) == ["busy"] * 7 + ["won"]


def test_a_lock_file_of_a_stranger_does_not_stop_the_message(store, holder):
    (store.folder / ".lock.json").write_bytes(b"[]")
    with pytest.raises(BusyError, match="already being trained by another process"), store.locked():
        raise AssertionError("held twice")


def test_locking_sweeps_what_crashed_writers_left(store):
    (store.folder / CHECKPOINTS / f"{TEMPORARY}1-x").mkdir(parents=True)
    (store.folder / f"{TEMPORARY}1-metrics.jsonl").write_bytes(b"x")
    with store.locked():
        assert not list(store.folder.rglob(f"{TEMPORARY}*"))


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "file").write_bytes(b"")
    with pytest.raises(StorageError, match=r"cannot write .*file/run"), Store(tmp_path / "file" / "run").locked():
        raise AssertionError("made")


def names(store):
    return sorted(path.name for path in (store.folder / CHECKPOINTS).iterdir())


def test_the_newest_two_checkpoints_stay(store):
    for step in (1, 2, 10, 9, 11):
        store.checkpoints.save(state(step))
    assert [int(name.split("-")[0]) for name in names(store)] == [10, 11]
    loaded, problems = store.checkpoints.load(device=CPU)
    assert (loaded.step, problems) == (11, [])
    assert torch.equal(loaded.params["w"], torch.full((1, 3), 11.0))
    assert loaded.rows == (row(0),)


def test_order_is_by_step_and_never_by_the_clock(store):
    store.checkpoints.save(state(1))
    store.checkpoints.save(state(2))
    os.utime(store.folder / CHECKPOINTS / names(store)[0], (2**31, 2**31))
    assert store.checkpoints.load(device=CPU)[0].step == 2


def test_the_same_state_can_be_saved_again(store):
    store.checkpoints.save(state(1))
    store.checkpoints.save(state(1))
    assert store.checkpoints.load(device=CPU)[0].step == 1
    assert len(names(store)) == 1


def test_nothing_saved_is_nothing_loaded(store):
    assert store.checkpoints.load(device=CPU) == (None, [])


@pytest.mark.parametrize("harm", ["empty", "truncated", "deleted", "no-manifest", "no-folder"])
def test_a_damaged_newest_checkpoint_is_named_and_the_one_before_it_used(store, harm):
    store.checkpoints.save(state(1))
    store.checkpoints.save(state(2))
    newest = store.folder / CHECKPOINTS / names(store)[-1]
    victim = newest / "state.safetensors"
    if harm == "empty":
        victim.write_bytes(b"")
    elif harm == "truncated":
        victim.write_bytes(victim.read_bytes()[:-1])
    elif harm == "deleted":
        victim.unlink()
    elif harm == "no-manifest":
        (newest / "manifest.json").unlink()
    else:
        for path in newest.iterdir():
            path.unlink()
    loaded, problems = store.checkpoints.load(device=CPU)
    assert loaded.step == 1
    assert len(problems) == 1
    assert problems[0].startswith(f"checkpoint {newest} set aside: ")


def test_flipped_bytes_of_a_checkpoint_are_found(store):
    """Every file, 120 bytes of each; a flip that loads must leave the state as it was (numbers in the manifest that nobody reads)."""
    store.checkpoints.save(state(1))
    store.checkpoints.save(state(2))
    newest = store.folder / CHECKPOINTS / names(store)[-1]
    chance = random.Random(0)
    for path in sorted(newest.iterdir()):
        data = path.read_bytes()
        for position in sorted(chance.sample(range(len(data)), min(120, len(data)))):
            changed = bytearray(data)
            changed[position] ^= 1 << chance.randrange(8)
            path.write_bytes(changed)
            loaded, problems = store.checkpoints.load(device=CPU)
            if path.name == "manifest.json" and not problems:
                assert loaded.to_files() == state(2).to_files()
            else:
                assert loaded.step == 1
                assert str(newest) in problems[0]
        path.write_bytes(data)


def test_a_checkpoint_whose_hashes_agree_but_whose_content_is_none_is_set_aside(store):
    from thalweg.core.durable import write_folder

    store.checkpoints.save(state(1))
    write_folder(store.folder / CHECKPOINTS / "0000000009-000000-000001", {"state.json": b"3"}, facts={})
    loaded, problems = store.checkpoints.load(device=CPU)
    assert loaded.step == 1
    assert "0000000009-000000-000001" in problems[0]


def test_both_damaged_is_a_beginning_from_the_start(store):
    store.checkpoints.save(state(1))
    store.checkpoints.save(state(2))
    for name in names(store):
        (store.folder / CHECKPOINTS / name / "manifest.json").unlink()
    loaded, problems = store.checkpoints.load(device=CPU)
    assert loaded is None
    assert len(problems) == 2


def test_the_log_reads_back_and_goes_back(store):
    rows = tuple(row(epoch, loss=1 / (3 + epoch)) for epoch in range(4))
    store.write_log(rows[:2])
    store.append_log(rows[2])
    assert store.log() == rows[:3]
    store.write_log(rows[:1])
    assert store.log() == rows[:1]
    store.write_log(())
    assert store.log() == ()


def test_a_last_line_that_a_crash_cut_short_is_not_counted_at_any_byte(store):
    store.write_log([row(0), row(1)])
    path = store.folder / METRICS
    whole = path.read_bytes()
    first = whole.index(b"\n") + 1
    for end in range(first, len(whole) - 1):
        path.write_bytes(whole[:end])
        assert store.log() == (row(0),)
    path.write_bytes(whole[:-1])
    assert store.log() == (row(0), row(1))


@pytest.mark.parametrize("line", [b"{}\n", b"not json\n", b"3\n", b"[1, 2]\n", b'{"epoch": 0}\n', b"\n", b"\xff\xfe\n"])
def test_a_line_that_is_no_row_is_named(store, line):
    store.write_log([row(0)])
    path = store.folder / METRICS
    path.write_bytes(path.read_bytes() + line + path.read_bytes())
    with pytest.raises(ModelError, match=METRICS):
        store.log()


def test_no_log_is_an_error_and_not_an_empty_log(store):
    with pytest.raises(ModelError, match=r"metrics\.jsonl: cannot be read"):
        store.log()


def test_a_run_is_begun_and_cleared(store):
    assert not store.exists
    store.begin(Recipe(), {"data": {"fingerprint": "f", "split": "s"}})
    assert store.manifest() == {"data": {"fingerprint": "f", "split": "s"}}
    assert store.exists
    assert store.recipe() == Recipe()
    store.checkpoints.save(state(1))
    store.write_log([row(0)])
    (store.folder / "notes.txt").write_text("mine")
    store.clear()
    assert sorted(path.name for path in store.folder.iterdir()) == ["notes.txt"]
    store.clear()


@pytest.mark.parametrize("content", [b"", b"[]", b"null", b"{}", b'"data"', b"{", b"\xff"])
def test_manifests_that_are_none(store, content):
    store.begin(Recipe(), {"data": {}})
    (store.folder / "manifest.json").write_bytes(content)
    with pytest.raises(ModelError, match=r"manifest\.json: "):
        store.manifest()


def test_a_folder_that_is_no_run_says_what_to_give(tmp_path):
    with pytest.raises(ModelError, match="no such folder"):
        Store(tmp_path / "nowhere").manifest()
    with pytest.raises(ModelError, match=r"it has no manifest\.json, so it is not a run"):
        Store(tmp_path).manifest()


def test_a_disk_that_fails_while_a_checkpoint_is_written_leaves_the_one_before(store, monkeypatch):
    store.checkpoints.save(state(1))

    def full(descriptor):
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(os, "fsync", full)
        with pytest.raises(StorageError, match=r"cannot write .*0000000002.*bytes needed.*: the disk is full"):
            store.checkpoints.save(state(2))
        with pytest.raises(StorageError, match=r"metrics\.jsonl"):
            store.append_log(row(1))
    assert store.checkpoints.load(device=CPU)[0].step == 1
    assert not list(store.folder.rglob(f"{TEMPORARY}*"))
