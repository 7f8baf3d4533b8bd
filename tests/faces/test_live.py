"""Live progress: shown in place, seldom enough, with curves that are those of the log; nothing of it outside a notebook."""

import re
import signal
import threading
import time
from types import SimpleNamespace

import pytest
from tests.faces.notebook.test_values import Balanced

import thalweg as tw
from thalweg.faces import live
from thalweg.faces.notebook.standing import differing
from thalweg.faces.terminal import Bars, Plain
from thalweg.run import signals
from thalweg.run.recipe import Recipe

display = pytest.importorskip("IPython.display")


@pytest.fixture
def shown(monkeypatch):
    """Collect what a notebook would show: the first output, and every change of it."""
    found = []

    def first(what, *, display_id):
        found.append(what.data)
        return SimpleNamespace(update=lambda what: found.append(what.data))

    monkeypatch.setattr(display, "display", first)
    return found


def test_a_training_is_shown_in_place_and_ends_with_its_curves(shown):
    progress = live.Live()
    run = tw.train("digits", epochs=2, progress=progress)
    assert 1 < len(shown) < 10
    page = Balanced(shown[-1])
    assert "script" not in page.tags
    assert shown[-1].count("data:image/svg+xml") == 2
    assert [row.epoch for row in progress.standing.courses[0].rows] == [0, 1, 2]
    assert progress.standing.courses[0].rows == list(run.metrics)
    assert "epoch" in " ".join(page.said)


def test_many_trainings_share_a_picture_that_names_the_leading_ones(shown):
    progress = live.Live()
    tw.sweep("digits", rate=[0.01, 0.1, 1.0], epochs=1, progress=progress)
    assert "3 trainings" in shown[-1]
    assert shown[-1].count("data:image/svg+xml") == 1
    assert {label.split()[0] for label in differing({n: c.recipe for n, c in progress.standing.courses.items()}).values()} == {"rate"}


def test_pictures_are_shown_at_most_twice_a_second(shown, monkeypatch):
    now = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    progress = live.Live()
    progress.begin("epoch 1/2", 1000, "steps")
    for _ in range(1000):
        now[0] += 0.01
        progress.advance(1, loss=0.5)
    assert 18 <= len(shown) <= 21
    assert "1,000" in shown[-1]


def test_what_is_said_is_text(shown):
    progress = live.Live()
    progress.say("<script>alert(1)</script>\u202e")
    assert "<script" not in shown[-1]
    assert "\u202e" not in shown[-1]


def test_time_left_follows_from_the_epochs_that_are_done(monkeypatch, shown):
    progress = live.Live()
    tw.train("digits", epochs=4, progress=progress)
    standing = progress.standing
    del standing.courses[0].rows[2:]  # one of four epochs is done
    standing.before, standing.began = 0.0, 0.0
    monkeypatch.setattr(time, "monotonic", lambda: 10.0)
    assert standing.left(0.0) == pytest.approx(30.0)
    assert standing.left(0.5) == pytest.approx(10.0 * (1 - 1.5 / 4) / (1.5 / 4))


@pytest.mark.slow
def test_a_new_round_takes_the_place_of_the_last(shown):
    progress = live.Live()
    tw.train("digits", epochs=2, progress=progress)
    tw.train("digits", epochs=1, progress=progress)
    assert [row.epoch for row in progress.standing.courses[0].rows] == [0, 1]


def test_recipes_are_named_by_what_differs():
    recipes = {0: Recipe(seed=1), 1: Recipe(seed=2, epochs=3)}
    assert all(re.search(r"seed \d", words) and "epochs" in words for words in differing(recipes).values())


def test_of_different_optimisers_the_length_of_the_step_is_named():
    recipes = {4: Recipe.make(optimiser={"name": "sgd", "rate": 0.1}), 7: Recipe.make(optimiser={"name": "adam", "rate": 0.01})}
    assert differing(recipes) == {4: "sgd, rate 0.1", 7: "adam, rate 0.01"}


def test_outside_a_notebook_it_is_the_terminals_progress():
    assert isinstance(tw.live(), Plain | Bars)


def test_a_second_interrupt_in_a_notebook_leaves_the_kernel_alive(monkeypatch):
    monkeypatch.setattr(signals, "at_a_prompt", lambda: True)
    with signals.listening() as stop:
        signal.raise_signal(signal.SIGINT)
        assert stop.asked
        with pytest.raises(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)


TRAINING = """
import thalweg as tw
digits = tw.load("digits")
print("begun")
run = tw.train(digits, score="mlp", epochs=100000, progress=tw.live())
print("returned", run.complete, run.outcome.ending.value, len(run.metrics) > 1, run.predict(digits.images[:2]).shape)
run
"""


@pytest.mark.slow
def test_a_kernel_that_is_interrupted_keeps_a_run_and_lives_on(tmp_path, monkeypatch):
    manager = pytest.importorskip("jupyter_client.manager")
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR"):
        (tmp_path / name).mkdir()
        monkeypatch.setenv(name, str(tmp_path / name))
    kernel, client = manager.start_new_kernel(kernel_name="python3", cwd=str(tmp_path))
    said, shown, updates = [], [], []
    interrupted = threading.Event()

    def listen(message):
        kind, content = message["msg_type"], message["content"]
        said.extend([content["text"]] if kind == "stream" else content.get("traceback", []))
        shown.extend([content["data"]] if kind in ("display_data", "execute_result") else [])
        updates.extend([content["data"]] if kind == "update_display_data" else [])
        if len(updates) >= 3 and not interrupted.is_set():
            interrupted.set()
            kernel.interrupt_kernel()

    try:
        client.execute_interactive(TRAINING, timeout=120, output_hook=listen)
        assert "returned False interrupted True (2,)" in "".join(said), said
        assert "data:image/svg+xml" in updates[-1]["text/html"]
        assert "Interrupted after epoch" in shown[-1]["text/html"]
        client.execute_interactive("print('alive', run.complete)", timeout=30, output_hook=listen)
        assert "alive False" in said[-1]
    finally:
        client.stop_channels()
        kernel.shutdown_kernel(now=True)
