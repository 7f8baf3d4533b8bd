"""Pages that draw: their blocks run in an empty folder, each page in a process of its own, and what they made is put into the page.

What a page made is kept beside the site under the hash of the page and of the program, so that building again runs what has changed.
"""

import hashlib
import json
import os
import tempfile
from collections.abc import Mapping
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict
from multiprocessing import get_context
from pathlib import Path

import thalweg
from docs.builder.blocks import Block, blocks
from docs.builder.figures import Drawing, Ran, embedded


def with_drawings(pages: Mapping[str, str], kept: Path) -> dict[str, str]:
    """Return the pages, those that draw with what their blocks printed and drew; `kept` is the folder of what was made before."""
    kept.mkdir(parents=True, exist_ok=True)
    program = _program()
    drawing = {name: page for name, page in pages.items() if any(block.language == "{drawing}" for block in blocks(page))}
    files = {name: kept / f"{hashlib.sha256((program + page).encode()).hexdigest()}.json" for name, page in drawing.items()}
    missing = [name for name, file in files.items() if not file.exists()]
    if missing:
        with ProcessPoolExecutor(max_workers=min(len(missing), os.cpu_count() or 1), mp_context=get_context("spawn")) as pool:
            made = {name: pool.submit(_played, name, drawing[name]) for name in missing}
        failed = [str(error) for future in made.values() if (error := future.exception()) is not None]
        for name, future in made.items():
            if future.exception() is None:
                files[name].write_text(json.dumps([asdict(ran) for ran in future.result()]), "utf-8")
        if failed:
            raise SystemExit("\n".join(failed))
    for old in set(kept.iterdir()) - set(files.values()):
        old.unlink()
    return {**pages, **{name: embedded(page, _read(files[name]), depth=name.count("/")) for name, page in drawing.items()}}


def _program() -> str:
    root = Path(thalweg.__file__).parent
    digest = hashlib.sha256()
    for path in sorted([*root.rglob("*"), *Path(__file__).parent.glob("*.py")]):
        if path.is_file() and "__pycache__" not in path.parts:
            digest.update(path.read_bytes())
    return digest.hexdigest()


def _played(name: str, page: str) -> list[Ran]:
    import torch

    from docs.builder.session import BlockError, played

    torch.set_num_threads(1)
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        try:
            return played(page)
        except BlockError as error:
            raise BlockError(f"{name}, {error}") from None
        finally:
            os.chdir("/")


def _read(file: Path) -> list[Ran]:
    found = json.loads(file.read_text("utf-8"))
    return [
        Ran(block=Block(**row["block"]), output=row["output"], drawing=None if row["drawing"] is None else Drawing(**row["drawing"]))
        for row in found
    ]
