"""The public Python as pages: what `thalweg` and its public modules export, the classes that come back, signatures and docstrings."""

import dataclasses
import importlib
import inspect
import pkgutil
import re
import typing
from collections.abc import Iterator
from functools import cached_property
from types import FunctionType, ModuleType
from typing import Any

from pydantic import BaseModel

import thalweg
from docs.builder.prose import code, markdown


def modules() -> list[str]:
    """Return the names of what users import: the package, and the public modules at its top that are no folders."""
    single = [module.name for module in pkgutil.iter_modules(thalweg.__path__) if not module.ispkg and not module.name.startswith("_")]
    return ["thalweg", *(f"thalweg.{name}" for name in single)]


def page(name: str) -> str:
    """Return the page of a module."""
    module = importlib.import_module(name)
    public = exported(module)
    given = {word: value for word, value in public.items() if callable(value)}
    returned = {made.__name__: made for value in given.values() for made in classes_of(value) if made not in given.values()}
    classes = {**{word: value for word, value in given.items() if isinstance(value, type)}, **returned}
    functions = {word: value for word, value in given.items() if not isinstance(value, type)}
    parts = [f"# Python: {name}", markdown(module.__doc__)]
    if functions:
        parts += ["## Functions", *(described("function", f"{name}.{word}", value) for word, value in functions.items())]
    if classes:
        parts += ["## Classes", *(described("class", word, value) for word, value in classes.items())]
    return "\n\n".join(part for part in parts if part) + "\n"


def exported(module: ModuleType) -> dict[str, Any]:
    """Return what a module exports by name: what `__all__` lists, else the public names that it defines."""
    names = getattr(module, "__all__", None) or [
        name for name, value in vars(module).items() if not name.startswith("_") and getattr(value, "__module__", "") == module.__name__
    ]
    found = {name: getattr(module, name) for name in names if not name.startswith("_")}
    return {name: module.__getattr__(name) if isinstance(value, ModuleType) else value for name, value in found.items()}


def classes_of(function: Any) -> Iterator[type]:
    """Yield the classes of ours that a function takes or returns."""
    if isinstance(function, type):
        return
    hints = typing.get_type_hints(function)
    for hint in [hints.get("return"), *hints.values()]:
        for one in (hint, *typing.get_args(hint)):
            if isinstance(one, type) and one.__module__.startswith("thalweg.") and not typing.get_origin(one) and _is_documented(one):
                yield one


def _is_documented(kind: type) -> bool:
    return not getattr(kind, "_is_protocol", False)


def described(role: str, name: str, value: Any) -> str:
    """Return a directive of Sphinx's Python domain: signature, docstring, members of a class."""
    inside = [markdown(value.__doc__)]
    if isinstance(value, type):
        inside += [fields(value), *members(value)]
        called = "" if fields(value) else signature(value)
        return directive(role, f"{name}{called}", "\n\n".join(part for part in inside if part), depth=8)
    return directive(role, f"{name}{signature(value)}", "\n\n".join(inside), depth=8)


def fields(kind: type) -> str:
    """Return the table of a record's fields."""
    if issubclass(kind, BaseModel):
        rows = [
            (name, _type(field.annotation), _default(field.get_default(call_default_factory=True), field.is_required()))
            for name, field in kind.model_fields.items()
        ]
    elif dataclasses.is_dataclass(kind):
        required = dataclasses.MISSING
        rows = [(field.name, _type(field.type), _default(field.default, field.default is required)) for field in dataclasses.fields(kind)]
    else:
        return ""
    lines = [f"| {code(name)} | {code(made)} | {default} |" for name, made, default in rows if not name.startswith("_")]
    return "| field | type | default |\n|---|---|---|\n" + "\n".join(lines) if lines else ""


def members(kind: type) -> Iterator[str]:
    """Yield a class's own public methods and properties, and those of the classes of ours that it comes from."""
    seen: set[str] = set()
    for owner in kind.__mro__:
        if not owner.__module__.startswith("thalweg"):
            continue
        for name, value in vars(owner).items():
            if name.startswith("_") or name in seen:
                continue
            seen.add(name)
            bare = value.__func__ if isinstance(value, classmethod | staticmethod) else value
            if isinstance(bare, FunctionType):
                yield directive("method", f"{name}{signature(bare, method=not isinstance(value, staticmethod))}", markdown(bare.__doc__))
            elif isinstance(bare, property | cached_property):
                yield directive("property", name, markdown(bare.__doc__))


def directive(role: str, signature: str, text: str, *, depth: int = 5) -> str:
    """Return a block that Sphinx's Python domain reads; `depth` is how many colons fence it."""
    fence = ":" * depth
    return f"{fence}{{py:{role}}} {signature}\n\n{text}\n{fence}"


def signature(function: Any, *, method: bool = False) -> str:
    """Return the parameters by name, with defaults, without types: the docstring says what they are. Nothing of what has no signature.

    >>> signature(lambda scores, labels, *, margin=1.0: None)
    '(scores, labels, *, margin=1.0)'
    """
    try:
        found = inspect.signature(function)
    except ValueError:
        return ""
    bare = [_bare(parameter) for parameter in found.parameters.values()]
    return str(found.replace(parameters=bare[1:] if method else bare, return_annotation=inspect.Signature.empty))


def _bare(parameter: inspect.Parameter) -> inspect.Parameter:
    """Return a parameter without its type, and with a default that stands in for one that no source could hold."""
    default = parameter.default
    held = default is inspect.Parameter.empty or default is None or isinstance(default, bool | int | float | str | tuple)
    return parameter.replace(annotation=inspect.Parameter.empty, default=default if held else ...)


def _type(made: Any) -> str:
    """Return a type by its short names.

    >>> _type("Mapping[str, thalweg.run.record.Figures]"), _type(int | None)
    ('Mapping[str, Figures]', 'int | None')
    """
    text = made if isinstance(made, str) else made.__name__ if isinstance(made, type) and not typing.get_args(made) else str(made)
    return re.sub(r"\b(?:thalweg|typing|collections|pathlib)(?:\.\w+)*\.", "", text).replace("NoneType", "None")


def _default(value: Any, required: bool) -> str:
    if required:
        return "required"
    if value is None or isinstance(value, bool | int | float | str | tuple):
        return code(repr(value))
    return code(getattr(value, "name", "")) if hasattr(value, "name") else ""
