"""Drawings: what the views draw of anything that the Python face returns, by name."""

from collections.abc import Callable, Mapping
from functools import partial, singledispatch
from typing import Any

from thalweg.core import claims as claim
from thalweg.core.errors import ConfigError, unknown
from thalweg.core.findings import Record
from thalweg.core.imageset import ImageSet
from thalweg.evidence import EVIDENCE, balance, curves
from thalweg.evidence._weights import WeightPictures
from thalweg.faces import api, comparison_page, gathering, race_page, report, sweep_page
from thalweg.faces.claims import Claims
from thalweg.faces.compare import Comparison
from thalweg.faces.inspection import Inspection
from thalweg.faces.race_findings import Race
from thalweg.faces.rate import RateFinding
from thalweg.faces.search import SearchFinding
from thalweg.faces.sweep import Sweep
from thalweg.run import run as runs
from thalweg.run.data_facts import data_facts
from thalweg.views import VIEWS, _claim, accuracy_curves, loss_curves
from thalweg.views import balance as balance_view
from thalweg.views import plane as plane_view
from thalweg.views._drawing import Drawing

Drawings = Mapping[str, Callable[[], Drawing]]
"""What can be drawn, by name; each is made when it is called."""


def drawing(value: Any, name: str | None = None) -> Drawing:
    """Return one drawing of a value: the one of that name, or the only one, or the first.

    Raises `ConfigError` where there is none of that name, or none at all.
    """
    known = drawings(value)
    if not known:
        raise ConfigError(f"there is nothing to draw of a {type(value).__name__}.")
    if name is None:
        return next(iter(known.values()))()
    word = name.replace("_", "-")
    if word not in known:
        raise unknown("drawing", name, list(known))
    return known[word]()


@singledispatch
def drawings(value: Any) -> Drawings:
    """Return what can be drawn of a value: of a record of evidence, what the views draw of it."""
    if not isinstance(value, Record):
        raise ConfigError(f"there is nothing to draw of a {type(value).__name__}; give a run, a result or a record of evidence.")
    own = evidence_of(value)
    return {name: partial(VIEWS.get(name).draw, value) for name in VIEWS.names() if VIEWS.get(name).evidence == own}


def evidence_of(record: Any) -> str | None:
    """Return the name of the evidence that a record is; None where it is a part of one."""
    if isinstance(record, WeightPictures):
        return "templates" if record.of == "class" else "filters"
    name = type(record).__module__.rpartition(".")[2].replace("_", "-")
    return name if name in EVIDENCE.names() else None


@drawings.register(Inspection)
@drawings.register(RateFinding)
@drawings.register(SearchFinding)
def _figures(value: Inspection | RateFinding | SearchFinding) -> Drawings:
    return _ready(value.figures())


@drawings.register
def _sweep(value: Sweep) -> Drawings:
    return _ready(sweep_page.drawn(value.board))


@drawings.register
def _race(value: Race) -> Drawings:
    return _ready(race_page.drawn(value.record))


@drawings.register
def _comparison(value: Comparison) -> Drawings:
    return _ready(comparison_page.drawn(value.record))


@drawings.register
def _claims(value: Claims) -> Drawings:
    return {found.number: partial(_claim.draw, found.plot) for found in value.findings if found.plot is not None}


@drawings.register
def _one_claim(value: claim.Finding) -> Drawings:
    return {} if value.plot is None else {value.number: partial(_claim.draw, value.plot)}


@drawings.register
def _images(value: ImageSet) -> Drawings:
    return {"balance": lambda: balance_view.draw(balance.measure(value.classes, data_facts(value).counts))}


@drawings.register
def _run(value: runs.Run) -> Drawings:
    """Return the drawings of the report; those of its answers need its pictures, which are loaded where they are not at hand."""
    return {**course(value), **weights(value), **regions(value), **_answers(value)}


def course(run: runs.Run) -> dict[str, Callable[[], Drawing]]:
    """Return how training went, and over which pictures."""
    shares = balance.measure(run.data.classes, run.data.counts)
    found: dict[str, Callable[[], Drawing]] = {}
    if run.metrics:
        record = curves.measure(run.metrics, expected_start=run.expected_start)
        found = {"loss-curves": partial(loss_curves.draw, record), "accuracy-curves": partial(accuracy_curves.draw, record)}
    return {**found, "balance": partial(balance_view.draw, shares)}


def weights(run: runs.Run) -> dict[str, Callable[[], Drawing]]:
    """Return the pictures of the first layer's weights, where they are pictures."""
    layer = gathering.first_layer(run.model)
    return {} if layer is None else _ready(report.weights_of(layer, run.data.shape, run.classes))


def regions(run: runs.Run) -> dict[str, Callable[[], Drawing]]:
    """Return the decision regions of a run of two-dimensional points that are at hand."""
    images = getattr(run, "images", None)
    record = None if images is None else gathering.plane_of(run, images)
    return {} if record is None else {"plane": partial(plane_view.draw, record)}


def _answers(run: runs.Run) -> dict[str, Callable[[], Drawing]]:
    kinds = ["confusion", "worst-mistakes", "confident-mistakes", "hesitant-answers", *(["calibration"] if run.model.probabilities else [])]
    names = {"worst-mistakes": "worst", "confident-mistakes": "confident", "hesitant-answers": "hesitant"}
    made: dict[str, Drawing] = {}

    def draw(name: str) -> Drawing:
        if not made:
            own = getattr(run, "images", None) or api.load_data(run.recipe)
            run.check_own(own)
            made.update(report.answers_of(gathering.gather(run, run.matching(own))))
        if names.get(name, name) not in made:
            raise ConfigError(f"{name}: the run kept no part to be tested on, or it says nothing new there.")
        return made[names.get(name, name)]

    return {name: partial(draw, name) for name in kinds}


def _ready(found: Mapping[str, Drawing]) -> dict[str, Callable[[], Drawing]]:
    return {name: partial(lambda one: one, made) for name, made in found.items()}
