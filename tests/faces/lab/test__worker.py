"""The desk between a page and its show, without a process: words go in, messages come out."""

import json
import multiprocessing
import threading
from pathlib import Path

import pytest

from thalweg.faces.lab._room import Outlook
from thalweg.faces.lab._wire import plain, unpacked
from thalweg.faces.lab._worker import Desk


class Page:
    """The page's end of the road; `Desk.serve` runs in a thread until the page is closed."""

    def __init__(self):
        self.end, theirs = multiprocessing.Pipe()
        self.desk = Desk(theirs, Outlook(runs=Path("runs"), uploads=Path("uploads")))
        self.ended = []
        self.thread = threading.Thread(target=self._serve)
        self.thread.start()

    def _serve(self):
        try:
            self.desk.serve()
        except (EOFError, OSError) as error:
            self.ended.append(error)

    def say(self, word, **given):
        self.end.send_bytes(json.dumps({"do": word, **given}).encode())

    def hear(self, kind):
        """Return the next message of a kind; others before it are passed over."""
        while self.end.poll(10):
            found, data, arrays = unpacked(self.end.recv_bytes())
            if found == kind:
                return {**data, "arrays": arrays}
        raise AssertionError(f"no {kind} within ten seconds")

    def close(self):
        self.end.close()
        self.thread.join(10)
        assert not self.thread.is_alive()


@pytest.fixture
def page():
    made = Page()
    yield made
    made.close()


def test_a_picture_comes_when_it_is_asked_for_and_only_then(page):
    page.say("open", room="plane", state={"data": "circle"})
    assert page.hear("form")["state"] == {"data": "circle"}
    assert not page.end.poll(0.3)
    page.say("ready")
    assert page.hear("picture")["step"] == 0
    page.say("ready")
    assert not page.end.poll(0.3)  # nothing is new
    page.say("step")
    assert page.hear("picture")["step"] == 1


def test_a_slow_page_gets_fewer_pictures_and_never_old_ones(page):
    page.say("open", room="plane", state={})
    page.say("play")
    page.say("ready")
    first = page.hear("picture")["step"]
    page.thread.join(0.5)
    assert not page.end.poll()
    page.say("ready")
    assert page.hear("picture")["step"] > first + 20


def test_a_bad_state_says_why_and_opens_the_room_as_it_is_by_itself(page):
    page.say("open", room="plane", state={"lss": "softmax"})
    assert page.hear("note")["text"] == (
        "the lab knows no setting 'lss' here. Did you mean 'loss'? The room opens as it is by itself."
    )  # fmt: skip
    assert page.hear("form")["state"] == {}


@pytest.mark.parametrize(
    ("words", "text"),
    [
        ({"do": "open", "room": "plain"}, "room 'plain'"),
        ({"do": "dance"}, "no word 'dance'"),
        ({"do": "set", "state": {"rate": "0"}}, "rate must be a number in (0, inf); got 0"),
    ],
)
def test_what_cannot_be_is_told_in_a_line_and_changes_nothing(page, words, text):
    page.say("open", room="plane", state={})
    form = page.hear("form")
    page.say(**{"word": words.pop("do"), **words})
    assert text in page.hear("note")["text"]
    page.say("set", state={"seed": "0"})
    page.say("ready")
    page.hear("picture")
    assert plain(page.desk.show.form().row()) == {key: form[key] for key in ("fields", "state")}


def test_answers_carry_the_number_of_the_question(page):
    page.say("open", room="plane", state={})
    page.say("dance", ask=7)
    assert page.hear("note")["ask"] == 7
    page.say("step", ask=8)
    assert page.hear("reply")["ask"] == 8


def test_pictures_and_forms_say_which_opening_they_are_of(page):
    for opening, data in ((1, "circle"), (2, "xor")):
        page.say("open", room="plane", state={"data": data}, opening=opening)
        form = page.hear("form")
        assert (form["opening"], form["state"]["data"]) == (opening, data)
        page.say("ready")
        assert page.hear("picture")["opening"] == opening
