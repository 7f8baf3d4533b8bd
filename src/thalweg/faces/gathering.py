"""Gathering: a run and its pictures to what the report shows."""

import shlex

import numpy as np
from jaxtyping import Float

from thalweg.core.findings import Finding
from thalweg.core.imageset import ImageSet
from thalweg.doctor._after import after
from thalweg.evidence import plane
from thalweg.evidence.plane import Plane
from thalweg.faces.kept_evidence import all_kept, digest_of
from thalweg.faces.report import Examined, FirstLayer, ReportInput
from thalweg.run import files
from thalweg.run.model import Model
from thalweg.run.recipe import Recipe
from thalweg.run.run import Run


def gather(run: Run, images: ImageSet) -> ReportInput:
    """Return the report's input: the run's record, and its answers on the test part (else the validation part)."""
    examined = _examined(run, images)
    recipe = run.recipe
    return ReportInput(
        title=run.folder.name if run.folder else f"{recipe.data.source}: {recipe.score.name} + {recipe.loss.name}",
        command=_command(run),
        recipe=recipe.to_toml(),
        outcome=run.outcome,
        facts=run.data,
        epochs=run.metrics,
        final=run.figures,
        defines_probabilities=run.model.probabilities,
        versions=run.versions,
        seconds=run.seconds,
        choices={"score": recipe.score.name, "loss": recipe.loss.name, "optimiser": recipe.optimiser.name},
        expected_start=run.expected_start,
        examined=examined,
        first_layer=first_layer(run.model),
        plane=plane_of(run, images),
        findings=_findings(run),
        checks=after(run, images),
        notes=(*_zeros(run), f"The weights are those after epoch {run.kept_epoch} ({recipe.keep} by {recipe.monitor})."),
    )


def _examined(run: Run, images: ImageSet) -> Examined | None:
    part = next((name for name in ("test", "validation") if len(images.split.parts()[name])), None)
    if part is None:
        return None
    rows = images.split.parts()[part]
    scores, labels = run.scores(images.images[rows]), images.labels[rows]
    return Examined(
        part=part,
        scores=scores,
        labels=labels,
        losses=run.losses(scores, labels),
        images=images.images[rows],
        origins=None if images.origins is None else [images.origin(int(row)) for row in rows],
    )


def first_layer(model: Model) -> FirstLayer | None:
    """Return the weights of the first layer, where they are pictures; None elsewhere."""
    weights = model.first_weight
    if weights is None or tuple(model.shape[:2]) == (1, 1):
        return None
    if weights.ndim == 4:
        return FirstLayer(kind="convolution", weights=weights)
    return FirstLayer(kind="linear", weights=weights) if len(weights) == len(model.classes) and model.score["name"] == "linear" else None


def plane_of(run: Run, images: ImageSet) -> Plane | None:
    """Return the decision regions of two-dimensional points; None of pictures."""
    if not images.points or images.shape[2] != 2:
        return None

    def score(points: Float[np.ndarray, "m 2"]) -> Float[np.ndarray, "m classes"]:
        return run.scores(points.astype(np.float32).reshape(-1, 1, 1, 2))

    points = np.asarray(images.images, dtype=np.float64).reshape(-1, 2)
    return plane.measure(points, images.labels, score, classes=run.classes)


def _findings(run: Run) -> dict[str, Finding]:
    """Return the findings that are kept of the run's weights, but for pictures of the first layer, which the report shows by itself."""
    if run.folder is None or not (run.folder / files.EVIDENCE).is_dir():
        return {}
    kept = all_kept(run.folder / files.EVIDENCE, model=digest_of(run.model.to_bytes()))
    return {name: finding for name, finding in kept.items() if name not in ("templates", "filters")}


def _zeros(run: Run) -> tuple[str, ...]:
    """Say how many weights a penalty has made exactly zero."""
    return (f"{run.zero_weights:,} of {run.weights:,} weights are exactly zero.",) if run.recipe.sparse else ()


def _command(run: Run) -> str:
    if run.folder is None:
        return python_call(run.recipe)
    return f"thalweg train {shlex.quote(str(run.folder / 'recipe.toml'))} --run {shlex.quote(str(run.folder))}"


def python_call(recipe: Recipe) -> str:
    """Return the Python call that trains by a recipe kept in memory only."""
    return f'tw.train({recipe.data.source!r}, recipe=tw.Recipe.from_toml("""..."""))  # with the recipe below'
