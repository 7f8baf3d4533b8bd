"""Penalty: whether the loss rises with the penalty's strength, at fixed weights and after training."""

from thalweg.doctor._check import Check, Examination, Measured, looked, not_applicable
from thalweg.doctor._course import walk
from thalweg.doctor._patient import Patient
from thalweg.doctor.overfit import WARM, twenty
from thalweg.run.measuring import measured_part
from thalweg.run.recipe import CATALOGUES, Recipe
from thalweg.run.setting import expected_start

STRENGTHS = (0.0, 1e-2, 1e-1)
NORMAL = "The penalty rises with its strength at any weights but zero; at the optimum of a convex loss the data loss cannot fall with it."
STEPS = 100
SLACK = 0.02
"""Of the loss at zero scores: how much lower than without a penalty a trained loss may be, for rounding and noise."""


def examine(patient: Patient) -> Check:
    """Raise the strength at the same weights, then train on twenty pictures with each strength: the training loss must rise as well."""
    if patient.searches:
        return not_applicable(f"{patient.recipe.optimiser.name} guesses: what it reaches in {STEPS} steps is chance.")
    own = patient.recipe.penalty
    names = [each.name for each in own] or ["l2"]
    some = twenty(patient.some, patient.seed)
    recipes = [_with(patient, strength, names) for strength in STRENGTHS]
    setting, state = patient.members(recipes, some)
    at_start = setting.penalties.value(state.params).tolist()
    end = walk(setting, state, STEPS, schedule=lambda step: min(1.0, (step + 1) / WARM))
    made = f"seed {patient.recipe.seed}, {len(some.split.train)} pictures, {STEPS} steps with each strength"
    which = f"{' + '.join(names)}{'' if own else ' (the recipe has none; tried all the same)'}"
    if end.outcomes.count(None) < len(STRENGTHS):
        return not_applicable("Training diverged, so that penalties cannot be compared.", made=made)
    losses = [figures.loss for figures in measured_part(setting, "train", end.params, end.buffers, progress=patient.progress)]
    measured = tuple(
        Measured.of(f"strength {strength:g}: {what}", value, which)
        for strength, penalty, loss in zip(STRENGTHS, at_start, losses, strict=True)
        for what, value in (("penalty at the start", penalty), ("training loss after training", loss))
    )
    known = looked(measured, normal=NORMAL, made=made)
    zero = expected_start(patient.recipe, len(some.classes))
    blank = not any(tensor.any() for name, tensor in state.params.items() if name in setting.penalties.names)
    flat = not blank and not at_start[0] < at_start[1] < at_start[2]
    falls = min(losses[1:]) < losses[0] - SLACK * zero
    if flat:
        advice = "No parameter is penalised: give weights two axes, or --penalise-biases."
        return known.says("wrong", f"The penalty at the start does not rise with the strength of {which}.", advice)
    if falls:
        return known.says(
            "worth knowing",
            f"With a stronger {which} the training loss falls from {losses[0]:.3g} to {min(losses[1:]):.3g}.",
            "Without a penalty training goes astray: try a smaller rate.",
        )
    tried, ended = (", ".join(f"{each:.3g}" for each in values) for values in (STRENGTHS, losses))
    return known.says("well", f"With {which} of strength {tried} the training loss ends at {ended}.")


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
