"""Docstrings to Markdown, word for word: what Sphinx makes of the Markdown is the docstring's own text."""

import pytest
from markdown_it import MarkdownIt

from docs.builder.prose import cell, code, markdown, plain

HOSTILE = "v <- m * v, s_j - s_y, [0, 1), a|b, x^2, ~5, #3, <b>, $W$, {x}, \\n, *all*, _all_"


def text_of(source: str) -> str:
    tokens = MarkdownIt("commonmark").enable("table").parse(source)
    return "".join(
        child.content for token in tokens for child in token.children or () if child.type in ("text", "code_inline", "text_special")
    )


@pytest.mark.parametrize("text", [HOSTILE, "`W * x` and s_y", "- 1 is less", "1. is no list", "+ more"])
def test_the_text_stays_word_for_word(text: str) -> None:
    assert text_of(markdown(text)) == text.replace("`", "").removeprefix("- " if text.startswith("- ") else "")


def test_a_cell_holds_bars_in_text_and_in_code() -> None:
    assert text_of(f"| a |\n|---|\n| {cell('p | q')} {code('r | s')} |") == "ap | q r | s"


def test_an_option_is_code() -> None:
    assert plain("with --keep-going or --optimiser.rate 1") == "with `--keep-going` or `--optimiser.rate` 1"
    assert plain("a ---- b, x--y") == "a ---- b, x--y"


def test_formulas_and_examples_become_blocks() -> None:
    made = markdown("First line.\n\n    a = b * c\n\n    d = e\n\nThen:\n- one\n  goes on\n- two\n\n>>> 1 + 1\n2\n\nEnd.")
    assert made == (
        "First line.\n\n```text\na = b * c\n\nd = e\n```\n\nThen:\n\n- one goes on\n- two\n\n```pycon\n>>> 1 + 1\n2\n```\n\nEnd."
    )


def test_a_wrapped_formula_is_no_list() -> None:
    assert markdown("W goes to W\n- rate * g at every step") == "W goes to W - rate \\* g at every step"


def test_no_docstring_is_no_text() -> None:
    assert markdown(None) == ""
