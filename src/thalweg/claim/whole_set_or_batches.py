"""The whole training set at every step, or a mini-batch: the lecture's table, row by row."""

from thalweg.claim._bench import Bench
from thalweg.claim._noise import basin, variance
from thalweg.claim._orders import BATCH, faster, online, redundant, shuffled
from thalweg.core.claims import Claim, Measured, Plot, series
from thalweg.core.progress import Progress


def measure(bench: Bench, progress: Progress) -> Measured:
    """Measure every row: redundant data, speed, variance, leaving a basin, shuffling, learning online."""
    progress.begin("F11: rows of the table", 6, "rows")
    checks = []
    try:
        checks += redundant(bench)
        progress.advance()
        quick, courses = faster(bench)
        checks += quick
        progress.advance()
        noisy, _ = variance(bench)
        checks += noisy
        progress.advance()
        for row in (basin, shuffled, online):
            checks += row(bench)
            progress.advance()
    finally:
        progress.end()
    plot = Plot(
        title="Loss of the whole training set against examples looked at",
        x="examples looked at",
        y="loss",
        series=tuple(series(name, [x for x, _ in course], [y for _, y in course]) for name, course in courses.items() if course),
    )
    note = f"SGD takes batches of {BATCH}; both begin at W = 0 with the rate 1/L of the whole set. Each row uses 200 to 800 pictures."
    return Measured(checks=tuple(checks), notes=(note,), plot=plot)


ENTRY = Claim(
    number="F11",
    summary="batch gradient descent against stochastic: the lecture's table",
    claim=(
        "The whole set repeats work on redundant data and is slower; mini-batches are noisy, so they leave basins, need shuffling, "
        "and can learn online."
    ),
    caveat="Faster in examples looked at, on the way down: near the optimum the noise of a constant rate keeps SGD above it (F18).",
    formula="E |g_B - g|^2 = (S^2 / B) (1 - B / N)",
    reference="Bottou, Curtis and Nocedal, SIAM Review 60 (2018), sections 3 and 4; Cochran, Sampling Techniques (1977)",
    measure=measure,
    needs_data=True,
)
