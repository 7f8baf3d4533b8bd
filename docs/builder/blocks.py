"""The fenced blocks of a page: what each is, and which are run.

`sh` and `python` are run, page by page from top to bottom; `toml` is read as a recipe; `text` is shown only. A block that cannot be run
says why, in a comment above it: `<!-- not run: serves until Ctrl-C -->`. In braces are directives of the site; `{drawing} FILE NAME`
is a drawing of a page that a command above has written (see `figures`).
"""

import re
import shlex
from collections.abc import Iterator
from dataclasses import dataclass

from markdown_it import MarkdownIt

RUN = ("sh", "python", "toml", "{drawing}")
SHOWN = ("text", "pycon")
PROGRAM = "thalweg"
ASIDE = ("make", "pip", "source", "git")
"""Programs whose lines are for the reader: they set up what the lines after them need."""
_REASON = re.compile(r"<!-- not run: (.+?) -->")


@dataclass(frozen=True, kw_only=True)
class Block:
    """A block: its language and what follows that on its first line, its text, and the lines of the page it begins and ends at (from 1).

    `reason` says why it is not run, where it is not.
    """

    language: str
    argument: str
    text: str
    line: int
    end: int
    reason: str = ""

    @property
    def runs(self) -> bool:
        """Whether the block is run."""
        return self.language in RUN and not self.reason


def blocks(page: str) -> list[Block]:
    """Return the blocks of a page from top to bottom; what is indented in place of a fence has the language `indented`."""
    found: list[Block] = []
    reason = ""
    for token in MarkdownIt("commonmark").parse(page):
        if token.type == "html_block" and (said := _REASON.fullmatch(token.content.strip())):
            reason = said[1]
            continue
        if token.type in ("fence", "code_block") and token.map is not None:
            language, _, argument = (token.info.strip() if token.type == "fence" else "indented").partition(" ")
            line, end = token.map
            found.append(Block(language=language, argument=argument, text=token.content, line=line + 1, end=end, reason=reason))
        if token.nesting >= 0:
            reason = ""
    return found


def commands(text: str) -> Iterator[list[str]]:
    r"""Yield the words of every line of a shell block; a line may go on after a backslash.

    >>> list(commands("thalweg train digits \\\n  --rate 0.1  # fast\n\nmake run\n"))
    [['thalweg', 'train', 'digits', '--rate', '0.1'], ['make', 'run']]
    """
    for line in text.replace("\\\n", " ").splitlines():
        words = shlex.split(line, comments=True)
        if words:
            yield words
