"""Signals to real processes: the first asks for an end that is saved, the second ends at once."""

import json
import os
import signal
import subprocess
import sys
import threading
import time

import pytest
from tests.program import Child, thalweg

from thalweg.core.durable import TEMPORARY
from thalweg.run.signals import Stop, listening

COMMAND = ["train", "digits", "--epochs", "3000", "--batch", "16", "--checkpoint-steps", "400", "--no-report", "--json"]


@pytest.mark.parametrize(("number", "code"), [(signal.SIGINT, 130), (signal.SIGTERM, 143), (signal.SIGHUP, 129)])
def test_the_first_signal_saves_and_ends_with_its_code(tmp_path, number, code):
    folder = tmp_path / "run"
    child = Child(thalweg, [*COMMAND, "--run", str(folder)], folder=tmp_path)
    child.until(lambda: list((folder / "checkpoints").glob("[0-9]*")))
    child.send(number)
    assert child.end() == code, child.errors
    facts = json.loads(child.output)
    assert facts["outcome"] == "interrupted"
    assert "Traceback" not in child.errors
    manifest = json.loads((folder / "manifest.json").read_text())
    assert manifest["outcome"]["signal"] == number
    newest = sorted((folder / "checkpoints").glob("[0-9]*"))[-1]
    assert int(newest.name.split("-")[0]) == manifest["outcome"]["step"] > 0
    assert not list(folder.rglob(f"{TEMPORARY}*"))


def test_a_second_signal_ends_at_once():
    program = """
import os, signal, time
from thalweg.run.signals import listening
with listening() as stop:
    os.kill(os.getpid(), signal.SIGTERM)
    assert stop.asked and stop.signal == signal.SIGTERM
    print("asked", flush=True)
    os.kill(os.getpid(), signal.SIGINT)
    time.sleep(60)
"""
    started = time.monotonic()
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=False)
    assert (done.returncode, done.stdout) == (130, "asked\n")
    assert time.monotonic() - started < 20


def test_handlers_come_back_and_nothing_was_asked():
    before = signal.getsignal(signal.SIGINT)
    with listening() as stop:
        assert not stop.asked
        assert signal.getsignal(signal.SIGINT) is not before
    assert signal.getsignal(signal.SIGINT) is before
    with pytest.raises(RuntimeError), listening():
        raise RuntimeError
    assert signal.getsignal(signal.SIGINT) is before


def test_one_signal_is_noted_and_the_process_lives_on():
    with listening() as stop:
        os.kill(os.getpid(), signal.SIGTERM)
        time.sleep(0.01)
        assert stop == Stop(signal=int(signal.SIGTERM))


def test_other_threads_hear_nothing_and_change_nothing():
    heard = []

    def work():
        with listening() as stop:
            heard.append(stop.asked)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert heard == [False]
