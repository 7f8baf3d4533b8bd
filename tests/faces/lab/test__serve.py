import socket
from pathlib import Path

import pytest
from tests.faces.conftest import paint

import thalweg as tw
from thalweg.core.errors import ConfigError, DataError
from thalweg.faces.lab._serve import Beginning, beginning, listen, serve

RUNS = Path("runs")


def test_data_decides_the_room(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    paint(tmp_path / "pets")
    (tmp_path / "points.csv").write_text("x,y,label\n0,0,a\n1,1,b\n0,1,a\n1,0,b\n")
    (tmp_path / "files.csv").write_text("path,label\npets/bright/000.png,a\npets/dark/000.png,b\n")
    assert beginning(None, {}, RUNS).address == ""
    assert beginning("circle", {"score": "mlp", "l2": 0.001}, RUNS).address == "#room=plane&data=circle&score=mlp&l2=0.001"
    assert beginning("digits", {"score": "cnn"}, RUNS).address == "#room=pictures&data=digits&score=cnn"
    assert beginning("pets", {}, RUNS) == Beginning(room="pictures", words={"data": "pets"}, opened="pets")
    assert beginning("points.csv", {}, RUNS).room == "plane"
    assert beginning("files.csv", {}, RUNS).room == "pictures"


def test_a_run_is_opened_in_its_room(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    tw.train("blobs3", epochs=1, folder=tmp_path / "mine")
    assert beginning("mine", {}, RUNS) == Beginning(room="runs", words={"run": "mine"}, opened="mine")


@pytest.mark.parametrize(
    ("what", "settings", "error", "words"),
    [
        ("spirl", {}, DataError, r"no data at 'spirl': .* Did you mean 'spiral'\?"),
        ("nowhere/pets", {}, DataError, "no data at 'nowhere/pets'"),
        ("spiral", {"rat": "1"}, ConfigError, "knows no setting 'rat'"),
        ("spiral", {"rate": "0"}, ConfigError, r"rate must be a number in \(0, inf\)"),
        ("digits", {"score": "mpl"}, ConfigError, "score must be one of"),
        (None, {"score": "resnet"}, ConfigError, "score must be one of linear, mlp; got 'resnet'"),
    ],
)
def test_what_cannot_be_opened_is_said_before_a_page_is(what, settings, error, words, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(error, match=words):
        beginning(what, settings, RUNS)


def test_a_port_in_use_is_passed_over_unless_it_was_asked_for():
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        taken = other.getsockname()[1]
        with pytest.raises(ConfigError, match=rf"port {taken} is in use; name another one with --port"):
            listen("127.0.0.1", taken)
    with listen("127.0.0.1", None) as first:
        first.listen()
        with listen("127.0.0.1", None) as second:
            assert second.getsockname()[1] != first.getsockname()[1]


def test_an_address_of_nobody():
    with pytest.raises(ConfigError, match=r"the lab cannot listen at 192\.0\.2\.1"):
        listen("192.0.2.1", 0)


def test_what_is_missing_is_named(monkeypatch, tmp_path):
    import importlib.util

    find = importlib.util.find_spec
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None if name == "uvicorn" else find(name))
    with pytest.raises(ConfigError, match=r"the lab needs uvicorn: pip install 'thalweg\[lab\]'"):
        serve(None, {}, runs=tmp_path, host="127.0.0.1", port=0, browser=False, pages=1)
