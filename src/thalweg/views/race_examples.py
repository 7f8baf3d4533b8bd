"""Race over examples: how much data each optimiser needs; a full-batch step counts every example."""

from thalweg.core.entries import View
from thalweg.evidence.race import Race
from thalweg.views._drawing import Chart
from thalweg.views._race import curves


def draw(race: Race) -> Chart:
    """Draw median and band over seeds against training examples processed."""
    return curves(race, [runner.examples for runner in race.runners], title="Race over examples", x="training examples processed")


ENTRY = View(
    summary="median and band over seeds of each optimiser, against examples",
    formula="median over seeds of the figure after k examples",
    reference="R. M. Schmidt, F. Schneider, P. Hennig, Descending through a crowded valley, ICML 2021",
    evidence="race",
    draw=draw,
)
