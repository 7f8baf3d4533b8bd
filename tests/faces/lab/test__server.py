"""The server without a network: what it answers with, and what ends a conversation."""

import json
import time

import pytest
from starlette.testclient import TestClient
from starlette.websockets import WebSocketDisconnect

from thalweg.faces.lab import ROOMS
from thalweg.faces.lab._serve import LARGEST_WORD
from thalweg.faces.lab._server import Lab
from thalweg.faces.lab._wire import unpacked


@pytest.fixture
def lab(tmp_path):
    return Lab(runs=tmp_path / "runs", start="#room=plane", pages=2)


@pytest.fixture
def client(lab):
    with TestClient(lab.app()) as made:
        yield made


def first(socket, kind):
    while True:
        found, data, _ = unpacked(socket.receive_bytes())
        if found == kind:
            return data


def gone(lab, *, seconds=10):
    end = time.monotonic() + seconds
    while lab.sessions and time.monotonic() < end:
        time.sleep(0.02)
    return not lab.sessions


def test_page_and_assets(client):
    page = client.get("/")
    assert page.headers["content-type"].startswith("text/html")
    for address in ("/assets/lab.js", "/assets/lab.css", "/assets/mark.svg"):
        assert client.get(address).status_code == 200
        assert address in page.text
    assert client.get("/assets/plotly.js").headers["content-type"].startswith("text/javascript")
    assert client.get("/assets/lab.js").headers["content-type"].startswith("text/javascript")


def test_every_room_has_its_script_and_style(client):
    for room in ROOMS.names():
        assert client.get(f"/assets/{room}.js").status_code == 200
        assert client.get(f"/assets/{room}.css").status_code == 200


@pytest.mark.parametrize("name", ["_server.py", "..%2f_server.py", "%2e%2e/_server.py", "nothing.js", "lab.html%00.js", ""])
def test_nothing_else_is_a_file(client, name):
    assert client.get(f"/assets/{name}").status_code == 404


def test_a_page_is_told_of_the_house_and_gets_its_room(client, lab):
    with client.websocket_connect("/socket") as socket:
        house = json.loads(socket.receive_text())
        assert (house["kind"], house["start"]) == ("house", "#room=plane")
        assert {room["name"] for room in house["rooms"]} == set(ROOMS.names())
        socket.send_text(json.dumps({"do": "open", "room": "plane", "state": {"data": "xor"}}))
        assert first(socket, "form")["state"]["data"] == "xor"
        assert len(lab.sessions) == 1
    assert gone(lab)


def test_a_full_lab_says_so(client):
    with client.websocket_connect("/socket") as one, client.websocket_connect("/socket") as two:
        for socket in (one, two):
            assert json.loads(socket.receive_text())["kind"] == "house"
        with client.websocket_connect("/socket") as third:
            assert json.loads(third.receive_text())["text"] == (
                "The lab is full: 2 pages are open. Close one, or start the lab with --pages 4."
            )  # fmt: skip
            with pytest.raises(WebSocketDisconnect):
                third.receive_text()


@pytest.mark.parametrize(
    "word", ["", "[]", "7", "{", "[" * 100_000, '{"do": "' + "x" * LARGEST_WORD + '"}', b"\x00\x01"], ids=lambda word: repr(word[:9])
)
def test_what_no_page_says_ends_the_conversation(client, lab, word):
    with client.websocket_connect("/socket") as socket:
        socket.receive_text()
        socket.send_bytes(word) if isinstance(word, bytes) else socket.send_text(word)
        with pytest.raises(WebSocketDisconnect):
            socket.receive_bytes()
    assert gone(lab)


@pytest.mark.parametrize(
    "words",
    [
        {}, {"do": None}, {"do": 7}, {"do": "open"}, {"do": "open", "room": 3}, {"do": "open", "room": "plane", "state": [1]},
        {"do": "open", "room": "plane", "state": {"data": ["x"]}}, {"do": "set"}, {"do": "set", "state": 3}, {"do": "drag"},
        {"do": "drag", "row": "x", "x": None, "y": {}}, {"do": "drag", "row": 10**9, "x": 0, "y": 0},
    ],
    ids=json.dumps,
)  # fmt: skip
def test_odd_words_are_answered_in_a_line_and_the_page_goes_on(client, words):
    with client.websocket_connect("/socket") as socket:
        socket.receive_text()
        socket.send_text(json.dumps({"do": "open", "room": "plane", "state": {}}))
        first(socket, "form")
        socket.send_text(json.dumps({**words, "ask": 1}))
        socket.send_text(json.dumps({"do": "ready"}))
        assert first(socket, "picture")["step"] == 0


def test_a_net_that_does_not_fit_is_refused_in_a_line_and_the_page_goes_on(client):
    with client.websocket_connect("/socket") as socket:
        socket.receive_text()
        socket.send_text(json.dumps({"do": "open", "room": "plane", "state": {}}))
        first(socket, "form")
        socket.send_text(json.dumps({"do": "set", "state": {"score": "mlp", "widths": "100000,100000"}}))
        assert first(socket, "note")["text"] == (
            "that needs more than the 4 GiB of memory that a page of the lab may take; use smaller numbers."
        )  # fmt: skip
        socket.send_text(json.dumps({"do": "ready"}))
        assert first(socket, "picture")["step"] == 0
