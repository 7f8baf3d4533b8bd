"""Build the site: write all pages into a folder, run the tutorial's blocks for its figures, and let Sphinx do the rest.

    python -m docs.builder [FOLDER]        # build/docs: source, made, static, html

Warnings are errors. Nothing is fetched.
"""

import os
import shutil
import sys
from pathlib import Path

from sphinx.cmd.build import build_main

from docs.builder import sources
from docs.builder.figures import lay_out
from docs.builder.playing import with_drawings

ROOT = Path(__file__).parents[2]


def build(folder: Path, root: Path = ROOT) -> int:
    """Build the site into `folder`/html; return Sphinx's exit code."""
    source, static = folder / "source", folder / "static"
    for old in (source, folder / "html"):
        shutil.rmtree(old, ignore_errors=True)
    static.mkdir(parents=True, exist_ok=True)
    lay_out(static)
    pages = {**with_drawings(sources.written(root), folder / "made"), **sources.generated()}
    for name, text in pages.items():
        (source / name).parent.mkdir(parents=True, exist_ok=True)
        (source / name).write_text(text, "utf-8")
    shutil.copytree(root / "docs" / "pictures", source / "pictures")
    os.environ["THALWEG_DOCS_STATIC"] = str(static)
    options = ["-W", "--keep-going", "-q", "-E", "-b", "html", "-c", str(Path(__file__).parent), "-d", str(folder / "doctrees")]
    return build_main([*options, str(source), str(folder / "html")])


if __name__ == "__main__":
    place = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / "build" / "docs"
    code = build(place.resolve())
    print(f"site  {place}/html/index.html" if code == 0 else "the site was not built: see the warnings above.")
    sys.exit(code)
