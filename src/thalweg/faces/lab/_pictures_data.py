"""Data of the pictures room: which sources a page may have read, and how their pictures are brought to one size."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from thalweg.core.errors import ConfigError
from thalweg.core.imageset import ImageSet
from thalweg.core.knobs import Choice, Knob, Text
from thalweg.faces._pictures import load_data
from thalweg.faces.fields import size_from_text
from thalweg.faces.lab._form import Field, read, written
from thalweg.faces.lab._room import Outlook
from thalweg.faces.lab._uploads import source_in
from thalweg.images import need_installed
from thalweg.run.recipe import Recipe
from thalweg.run.store import Store

NAMED = ("digits", "fashion-mnist")
UPLOAD = "upload:"
UPLOADED_SIZE = "32"
WORDS = ("data", "size", "fit", "colour")
FIT = Choice(name="fit", default="crop", choices=("crop", "pad", "stretch"), meaning="how pictures of other sizes are brought to the size")
COLOUR = Choice(name="colour", default="auto", choices=("auto", "grey", "rgb"), meaning="auto is grey where all pictures are grey")


@dataclass(frozen=True, kw_only=True)
class Source:
    """What is read: settings of the recipe's data, its controls, and the same as options; `shown` is what a person calls it."""

    settings: Mapping[str, Any]
    fields: tuple[Field, ...]
    options: Mapping[str, str]
    shown: str
    named: bool


def source_of(words: Mapping[str, Any], outlook: Outlook, *, sent: Sequence[str] = ()) -> Source:
    """Return the source that a state names; raise `ConfigError` on any that this page may not have read.

    A page may have the sets of `NAMED` read, what the lab was opened with, and an upload by its name, which nobody can guess. `sent` are
    the uploads that this page has read already, which stay in the choice.
    """
    wanted = str(words.get("data", NAMED[0]))
    opened = outlook.opened if outlook.opened and not Store(Path(outlook.opened)).exists else ""
    allowed = tuple(dict.fromkeys((*NAMED, *([opened] if opened else []))))
    batch = wanted.startswith(UPLOAD)
    if not batch and wanted not in allowed:
        raise ConfigError(
            f"data must be one of {', '.join(allowed)}, or an upload; got {wanted!r}. Another folder is opened by `thalweg lab FOLDER`."
        )
    known = tuple(dict.fromkeys((*sent, *([wanted] if batch else []))))
    listed = Choice(name="data", default=NAMED[0], choices=(*allowed, *known), meaning="the pictures to learn")
    named = [f"upload {number}" for number in range(1, len(known) + 1)] if len(known) > 1 else ["your upload"]
    spoken = {**dict(zip(known, named, strict=False)), **({opened: Path(opened).name} if opened not in ("", *NAMED) else {})}
    field = Field(knob=listed, value=wanted, group="Data", words=spoken, fresh=True)
    if wanted in NAMED:
        return Source(settings={"source": wanted}, fields=(field,), options={}, shown=wanted, named=True)
    where = source_in(_batch(wanted, outlook)) if batch else wanted
    own, fields, options = _fitted(words, size=UPLOADED_SIZE if batch and Path(where).is_dir() else "")
    return Source(
        settings={"source": where, **own}, fields=(field, *fields), options=options, shown=spoken.get(wanted, wanted), named=False
    )


def _batch(wanted: str, outlook: Outlook) -> Path:
    """Return an upload's folder; only a name that could be one of ours is ever looked for."""
    name = wanted.removeprefix(UPLOAD)
    folder = outlook.uploads / name
    if not name.replace("-", "").replace("_", "").isalnum() or not name.isascii() or not folder.is_dir():
        raise ConfigError("this upload is not there any more; uploads end with the lab that they were sent to. Send the pictures again.")
    return folder


def _fitted(words: Mapping[str, Any], *, size: str) -> tuple[dict[str, Any], list[Field], dict[str, str]]:
    meaning = "height and width that all pictures are brought to, as 32 or 32x48; empty: as they are"
    knobs: dict[str, Knob] = {"size": Text(name="size", default=size, meaning=meaning), "fit": FIT, "colour": COLOUR}
    values: dict[str, Any] = {name: read(knob, words[name]) if name in words else knob.default for name, knob in knobs.items()}
    settings = {**values, "size": size_from_text(values["size"]) if values["size"] else None}
    fields = [Field(knob=knob, value=values[name], group="Data", fresh=True) for name, knob in knobs.items()]
    options = {name: written(value) for name, value in values.items() if value and value not in ("crop", "auto")}
    return settings, fields, options


def read_pictures(recipe: Recipe) -> ImageSet:
    """Load the pictures of a recipe, exactly as the command line does, but fetch nothing; `DataError` where there are none to show."""
    need_installed(recipe.data.source)
    images = load_data(recipe)
    if images.points:
        raise ConfigError(f"{recipe.data.source} holds points, not pictures. Open it in the room Plane.")
    return images
