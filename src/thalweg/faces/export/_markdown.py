"""Text for a Markdown file with YAML on top: whatever a class or a folder is called, it stays one word of one cell."""

import json
import re
from collections.abc import Sequence

from thalweg.core.visible import visible

_SIGNS = re.compile(r"([\\`*_\[\]<>|&~!@$#{}]|(?<=:)/(?=/)|(?<=www)\.|^[+=-]|(?<=^\d)[.)])")
"""Signs of Markdown and its tables, and what would begin an address or a list."""


def escaped(text: str) -> str:
    r"""Return text that Markdown shows as it is: its signs behind a backslash, hidden characters as escapes.

    >>> print(escaped("a|b <b>[x](y)"), escaped("- http://a.b"))
    a\|b \<b\>\[x\](y) \- http:\//a.b
    """
    return _SIGNS.sub(r"\\\1", visible(text)) or '""'


def quoted(text: str) -> str:
    r"""Return text as a YAML scalar in double quotes: JSON without ASCII escapes, which YAML reads as they are.

    >>> print(quoted('say "no": #1'))
    "say \"no\": #1"
    """
    return json.dumps(visible(text), ensure_ascii=False)


def fenced(text: str, language: str) -> str:
    r"""Return text as a block of code, whose fence is longer than any run of backticks inside.

    >>> print(fenced("a", "toml"))
    ```toml
    a
    ```
    """
    fence = "`" * max(3, 1 + max((len(run) for run in re.findall("`+", text)), default=0))
    body = "\n".join(visible(line) for line in text.rstrip("\n").split("\n"))
    return f"{fence}{language}\n{body}\n{fence}"


def grid(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> str:
    """Return a table: the first column of text (escaped), the others of numbers.

    >>> print(grid(["class", "n"], [["cat", 3]]))
    | class | n |
    |---|---:|
    | cat | 3 |
    """
    lines = [f"| {' | '.join(headings)} |", "|---|" + "---:|" * (len(headings) - 1)]
    return "\n".join([*lines, *(f"| {' | '.join([escaped(str(row[0])), *map(str, row[1:])])} |" for row in rows)])
