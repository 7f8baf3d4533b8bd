"""Pictures: real images. A score trains before one's eyes; its templates, its mistakes, and what it makes of a picture of one's own."""

import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from thalweg.core.errors import ConfigError, ThalwegError, nearest
from thalweg.core.knobs import Choice, Number
from thalweg.faces._command import command_line
from thalweg.faces.lab import _pictures_own as own
from thalweg.faces.lab._form import Field, Form, read
from thalweg.faces.lab._pictures_course import Course
from thalweg.faces.lab._pictures_data import UPLOAD, WORDS, read_pictures, source_of
from thalweg.faces.lab._pictures_exhibit import Exhibit
from thalweg.faces.lab._pictures_keep import folder_to_begin, runs_in, saved
from thalweg.faces.lab._pictures_settings import check_words, chosen
from thalweg.faces.lab._room import Outlook, Reply, Room
from thalweg.faces.lab._wire import Picture
from thalweg.run.recipe import Recipe
from thalweg.run.train import numbered, start_of

PART = Choice(
    name="part", default="validation", choices=("validation", "test", "train"), meaning="whose answers confusion and mistakes show"
)
PACE = Number(
    name="pace", default=0.5, low=0, high=60, meaning="seconds that an epoch takes at least, so that one can watch; 0: as fast as it goes"
)
PACES = (0, 0.1, 0.2, 0.5, 1, 2, 5, 10)
NONE = "none"
EXTRA = ("cell", "row", "target")
"""State without a control: the open cell of the confusion matrix, the example looked at, the class whose score is taken apart."""


class PicturesShow:
    """The room on one page. Pictures are read with the first work, so that the page is there before they are."""

    def __init__(self, words: Mapping[str, Any], outlook: Outlook) -> None:
        check_words(words, (*WORDS, "part", "pace", "from", *EXTRA))
        self.words, self.outlook = {**words}, outlook
        self.exhibit: Exhibit | None = None
        self.problem = ""
        self.due = 0.0
        self.sent: tuple[str, ...] = ()
        self.settle()

    def settle(self) -> None:
        """Read the words into source, recipe and controls."""
        source, name = source_of(self.words, self.outlook, sent=self.sent), str(self.words.get("from", NONE))
        start = None if name == NONE else folder_to_begin(name, self.outlook)
        made = chosen(self.words, source.settings, start=start)
        look = [self._field(PART, "Look at", label="answers on"), self._field(PACE, "Look at", label="pace", options=PACES)]
        runs = Choice(name="from", default=NONE, choices=(NONE, *runs_in(self.outlook)), meaning="a saved run whose weights to go on from")
        first = [self._field(runs, "Score", label="go on from", fresh=True)] if len(runs.choices) > 1 else []
        own_data = [field for field in made.fields if field.group == "Data"]
        rest = [field for field in made.fields if field.group != "Data"]
        self.fields = (*source.fields, *own_data, *first, *rest, *look)
        self.source, self.recipe = source, made.recipe
        self.options = {**source.options, **({"from": start} if start else {}), **made.options}
        self.pace = read(PACE, self.words.get("pace", PACE.default))

    def _field(self, knob: Any, group: str, **own: Any) -> Field:
        value = read(knob, self.words[knob.name]) if knob.name in self.words else knob.default
        return Field(knob=knob, value=value, group=group, **own)

    def form(self) -> Form:
        """Return the controls."""
        return Form(fields=self.fields, extra={word: str(self.words[word]) for word in EXTRA if self.words.get(word)})

    def meet(self) -> Exhibit:
        """Make the training that the words ask for, or let the one there is go on by them."""
        exhibit = self.exhibit
        before = None if exhibit is None else exhibit.course.trainer.recipe
        if exhibit is None or before is None or _read_anew(before, self.recipe):
            exhibit = self._read()
        elif before != self.recipe:
            exhibit.course.change(exhibit.images, self.recipe)
        exhibit.part = read(PART, self.words.get("part", PART.default))
        exhibit.cell, target = _numbers(self.words.get("cell"), 2), _numbers(self.words.get("target"), 1)
        exhibit.target = target[0] if target else None
        exhibit.keep = self._keep()
        self.exhibit, self.problem = exhibit, ""
        if (data := str(self.words.get("data", ""))).startswith(UPLOAD) and data not in self.sent:
            self.sent = (*self.sent, data)
        return exhibit

    def _read(self) -> Exhibit:
        """Read the pictures, and begin a training on them."""
        begin = start_of(self.recipe)
        images = numbered(read_pictures(self.recipe), self.recipe, begin)
        exhibit = Exhibit(images, Course(images, self.recipe, begin), self.source.shown)
        row = _numbers(self.words.get("row"), 1)
        exhibit.own = own.picked({"row": row[0]}, images) if row and row[0] < len(images) else None
        return exhibit

    def _keep(self) -> dict[str, Any]:
        """Return how to have this training again: as a command line, and where runs are kept."""
        uploaded = str(self.words.get("data", "")).startswith(UPLOAD)
        line = command_line("train", "FOLDER" if uploaded else self.recipe.data.source, self.options)
        name = "-".join([Path(self.source.shown).stem if not uploaded else "upload", self.recipe.score.name, self.recipe.loss.name])
        usual = "".join(letter if letter.isascii() and (letter.isalnum() or letter in "-_") else "-" for letter in name).strip("-_")
        return {"command": line, "uploaded": uploaded, "runs": str(self.outlook.runs), "name": usual[:80] or "run"}

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Do what was asked."""
        settings: dict[str, Callable[[], Mapping[str, Any]]] = {
            "set": lambda: dict(given.get("state") or {}),
            "fresh": lambda: {"seed": self.recipe.seed + 1},
        }
        if word in settings:
            self.set(settings[word]())
            return None
        if word not in ACTS:
            raise ConfigError(f"the pictures know no word {word!r}.{nearest(word, [*settings, *ACTS])}")
        return ACTS[word](self, self.exhibit or self.meet(), given)

    def set(self, state: Mapping[str, Any]) -> None:
        """Change settings; where that cannot be, nothing has changed."""
        before = self.words
        state = {str(word): str(value) for word, value in state.items()}
        check_words(state, (*WORDS, "part", "pace", "from", *EXTRA))
        left = {} if _same_pictures(before, state) else dict.fromkeys(EXTRA, "")
        self.words = {word: value for word, value in {**before, **left, **state}.items() if value != "" or word in ("size", "widths")}
        try:
            self.settle()
            self.meet()
        except Exception:
            self.words = before
            self.settle()
            raise

    def play(self, exhibit: Exhibit, given: Mapping[str, Any]) -> None:
        """Play or pause."""
        exhibit.playing = not exhibit.playing and self._may(exhibit)

    def step(self, exhibit: Exhibit, given: Mapping[str, Any]) -> None:
        """Take one step."""
        exhibit.playing = not self._may(exhibit)
        exhibit.course.take()

    def epoch(self, exhibit: Exhibit, given: Mapping[str, Any]) -> None:
        """Take the steps up to the end of the epoch."""
        self.step(exhibit, given)
        exhibit.course.finish_epoch()

    def _may(self, exhibit: Exhibit) -> bool:
        if exhibit.course.stopped:
            raise ConfigError(exhibit.course.stopped)
        return True

    def rewind(self, exhibit: Exhibit, given: Mapping[str, Any]) -> None:
        """Go back to the start."""
        exhibit.playing = False
        exhibit.course.rewind()

    def look(self, exhibit: Exhibit, given: Mapping[str, Any]) -> None:
        """Look at an example of the data."""
        exhibit.own = own.picked(given, exhibit.images)
        self.words = {**self.words, "row": str(exhibit.own.row)}

    def draw(self, exhibit: Exhibit, given: Mapping[str, Any]) -> None:
        """Look at what was drawn."""
        if exhibit.hand is None:
            raise ConfigError("these pictures are in colour, which a pad of grey does not suit. Drop a picture file.")
        self._look_at(exhibit, own.drawn(given, exhibit.images, exhibit.hand))

    def file(self, exhibit: Exhibit, given: Mapping[str, Any]) -> None:
        """Look at a picture file."""
        self._look_at(exhibit, own.dropped(given, exhibit.images, self.recipe.data.fit))

    def clear(self, exhibit: Exhibit, given: Mapping[str, Any]) -> None:
        """Look at nothing."""
        self._look_at(exhibit, None)

    def _look_at(self, exhibit: Exhibit, picture: own.Own | None) -> None:
        exhibit.own = picture
        self.words = {word: value for word, value in self.words.items() if word != "row"}

    def save(self, exhibit: Exhibit, given: Mapping[str, Any]) -> Reply:
        """Save the training as a run."""
        exhibit.playing = False
        answer = saved(exhibit.course, exhibit.images, given, self.outlook)
        self.settle()
        return answer

    def work(self, seconds: float) -> float | None:
        """Read the pictures, or train for a while, no faster than the pace."""
        if self.exhibit is None:
            try:
                self.meet()
            except ThalwegError as error:
                self.problem = str(error)
            return None
        end = time.monotonic() + seconds
        while self.exhibit.playing and (now := time.monotonic()) < end:
            if self.pace and now < self.due:
                return min(self.due - now, 0.1)
            self.due = max(self.due, now - seconds) + self.pace / self.exhibit.course.trainer.steps_an_epoch
            self.exhibit.playing = self.exhibit.course.take()
        return 0.0 if self.exhibit.playing else None

    def picture(self) -> Picture:
        """Return what is to be drawn."""
        if self.exhibit is None:
            return Picture(data={"playing": False, "problem": self.problem, "reading": not self.problem, "source": self.source.shown})
        return self.exhibit.picture()


ACTS: Mapping[str, Callable[[PicturesShow, Exhibit, Mapping[str, Any]], Reply]] = {
    "play": PicturesShow.play,
    "step": PicturesShow.step,
    "epoch": PicturesShow.epoch,
    "rewind": PicturesShow.rewind,
    "look": PicturesShow.look,
    "draw": PicturesShow.draw,
    "file": PicturesShow.file,
    "clear": PicturesShow.clear,
    "save": PicturesShow.save,
}
"""What a person may ask for, by word."""


def _read_anew(before: Recipe, after: Recipe) -> bool:
    return (before.data, before.seed, before.start) != (after.data, after.seed, after.start)


def _same_pictures(before: Mapping[str, Any], state: Mapping[str, str]) -> bool:
    """Whether rows and classes of a state mean what they did before."""
    return all(before.get(word, "") == value for word, value in state.items() if word in (*WORDS, "seed", "from"))


def _numbers(text: Any, count: int) -> tuple[int, ...] | None:
    """Read whole numbers of the state; None where there are none, or not so many."""
    words = str(text or "").split(",")
    return tuple(map(int, words)) if len(words) == count and all(word.isdecimal() and len(word) < 10 for word in words) else None


def enter(state: Mapping[str, str], outlook: Outlook) -> PicturesShow:
    """Open the room."""
    return PicturesShow(state, outlook)


ENTRY = Room(
    title="Pictures",
    place=30,
    summary="real images: training live, templates, confusion, mistakes, and a picture of your own",
    formula="s = f(x; W);  s_k = sum_p W_kp x_p + b_k",
    reference="Karpathy: CS231n, linear classification; ConvNetJS",
    open=enter,
)
