"""Scaling: the size of prepared pixels, how well conditioned they are, and which rate a linear score can stand."""

import math
from dataclasses import dataclass

import numpy as np
import scipy.linalg
import torch
from jaxtyping import Float

from thalweg.core.entries import Optimiser
from thalweg.doctor._check import Check, Examination, Measured, looked
from thalweg.doctor._patient import Patient
from thalweg.run.recipe import CATALOGUES

SMALL, LARGE = 0.05, 20.0
"""Root mean squares of prepared pixels between which initialisations that expect 1 are within a factor of twenty."""
FLAT, WORSE = 0.5, 10.0
"""Shares of constant pixels, and how many times worse conditioned than after one shift and one scale, that are worth a word."""
CENTRED = 0.01
"""Pixels whose mean and deviation are this near to 0 and 1 are standardised already."""
LOUD, FEW = 0.5, 4
"""The share of the sum of squares that one of more than so few pixels may hold."""
MOST = 4096
"""The most pictures of which eigenvalues are taken where there are more pixels than that."""
NOTHING = 1e-10
"""Eigenvalues below this share of the largest are zero to rounding; their directions do not count."""


@dataclass(frozen=True, kw_only=True)
class Spectrum:
    """The ends of the eigenvalues of Z^T Z / N, Z = [X, 1] without constant pixels; `least` is the smallest that is not zero.

    `zero` counts directions without any spread. `determined`: whether there are more examples than directions; otherwise `least` is the
    sample's own.
    """

    largest: float
    least: float
    zero: int
    determined: bool

    @property
    def condition(self) -> float:
        """The largest over the least."""
        return self.largest / self.least


def spectrum(pixels: Float[np.ndarray, "n inputs"]) -> Spectrum:
    """Return the ends of the spectrum of pixels with a column of ones for the bias, exactly, by the smaller of Z^T Z and Z Z^T.

    >>> spectrum(np.array([[2.0], [-2.0]])).condition
    4.0
    """
    varying = pixels[:, pixels.min(0) < pixels.max(0)]
    Z = np.hstack([varying, np.ones((len(pixels), 1))])
    gram = Z.T @ Z if Z.shape[1] <= len(Z) else Z @ Z.T
    values = scipy.linalg.eigvalsh(gram / len(Z))
    kept = values[values > NOTHING * values[-1]]
    return Spectrum(
        largest=float(values[-1]), least=float(kept[0]), zero=min(Z.shape) - len(kept), determined=len(Z) > Z.shape[1]
    )  # fmt: skip


def standardised(pixels: Float[np.ndarray, "n inputs"]) -> Float[np.ndarray, "n inputs"]:
    """Return pixels of mean 0 and deviation 1 over all of them together: what one shift and one scale can do."""
    return (pixels - pixels.mean()) / pixels.std()


NORMAL = (
    f"A root mean square between {SMALL:g} and {LARGE:g} (initialisations expect 1), fewer than {FLAT:.0%} constant pixels, and a "
    f"condition number less than {WORSE:g} times that after one shift and one scale."
)


def examine(patient: Patient) -> Check:
    """Measure prepared pixels; for a linear score with a loss that bends, also the rate at which descent is safe."""
    inputs = int(np.prod(patient.setting.chain.shape(patient.some.shape)))
    pixels = patient.batch(MOST if inputs > MOST else patient.sample).images.flatten(1).double().numpy()
    made = f"seed {patient.seed}, {len(pixels):,} training pictures of {inputs:,} prepared numbers each"
    size = math.sqrt(float(np.square(pixels).mean()))
    constant = int((pixels.min(0) == pixels.max(0)).sum())
    measured = (
        Measured.of("mean", float(pixels.mean())),
        Measured.of("standard deviation", float(pixels.std())),
        Measured.of("root mean square", size),
        Measured.of("constant pixels", float(constant), f"of {inputs:,}; left out of the eigenvalues"),
    )
    if constant == inputs or not np.isfinite(pixels).all():
        what = "All prepared pixels are constant." if constant == inputs else "Prepared pixels are not finite."
        known = looked(measured, normal=NORMAL, made=made)
        return known.says("wrong", what, "Look at the pictures (`thalweg data`) and at --prepare.")
    own = spectrum(pixels)
    best = own if abs(pixels.mean()) < CENTRED * pixels.std() and abs(pixels.std() - 1) < CENTRED else spectrum(standardised(pixels))
    how = "exact eigenvalues of [X, 1]^T [X, 1] / N" + ("" if own.determined else "; fewer examples than pixels: the sample's own")
    spectral = (
        Measured.of("largest eigenvalue", own.largest, how),
        Measured.of("condition number", own.condition, how),
        Measured.of("directions without spread", float(own.zero), f"eigenvalues below {NOTHING:g} of the largest"),
        Measured.of("condition number, standardised", best.condition, "after one shift and one scale, to mean 0 and deviation 1"),
    )
    limits, words = _rates(patient, own.largest)
    known = looked((*measured, *spectral, *limits), normal=NORMAL, made=made)
    if not SMALL <= size <= LARGE:
        return known.says(
            "wrong" if size > LARGE else "worth knowing",
            f"Prepared pixels have a root mean square of {size:.3g}; initialisations expect about 1.",
            "Use --prepare standardise (or scale), fitted on the training part.",
        )
    if words:
        return known.says("worth knowing", words, "Use a smaller rate, or standardised pixels.")
    return _of_pixels(known, pixels, own, best)


def _of_pixels(known: Check, pixels: Float[np.ndarray, "n inputs"], own: Spectrum, best: Spectrum) -> Check:
    """Say what is to be said of the pixels' conditioning, and of those that carry nothing."""
    inputs = pixels.shape[1]
    if own.determined and own.condition > WORSE * best.condition:
        return known.says(
            "worth knowing",
            f"Prepared pixels have the condition number {own.condition:.2g}; standardised ones would have {best.condition:.2g}.",
            "Descent takes about as many steps as the condition number: use --prepare standardise.",
        )
    squares = np.square(pixels).sum(0)
    loudest, share = int(squares.argmax()), float(squares.max() / squares.sum())
    if share > LOUD and inputs > FEW:
        return known.says(
            "worth knowing",
            f"One of {inputs:,} prepared pixels (number {loudest}) holds {share:.0%} of the sum of squares.",
            "Descent sees little else: give each pixel a scale of its own (--prepare standardise --per pixel).",
        )
    constant = int((pixels.min(0) == pixels.max(0)).sum())
    if constant >= FLAT * inputs:
        return known.says(
            "worth knowing",
            f"{constant:,} of {inputs:,} prepared pixels are the same in all {len(pixels):,} pictures.",
            "They carry nothing: crop or shrink the pictures (--size).",
        )
    size = math.sqrt(float(squares.sum() / pixels.size))
    return known.says("well", f"Prepared pixels have a root mean square of {size:.2g} and the condition number {own.condition:.2g}.")


def bound(patient: Patient, largest: float) -> tuple[float, str] | None:
    """Return the bound L on the curvature of a linear score's objective, and how it is made; None where there is none.

    L = c lambda_max + r, with c the bound on the loss's curvature by the scores and r the curvature of the penalty's smooth part.
    """
    setting, recipe = patient.setting, patient.recipe
    if not setting.closed_form or setting.loss.curvature is None:
        return None
    curvature = setting.loss.curvature(len(patient.some.classes), **recipe.loss.knobs)
    one = torch.ones(1, 1, 1, dtype=torch.float64)
    bent = sum(float((entry.gradient(one, **knobs) - entry.gradient(0 * one, **knobs)).sum()) for entry, knobs in setting.penalties.entries)
    L = curvature * largest + bent
    return L, f"L = {curvature:g} lambda_max + {bent:g} of the penalty = {L:.4g}"


def _rates(patient: Patient, largest: float) -> tuple[tuple[Measured, ...], str]:
    """Return the safe step 2/L of a linear score and the optimiser's own limit, and words where the recipe's rate is far above that.

    The bound is for the worst weights, so that a rate above it need not diverge; one that is `WORSE` times above it does at usual ones.
    """
    found = bound(patient, largest)
    if found is None:
        return (), ""
    L, how = found
    safe = Measured.of("safe step 2/L", 2 / L, f"{how}; below it gradient descent never raises the loss")
    entry: Optimiser = CATALOGUES["optimiser"].get(patient.recipe.optimiser.name)
    rate = patient.recipe.optimiser.knobs.get("rate")
    if entry.stable_rate is None or rate is None:
        return (safe,), ""
    limit = entry.stable_rate(patient.recipe.optimiser.knobs, L)
    own = Measured.of(f"safe rate of {entry.name}", limit, f"on a quadratic of curvature L; the recipe's is {rate:g}")
    if rate <= WORSE * limit:
        return (safe, own), ""
    said = f"The rate {rate:g} is {rate / limit:.0f} times what {entry.name} stands at the curvature bound of these pixels ({limit:.2g})."
    return (safe, own), said


ENTRY = Examination(
    summary="size and conditioning of prepared pixels, and the safe step 2/L of a linear score",
    formula="kappa = lambda_max / lambda_min of [X, 1]^T [X, 1] / N;  softmax: L <= lambda_max / 2 + 2 strength",
    reference="D. Boehning, Multinomial logistic regression algorithm, Annals of the Institute of Statistical Mathematics 44, 1992",
    examine=examine,
    place=80,
)
