"""The model card: YAML that hubs read, Markdown that nothing breaks, figures that are the run's, and no path of its maker's."""

from dataclasses import replace

import numpy as np
import pytest
from markdown_it import MarkdownIt

from thalweg.evidence import confusion
from thalweg.faces.export import FORMATS
from thalweg.faces.export._card import Shown, config_json, model_card
from thalweg.faces.export._check import Check
from thalweg.faces.export._facts import card, last_name
from thalweg.faces.export._limits import limits
from thalweg.faces.export._measured import measure

yaml = pytest.importorskip("yaml")

HOSTILE = ("a|b", "<script>alert(1)</script>", "`tick` ``` \n# head", "---\nlicense: mit", "\u202egnp.exe \x1b[31m", "[x](http://evil.example)",
           "- item", ": {yaml: 'yes'} #no", "猫 \U0001f408", "\udcff")  # fmt: skip


def shown(name="numpy"):
    entry = FORMATS.get(name)
    check = Check(examples=10, drawn=0, difference=1e-7, allowed=1e-5, tolerance=1e-5, rounding=1e-7, largest_score=1.0, probability=None)
    return Shown(name=entry.files[0], format=entry, check=check, words="10 test", detail="")


def parted(text):
    _, front, body = text.split("---\n", 2)
    return yaml.safe_load(front), body


def named(run, classes):
    """Return the run with other class names, and its pictures."""
    data = replace(run.data, classes=classes, source="/home/ada/secret/pets <b>")
    pictures = replace(run.images, classes=classes)
    return replace(run, data=data, model=replace(run.model, classes=classes)), pictures


def test_the_front_matter_is_what_hubs_read(run_of):
    run = run_of("linear")
    measured = measure(run, run.images)
    front, body = parted(model_card(run, [shown()], measured))
    assert front["library_name"] == "thalweg"
    assert front["pipeline_tag"] == "image-classification"
    assert {"thalweg", "image-classification", "linear", "numpy"} == set(front["tags"])
    assert front["metrics"] == ["accuracy", "f1"]
    assert "license" not in front
    assert "datasets" not in front
    (result,) = front["model-index"][0]["results"]
    assert result["dataset"] == {"type": "digits", "name": "digits", "split": "test"}
    found = {metric["type"]: metric["value"] for metric in result["metrics"]}
    assert found["accuracy"] == pytest.approx(run.evaluate(run.images)["test"].accuracy, abs=1e-6)
    assert found["f1"] == pytest.approx(measured.confusion.macro.f1, abs=1e-6)
    assert "# digits-linear-softmax" in body


def test_published_data_sets_are_named_as_the_hub_names_them(run_of):
    run = run_of("linear")
    front, _ = parted(model_card(replace(run, data=replace(run.data, source="fashion-mnist")), [shown()], measure(run, run.images)))
    assert front["datasets"] == ["zalando-datasets/fashion_mnist"]


def test_names_break_neither_yaml_nor_markdown(run_of):
    run, pictures = named(run_of("linear"), HOSTILE)
    text = model_card(run, [shown()], measure(run, pictures))
    text.encode()
    front, body = parted(text)
    assert front["model-index"][0]["name"] == "pets <b>-linear-softmax"
    assert "license" not in front
    html = MarkdownIt("gfm-like", {"linkify": False}).render(body)
    assert "<script" not in html
    assert "href" not in html
    assert html.count("<h1>") == 1
    assert "\x1b" not in text
    assert "\u202e" not in text
    rows = html.count("<tr>")
    for name in ("a|b", "`tick`", "[x](http://evil.example)", "- item", "猫 \U0001f408"):
        assert html.count(name) >= 2
    assert rows == (1 + 10) + (1 + 3) + (1 + 10 + 1)
    assert html.count("<td") == 10 * 4 + 3 * 6 + 11 * 5


def test_no_path_of_its_maker_is_said(run_of):
    run, pictures = named(run_of("linear"), tuple("abcdefghij"))
    recipe = run.recipe.with_changes(data={**run.recipe.data.model_dump(), "source": "/home/ada/secret/pets"}, start="/home/ada/runs/x")
    notes = ("5 pictures that lie in /home/ada/secret/pets <b> itself were left out.",)
    run = replace(run, recipe=recipe, data=replace(run.data, notes=notes))
    everything = model_card(run, [shown()], measure(run, pictures)) + config_json(run).decode() + str(card(run))
    assert "ada" not in everything
    assert "secret" not in everything
    assert "5 pictures that lie in pets" in everything
    assert [last_name(path) for path in ("C:\\Users\\ada\\pets", "/", "..", "a/b.npz/")] == ["pets", "pictures", "pictures", "b.npz"]


def test_the_figures_of_each_class_are_those_of_the_confusion_matrix(run_of):
    run = run_of("linear")
    rows = run.images.split.test
    table = confusion.measure(run.images.labels[rows], run.predict(run.images.images[rows]), run.classes)
    text = model_card(run, [shown()], measure(run, run.images))
    for each in table.classes:
        shares = " | ".join("–" if value is None else f"{value:.2%}" for value in (each.precision, each.recall, each.f1))
        assert f"| {each.name} | {shares} | {each.support} |" in text


def test_what_was_not_measured_is_not_claimed(run_of):
    front, body = parted(model_card(run_of("linear"), [shown()], None))
    assert "model-index" not in front
    assert "Figures of each class were not measured: the run's pictures were not at hand." in body


def test_points_are_no_images(run_of):
    front, body = parted(model_card(run_of("points"), [shown()], measure(run_of("points"), run_of("points").images)))
    assert front["pipeline_tag"] == "tabular-classification"
    assert "float32 [n, 1, 1, 2]" in body
    assert "picture" not in body


def test_limits_follow_from_facts(run_of):
    said = " ".join(limits(run_of("linear, whitened"), None))
    assert "no probabilities: loss `svm-sum` fits margins" in said
    run = run_of("linear")
    images = replace(run.images, images=np.concatenate([run.images.images[:-1], run.images.images[:1]]))
    leaky = measure(run, images)
    assert leaky.duplicates == 1
    uneven = replace(run, data=replace(run.data, counts={**run.data.counts, "train": (1, *[100] * 9)}))
    assert "1 example of the rarest" in " ".join(limits(uneven, leaky))
    untested = replace(run, figures={"train": run.figures["train"]})
    assert "No part was kept for a test" in " ".join(limits(untested, None))
