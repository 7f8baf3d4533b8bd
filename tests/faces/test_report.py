"""The report on made-up runs: complete, closed to the network, equal for equal runs; in a browser in `test_report_browser.py`."""

import base64
import hashlib
import io
import json
import math
from dataclasses import replace
from html.parser import HTMLParser

import numpy as np
import pytest
from PIL import Image

from thalweg.core.outcome import Ending, Outcome
from thalweg.doctor._check import Check
from thalweg.evidence import plane
from thalweg.faces.report import Examined, FirstLayer, ReportInput, build
from thalweg.run.record import DataFacts, Epoch, Figures

VOID = {"meta", "img", "br", "hr", "input", "link", "source"}
HOSTILE = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    '"><img src=x onerror=alert(3)>',
    "' onmouseover='alert(4)",
    "\x1b]0;title\x07\x1b[31mred",
    "gnp\u202eexe.\u2066\u200b",
    "{{ 7 * 7 }}{% raw %}",
    "%{x}<extra></extra><a href='https://example.org'>b</a>",
    b"caf\xe9".decode("utf-8", "surrogateescape"),
    "--> <!-- ]]> &lt;b&gt; \n\r\t \x00",
)


class Page(HTMLParser):
    """Tags with their attributes, the content of each script, and the text; fails on tags that do not nest."""

    def __init__(self, html):
        super().__init__(convert_charrefs=True)
        self.open, self.tags, self.scripts, self.words = [], [], [], []
        self.feed(html)
        self.close()
        assert self.open == []
        self.text = " ".join(" ".join(self.words).split())

    def handle_starttag(self, tag, attributes):
        self.tags.append((tag, dict(attributes)))
        if tag not in VOID:
            self.open.append(tag)
        if tag == "script":
            self.scripts.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.open and self.open[-1] == "script":
            self.scripts[-1] += data
        elif self.open and self.open[-1] != "style":
            self.words.append(data)

    def attributes(self, name):
        return [attributes[name] for _, attributes in self.tags if name in attributes]


def report_input(names=("cat", "dog", "hen"), **changes):
    rng, classes = np.random.default_rng(0), len(names)
    labels = np.arange(12 * classes) % classes
    scores = rng.normal(size=(len(labels), classes)) + 1.5 * np.eye(classes)[labels]
    losses = np.log(np.exp(scores).sum(1)) - scores[np.arange(len(labels)), labels]
    figures = Figures.of(0.5, 0.01, 0.8)
    epochs = [Epoch(epoch=k, step=3 * k, examples=30 * k, rate=0.1, train=figures, validation=figures) for k in range(3)]
    images = rng.integers(0, 256, (len(labels), 4, 5, 3), dtype=np.uint8)
    facts = DataFacts(
        source="pets",
        fingerprint="0123456789abcdef",
        shape=(4, 5, 3),
        classes=tuple(names),
        counts={"train": (10,) * classes, "validation": (4,) * classes, "test": (12,) * classes},
        skipped=(("cat/broken.jpg", "truncated"),),
        notes=("3 pictures were turned by their EXIF orientation.",),
    )
    given = ReportInput(
        title="pets-linear",
        command="thalweg train pets",
        recipe='version = 1\n[data]\nsource = "pets"\n',
        outcome=Outcome(ending=Ending.FINISHED, epoch=2, step=6, reason="all epochs are done", advice="train for longer"),
        facts=facts,
        epochs=epochs,
        final={"train": figures, "test": figures},
        defines_probabilities=True,
        versions={"thalweg": "0.1.0"},
        seconds=12.34,
        choices={"score": "linear", "loss": "softmax"},
        expected_start=math.log(classes),
        examined=Examined(part="test", scores=scores, labels=labels, losses=losses, images=images),
        first_layer=FirstLayer(kind="linear", weights=rng.normal(size=(classes, 60))),
        notes=("The weights are those after epoch 2.",),
    )
    return replace(given, **changes)


def hostile_input():
    facts = replace(report_input(HOSTILE).facts, source=HOSTILE[0], skipped=tuple(zip(HOSTILE, HOSTILE, strict=True)), notes=HOSTILE)
    examined = report_input(HOSTILE).examined
    return report_input(
        HOSTILE,
        title=HOSTILE[1],
        command="\n".join(HOSTILE),
        recipe="\n".join(HOSTILE),
        outcome=Outcome(ending=Ending.DIVERGED, epoch=1, step=3, reason=HOSTILE[2], advice=HOSTILE[3]),
        facts=facts,
        versions={HOSTILE[2]: HOSTILE[0]},
        choices={HOSTILE[0]: HOSTILE[1]},
        notes=HOSTILE,
        examined=replace(examined, origins=[HOSTILE[k % len(HOSTILE)] for k in range(len(examined.labels))]),
    )


def charts(page):
    return json.loads(page.scripts[0], parse_constant=lambda word: pytest.fail(f"{word} is no JSON"))["charts"]


def test_a_whole_report_has_every_section_and_the_numbers_first():
    page = Page(build(report_input()))
    assert [one["id"] for one in charts(page)] == ["balance", "loss", "accuracy", "confusion", "calibration"]
    right = sum(report_input().examined.scores.argmax(1) == report_input().examined.labels)
    assert f"pets-linear score linear loss softmax {100 * right / 36:.1f}% of 36 test pictures classified rightly" in page.text
    for words in (
        "with 95% confidence the share lies between",
        "Always answering “cat”, the largest training class, would reach 33.3%",
        "Left out: 1 file file reason cat/broken.jpg truncated",
        "3 pictures were turned by their EXIF orientation.",
        "finished . All epochs are done. What to do next. Train for longer.",
        "precision recall F1",
        "Templates: a picture for each row of W",
        "Worst mistakes",
        "Right, but only just",
        "thalweg train pets",
        "version = 1 [data]",
        "Training time 12.3 s",
    ):
        assert words in page.text


def test_equal_runs_give_equal_bytes_and_seconds_show_in_one_place():
    html = build(report_input())
    assert html == build(report_input())
    other = build(report_input(seconds=99.9))
    differing = [(one, two) for one, two in zip(html.split("\n"), other.split("\n"), strict=True) if one != two]
    assert len(differing) == 1


def test_nothing_points_outside_and_only_the_named_scripts_may_run():
    page = Page(build(report_input()))
    policy = next(one["content"] for _, one in page.tags if one.get("http-equiv") == "Content-Security-Policy")
    hashes = [f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in page.scripts[1:]]
    assert policy.startswith(f"default-src 'none'; img-src data:; style-src 'unsafe-inline'; script-src {' '.join(hashes)}; ")
    assert len(page.scripts) == 3
    assert all(address.startswith("data:image/png;base64,") for address in page.attributes("src"))
    assert all(address.startswith("#") for address in page.attributes("href"))
    assert not page.attributes("srcset") + page.attributes("action") + page.attributes("data")
    styles = build(report_input()).split("<style>")[1].split("</style>")[0]
    assert "url(" not in styles
    assert "@import" not in styles


def test_contents_lead_to_sections_that_exist_and_identifiers_are_unique():
    page = Page(build(report_input()))
    names = page.attributes("id")
    assert len(names) == len(set(names))
    assert {address[1:] for address in page.attributes("href")} <= set(names)
    for reference in page.attributes("aria-labelledby") + page.attributes("aria-describedby"):
        assert reference in names


def test_hostile_names_stay_text_everywhere():
    html = build(hostile_input())
    html.encode("utf-8")
    page = Page(html)
    assert len(page.scripts) == 3
    assert not [name for _, attributes in page.tags for name in attributes if name.startswith("on")]
    assert not {"a"} & {tag for tag, attributes in page.tags if not attributes.get("href", "#").startswith("#")}
    assert "<script>alert(1)</script>" in page.text
    assert r"\x1b]0;title\x07\x1b[31mred" in page.text
    assert r"gnp\u202eexe.\u2066\u200b" in page.text
    assert "{{ 7 * 7 }}" in page.text
    own = html.replace(page.scripts[1], "")
    assert not [character for character in own if not character.isprintable() and character != "\n"]
    labels = next(one for one in charts(page) if one["id"] == "confusion")["layout"]["xaxis"]["ticktext"]
    assert not [label for label in labels if "<" in label]


def test_pictures_are_pixels_only():
    for address in Page(build(report_input())).attributes("src"):
        with Image.open(io.BytesIO(base64.b64decode(address.split(",")[1]))) as image:
            assert image.info == {}
            assert not image.getexif()


def test_without_a_test_part_the_validation_part_is_shown_and_named():
    page = Page(build(report_input(examined=replace(report_input().examined, part="validation"))))
    assert "of 36 validation pictures classified rightly" in page.text
    assert "No test part was kept" in page.text
    assert "From the validation part." in page.text


@pytest.mark.parametrize(
    "none",
    [
        None,
        replace(
            report_input().examined,
            **{name: getattr(report_input().examined, name)[:0] for name in ("scores", "labels", "losses", "images")},
        ),
    ],
)
def test_without_examples_to_examine_the_rest_stands(none):
    page = Page(build(report_input(examined=none)))
    assert "80.0% of the training pictures classified rightly. No part was kept for a test" in page.text
    assert "Mistakes" not in page.text


def test_hinge_scores_are_not_called_probabilities():
    page = Page(build(report_input(defines_probabilities=False)))
    assert "No probabilities are shown: the loss fits margins, not likelihoods" in page.text
    assert "calibration" not in [one["id"] for one in charts(page)]
    assert "lead " in page.text


def test_a_diverged_run_says_so_first_and_its_gaps_are_strict_json():
    lost = Figures(loss=math.nan, penalty=math.inf, total=math.nan, accuracy=math.nan)
    epochs = [replace(one, train=lost) if one.epoch == 2 else one for one in report_input().epochs]
    outcome = Outcome(ending=Ending.DIVERGED, epoch=2, step=5, reason="Not finite at step 5.", advice="Lower the rate.")
    page = Page(build(report_input(epochs=epochs, outcome=outcome, final={"train": lost}, examined=None)))
    assert page.text.index("diverged. Not finite at step 5. Lower the rate.") < page.text.index("Trained on")
    loss = next(one for one in charts(page) if one["id"] == "loss")
    assert loss["data"][0]["y"][-1] is None


def test_convolutions_show_filters_and_other_layers_nothing():
    layer = FirstLayer(kind="convolution", weights=np.random.default_rng(0).normal(size=(6, 3, 3, 3)))
    page = Page(build(report_input(first_layer=layer)))
    assert "Filters of the first convolution" in page.text
    assert "filter 5" in page.text
    assert "Weights" not in Page(build(report_input(first_layer=None))).text


def test_points_show_the_plane_instead_of_pictures():
    score = lambda points: np.stack([points[:, 0], -points[:, 0]], 1)  # noqa: E731
    points = np.array([[1.0, 0.0], [-1.0, 1.0]])
    facts = replace(report_input().facts, shape=(1, 1, 2), classes=("a", "b"), counts={"train": (1, 1)})
    examined = Examined(
        part="test",
        scores=score(points),
        labels=np.array([0, 0]),
        losses=np.array([0.1, 2.0]),
        images=points.astype(np.float32).reshape(2, 1, 1, 2),
        origins=["(1, 0)", "(-1, 1)"],
    )
    weights = FirstLayer(kind="linear", weights=np.array([[1.0, 0.0], [-1.0, 0.0]]))
    board = plane.measure(points, np.array([0, 0]), score, classes=["a", "b"])
    page = Page(build(report_input(facts=facts, examined=examined, first_layer=weights, plane=board)))
    assert "plane" in [one["id"] for one in charts(page)]
    assert "of 2 test points classified rightly" in page.text
    assert page.attributes("src") == []


def test_a_run_of_no_epochs_still_has_a_report():
    page = Page(build(report_input(epochs=[], expected_start=None)))
    assert "loss" not in [one["id"] for one in charts(page)]


def test_what_the_doctor_found_has_a_section_and_nothing_has_none():
    run = report_input()
    assert "Doctor" not in Page(build(run)).text
    check = Check(
        verdict="wrong", name="start loss", sentence=f"Too high {HOSTILE[0]}.", advice="Do this.", normal="Low.", made="the log",
        cases=(HOSTILE[2],),
    )  # fmt: skip
    html = build(replace(run, checks=(check,)))
    page = Page(html)
    assert "Start loss wrong Too high <script>alert(1)</script>." in page.text
    assert "What to do. Do this." in page.text
    assert HOSTILE[0] not in html
    assert ("h3", {"id": "check-start-loss"}) in page.tags
