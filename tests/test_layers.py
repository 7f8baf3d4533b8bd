"""The house's table of who may import whom, held against every import statement, function bodies included."""

import ast
from pathlib import Path

import pytest

import thalweg

ROOT = Path(thalweg.__file__).parent
SIBLINGS = ("images", "prepare", "augment", "score", "loss", "penalty", "optimise", "schedule", "average", "surface")
ALLOWED = {
    "core": set(),
    **{name: {"core"} for name in SIBLINGS},
    "run": {"core", *SIBLINGS} - {"images"},
    "evidence": {"core", "run"},
    "claim": {"core", *SIBLINGS, "run", "evidence"} - {"images"},
    "views": {"core", "evidence"},
    "doctor": {"core", "images", "run", "evidence"},
    "faces": {"core", *SIBLINGS, "run", "evidence", "claim", "views", "doctor"},
}
RECORDS = {"evidence": {"thalweg.run.record", "thalweg.run.surface_record", "thalweg.run.population_record"}}
DOORS = {"__init__.py": "thalweg.faces", "sklearn.py": "thalweg.faces.estimators"}
"""Modules that people import from: they list names of the faces and hold nothing themselves."""


def imports(path: Path) -> list[str]:
    names = []
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: relative import"
            names += [node.module or ""] if node.module != "thalweg" else [f"thalweg.{alias.name}" for alias in node.names]
    return [name for name in names if name == "thalweg" or name.startswith("thalweg.")]


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_imports_point_one_way(path: Path) -> None:
    folder = path.relative_to(ROOT).parts[0]
    if folder in DOORS:
        assert {name.rpartition(".")[0] for name in imports(path)} == {DOORS[folder]}
        return
    for name in imports(path):
        target = name.split(".")[1] if "." in name else ""
        if target in ("", "__version__") or target == folder:
            continue
        assert target in ALLOWED[folder], f"{path.relative_to(ROOT)} imports {name}"
        if folder in RECORDS and target == "run":
            assert name in RECORDS[folder], f"{path.relative_to(ROOT)} imports {name}: only records"


def test_every_folder_is_in_the_table() -> None:
    folders = {path.name for path in ROOT.iterdir() if path.is_dir() and not path.name.startswith("__")}
    assert folders == set(ALLOWED)


@pytest.mark.parametrize("path", sorted(ROOT.rglob("*.py")), ids=lambda path: str(path.relative_to(ROOT)))
def test_files_stay_small(path: Path) -> None:
    assert path.read_text().count("\n") <= 300
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef) and path.name != "cli.py":  # a command's signature is its list of options
            assert (node.end_lineno or 0) - node.lineno < 60, f"{node.name} is too long"
