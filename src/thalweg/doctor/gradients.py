"""Gradients: how their size changes from the first layer to the last, at the start and after some steps."""

import math
from dataclasses import replace

import torch

from thalweg.core.tree import Params
from thalweg.doctor._check import Check, Examination, Measured, looked, not_applicable
from thalweg.doctor._course import weights
from thalweg.doctor._patient import Patient
from thalweg.run.batches import MiniBatch
from thalweg.run.state import State

FAR = 1e3
"""A gradient that is so many times smaller or larger in the first layer than in the last has vanished or exploded on the way."""


def gradient(patient: Patient, state: State) -> Params:
    """Return the gradient of the data loss over some training pictures in training mode, at the weights of a state.

    A penalty's gradient is left out: it would stand in for one that has vanished.
    """
    members = patient.setting.members
    setting = replace(patient.setting, members=replace(members, penalties=replace(members.penalties, entries=[])))
    buffers = {name: tensor.clone() for name, tensor in state.buffers.items()}
    with torch.random.fork_rng(devices=[]):
        return setting.objective(MiniBatch(*patient.batch()), buffers, step=state.step).value_and_gradient(state.params)[1]


def sizes(state: State, slopes: Params) -> dict[str, float]:
    """Return the root mean square of the gradient by each weight, first layer first.

    A mean, not a norm, so that layers of different sizes compare.
    """
    return {name: float(slopes[name].double().square().mean().sqrt()) for name in weights(state)}


def examine(patient: Patient) -> Check:
    """Compare the gradient of the first layer with that of the last, at the start and after the brief training."""
    course = patient.course
    begun = sizes(patient.start, gradient(patient, patient.start))
    if not begun:
        return not_applicable("The score function has no weights of two axes or more.")
    made = f"seed {patient.recipe.seed}, gradient over {min(len(patient.batch().labels), 500):,} training pictures"
    normal = f"Finite, not zero, and in the first layer within a factor of {FAR:g} of the last; the start alone does not count."
    looks = [("at the start", begun)]
    if not course.diverged:
        looks.append((f"after {course.steps} steps", sizes(course.end, gradient(patient, course.end))))
    measured = tuple(
        Measured.of(f"{name} {when}", value, "root mean square, data loss") for when, found in looks for name, value in found.items()
    )
    known = looked(measured, normal=normal, made=made)
    when, last = looks[-1]
    dead = [name for name, value in last.items() if value == 0]
    names = list(last)
    if not all(map(math.isfinite, last.values())):
        return known.says(
            "wrong", f"The gradient is not finite {when}.", "Use a smaller rate, smaller pixels (--prepare standardise) or --clip."
        )
    if dead and (len(names) > 1 or when == "at the start"):
        return known.says(
            "wrong",
            f"The gradient by {dead[0]} is exactly zero {when}{f', and by {len(dead) - 1} more' if len(dead) > 1 else ''}.",
            "Training cannot move these weights: break the symmetry (--init he), and look at dead units.",
        )
    ratio = last[names[0]] / last[names[-1]] if last[names[-1]] else 1.0
    early = begun[names[0]] / begun[names[-1]] if begun[names[-1]] else ratio
    ratios = (Measured.of("first layer / last layer", ratio, when), Measured.of("first layer / last layer", early, "at the start"))
    known = looked((*measured, *ratios), normal=normal, made=made)
    if max(ratio, early) < 1 / FAR or min(ratio, early) > FAR:
        said = "vanishes" if ratio < 1 else "explodes"
        return known.says(
            "wrong",
            f"The gradient {said}: in the first layer it is {ratio:.2g} of that in the last.",
            "Use relu for sigmoid, He's initialisation, batch-norm, residual blocks (--score resnet) or fewer layers.",
        )
    if len(names) == 1:
        return known.says("well", f"The gradient by {names[0]} has a root mean square of {last[names[0]]:.2g} {when}.")
    words = f"The gradient in the first layer is {ratio:.2g} of that in the last {when}."
    return known.says("well", words)


ENTRY = Examination(
    summary="whether gradients vanish or explode on the way to the first layer",
    formula="rms(dL/dW_1) / rms(dL/dW_last)",
    reference="X. Glorot, Y. Bengio, Understanding the difficulty of training deep feedforward neural networks, AISTATS 2010",
    examine=examine,
    place=70,
)
