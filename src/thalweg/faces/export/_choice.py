"""The choice of formats: which files an export writes, and why it goes without others."""

import importlib.util
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

from thalweg.core.entries import Source
from thalweg.core.errors import ConfigError
from thalweg.faces.export import FORMATS
from thalweg.faces.export._facts import of_points
from thalweg.faces.export._format import Format
from thalweg.run.run import Run


def choose(run: Run, folder: Source | None, files: Mapping[str, Path]) -> tuple[list[tuple[Format, Path]], list[str]]:
    """Return the formats to write with their paths, and notes on those that a folder goes without."""
    if run.data.dtype != "uint8" and not of_points(run):
        raise ConfigError(
            f"exported models take 8-bit pixels, or points of the plane; this run was trained on {run.data.dtype} numbers of other units, "
            "as an estimator's features are. Keep the estimator itself (joblib), or fit it on pictures as uint8."
        )
    if folder is not None and files:
        raise ConfigError(f"give a folder for everything, or a file for each format; got {folder} and --{next(iter(files))}.")
    if folder is None and not files:
        options = ", ".join(f"--{name} PATH" for name in FORMATS.names())
        raise ConfigError(f"say what to write: a folder for everything that suits (thalweg export RUN DIR), or files ({options}).")
    if folder is not None:
        return _everything(run, Path(folder))
    chosen = [(FORMATS.get(name), path) for name, path in files.items()]
    for entry, path in chosen:
        if path.suffix not in entry.endings:
            raise ConfigError(f"--{entry.name}: the file's name must end in {' or '.join(entry.endings)}; got {str(path)!r}.")
        if path.suffix == ".py" and path.stem in {*sys.stdlib_module_names, *entry.packages}:
            raise ConfigError(f"--{entry.name}: a file called {path.name} would hide the Python module of that name; choose another.")
        if reason := entry.unsuited(run.model, path.suffix):
            raise ConfigError(f"--{entry.name}: {reason}.")
        if missing := _missing(entry):
            raise ConfigError(f"--{entry.name} needs {missing}, which is not installed: pip install 'thalweg[{entry.extra}]'")
    return chosen, []


def _everything(run: Run, folder: Path) -> tuple[list[tuple[Format, Path]], list[str]]:
    if folder.exists() and not folder.is_dir():
        raise ConfigError(f"{folder} is a file; give a folder, or a format by name as --onnx PATH.")
    chosen, notes = [], []
    for entry in FORMATS:
        reasons = []
        for name in entry.files:
            reason = entry.unsuited(run.model, Path(name).suffix)
            missing = _missing(entry)
            if not reason and not missing:
                chosen.append((entry, folder / name))
                break
            reasons.append(reason or f"it needs {missing}: pip install 'thalweg[{entry.extra}]'")
        else:
            notes.append(f"no {entry.name}: {reasons[-1]}")
    return chosen, notes


def refuse_own_folder(run: Run, paths: Sequence[Path]) -> None:
    """Raise `ConfigError` where a file would stand among those of the run itself, whose names it might take."""
    for path in paths:
        if run.folder is not None and path.parent.resolve() == run.folder.resolve():
            raise ConfigError(f"{path} would lie in the run's own folder, beside the files of the run; choose another.")


def _missing(entry: Format) -> str:
    return next((name for name in entry.needs if importlib.util.find_spec(name) is None), "")
