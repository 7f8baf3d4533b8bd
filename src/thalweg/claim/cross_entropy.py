"""Cross-entropy is entropy plus Kullback-Leibler divergence."""

import numpy as np
import torch

from thalweg.claim._bench import Bench
from thalweg.core.claims import Check, Claim, Measured, at_most, close
from thalweg.core.progress import Progress
from thalweg.core.seeds import generator
from thalweg.loss import LOSSES

COUNT, CLASSES = 500, 10
SMOOTHINGS = (0.0, 0.1, 0.5, 0.9)


def measure(bench: Bench, progress: Progress) -> Measured:
    """Measure the softmax loss with one-hot and smoothed labels against H(q) + KL(q || p), and at its minimum."""
    entry, noise = LOSSES.get("softmax"), generator(bench.seed, "claims", "entropy")
    scores = 3 * torch.randn(COUNT, CLASSES, generator=noise, dtype=torch.float64)
    labels = torch.randint(CLASSES, (COUNT,), generator=noise)
    p = np.exp(scores.numpy() - np.logaddexp.reduce(scores.numpy(), axis=1)[:, None])
    checks: list[Check] = []
    for smoothing in SMOOTHINGS:
        q = np.full((COUNT, CLASSES), smoothing / CLASSES)
        q[np.arange(COUNT), labels.numpy()] += 1 - smoothing
        share = np.where(q > 0, q, 1.0)
        entropy, divergence = -(q * np.log(share)).sum(1), (q * (np.log(share) - np.log(p))).sum(1)
        found = np.asarray(entry.value(scores, labels, smoothing=smoothing))
        words = "one-hot labels" if smoothing == 0 else f"labels smoothed by {smoothing:g}"
        gap = float(np.abs(found - entropy - divergence).max())
        checks.append(at_most(f"{words}: largest |L - H(q) - KL(q‖p)|", 1e-12, gap))
        if smoothing == 0:
            checks.append(close("one-hot labels: H(q), so that L is the divergence alone", 0.0, float(entropy.max()), 1e-12))
            continue
        least = entry.value(torch.from_numpy(np.log(q)), labels, smoothing=smoothing)
        checks.append(close(f"{words}: loss at p = q, its minimum H(q)", float(entropy[0]), float(least[0]), 1e-12))
        slope = entry.gradient(torch.from_numpy(np.log(q)), labels, smoothing=smoothing)
        checks.append(at_most(f"{words}: largest slope there", 1e-12, float(slope.abs().max())))
    notes = (f"{COUNT} normal score vectors of {CLASSES} classes, seed {bench.seed}; entropy and divergence are NumPy's.",)
    return Measured(checks=tuple(checks), notes=notes)


ENTRY = Claim(
    number="F6",
    summary="cross-entropy = entropy + KL divergence",
    claim="The softmax loss is the cross-entropy H(q, p) = H(q) + KL(q‖p); for one-hot labels H(q) = 0.",
    caveat="With smoothed labels the minimum is H(q) > 0, and it is attained.",
    formula="H(q, p) = H(q) + KL(q || p)",
    reference="Cover and Thomas, Elements of Information Theory (2006), section 2.3; CS231n notes",
    measure=measure,
)
