"""Runs: what has been trained in a folder: curves side by side, sweeps, and the evidence on a run, as kept or computed now."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import unquote

from thalweg.core.errors import ConfigError, ModelError
from thalweg.core.knobs import Choice, Knob, Text
from thalweg.core.visible import visible
from thalweg.faces.lab._form import Form, read_state
from thalweg.faces.lab._room import Outlook, Reply, Room
from thalweg.faces.lab._runs_curves import compared
from thalweg.faces.lab._runs_details import run_details
from thalweg.faces.lab._runs_job import BENCH
from thalweg.faces.lab._runs_listing import Listing
from thalweg.faces.lab._runs_places import Places
from thalweg.faces.lab._runs_sweep import sweep_details
from thalweg.faces.lab._wire import Picture
from thalweg.views import _overlay as overlay

LOOK, WATCH = 2.0, 0.25
"""Seconds between two looks at the folder, and between two pictures of a job."""
KNOBS: dict[str, Knob] = {
    "run": Text(name="run", default="", meaning="the run that is open"),
    "runs": Text(name="runs", default="", meaning="the runs that are chosen, with commas between them"),
    "figure": Choice(name="figure", default="loss", choices=tuple(overlay.FIGURES), meaning="what is drawn of the chosen runs"),
    "axis": Choice(name="axis", default="epoch", choices=tuple(overlay.AXES), meaning="over what it is drawn"),
    "across": Text(name="across", default="", meaning="the setting along a sweep's heat map"),
    "up": Text(name="up", default="", meaning="the setting up a sweep's heat map"),
}


class RunsShow:
    """The runs of a folder on one page."""

    def __init__(self, words: Mapping[str, Any], outlook: Outlook) -> None:
        self.places = Places(outlook.runs, outlook.opened)
        self.listing = Listing(self.places)
        self.looked, self.sent = time.monotonic(), -1
        self.state: dict[str, Any] = {}
        self.take(words)

    def take(self, words: Mapping[str, Any]) -> None:
        """Take a state; raise `ConfigError` where a word is none of the room's, or the run to open is not there."""
        state = read_state(KNOBS, words)
        if state["run"]:
            state["run"] = self.places.find(state["run"])[0]
        self.state = state

    @property
    def chosen(self) -> list[str]:
        """The names of the chosen runs that are there."""
        return [name for name in names_of(self.state["runs"]) if name in self.listing.cards]

    def form(self) -> Form:
        """Return the state; the room's controls stand beside what they change."""
        return Form(fields=(), extra={name: value for name, value in self.state.items() if value != KNOBS[name].default})

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Do what was asked."""
        if word not in WORDS:
            raise ConfigError(f"the runs room knows no word {visible(word)!r}.")
        return WORDS[word](self, given)

    def set(self, given: Mapping[str, Any]) -> Reply:
        """Change the state."""
        own = {str(name): str(value) for name, value in dict(given["state"]).items()}
        self.take({name: value for name, value in {**self.state, **own}.items() if value != ""})
        return None

    def curves(self, given: Mapping[str, Any]) -> Reply:
        """Return the curves of the chosen runs."""
        runs = self.places.all()
        chosen = {name: runs[name] for name in self.chosen if name in runs and self.listing.card(name).kind == "run"}
        with _damaged("one of the runs"):
            return compared(chosen, of=self.state["figure"], axis=self.state["axis"])

    def details(self, given: Mapping[str, Any]) -> Reply:
        """Return what there is to see of the run that is open."""
        name, folder = self.places.find(self.state["run"])
        self.listing.refresh()
        card = self.listing.card(name)
        common = {"pages": list(card.pages), "shown": visible(name)}
        if card.broken:
            raise ModelError(f"{visible(name)}: {card.broken}")
        with _damaged(name):
            if card.kind == "sweep":
                axes = [self.state[way] for way in ("across", "up") if self.state[way]]
                return {**sweep_details(name, folder, axes=axes), **common}
            return {**run_details(name, folder, card), **common, "answers": BENCH.answers.get(name, [])}

    def compute(self, given: Mapping[str, Any]) -> Reply:
        """Begin to compute a kind of evidence of the open run."""
        name, folder = self.places.find(self.state["run"])
        card = self.listing.card(name)
        if card.kind != "run" or card.foreign:
            raise ConfigError(f"{visible(name)}: evidence is computed here of runs whose score function is Thalweg's own.")
        BENCH.start(name, folder, str(given.get("kind", "")), fine=given.get("fine") is True)
        return None

    def cancel(self, given: Mapping[str, Any]) -> Reply:
        """Ask the job to end."""
        BENCH.cancel()
        return None

    def work(self, seconds: float) -> float | None:
        """Look at the folder where it is time; nothing else is done here."""
        now = time.monotonic()
        if now - self.looked >= LOOK:
            self.looked = now
            self.listing.refresh()
        return WATCH if BENCH.busy else LOOK

    def picture(self) -> Picture:
        """Return the state and how far a job is; the list only where it has changed since it was last sent."""
        changed = self.listing.version != self.sent
        self.sent = self.listing.version
        cards = [card.row() for card in self.listing.cards.values()] if changed else None
        job = None if BENCH.job is None else BENCH.job.row()
        where = visible(str(self.places.runs))
        return Picture(
            data={
                "cards": cards, "version": self.listing.version, "state": self.state, "chosen": self.chosen, "job": job,
                "made": BENCH.count, "where": where,
            }
        )  # fmt: skip


@contextmanager
def _damaged(name: str) -> Iterator[None]:
    """Turn what a record makes of itself that holds other things than a run's into one line."""
    try:
        yield
    except (KeyError, TypeError, ValueError, AttributeError, IndexError, RecursionError, OSError) as error:
        raise ModelError(f"{visible(name)}: its record is damaged ({type(error).__name__}).") from None


def names_of(text: str) -> list[str]:
    """Return the names that a text holds, each once; commas in names are written as %2C.

    >>> names_of("a,b%2Cc,a")
    ['a', 'b,c']
    """
    return list(dict.fromkeys(unquote(name) for name in text.split(",") if name))


WORDS: dict[str, Callable[[RunsShow, Mapping[str, Any]], Reply]] = {
    "set": RunsShow.set,
    "curves": RunsShow.curves,
    "details": RunsShow.details,
    "compute": RunsShow.compute,
    "cancel": RunsShow.cancel,
}


def enter(state: Mapping[str, str], outlook: Outlook) -> RunsShow:
    """Open the room."""
    return RunsShow(state, outlook)


ENTRY = Room(
    title="Runs",
    place=40,
    summary="what has been trained: curves side by side, sweeps, and the evidence on a run, as kept or computed now",
    formula="W -> what can be shown of it",
    reference="Thalweg: thalweg compare, thalweg sweep, thalweg inspect",
    open=enter,
)
