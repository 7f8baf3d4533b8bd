"""The plane on one page: what each word does, and the controls that are left after it."""

from collections.abc import Callable, Mapping
from typing import Any

from thalweg.core.errors import ConfigError, ThalwegError
from thalweg.faces.lab import _plane_points as drawn
from thalweg.faces.lab import _plane_tables as tables
from thalweg.faces.lab._form import Form
from thalweg.faces.lab._plane_course import Course
from thalweg.faces.lab._plane_ground import Window, fitted, look_of, window_of
from thalweg.faces.lab._plane_picture import Painter
from thalweg.faces.lab._plane_points import Points
from thalweg.faces.lab._plane_words import ASIDE, DRAWN, OWN, wished
from thalweg.faces.lab._room import Reply
from thalweg.faces.lab._wire import Picture
from thalweg.images import load

LARGEST_TABLE = 200_000
"""Characters of a table that a person may give."""


class PlaneShow:
    """Points, a training on them, and where a person looks."""

    def __init__(self, words: Mapping[str, str], opened: str = "") -> None:
        self.opened = opened
        self.wish = wished(words, opened)
        self.words: dict[str, Any] = {word: value for word, value in words.items() if word not in ASIDE}
        self.points = self.points_of(words)
        self.course = Course(self.points.images(), self.wish.recipe)
        self.course.pace = self.wish.pace
        self.zoomed, self.dragging = "window" in words, False
        self.window: Window = window_of(words["window"]) if self.zoomed else fitted(self.points.places)
        self.painter = Painter()
        self.do: Mapping[str, Callable[[Mapping[str, Any]], Reply]] = {
            "set": self.set, "play": self.play, "step": self.step, "epoch": self.epoch, "rewind": self.rewind, "fresh": self.fresh,
            "draw": self.draw, "drag": self.drag, "drop": self.drop, "add": self.add, "remove": self.remove, "upload": self.upload,
            "csv": self.csv, "put": self.put, "pick": self.pick, "example": self.example, "look": self.look, "window": self.zoom,
        }  # fmt: skip
        if "weights" in words:
            self.course.put_all(words["weights"])
        elif "steps" in words:
            self.course.walk_to(_steps(words["steps"]))

    def points_of(self, words: Mapping[str, Any]) -> Points:
        """Make the points that the words name: a preset, the table that was opened, or what the address holds."""
        own = self.wish.own
        if own["data"] == OWN:
            return drawn.of_text(words["points"], words.get("names", "")) if "points" in words else drawn.beginning()
        if own["data"] == self.opened:
            return drawn.of_images(load(self.opened, validation=own["validation"], test=0.0, seed=own["data_seed"]))
        return drawn.preset(
            own["data"], noise=own["noise"], examples=own["examples"], seed=own["data_seed"], share=own["validation"]
        )  # fmt: skip

    def form(self) -> Form:
        """Return the controls; aside from them the address holds a person's own points, where training is, and the window."""
        own = drawn.written(self.points) if self.points.own and not self.dragging else {}
        zoomed = {"window": self.window.text} if self.zoomed else {}
        return Form(fields=self.wish.fields(), extra={**own, **zoomed, **self.course.address()})

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Do what a word says; whatever it was, the tables are sent with the next picture."""
        if word not in self.do:
            raise ConfigError(f"the plane knows no word {word!r}.")
        self.painter.hurry()
        return self.do[word](given)

    def work(self, seconds: float) -> float | None:
        """Train for a while."""
        wait = self.course.work(seconds)
        if wait is None:
            self.painter.hurry()
        return wait

    def picture(self) -> Picture:
        """Return what is to be drawn now."""
        return self.painter.picture(self.course, self.points, self.window)

    def set(self, given: Mapping[str, Any]) -> Reply:
        """Set words: all of them, or none where they cannot be."""
        state = {str(word): value for word, value in dict(given.get("state") or {}).items() if word not in ASIDE}
        drawn_anew = any(word in DRAWN for word in state)

        def act() -> None:
            self.words = {**self.words, **state}
            self.wish = wished(self.words, self.opened)
            if drawn_anew:
                self.points = self.points_of(self.words)
            elif "validation" in state:
                self.points = self.points.carved(self.wish.own["validation"], self.wish.own["data_seed"])

        return self.attempt(act, refit=drawn_anew)

    def attempt(self, act: Callable[[], None], *, refit: bool = False) -> Reply:
        """Change words or points and go on with them; where they do not go together nothing has changed."""
        before = self.words, self.wish, self.points
        try:
            act()
            self.course.change(self.points.images(), self.wish.recipe)
        except ThalwegError:
            self.words, self.wish, self.points = before
            raise
        self.course.pace = self.wish.pace
        self.painter.look = look_of(self.painter.look, self.course.trainer)
        if refit:
            self.window, self.zoomed = fitted(self.points.places), False
        return None

    def others(self, points: Points, *, refit: bool = False) -> Reply:
        """Go on with other points, which are a person's own from now on."""

        def act() -> None:
            self.points = points
            self.words = {**{word: value for word, value in self.words.items() if word not in DRAWN}, "data": OWN}
            self.wish = wished(self.words, self.opened)

        return self.attempt(act, refit=refit)

    def play(self, given: Mapping[str, Any]) -> Reply:
        """Play, or pause."""
        self.course.play()
        return None

    def step(self, given: Mapping[str, Any]) -> Reply:
        """Take a step."""
        self.course.one(1)
        return None

    def epoch(self, given: Mapping[str, Any]) -> Reply:
        """Take the steps that are left of an epoch."""
        each = self.course.trainer.steps_an_epoch
        self.course.one(each - self.course.trainer.state.taken % each)
        return None

    def rewind(self, given: Mapping[str, Any]) -> Reply:
        """Go back to the start."""
        self.course.rewind()
        return None

    def fresh(self, given: Mapping[str, Any]) -> Reply:
        """Begin anew from other first weights."""
        self.course.playing = False
        return self.set({"state": {"seed": str(self.wish.recipe.seed + 1)}})

    def draw(self, given: Mapping[str, Any]) -> Reply:
        """Draw the points of a preset anew."""
        if self.points.own:
            raise ConfigError("these points are your own; choose a preset to draw others.")
        return self.set({"state": {"data_seed": str(self.wish.own["data_seed"] + 1)}})

    def drag(self, given: Mapping[str, Any]) -> Reply:
        """Move a point while it is held."""
        self.dragging = True
        return self.others(self.points.moved(self.points.row(given.get("row")), *_place(given)))

    def drop(self, given: Mapping[str, Any]) -> Reply:
        """Let go of a point: the address takes its place in."""
        self.dragging = False
        return None

    def add(self, given: Mapping[str, Any]) -> Reply:
        """Add a point; answer with its row."""
        label = given.get("label")
        self.others(self.points.added(*_place(given), label if isinstance(label, int) else -1))
        return {"row": len(self.points) - 1}

    def remove(self, given: Mapping[str, Any]) -> Reply:
        """Remove a point."""
        return self.others(self.points.removed(self.points.row(given.get("row"))))

    def upload(self, given: Mapping[str, Any]) -> Reply:
        """Take the points of a table in the person's hand."""
        text, name = str(given.get("text", "")), str(given.get("name", "table"))[:80]
        if len(text) > LARGEST_TABLE:
            raise ConfigError(f"{name} has {len(text)} characters; at most {LARGEST_TABLE} are read. Leave rows or digits out.")
        points = drawn.uploaded(text, name)
        share = self.wish.own["validation"]
        return self.others(points if points.held.any() else points.carved(share, self.wish.own["data_seed"]), refit=True)

    def csv(self, given: Mapping[str, Any]) -> Reply:
        """Answer with the points as a table."""
        return {"text": self.points.csv()}

    def put(self, given: Mapping[str, Any]) -> Reply:
        """Set a weight by hand."""
        name, index = tables.picked(self.course.trainer, str(given.get("name")), list(given.get("index") or ()))
        self.course.put(name, index, _number(given, "value"))
        return None

    def pick(self, given: Mapping[str, Any]) -> Reply:
        """Choose the weight whose last step is written out."""
        self.painter.pick = tables.picked(self.course.trainer, str(given.get("name")), list(given.get("index") or ()))
        return None

    def example(self, given: Mapping[str, Any]) -> Reply:
        """Answer with the arithmetic of one point."""
        row = self.points.row(given.get("row"))
        return {"row": row, "lines": tables.example_lines(self.course.trainer, self.points, row)}

    def look(self, given: Mapping[str, Any]) -> Reply:
        """Look at regions, one score or one unit."""
        self.painter.look = look_of(str(given.get("look")), self.course.trainer)
        return None

    def zoom(self, given: Mapping[str, Any]) -> Reply:
        """Look at another part of the plane; at all points where none is said."""
        asked = given.get("window")
        self.window = fitted(self.points.places) if asked is None else window_of(str(asked))
        self.zoomed = asked is not None
        return None


def _number(given: Mapping[str, Any], name: str) -> float:
    value = given.get(name)
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise ConfigError(f"{name} must be a number; got {value!r}.")
    return float(value)


def _place(given: Mapping[str, Any]) -> tuple[float, float]:
    return _number(given, "x"), _number(given, "y")


def _steps(text: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) < 10):
        raise ConfigError(f"steps in the address must be a whole number; got {text[:20]!r}.")
    return int(text)
