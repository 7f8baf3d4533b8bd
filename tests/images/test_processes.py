import os
import signal
import subprocess
import sys
import threading
import time

import numpy as np
import pytest
from PIL import Image

import thalweg.images._processes as processes
from thalweg.images._picture import Target
from thalweg.images._processes import DecoderDiedError, decode_in_processes
from thalweg.images._worker import decode_batch

TARGET = Target("RGB", 8, 8, None)


def batches(root, size=5):
    paths = sorted(str(path) for path in root.glob("*/*"))
    return [(start, paths[start : start + size]) for start in range(0, len(paths), size)]


def never():
    return False


def test_processes_give_what_this_process_gives(pets):
    root = pets(count=20)
    Image.new("RGBA", (8, 8)).save(root / "cat" / "0001.png")
    (root / "dog" / "0002.png").write_bytes(b"\xff?")
    written, reports = {}, {}
    for batch, report in decode_in_processes(batches(root), TARGET, written.__setitem__, count=2, headers_only=never):
        reports[batch[0]] = report
    for start, paths in batches(root):
        pixels, report = decode_batch(paths, TARGET)
        assert written[start] == pixels
        assert reports[start] == report


def test_headers_only_gives_sizes_and_no_pixels(pets):
    written = {}
    work = decode_in_processes(batches(pets(count=3), 6), TARGET, written.__setitem__, count=1, headers_only=lambda: True)
    (_, report), *_ = list(work)
    assert report.sizes == {"8x8": (6, 0)}
    assert not np.frombuffer(written[0], np.uint8).any()


@pytest.fixture
def children(monkeypatch):
    """The processes that were started."""
    started = []
    original = subprocess.Popen
    monkeypatch.setattr(processes.subprocess, "Popen", lambda *a, **k: started.append(original(*a, **k)) or started[-1])
    return started


def test_a_killed_process_is_a_named_error_at_once(pets, children):
    root = pets(count=20)
    work = decode_in_processes(batches(root, 1), TARGET, lambda row, pixels: time.sleep(0.02), count=2, headers_only=never)
    next(work)
    os.kill(children[0].pid, signal.SIGKILL)
    began = time.monotonic()
    with pytest.raises(DecoderDiedError, match=r"killed by signal 9 \(SIGKILL\) at one of 1 files, .*\.png") as caught:
        list(work)
    assert time.monotonic() - began < 5
    assert caught.value.exit_code == 6
    assert all(child.poll() is not None for child in children)


def test_a_process_that_cannot_start_says_why(pets, monkeypatch):
    monkeypatch.setattr(processes, "_PROGRAM", "raise SystemExit('no Pillow here')")
    with pytest.raises(DecoderDiedError, match=r"ended with code 1 \(no Pillow here\)"):
        list(decode_in_processes(batches(pets()), TARGET, lambda row, pixels: None, count=1, headers_only=never))
    monkeypatch.setattr(processes.sys, "executable", "/nowhere/python")
    with pytest.raises(DecoderDiedError, match="cannot start a process that decodes pictures: No such file"):
        list(decode_in_processes(batches(pets(under="more")), TARGET, lambda row, pixels: None, count=1, headers_only=never))


def test_an_error_while_writing_ends_everything(pets, children):
    before = threading.active_count()

    def full(row, pixels):
        raise OSError(28, "No space left on device")

    with pytest.raises(OSError, match="No space left"):
        list(decode_in_processes(batches(pets()), TARGET, full, count=2, headers_only=never))
    assert all(child.poll() is not None for child in children)
    assert threading.active_count() == before


def test_leaving_early_ends_all_processes(pets, children):
    before = threading.active_count()
    work = decode_in_processes(batches(pets(count=20), 1), TARGET, lambda row, pixels: None, count=2, headers_only=never)
    next(work)
    work.close()
    assert all(child.poll() is not None for child in children)
    assert threading.active_count() == before


def test_ctrl_c_ends_at_once_and_leaves_no_process(pets, tmp_path):
    root = pets(count=200)
    program = (
        "import signal, sys, time; signal.signal(signal.SIGINT, signal.default_int_handler)\n"  # whoever started the tests may ignore it
        "from thalweg.images._picture import Target; from thalweg.images._processes import decode_in_processes\n"
        "paths = sys.argv[1:]\n"
        "def slow(row, pixels): time.sleep(0.2)\n"
        "batches = [(row, [path]) for row, path in enumerate(paths)]\n"
        "for _ in decode_in_processes(batches, Target('RGB', 8, 8, None), slow, count=2, headers_only=bool): print('.', flush=True)"
    )
    paths = [path for _, paths in batches(root) for path in paths]
    child = subprocess.Popen(
        [sys.executable, "-c", program, *paths], stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True, text=True
    )
    child.stdout.readline()
    os.killpg(child.pid, signal.SIGINT)
    _, complaint = child.communicate(timeout=10)
    assert child.returncode == -signal.SIGINT
    assert complaint.count("Traceback") == 1
    with pytest.raises(ProcessLookupError):
        os.killpg(child.pid, 0)


def test_a_decoding_process_imports_neither_torch_nor_numpy():
    program = "import sys; import thalweg.images._worker; print(sorted({'torch', 'numpy'} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", program], capture_output=True, check=True).stdout == b"[]\n"
