"""What a notebook shows: of everything the Python face returns, without a script, with hostile names as text."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest

import thalweg as tw
from thalweg.core.imageset import ImageSet, Skipped, Split
from thalweg.evidence import EVIDENCE

HOSTILE = "<script>alert(1)</script>\u202e"
VOID = {"img", "br"}


class Balanced(HTMLParser):
    """Reads HTML, keeps its tags and text, and fails where an element is not closed."""

    def __init__(self, text):
        super().__init__()
        self.open, self.tags, self.said = [], [], []
        self.feed(text)
        assert self.open == []

    def handle_starttag(self, tag, attrs):
        self.tags.append(tag)
        assert not [name for name, _ in attrs if name.startswith("on")]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        self.said.append(data)


def read(value):
    text = value._repr_html_()
    page = Balanced(text)
    assert not {"script", "iframe", "object", "link"} & set(page.tags)
    assert not re.search(r"(src|href)=\"(?!data:image/)", text)
    assert "\u202e" not in text
    return " ".join(page.said)


def few(classes=("cat", HOSTILE), channels=3, count=12):
    chance = np.random.default_rng(0)
    images = chance.integers(0, 256, (count, 6, 5, channels), dtype=np.uint8)
    rows = np.arange(count)
    split = Split(train=rows[:8], validation=rows[8:10], test=rows[10:])
    return ImageSet(
        images=images, labels=rows % len(classes), classes=tuple(classes), fingerprint="0" * 64, split=split, source=HOSTILE,
        skipped=(Skipped(HOSTILE, "cannot be read"),), notes=(HOSTILE,),
    )  # fmt: skip


@pytest.fixture(scope="module")
def run():
    return tw.train("digits", epochs=1)


def test_pictures_show_their_counts_and_some_of_each_class():
    said = read(few())
    assert "6 x 5, colour" in said
    assert said.count(HOSTILE.replace("\u202e", "\\u202e")) == 4  # the source, the class, the file left out and the note
    assert few()._repr_html_().count("data:image/png") == 2
    assert "4 1 1" in re.sub(r"\s+", " ", said)


@pytest.mark.parametrize("channels", [1, 3, 4])
def test_pictures_of_any_number_of_channels_and_none_at_all_are_shown(channels):
    read(few(channels=channels))
    nothing = Split(*(np.zeros(0, np.int64),) * 3)
    read(replace(few(channels=channels), images=few(channels=channels).images[:0], labels=np.zeros(0, np.int64), split=nothing))


def test_of_many_classes_the_first_are_listed():
    said = read(few(classes=[f"class {number}" for number in range(100)], count=200))
    assert "and 70 more" in said


def test_points_are_drawn_on_their_plane():
    page = tw.load("spiral")._repr_html_()
    assert "data:image/svg+xml" in page
    assert "data:image/png" not in page


def test_a_run_shows_its_figures_its_course_and_its_templates(run):
    said, page = read(run), run._repr_html_()
    assert f"{run.figures['test'].accuracy:.1%}" in said
    assert f"{run.figures['train'].loss:#.4g}" in said
    assert "In memory only." in said
    assert page.count("data:image/svg+xml") == 2
    assert page.count("data:image/png") == 10
    assert f"test accuracy {run.figures['test'].accuracy:.2%}" in repr(run)
    assert len(repr(run)) < 200


QUICK = ("spectrum", "mistakes", "attribution", "accuracy")
"""Evidence whose record is shown in the fast tests: with sentences and without, charts and pictures, and nothing to draw."""


@pytest.mark.parametrize("name", [name if name in QUICK else pytest.param(name, marks=pytest.mark.slow) for name in EVIDENCE.names()])
def test_every_record_of_evidence_shows_itself(name):
    record = EVIDENCE.get(name).example()
    said = read(record)
    assert "Evidence" in said
    if hasattr(record, "sentences"):
        assert re.sub(r"\s+", " ", record.sentences()[0])[:40] in re.sub(r"\s+", " ", said)
    assert len(repr(record)) <= 400


def test_ipython_takes_the_html_without_a_call_of_ours(run):
    formatters = pytest.importorskip("IPython.core.formatters")
    found, _ = formatters.DisplayFormatter().format(run)
    assert found["text/html"] == run._repr_html_()
    assert found["text/plain"] == repr(run)


def test_a_run_of_points_shows_its_regions_and_a_verdict_its_kind():
    run = tw.train("spiral", epochs=1)
    assert run._repr_html_().count("data:image/svg+xml") == 3
    verdict = EVIDENCE.get("verdict").example()
    assert verdict.kind in read(verdict)
