"""Docstrings to Markdown: plain text keeps its meaning, formulas keep their stars and brackets.

A docstring of the house is plain text with `code` in backticks, indented formulas, examples after `>>>` and lists of `- `.
"""

import inspect
import re
from collections.abc import Iterator

_CODE = re.compile(r"(``[^`]+``|`[^`\n]+`)")
_SPECIAL = re.compile(r"([\\`*_{}\[\]<>#|$~^])")
_OPTION = re.compile(r"(?<![\w`-])--[a-z][a-z-]*(?:\.[a-z]+)?\b")
_ITEM = re.compile(r"- ")


def plain(text: str) -> str:
    r"""Return text as Markdown that shows it word for word; what stands in backticks is code, and so is an option.

    >>> plain("v <- a * v_old, see `W * x` and --rate 0.1")
    'v \\<- a \\* v\\_old, see `W * x` and `--rate` 0.1'
    """
    pieces = _CODE.split("".join(part if index % 2 else _OPTION.sub(r"`\g<0>`", part) for index, part in enumerate(_CODE.split(text))))
    return "".join(piece if index % 2 else _SPECIAL.sub(r"\\\1", piece) for index, piece in enumerate(pieces))


def cell(text: str) -> str:
    r"""Return text for a cell of a table: one line, shown word for word, code included.

    >>> print(cell("a | `b | c`"))
    a \| `b \| c`
    """
    return _CODE.sub(lambda found: found[0].replace("|", "\\|"), plain(" ".join(text.split())))


def code(text: str) -> str:
    r"""Return text as code within a line or a cell of a table.

    >>> print(code("one of a|b"))
    `one of a\|b`
    """
    return "`" + " ".join(text.split()).replace("|", "\\|").replace("`", "'") + "`"


def fenced(text: str, language: str = "text") -> str:
    """Return text as a block of code."""
    fence = "```"
    while fence in text:
        fence += "`"
    return f"{fence}{language}\n{text.strip(chr(10))}\n{fence}"


def markdown(docstring: str | None) -> str:
    r"""Return a docstring as Markdown: paragraphs, lists, formulas and examples as blocks of code.

    >>> print(markdown("Return W * x.\n\n    s = W x\n\n- one\n- two"))
    Return W \* x.
    <BLANKLINE>
    ```text
    s = W x
    ```
    <BLANKLINE>
    - one
    - two
    """
    return "\n\n".join(_piece(lines) for lines in _pieces(inspect.cleandoc(docstring or "")))


def _pieces(text: str) -> Iterator[list[str]]:
    """Yield what blank lines separate; indented lines that only blank lines separate stay together, and so do examples."""
    kept: list[str] = []
    for lines in (piece.splitlines() for piece in re.split(r"\n\s*\n", text) if piece.strip()):
        if kept and _is_block(kept) and _is_block(lines) and _is_example(kept) == _is_example(lines):
            kept += ["", *lines]
            continue
        if kept:
            yield kept
        kept = lines
    if kept:
        yield kept


def _piece(lines: list[str]) -> str:
    if _is_example(lines):
        return fenced(inspect.cleandoc("\n".join(lines)), "pycon")
    if _is_block(lines):
        return fenced(inspect.cleandoc("\n" + "\n".join(lines)))
    items: list[list[str]] = [[]]
    listed = _ITEM.match(lines[0].strip()) is not None
    for line in lines:
        if _ITEM.match(line.strip()) and (listed or (items[-1][-1:] and items[-1][-1].endswith(":"))):
            listed = True
            items.append([])
        items[-1].append(line.strip())
    head, *rest = [plain(_unlisted(" ".join(item))) for item in items]
    bullets = "\n".join(f"- {text}" for text in rest)
    return "\n\n".join(part for part in (_safe_start(head), bullets) if part)


def _unlisted(text: str) -> str:
    return text.removeprefix("- ")


def _safe_start(text: str) -> str:
    """Keep a paragraph that begins as a list, a rule or a number would from being one."""
    return re.sub(r"^([-+=]|\d+[.)])(?=\s|$)", lambda found: found[0][:-1] + "\\" + found[0][-1], text)


def _is_block(lines: list[str]) -> bool:
    return _is_example(lines) or all(not line.strip() or line.startswith("    ") for line in lines)


def _is_example(lines: list[str]) -> bool:
    return lines[0].lstrip().startswith(">>>")
