"""The model card: a README.md as model hubs expect it, with everything that is recorded and measured of a run."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from thalweg.core.durable import json_bytes
from thalweg.core.visible import visible
from thalweg.evidence import balance
from thalweg.evidence._strict import number
from thalweg.faces._prose import counted, listed
from thalweg.faces.export import _markdown as markdown
from thalweg.faces.export._check import Check
from thalweg.faces.export._facts import card, input_facts, last_name, of_points
from thalweg.faces.export._format import MARK, Format
from thalweg.faces.export._limits import limits
from thalweg.faces.export._measured import Measured
from thalweg.faces.export._template import written
from thalweg.run.run import Run

CARD, OTHER_CARD, CONFIG = "README.md", "MODEL_CARD.md", "config.json"

HUB = {
    "mnist": "ylecun/mnist",
    "fashion-mnist": "zalando-datasets/fashion_mnist",
    "cifar10": "uoft-cs/cifar10",
    "cifar100": "uoft-cs/cifar100",
}
"""What the Hugging Face hub calls the published data sets that have a name here."""

TAGS = {"torch": "pytorch"}
"""What hubs call a format, where that is not its name here."""

FITS = {
    "crop": "ImageOps.fit(picture, (WIDTH, HEIGHT), Image.Resampling.BILINEAR)",
    "pad": "ImageOps.pad(picture, (WIDTH, HEIGHT), Image.Resampling.BILINEAR)",
    "stretch": "picture.resize((WIDTH, HEIGHT), Image.Resampling.BILINEAR)",
}


@dataclass(frozen=True, kw_only=True)
class Shown:
    """An exported file as the card shows it: its name, its format, how it compares with the run, and what it compared on, in words."""

    name: str
    format: Format
    check: Check
    words: str
    detail: str


def model_card(run: Run, files: Sequence[Shown], measured: Measured | None) -> str:
    """Return the card: YAML for the hub, then the text; what was not measured is not claimed."""
    facts, shares = card(run), balance.measure(run.classes, run.data.counts)
    noun = "point" if of_points(run) else "picture"
    return written(
        "card.md",
        front=_front_matter(run, files, measured),
        run=run,
        facts=facts,
        title=markdown.escaped(name_of(run)),
        summary=_summary(run, measured),
        files=files,
        usages=[(shown, markdown.fenced(_usage(run, shown), "python")) for shown in files],
        pixels=None if of_points(run) else markdown.fenced(_pixels(run), "python"),
        noun=noun,
        data=markdown.escaped(last_name(run.data.source)),
        notes=[markdown.escaped(_without_paths(note, run.data.source)) for note in run.data.notes],
        counts=markdown.grid(["class", *run.data.counts], list(zip(run.classes, *run.data.counts.values(), strict=True))),
        totals=listed([f"{total:,} {part}" for part, total in shares.totals.items()]),
        figures=_figures(run),
        measured=measured,
        classes=None if measured is None else _classes(measured),
        confused=None if measured is None else _confused(run, measured),
        limits=limits(run, measured),
        recipe=markdown.fenced(facts["recipe"], "toml"),
        checks=[(shown, _checked(shown)) for shown in files],
        versions=listed([f"{markdown.escaped(name)} {markdown.escaped(version)}" for name, version in run.versions.items()]),
        counted=counted,
        visible=visible,
    )


def config_json(run: Run) -> bytes:
    """Return the `config.json` that hubs read class names and sizes from; no `model_type`, since no library but Thalweg knows the net."""
    given = input_facts(run)
    facts = {
        "written_by": MARK,
        "library_name": "thalweg",
        "task": "image-classification",
        "num_labels": len(run.classes),
        "id2label": {str(place): name for place, name in enumerate(run.classes)},
        "label2id": {name: place for place, name in enumerate(run.classes)},
        "image_size": [given["height"], given["width"]],
        "num_channels": given["channels"],
        "card": card(run),
    }
    return json_bytes(facts | ({"task": "tabular-classification"} if of_points(run) else {}))


def name_of(run: Run) -> str:
    """Return what a model is called: its data and what it is made of."""
    return f"{last_name(run.data.source)}-{run.recipe.score.name}-{run.recipe.loss.name}"


def _front_matter(run: Run, files: Sequence[Shown], measured: Measured | None) -> str:
    """Return the YAML on top. No licence: nobody but the owner knows it."""
    source, quoted = last_name(run.data.source), markdown.quoted
    known = HUB.get(run.data.source)
    task = "tabular-classification" if of_points(run) else "image-classification"
    tags = ["thalweg", task, run.recipe.score.name, *sorted({TAGS.get(shown.format.name, shown.format.name) for shown in files})]
    lines = [f"# {MARK}. Add `license:` before you publish it.", "library_name: thalweg", f"pipeline_tag: {task}", "tags:"]
    lines += [f"- {quoted(tag)}" for tag in tags]
    lines += ["datasets:", f"- {known}"] if known else []
    lines += ["metrics:", "- accuracy", "- f1"]
    if measured is None or measured.confusion.accuracy.value is None:
        return "\n".join(lines)
    slug = known or re.sub(r"[^A-Za-z0-9._-]+", "-", source).strip("-.") or "pictures"
    metrics = [("accuracy", "Accuracy", measured.confusion.accuracy.value), ("f1", "Macro F1", measured.confusion.macro.f1)]
    lines += ["model-index:", f"- name: {quoted(name_of(run))}", "  results:", "  - task:", f"      type: {task}", "    dataset:"]
    lines += [f"      type: {quoted(slug)}", f"      name: {quoted(source)}", f"      split: {measured.part}", "    metrics:"]
    for kind, name, value in metrics:
        lines += [] if value is None else [f"    - type: {kind}", f"      value: {value:.6f}", f"      name: {name}"]
    return "\n".join(lines)


def _summary(run: Run, measured: Measured | None) -> str:
    noun = "point" if of_points(run) else "picture"
    said = f"A `{run.recipe.score.name}` classifier of {len(run.classes):,} classes, trained with loss `{run.recipe.loss.name}`"
    said += f" on {counted(sum(run.data.counts['train']), noun)} of {markdown.escaped(last_name(run.data.source))}."
    if measured is not None and (share := measured.confusion.accuracy).value is not None:
        said += f" Of {counted(share.count, f'{measured.part} {noun}')} it classifies {share.value:.2%} rightly"
        said += f" (95% interval {share.low:.2%} to {share.high:.2%})."
    return said


def _usage(run: Run, shown: Shown) -> str:
    """Return a whole program that uses a file."""
    given, (imports, lines) = input_facts(run), shown.format.usage(run, shown.name)
    shape = f"(2, {given['height']}, {given['width']}, {given['channels']})"
    batch = f"pixels = np.zeros({shape}, dtype=np.{given['dtype']})  # a batch of two: {given['layout']}"
    standard = [each for each in imports if each in ("import json", "from runpy import run_path")]
    others = sorted(("import numpy as np", *(each for each in imports if each not in standard)), key=lambda each: each.split()[1])
    return "\n".join([*standard, *([""] if standard else []), *others, "", batch, *lines])


def _pixels(run: Run) -> str:
    given = input_facts(run)
    mode, axes = ("L", "[None, :, :, None]") if given["channels"] == 1 else ("RGB", "[None]")
    lines = [
        "import numpy as np",
        "from PIL import Image, ImageOps",
        "",
        f"HEIGHT, WIDTH = {given['height']}, {given['width']}",
        f'picture = ImageOps.exif_transpose(Image.open("picture.jpg")).convert("{mode}")',
        f"pixels = np.asarray({FITS[given['fit']]}){axes}",
    ]
    return "\n".join(lines)


def _figures(run: Run) -> str:
    rows = []
    for part, each in run.figures.items():
        values = [_four(value) for value in (each.loss, each.penalty, each.total)]
        rows.append([part, f"{sum(run.data.counts.get(part, ())):,}", *values, _share(each.accuracy)])
    return markdown.grid(["part", "examples", "loss", "penalty", "total", "accuracy"], rows)


def _classes(measured: Measured) -> str:
    macro, count = measured.confusion.macro, measured.confusion.accuracy.count
    rows = [(each.name, (each.precision, each.recall, each.f1), each.support) for each in measured.confusion.classes]
    rows.append(("mean of the classes", (macro.precision, macro.recall, macro.f1), count))
    lines = [[name, *map(_share, shares), f"{support:,}"] for name, shares, support in rows]
    return markdown.grid(["class", "precision", "recall", "F1", "examples"], lines)


def _confused(run: Run, measured: Measured) -> list[str]:
    names = [markdown.escaped(name) for name in run.classes]
    return [f"{names[true]} taken for {names[taken]}: {count:,} times" for true, taken, count in measured.confusion.most_confused(3)]


def _checked(shown: Shown) -> str:
    check = shown.check
    bound = f"{check.allowed:.2g} allowed, largest score {check.largest_score:.4g}"
    return f"scores differ from the run's by at most {check.difference:.2g} ({bound}), compared on {shown.words}"


def _without_paths(note: str, source: str) -> str:
    """Return a note without the path of the pictures."""
    for path in {source, visible(source)}:
        note = note.replace(path, last_name(source))
    return note


def _four(value: float) -> str:
    known = number(value)
    return "–" if known is None else f"{known:.4f}"


def _share(value: float | None) -> str:
    known = None if value is None else number(value)
    return "–" if known is None else f"{known:.2%}"
