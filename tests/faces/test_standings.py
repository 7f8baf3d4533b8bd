from thalweg.faces.standings import Standings
from thalweg.faces.sweep_plan import Planned
from thalweg.run.population import Member, Plan
from thalweg.run.recipe import Recipe
from thalweg.run.record import Epoch, Figures


def row(epoch, accuracy):
    return Epoch(epoch=epoch, step=epoch, examples=0, rate=0.1, train=None, validation=Figures.of(1 - accuracy, 0.0, accuracy))


def test_candidates_lead_by_the_mean_of_their_members_latest_figures():
    members = tuple(Member(Recipe(seed=seed), {"rate": rate}) for rate in (0.1, 0.2) for seed in (0, 1))
    planned = Planned(plan=Plan((), ()), members=members, candidates=(0, 0, 1, 1), said="")
    board = Standings(planned, progress=object.__new__(Quiet))
    for number, accuracy in enumerate((0.5, 0.7, 0.9, 0.2)):
        board.told(number, row(1, accuracy))
    assert board.lines() == ["  60.00%  epoch   1  rate 0.1", "  55.00%  epoch   1  rate 0.2"]
    board.told(3, row(2, 0.4))
    assert board.lines()[0] == "  65.00%  epoch   2  rate 0.2"


class Quiet:
    def begin(self, stage, total, unit): ...
    def advance(self, count=1, **figures): ...
    def end(self): ...
    def say(self, line): ...
