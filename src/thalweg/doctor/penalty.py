"""Penalty: whether the loss rises with the penalty's strength, at fixed weights and after training."""

from thalweg.core.progress import Silent
from thalweg.doctor._check import Check, Examination, Measured, looked, not_applicable
from thalweg.doctor._course import walk
from thalweg.doctor._patient import Patient
from thalweg.doctor.overfit import WARM, twenty
from thalweg.run.measuring import measured_part
from thalweg.run.recipe import CATALOGUES, Recipe

STRENGTHS = (1e-2, 1e-1)
"""Tried after the least strength that the optimiser can take: 0 for almost all."""
NORMAL = (
    "The penalty rises with its strength at any weights but zero. At the optimum of a convex objective the data loss cannot fall with it: "
    "so it is for a linear score; a net, which may find another valley, is not trained."
)
STEPS, FEW = 100, 30
"""Steps with each strength; `FEW` of an optimiser that is made for whole sets."""
SLACK = 0.02
"""Of the loss at zero scores: how much lower than with the least penalty a trained loss may be, for rounding and noise."""


def examine(patient: Patient) -> Check:
    """Raise the strength at the same weights; a linear score is also trained on twenty pictures with each strength."""
    if patient.searches:
        return not_applicable(f"{patient.recipe.optimiser.name} guesses: what it reaches in {STEPS} steps is chance.")
    own, strengths = patient.recipe.penalty, (patient.least, *STRENGTHS)
    names = [each.name for each in own] or ["l2"]
    which = f"{' + '.join(names)}{'' if own else ' (the recipe has none; tried all the same)'}"
    setting, state = patient.members([_with(patient, strength, names) for strength in strengths], twenty(patient.some, patient.seed))
    at_start = setting.penalties.value(state.params).tolist()
    measured = [
        Measured.of(f"strength {strength:g}: penalty at the start", value, which)
        for strength, value in zip(strengths, at_start, strict=True)
    ]  # fmt: skip
    made = f"seed {patient.recipe.seed}"
    known = looked(measured, normal=NORMAL, made=made)
    blank = not any(tensor.any() for name, tensor in state.params.items() if name in setting.penalties.names)
    if not setting.penalties.names or (not blank and not at_start[0] < at_start[1] < at_start[2]):
        advice = "No parameter is penalised: give weights two axes, or --penalise-biases."
        return known.says("wrong", f"The penalty at the start does not rise with the strength of {which}.", advice)
    tried = ", ".join(f"{each:g}" for each in strengths)
    if not setting.closed_form:
        return known.says("well", f"{which} of strength {tried} is {', '.join(f'{each:.3g}' for each in at_start)} at the start.")
    steps = FEW if setting.optimiser.full_batch else STEPS
    end = walk(setting, state, steps, schedule=lambda step: min(1.0, (step + 1) / WARM))
    made = f"{made}, {len(setting.parts['train'])} pictures, {steps} steps with each strength"
    if end.outcomes.count(None) < len(strengths):
        return not_applicable("Training diverged, so that penalties cannot be compared.", made=made)
    losses = [figures.loss for figures in measured_part(setting, "train", end.params, end.buffers, progress=Silent())]
    measured += [
        Measured.of(f"strength {strength:g}: training loss after training", value, which)
        for strength, value in zip(strengths, losses, strict=True)
    ]  # fmt: skip
    known = looked(measured, normal=NORMAL, made=made)
    if min(losses[1:]) < losses[0] - SLACK * setting.expected_start:
        return known.says(
            "worth knowing",
            f"With a stronger {which} the training loss falls from {losses[0]:.3g} to {min(losses[1:]):.3g}.",
            "With a weaker penalty training goes astray: try a smaller rate.",
        )
    return known.says("well", f"With {which} of strength {tried} the training loss ends at {', '.join(f'{each:.3g}' for each in losses)}.")


def _with(patient: Patient, strength: float, names: list[str]) -> Recipe:
    parts = [{"name": name, CATALOGUES["penalty"].get(name).knobs[0].name: strength} for name in names]
    return patient.calm(patient.recipe, penalty=parts, batch=0, epochs=STEPS)


ENTRY = Examination(
    summary="whether the loss rises with the penalty's strength",
    formula="R(strength; W) rises; L(W*(strength)) does not fall",
    reference="CS231n, Neural networks part 3: sanity checks, increasing the regularisation strength should increase the loss",
    examine=examine,
    place=30,
)
