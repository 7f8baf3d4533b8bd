"""Race: several optimisers from the same start, on a surface of two numbers or on data, step by step and back in time."""

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from thalweg.faces.lab._form import Form, read
from thalweg.faces.lab._race_data import WORDS as DATA_WORDS
from thalweg.faces.lab._race_data import DataRace
from thalweg.faces.lab._race_surface import OWN as SURFACE_WORDS
from thalweg.faces.lab._race_surface import SurfaceRace
from thalweg.faces.lab._race_words import DETAILS, GROUND
from thalweg.faces.lab._room import Outlook, Reply, Room, Show
from thalweg.faces.lab._settings import check_words
from thalweg.faces.lab._wire import Picture
from thalweg.surface import SURFACES


class Ground(Show, Protocol):
    """What a race is on: a show that remembers the words it was told."""

    words: dict[str, Any]


KINDS: dict[str, Callable[[Mapping[str, Any]], Ground]] = {"surface": SurfaceRace, "data": DataRace}


class RaceShow:
    """The race on one page: on one ground, with the words of the other one kept for when it comes back."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        check_words(words, known_words())
        self.words = dict(words)
        self.ground, self.show = _opened(self.words)

    def form(self) -> Form:
        """Return the controls of the ground."""
        return self.show.form()

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Do what was asked; settings may change the ground."""
        if word != "set":
            return self.show.tell(word, given)
        check_words(given["state"], known_words())
        words = {**self.words, **self.show.words, **given["state"]}
        if read(GROUND, words.get("ground", GROUND.default)) == self.ground:
            return self.show.tell(word, given)
        self.words = words
        self.ground, self.show = _opened(words)
        return None

    def work(self, seconds: float) -> float | None:
        """Run for a while."""
        return self.show.work(seconds)

    def picture(self) -> Picture:
        """Return what is to be drawn."""
        return self.show.picture()


def known_words() -> tuple[str, ...]:
    """Return the words of a race that are no knob of an optimiser, a score or a loss."""
    surfaces = [knob.name for surface in SURFACES for knob in surface.knobs]
    return (GROUND.name, DETAILS.name, "start", "optimisers", *SURFACE_WORDS, *DATA_WORDS, *surfaces)


def _opened(words: Mapping[str, Any]) -> tuple[str, Ground]:
    ground = read(GROUND, words.get("ground", GROUND.default))
    return ground, KINDS[ground](words)


def enter(state: Mapping[str, str], outlook: Outlook) -> RaceShow:
    """Open the room."""
    return RaceShow(state)


ENTRY = Room(
    title="Race",
    place=20,
    summary="optimisers from the same start, on a surface or on data, with time to stop and to go back",
    formula="w <- w - step(grad L(w)), the same L and the same first w for everybody",
    reference="Goh, Why momentum really works, 2017; lilipads: gradient descent viz",
    open=enter,
)
