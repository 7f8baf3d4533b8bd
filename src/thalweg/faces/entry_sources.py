"""Entry sources: what the text of a catalogue's files says of its entries, so that the shell's Tab key needs no PyTorch.

The files are parsed, never run. A knob is a call such as `Number(name="rate", ...)` below an entry's `knobs`, or below what is named
there: a constant or a function of the same file, or of one that it is imported from.
"""

import ast
import importlib.util
from functools import cache
from pathlib import Path

from thalweg.core.names import entry_names

KNOBS = ("Number", "Integer", "Integers", "Choice", "Flag", "Text")


def knobs_of(folder: str, entry: str) -> dict[str, tuple[str, ...]]:
    """Return the knobs of an entry by name, each with the words that it may have; none where these are not written out.

    >>> knobs_of("loss", "svm-sum")
    {'margin': ()}
    >>> knobs_of("schedule", "one-cycle")["shape"]
    ('cosine', 'linear')
    """
    path = _file(folder, entry)
    given = _keywords(path).get("knobs")
    return {} if given is None else _knobs(given, path, frozenset())


def evidence_of_runs() -> list[str]:
    """Return the kinds of evidence that can be had of a run: those whose entry says how it is inspected."""
    return [name for name in entry_names("thalweg.evidence") if "inspect" in _keywords(_file("evidence", name))]


def data_names() -> list[str]:
    """Return the names that pictures and points have: entries that match one word and no file."""
    return [name for name in entry_names("thalweg.images") if isinstance(_keywords(_file("images", name)).get("matches"), ast.Lambda)]


def embedded_data() -> list[str]:
    """Return the names of the data that are here without network or files: their entries match a word that is written out."""
    found = {name: _keywords(_file("images", name))["matches"] for name in data_names()}
    return [name for name, matches in found.items() if any(isinstance(node, ast.Constant) for node in ast.walk(matches))]


def summary_of(folder: str, entry: str) -> str:
    """Return what an entry says of itself in a line."""
    said = _keywords(_file(folder, entry)).get("summary")
    return str(said.value) if isinstance(said, ast.Constant) else ""


def _root() -> Path:
    spec = importlib.util.find_spec("thalweg")
    assert spec is not None
    assert spec.submodule_search_locations is not None
    return Path(next(iter(spec.submodule_search_locations)))


def _file(folder: str, entry: str) -> Path:
    return _root() / folder / f"{entry.replace('-', '_')}.py"


@cache
def _tree(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"))


def _keywords(path: Path) -> dict[str | None, ast.expr]:
    """Return what `ENTRY` is made with, by keyword."""
    made = _definition("ENTRY", path)
    return {keyword.arg: keyword.value for keyword in made.keywords} if isinstance(made, ast.Call) else {}


def _knobs(node: ast.AST, path: Path, seen: frozenset[str]) -> dict[str, tuple[str, ...]]:
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id in KNOBS:
        given = {keyword.arg: keyword.value for keyword in node.keywords}
        name = given.get("name")
        return {str(name.value): _words(given.get("choices"), path)} if isinstance(name, ast.Constant) else {}
    if isinstance(node, ast.Name) and node.id not in seen:
        home, defined = _home(node.id, path)
        return {} if defined is None else _knobs(defined, home, seen | {node.id})
    found: dict[str, tuple[str, ...]] = {}
    for child in ast.iter_child_nodes(node):
        found.update(_knobs(child, path, seen))
    return found


def _words(node: ast.AST | None, path: Path) -> tuple[str, ...]:
    """Return the words of a tuple, of a name that stands for one, and of `tuple(TABLE)` the keys of the table."""
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "tuple":
        node = node.args[0]
    if isinstance(node, ast.Name):
        _, node = _home(node.id, path)
    items = node.elts if isinstance(node, ast.Tuple) else node.keys if isinstance(node, ast.Dict) else []
    return tuple(str(item.value) for item in items if isinstance(item, ast.Constant))


def _home(name: str, path: Path) -> tuple[Path, ast.AST | None]:
    """Return where a name of a file is defined, and as what; files of other packages are not read."""
    found = _definition(name, path)
    if found is not None:
        return path, found
    for node in _tree(path).body:
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("thalweg."):
            own = next((alias.name for alias in node.names if name == (alias.asname or alias.name)), None)
            if own is not None:
                home = _root().joinpath(*str(node.module).split(".")[1:]).with_suffix(".py")
                return home, _definition(own, home) if home.is_file() else None
    return path, None


def _definition(name: str, path: Path) -> ast.AST | None:
    for node in _tree(path).body:
        if isinstance(node, ast.Assign) and any(isinstance(target, ast.Name) and target.id == name for target in node.targets):
            return node.value
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and node.target.id == name:
            return node.value
        if isinstance(node, ast.FunctionDef) and node.name == name:
            return node
    return None
