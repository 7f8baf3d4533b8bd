"""A page at work: its blocks run from top to bottom in the working folder, as a reader would run them.

Commands run in this process, which has done the imports; Python blocks share one namespace. What a block prints is kept.
"""

import contextlib
import io
import os
import signal
import subprocess
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from docs.builder.blocks import ASIDE, PROGRAM, Block, blocks, commands
from docs.builder.figures import Ran, taken

READY = "http://"
"""What the lab prints when it serves."""


class BlockError(Exception):
    """A block did not do what the page says."""


def played(page: str) -> list[Ran]:
    """Run the blocks of a page; raise `BlockError` with the line where one fails."""
    space: dict[str, Any] = {"__name__": "__main__"}
    return [_ran(block, space) for block in blocks(page) if block.runs]


def play(page: str) -> None:
    """Run the blocks of a page as a program: what a block prints is printed, a block that fails ends it with its error."""
    try:
        for ran in played(page):
            print(ran.output, end="")
    except BlockError as error:
        sys.exit(str(error))


def _ran(block: Block, space: dict[str, Any]) -> Ran:
    printed = io.StringIO()
    drawing = None
    try:
        with contextlib.redirect_stdout(printed):
            if block.language == "sh":
                for words in commands(block.text):
                    _command(words)
            elif block.language == "python":
                exec(compile(block.text, f"line {block.line}", "exec"), space)
            elif block.language == "toml":
                _recipe(block.text)
            else:
                file, name = block.argument.split()
                drawing = taken(Path(file).read_text("utf-8"), name)
    except Exception:
        raise BlockError(f"line {block.line}: {traceback.format_exc()}\n{block.text}\n{printed.getvalue()}") from None
    return Ran(block=block, output=printed.getvalue(), drawing=drawing)


def _recipe(text: str) -> None:
    from thalweg.run.recipe import Recipe

    Recipe.from_toml(text)


def _command(words: Sequence[str]) -> None:
    program, *rest = words
    if program in ASIDE:
        return
    if program != PROGRAM:
        raise BlockError(f"no page runs {program!r}; it may run {PROGRAM}, and show {', '.join(ASIDE)}")
    if rest[:1] == ["lab"]:
        _served(rest)
        return
    from thalweg.faces.cli import main

    said = io.StringIO()
    try:
        with contextlib.redirect_stderr(said):
            main(list(rest))
    except SystemExit as end:
        if end.code:
            raise BlockError(f"{' '.join(words)} ended with {end.code}: {said.getvalue()}") from None


def _served(words: Sequence[str]) -> None:
    """Open the lab, wait until it serves, and end it as a reader does."""
    own = [sys.executable, "-c", "from thalweg.faces.cli import main; main()", *words, "--no-browser", "--port", "0"]
    server = subprocess.Popen(own, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, env={**os.environ, "PYTHONUNBUFFERED": "1"})
    assert server.stdout is not None
    seen = ""
    for line in server.stdout:
        seen += line
        if READY in line:
            break
    server.send_signal(signal.SIGINT)
    rest, _ = server.communicate(timeout=60)
    if server.returncode not in (0, 130) or READY not in seen:
        raise BlockError(f"{' '.join(words)} ended with {server.returncode}: {seen}{rest}")
