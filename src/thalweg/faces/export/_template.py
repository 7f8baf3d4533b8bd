"""Templates: the texts that are written out, with what is put into them."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


def written(template: str, **context: Any) -> str:
    """Return the text made of `<template>.jinja` beside this file. Nothing is escaped here: that is the template's to do."""
    return _environment().get_template(f"_{template}.jinja").render(**context)


@cache
def _environment() -> Environment:
    loader = PackageLoader("thalweg.faces.export", "")
    made = Environment(loader=loader, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=True)
    made.filters["repr"] = repr
    return made
