"""What a model card measures: the run's answers on the part it is judged by, and which of its pictures occur twice."""

from dataclasses import dataclass

from thalweg.core.imageset import ImageSet
from thalweg.evidence import calibration, confusion, probabilities
from thalweg.evidence.calibration import Calibration
from thalweg.evidence.confusion import Confusion
from thalweg.images import across_parts, find_duplicates
from thalweg.run.run import Run


@dataclass(frozen=True, kw_only=True, eq=False)
class Measured:
    """Answers on `part`, the test part or else the validation part; `calibration` is None where scores are no log-probabilities.

    `duplicates` counts groups of equal pictures, `leaks` those of them that lie in more than one part.
    """

    part: str
    confusion: Confusion
    calibration: Calibration | None
    duplicates: int
    leaks: int


def measure(run: Run, images: ImageSet) -> Measured | None:
    """Return what is measured of a run on its own pictures; None where no part of them was kept from training."""
    parts = images.split.parts()
    part = next((name for name in ("test", "validation") if len(parts[name])), None)
    if part is None:
        return None
    scores, labels = run.model.scores(images.images, rows=parts[part]), images.labels[parts[part]]
    likely = probabilities.measure(scores, defined=run.model.probabilities)
    groups = find_duplicates(images)
    return Measured(
        part=part,
        confusion=confusion.measure(labels, scores.argmax(1), run.classes),
        calibration=None if likely.values is None else calibration.measure(likely.values, labels),
        duplicates=len(groups),
        leaks=len(across_parts(groups, images.split)),
    )
