"""Overfit: whether the model, with everything switched off that keeps it back, learns twenty pictures by heart."""

import numpy as np
import torch
from jaxtyping import Int64

from thalweg.core.imageset import ImageSet, Split
from thalweg.core.seeds import generator
from thalweg.doctor._check import Check, Examination, Measured, looked, not_applicable
from thalweg.doctor._course import walk
from thalweg.doctor._patient import Patient
from thalweg.run.loop import Loop
from thalweg.run.setting import expected_start
from thalweg.run.state import State

PICTURES, STEPS, EVERY = 20, 400, 25
FEW = 100
"""The steps of an optimiser that is made for whole sets: its steps are long, and many of them slow."""
HOPELESS = 0.95
"""Half-way the rest is not worth its time where the loss is still above this share of that of zero scores."""
WARM = 20
"""Steps over which the rate rises to the recipe's."""
NEAR = 0.1
"""The loss counts as near its infimum (0 of every loss without smoothing) below this share of the loss at zero scores."""


HINTS = "Look at the rate (`thalweg rate`), at equal pictures with different labels, at the preparation, and at the size of the model."


def twenty(images: ImageSet, seed: int) -> ImageSet:
    """Return the set with a training part of `PICTURES` pictures, class by class in turn, and no other part."""
    rows = images.split.train
    shuffled = rows[torch.randperm(len(rows), generator=generator(seed, "doctor", "twenty")).numpy()]
    empty: Int64[np.ndarray, " n"] = np.array([], dtype=np.int64)
    turn = np.empty(len(rows), dtype=np.int64)
    for number in np.unique(images.labels[shuffled]):
        own = images.labels[shuffled] == number
        turn[own] = np.arange(own.sum())
    chosen = shuffled[np.argsort(turn, kind="stable")[:PICTURES]]
    return ImageSet(**{**vars(images), "split": Split(np.sort(chosen), empty, empty)})


def examine(patient: Patient) -> Check:
    """Train on twenty pictures until all are right and the loss is small, or the steps are used up."""
    if patient.searches:
        return not_applicable(f"{patient.recipe.optimiser.name} guesses: {STEPS} steps of it say nothing of the model.")
    some = twenty(patient.some, patient.seed)
    count = len(some.split.train)
    steps = FEW if patient.setting.optimiser.full_batch else STEPS
    recipe = patient.calm(patient.recipe, batch=0, epochs=steps)
    setting, state = patient.members([recipe], some)
    zero = expected_start(recipe, len(some.classes))
    found: list[tuple[int, float, float]] = []

    def done(loop: Loop, state: State) -> bool:
        if state.step % EVERY:
            return False
        figures = loop.measured("train", state.params, state.buffers)[0]
        found.append((state.step, figures.loss, figures.accuracy))
        learnt = figures.accuracy == 1 and figures.loss < NEAR * zero
        return learnt or (2 * state.step >= steps and figures.loss > HOPELESS * zero)

    end = walk(setting, state, steps, done=done, schedule=lambda step: min(1.0, (step + 1) / WARM))
    made = f"seed {patient.recipe.seed}, {count} pictures, at most {steps} steps on all of them, no penalty, dropout or augmentation"
    normal = f"All right, and a loss below {NEAR:g} times that of zero scores ({NEAR * zero:.3g}); its infimum is 0."
    if end.ended or not found:
        return looked((), normal=normal, made=made).says(
            "wrong",
            f"Training on {count} pictures diverged after {end.step} steps.",
            "Use a smaller rate; `thalweg rate` finds which suit.",
        )
    step, loss, accuracy = found[-1]
    measured = (
        Measured.of("accuracy", accuracy, made), Measured.of("loss", loss), Measured.of("steps", float(step)),
        Measured.of("loss at zero scores", zero),
    )  # fmt: skip
    known = looked(measured, normal=normal, made=made)
    if accuracy == 1 and loss < NEAR * zero:
        words = f"{count} pictures are learnt by heart in {step} steps: loss {loss:.3g}."
        return known.says("well", words)
    words = f"{count} pictures cannot be learnt by heart: after {step} steps the loss is {loss:.3g} and {accuracy:.0%} are right."
    inputs = int(np.prod(setting.chain.shape(some.shape)))
    if setting.closed_form and inputs + 1 < count:
        return known.says(
            "worth knowing",
            f"{words} A linear score of {inputs} numbers need not be able to.",
            "Use a score with hidden units (--score mlp) where the classes are not divided by lines.",
        )
    if accuracy == 1:
        return known.says("worth knowing", words, "The steps are short: try a larger rate (`thalweg rate`).")
    return known.says("wrong", words, HINTS)


ENTRY = Examination(
    summary="whether twenty pictures can be learnt by heart",
    formula="accuracy = 1 and L < L(0) / 10 on 20 pictures, with penalty, dropout and augmentation off",
    reference="CS231n, Neural networks part 3: sanity checks, overfit a tiny subset of data",
    examine=examine,
    place=20,
)
