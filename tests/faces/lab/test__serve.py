import socket

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces.lab._serve import beginning, listen, serve


def test_data_decides_the_room(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "pets").mkdir()
    (tmp_path / "points.csv").write_text("x,y,label\n0,0,a\n")
    assert beginning("circle", {}) == ("#room=plane&data=circle", "")
    assert beginning("digits", {"score": "cnn"}) == ("#room=pictures&data=digits&score=cnn", "")
    assert beginning("pets", {}) == ("#room=pictures&data=pets", "pets")
    assert beginning("points.csv", {}) == ("#room=plane&data=points.csv", "points.csv")


def test_a_run_is_opened_in_its_room(tmp_path, monkeypatch):
    import thalweg as tw

    monkeypatch.chdir(tmp_path)
    tw.train("blobs3", epochs=1, folder=tmp_path / "mine")
    assert beginning("mine", {}) == ("#room=runs&run=mine", "mine")


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
