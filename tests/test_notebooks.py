"""The example notebooks: stored without outputs, and run from top to bottom in a fresh kernel."""

import json
import os
import sys
from pathlib import Path

import pytest

from thalweg.images._installed import is_installed

ROOT = Path(__file__).parents[1]
NOTEBOOKS = sorted((ROOT / "examples").glob("*.ipynb"))
PATIENCE = 300
"""Seconds that a cell may take on a machine that has other work."""
NEEDS = {"linear_classifier": "fashion-mnist"}
"""Pictures that a notebook takes from the machine."""


def test_there_are_notebooks() -> None:
    assert len(NOTEBOOKS) == 5


@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_is_stored_without_outputs_and_tells_a_story(path: Path) -> None:
    book = json.loads(path.read_text("utf-8"))
    cells = book["cells"]
    assert path.stat().st_size < 20_000
    assert cells[0]["cell_type"] == "markdown"
    assert "".join(cells[0]["source"]).startswith("# ")
    assert sum(cell["cell_type"] == "markdown" for cell in cells) >= 3
    assert all(not cell["outputs"] and cell["execution_count"] is None for cell in cells if cell["cell_type"] == "code")
    assert book["metadata"]["kernelspec"]["name"] == "python3"


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=lambda path: path.stem)
def test_a_notebook_runs_and_shows_what_it_finds(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    nbformat, nbclient = pytest.importorskip("nbformat"), pytest.importorskip("nbclient")
    pytest.importorskip("ipykernel")
    if path.stem in NEEDS and not is_installed(NEEDS[path.stem]):
        pytest.skip(f"{NEEDS[path.stem]} is not on this machine (Debian: apt install dataset-{NEEDS[path.stem]})")
    for name in ("JUPYTER_CONFIG_DIR", "JUPYTER_DATA_DIR", "JUPYTER_RUNTIME_DIR", "IPYTHONDIR", "MPLCONFIGDIR"):
        (tmp_path / "own" / name).mkdir(parents=True)
        monkeypatch.setenv(name, str(tmp_path / "own" / name))
    monkeypatch.setenv("THALWEG_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(ROOT / "src"), *filter(None, [os.environ.get("PYTHONPATH")])]))
    place = tmp_path / "work"
    place.mkdir()
    book = nbformat.read(path, as_version=4)
    client = nbclient.NotebookClient(book, timeout=PATIENCE, kernel_name="python3", resources={"metadata": {"path": str(place)}})
    client.create_kernel_manager()
    client.km.kernel_spec.argv[0] = sys.executable
    client.execute()
    outputs = [output for cell in book.cells for output in cell.get("outputs", [])]
    kinds = [set(output.get("data", {})) for output in outputs]
    assert sum("text/html" in kind for kind in kinds) >= 2
    assert not [output for output in outputs if output.output_type == "error" or output.get("name") == "stderr"]
    assert not [output for output in outputs if "<script" in output.get("data", {}).get("text/html", "") and "thalweg" in str(output)]
