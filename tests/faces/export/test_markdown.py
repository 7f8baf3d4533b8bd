"""Text of any kind stays one word of one cell: held against a reader of Markdown and one of YAML."""

import html
import random
import re

import pytest
from markdown_it import MarkdownIt

from thalweg.core.visible import visible
from thalweg.faces.export._markdown import escaped, fenced, grid, quoted

WORDS = ("www.", "http://", "\n", "\t", "\x1b", "\u202e", "猫", "\U0001f408", "\udcff", "&amp;", "```", "---", "\x85")
ALPHABET = [*"\\`*_[]<>|&~!@$#{}:/.()+-=^'\";,? ab1", *WORDS]


def drawn(count):
    chance = random.Random(0)
    return ["".join(chance.choices(ALPHABET, k=chance.randint(1, 8))) for _ in range(count)]


def test_a_cell_shows_its_name():
    names = [name for name in drawn(600) if name.strip()]
    shown = MarkdownIt("gfm-like", {"linkify": False}).render(grid(["class", "n"], [[name, 1] for name in names]))
    cells = re.findall(r"<td>(.*?)</td>", shown)
    assert [html.unescape(cell) for cell in cells] == [visible(name).strip() for name in names]


def test_a_line_begins_nothing():
    for name in (*drawn(300), "- a", "+ a", "1. a", "1) a", "# a", "> a", "===", "    a", "```", "~~~", "***", "| a |\n|---|"):
        text = visible(name).strip()
        if text:
            shown = MarkdownIt("gfm-like", {"linkify": False}).render(escaped(text))
            assert html.unescape(shown) == f"<p>{text}</p>\n", name


def test_an_address_is_no_link():
    assert escaped("http://x www.x.y a@x.y") == r"http:\//x www\.x.y a\@x.y"


def test_yaml_reads_the_name():
    yaml = pytest.importorskip("yaml")
    for name in (*drawn(600), "no", "1.0", "null", "2026-01-01", ""):
        assert yaml.safe_load(f"- {quoted(name)}\n") == [visible(name)]


def test_code_cannot_leave_its_fence():
    for code in ("a\n```\n# head", "~~~", "````", "\x1b[31m"):
        (token,) = MarkdownIt("commonmark").parse(fenced(code, "toml"))
        assert token.content == "".join(f"{visible(line)}\n" for line in code.split("\n"))
