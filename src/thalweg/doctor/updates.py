"""Updates: how far a step moves each layer, as a share of the layer's own length."""

from collections.abc import Sequence

import numpy as np

from thalweg.doctor._check import Check, Examination, Measured, looked
from thalweg.doctor._patient import Patient

LARGEST = 0.5
"""A step that moves half the length of the weights replaces them rather than improves them."""
TRAVEL = 0.01
"""All steps of the recipe together must be able to move a layer by this share of its length."""


NORMAL = (
    f"About 1e-3 by rule of thumb. More than {LARGEST:g} a step replaces the weights; less than {TRAVEL:g} over all of the recipe's steps "
    "leaves them where they began."
)
RISE = 1.1
"""The loss has risen when the last tenth of the steps begin this many times as high as the first step."""
ENDS = ("loss before the first step", "loss in the last tenth")


def _rose(losses: Sequence[float]) -> tuple[float, float]:
    """Return the loss before the first step, and the mean loss before the last tenth of the steps, one step at least."""
    few = max(1, len(losses) // 10)
    return losses[0], float(np.mean(losses[-few:]))


def _unusual(patient: Patient, stepped: bool) -> str:
    """Return why the lengths of these steps have no normal values; nothing where they have."""
    if patient.searches:
        return "The optimiser guesses; its steps have no usual length."
    if patient.solves:
        return "The optimiser goes straight to the best W and stands still there; its steps have no usual length."
    return "" if stepped else "No step was taken."


def examine(patient: Patient) -> Check:
    """Take the ratios |step| / |W| of the second half of the brief training, when the first steps from small weights are over."""
    course = patient.course
    made = f"seed {patient.recipe.seed}, {course.steps} steps of the recipe's optimiser"
    if course.diverged:
        step, rate = course.end.step + 1, patient.recipe.optimiser.knobs.get("rate")
        at_rate = "" if rate is None else f" at rate {rate:g}"
        return looked((), normal=NORMAL, made=made).says(
            "wrong",
            f"Training diverged at step {step}{at_rate}.",
            "Use a smaller rate; `thalweg rate` finds which suit. --clip bounds the gradient.",
        )
    examples = len(patient.images.split.train)
    planned = patient.recipe.epochs * -(-examples // patient.recipe.batch_size(examples))
    rose = _rose(course.losses) if course.losses else (0.0, 0.0)
    half = {name: np.array(values[len(values) // 2 :]) for name, values in course.moves.items()}
    typical = {name: float(np.median(values)) for name, values in half.items() if len(values)}
    measured = tuple(
        Measured.of(f"{name}: {what}", value, f"median and extremes of steps {course.steps // 2 + 1} to {course.steps}")
        for name, values in half.items() if len(values)
        for what, value in (("|step| / |W|", typical[name]), ("least", float(values.min())), ("most", float(values.max())))
    )  # fmt: skip
    measured += tuple(Measured.of(name, value, "mean batch objective") for name, value in zip(ENDS, rose, strict=True))
    known = looked(measured, normal=NORMAL, made=made)
    if unusual := _unusual(patient, bool(typical)):
        return known.says("not applicable", unusual)
    if rose[1] > RISE * rose[0]:
        return known.says(
            "wrong",
            f"Training makes the loss rise: {rose[0]:.3g} before the first of {course.steps} steps, {rose[1]:.3g} in the last tenth.",
            "Use a smaller rate; `thalweg rate` finds which suit.",
        )
    fast = {name: value for name, value in typical.items() if not value <= LARGEST}
    slow = {name: value for name, value in typical.items() if planned and value * planned < TRAVEL}
    if fast:
        name = max(fast, key=lambda each: fast[each])
        return known.says(
            "wrong", f"A typical step moves {name} by {fast[name]:.2g} of its own length.", "Use a smaller rate (`thalweg rate`)."
        )
    if slow:
        name = min(slow, key=lambda each: slow[each])
        return known.says(
            "worth knowing",
            f"A typical step moves {name} by {slow[name]:.2g} of its length, {planned:,} steps by {slow[name] * planned:.2g}.",
            "Use a larger rate (`thalweg rate`), more steps, or a smaller initial scale.",
        )
    low, high = min(typical.values()), max(typical.values())
    between = f"{low:.1g}" if len(typical) == 1 else f"{low:.1g} to {high:.1g}"
    words = f"A typical step moves a layer by {between} of its length."
    return known.says("well", words)


ENTRY = Examination(
    summary="how far a step moves each layer, as a share of the layer",
    formula="|W_(t+1) - W_t| / |W_t|",
    reference="CS231n, Neural networks part 3: ratio of weights to updates, about 1e-3",
    examine=examine,
    place=60,
)
