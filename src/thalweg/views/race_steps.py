"""Race over steps: how many updates of W each optimiser needs."""

from thalweg.core.entries import View
from thalweg.evidence.race import Race
from thalweg.views._drawing import Chart
from thalweg.views._race import curves


def draw(race: Race) -> Chart:
    """Draw median and band over seeds against steps."""
    return curves(race, [runner.steps for runner in race.runners], title="Race over steps", x="steps")


ENTRY = View(
    summary="median and band over seeds of each optimiser, against steps",
    formula="median over seeds of the figure after k steps",
    reference="R. M. Schmidt, F. Schneider, P. Hennig, Descending through a crowded valley, ICML 2021",
    evidence="race",
    draw=draw,
)
