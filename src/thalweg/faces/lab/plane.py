"""Plane: two numbers a picture, so that the whole space of pictures is on the screen: points, regions, W, and every example's loss."""

import time
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import torch

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.knobs import Choice, Integer, Knob, Number
from thalweg.faces.lab._form import Field, Form, read
from thalweg.faces.lab._room import Outlook, Reply, Room
from thalweg.faces.lab._settings import Menu, check_words, settled
from thalweg.faces.lab._trainer import Trainer
from thalweg.faces.lab._wire import Picture
from thalweg.images import load

PRESETS = ("spiral", "circle", "xor", "gauss", "blobs3")
WINDOW = 1.6
GRID = 96
MENU = Menu(
    offered={
        "score": ("linear", "mlp"),
        "loss": ("softmax", "svm-sum", "svm-max", "svm-ova"),
        "optimiser": ("momentum", "sgd", "adam"),
    },
)
OWN: dict[str, Knob] = {
    "data": Choice(name="data", default="spiral", meaning="a set of points", choices=PRESETS),
    "noise": Number(name="noise", default=0.0, low=0, high=1, meaning="standard deviation of what is added to every point"),
    "examples": Integer(name="examples", default=120, low=4, high=1000, meaning="how many points"),
}


class PlaneShow:
    """The plane on one page."""

    def __init__(self, words: Mapping[str, Any]) -> None:
        check_words(words, tuple(OWN))
        self.words = dict(words)
        self.playing = False
        self.settle()
        self.images = self.points()
        self.trainer = Trainer(self.images, self.settled.recipe)
        axis = torch.linspace(-WINDOW, WINDOW, GRID)
        self.grid = torch.stack(torch.meshgrid(axis, axis, indexing="xy"), 2).reshape(-1, 1, 1, 2)

    def settle(self) -> None:
        """Read the words."""
        self.own: dict[str, Any] = {
            word: read(knob, self.words[word]) if word in self.words else knob.default for word, knob in OWN.items()
        }
        self.settled = settled(self.words, MENU, {"data": {"source": self.own["data"]}, "prepare": (), "epochs": 1000})

    def points(self) -> ImageSet:
        """Make the points."""
        return load(self.own["data"], noise=self.own["noise"], examples=self.own["examples"])

    def form(self) -> Form:
        """Return the controls."""
        own = [Field(knob=knob, value=self.own[word], group="Data", fresh=True) for word, knob in OWN.items()]
        return Form(fields=(*own, *self.settled.fields))

    def tell(self, word: str, given: Mapping[str, Any]) -> Reply:
        """Do what was asked."""
        if word == "set":
            before = self.words
            self.words = {**self.words, **given["state"]}
            try:
                self.settle()
                self.images = self.points()
                self.trainer.change(self.images, self.settled.recipe)
            except Exception:
                self.words = before
                self.settle()
                raise
        elif word == "play":
            self.playing = not self.playing
        elif word == "step":
            self.playing = False
            self.trainer.step()
        elif word == "rewind":
            self.playing = False
            self.trainer.rewind()
        elif word == "drag":
            images = self.images.images.copy()
            images[int(given["row"]), 0, 0] = (float(given["x"]), float(given["y"]))
            self.images = replace(self.images, images=images)
            self.trainer.change(self.images, self.settled.recipe)
        else:
            raise ConfigError(f"the plane knows no word {word!r}.")
        return None

    def work(self, seconds: float) -> float | None:
        """Train for a while."""
        if not self.playing:
            return None
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            if not self.trainer.step():
                self.playing = False
                return None
        return 0.0

    def picture(self) -> Picture:
        """Return what is to be drawn."""
        scores = self.trainer.scores(self.grid)
        top = scores.softmax(1).max(1)
        figures = self.trainer.figures()
        assert figures is not None
        return Picture(
            data={
                "step": self.trainer.state.step,
                "loss": figures.loss,
                "penalty": figures.penalty,
                "total": figures.total,
                "accuracy": figures.accuracy,
                "playing": self.playing,
                "window": WINDOW,
            },
            arrays={
                "classes": top.indices.to(torch.uint8).numpy().reshape(GRID, GRID),
                "sure": (top.values * 255).to(torch.uint8).numpy().reshape(GRID, GRID),
                "points": self.images.images.reshape(-1, 2),
                "labels": self.images.labels.astype(np.uint8),
            },
        )


def enter(state: Mapping[str, str], outlook: Outlook) -> PlaneShow:
    """Open the room."""
    return PlaneShow(state)


ENTRY = Room(
    title="Plane",
    place=10,
    summary="points in the plane, a linear score or a small net, and every number of its training",
    formula="s = f(x, y; W);  L = mean L_i + lambda R(W)",
    reference="Karpathy: CS231n linear classification demo; Smilkov et al.: TensorFlow playground",
    open=enter,
)
