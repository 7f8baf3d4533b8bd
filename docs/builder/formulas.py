"""Formulas as MathML: written as TeX between dollars in a page, drawn by the browser itself, no script and no font fetched."""

from typing import Any

from docutils import nodes
from docutils.utils.math.latex2mathml import tex2mathml

NAME = "mathml"


def setup(app: Any) -> dict[str, bool]:
    """Add the renderer to Sphinx."""
    app.add_html_math_renderer(NAME, inline_renderers=(_inline, None), block_renderers=(_block, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}


def written(tex: str, *, block: bool) -> str:
    r"""Return TeX as MathML on one line.

    >>> written("x^2", block=False)
    '<math xmlns="http://www.w3.org/1998/Math/MathML"><msup><mi>x</mi><mn>2</mn></msup></math>'
    """
    return "".join(line.strip() for line in tex2mathml(tex, as_block=block).splitlines())


def _inline(translator: Any, node: nodes.math) -> None:
    translator.body.append(written(node.astext(), block=False))
    raise nodes.SkipNode


def _block(translator: Any, node: nodes.math_block) -> None:
    translator.body.append(f'<div class="formula">{written(node.astext(), block=True)}</div>\n')
    raise nodes.SkipNode
