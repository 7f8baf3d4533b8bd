"""Catalogues to pages: every catalogue of the package, every entry with formula, knobs, reference and its functions' docstrings.

Nothing here names an entry or a catalogue's entries: a file that is added to a catalogue folder is on its page with the next build.
"""

import importlib
import pkgutil
from collections.abc import Callable, Iterator
from types import FunctionType
from typing import Any

import thalweg
from docs.builder.prose import cell, code, fenced, markdown, plain
from docs.builder.python import signature
from thalweg.core.catalogue import Catalogue
from thalweg.core.entries import Entry
from thalweg.run.recipe import CATALOGUES

USE: dict[str, Callable[[Any], str]] = {
    "surface": lambda entry: f"thalweg race {entry.name}",
    "evidence": lambda entry: f"thalweg inspect RUN --only {entry.name}" if entry.inspect is not None else "",
    "doctor": lambda entry: f"thalweg check --only {entry.name}",
    "claim": lambda entry: f"thalweg claims --only {entry.number}",
    "faces.export": lambda entry: f"thalweg export RUN --{entry.name} net{next(iter(entry.endings))}",
    "images": lambda entry: f"thalweg train {entry.name}" if entry.matches(entry.name) else "",
}
"""How an entry of a folder is asked for, where no option of `thalweg train` names it."""


def catalogues() -> dict[str, Catalogue[Any]]:
    """Return every catalogue of the package by the name of its folder, found and not listed."""
    found = {}
    for folder in sorted(module.name for module in pkgutil.walk_packages(thalweg.__path__, "thalweg.") if module.ispkg):
        module = importlib.import_module(folder)
        for value in [getattr(module, name) for name in {*vars(module), *getattr(module, "__all__", ())}]:
            if isinstance(value, Catalogue) and value.package == folder:
                found[folder.removeprefix("thalweg.")] = value
    return found


def page(folder: str, catalogue: Catalogue[Any]) -> str:
    """Return the page of a catalogue: its idea, a table of its entries, each entry."""
    title, idea = headed(importlib.import_module(catalogue.package).__doc__ or "")
    entries = list(catalogue)
    rows = "\n".join(f"| [{code(entry.name)}](#{anchor(folder, entry.name)}) | {cell(entry.summary)} |" for entry in entries)
    parts = [
        f"# {plain(title)}",
        markdown(idea),
        f"`thalweg.{folder}`",
        f"| {catalogue.kind} | what it is |\n|---|---|\n{rows}",
        *(section(folder, entry) for entry in entries),
    ]
    return "\n\n".join(parts) + "\n"


def headed(docstring: str) -> tuple[str, str]:
    """Return what a folder's docstring is about, and what it says of it.

    >>> headed("Losses: scores to one number."), headed("Averages over the path.")
    (('Losses', 'Scores to one number.'), ('Averages', 'Averages over the path.'))
    """
    head, colon, rest = docstring.partition(":")
    return (head, _sentence(rest.strip())) if colon and len(head.split()) < 4 else (docstring.split()[0], docstring.strip())


def anchor(folder: str, name: str) -> str:
    """Return the anchor of an entry, one in the whole site: `loss-softmax`."""
    return f"{folder.replace('.', '-')}-{name}"


def section(folder: str, entry: Entry) -> str:
    """Return what is to say of one entry."""
    module = importlib.import_module(f"thalweg.{folder}.{entry.name.replace('-', '_')}")
    claim = [plain(getattr(entry, word, "")) for word in ("claim", "caveat")]
    parts = [
        f"({anchor(folder, entry.name)})=\n## `{entry.name}`",
        plain(_sentence(entry.summary)),
        *filter(None, claim),
        fenced(entry.formula) if entry.formula else "",
        use(folder, entry),
        knobs(entry),
        f"Reference: {plain(entry.reference)}" if entry.reference else "",
        markdown(module.__doc__),
        *(function(name, made) for name, made in functions(module)),
    ]
    return "\n\n".join(part for part in parts if part)


def use(folder: str, entry: Any) -> str:
    """Return how an entry is asked for on the command line, empty where it is not."""
    said = USE[folder](entry) if folder in USE else f"thalweg train --{name} {entry.name}" if (name := field(folder)) else ""
    return f"On the command line: {code(said)}" if said else ""


def field(folder: str) -> str:
    """Return what a recipe calls the entries of a folder, empty where a recipe names none of them.

    >>> field("optimise"), field("loss"), field("views")
    ('optimiser', 'loss', '')
    """
    return next((name for name, catalogue in CATALOGUES.items() if catalogue.package == f"thalweg.{folder}"), "")


def _sentence(text: str) -> str:
    return (text[0].upper() + text[1:]).rstrip(".") + "." if text else ""


def knobs(entry: Entry) -> str:
    """Return the table of an entry's knobs, empty where it has none."""
    if not entry.knobs:
        return ""
    rows = [
        f"| {code(option(knob))} | {code(written(knob.default))} | {cell(knob.allowed)} | {cell(knob.meaning)} |" for knob in entry.knobs
    ]
    return "| knob | default | range | meaning |\n|---|---|---|---|\n" + "\n".join(rows)


def option(knob: Any) -> str:
    """Return a knob as an option of the command line."""
    return f"--{knob.name.replace('_', '-')}"


def written(value: Any) -> str:
    """Return a default as it is written on the command line.

    >>> written((256, 128)), written(0.9), written(""), written(True)
    ('256,128', '0.9', 'none', 'true')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, tuple):
        return ",".join(map(str, value)) or "none"
    return f"{value:g}" if isinstance(value, float) else str(value) or "none"


def functions(module: Any) -> Iterator[tuple[str, Any]]:
    """Yield the public functions and classes that a module defines itself, in the order of its source."""
    for name, value in vars(module).items():
        own = getattr(value, "__module__", None) == module.__name__
        if not name.startswith("_") and own and isinstance(value, FunctionType | type):
            yield name, value


def function(name: str, made: Any) -> str:
    """Return a function's or a class's docstring under its signature."""
    return f"**`{name}{signature(made)}`**\n\n{markdown(made.__doc__)}"
