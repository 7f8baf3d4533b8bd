"""Race over seconds: how long each optimiser takes on this machine."""

from thalweg.core.entries import View
from thalweg.evidence.race import Race
from thalweg.views._drawing import Chart
from thalweg.views._race import curves


def draw(race: Race) -> Chart:
    """Draw median and band over seeds against seconds."""
    return curves(race, [runner.seconds for runner in race.runners], title="Race over time", x="seconds, at the median pace of the seeds")


ENTRY = View(
    summary="median and band over seeds of each optimiser, against seconds",
    formula="median over seeds of the figure at k steps * seconds a step",
    reference="R. M. Schmidt, F. Schneider, P. Hennig, Descending through a crowded valley, ICML 2021",
    evidence="race",
    draw=draw,
)
