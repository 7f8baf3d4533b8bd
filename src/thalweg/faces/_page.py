"""One HTML page without network: escaping, the content security policy, figures as data, pictures as data addresses.

Every text that a template prints passes `visible` and jinja's escaping; plotly's script and the pages' own are named by their hashes in
the policy, so that no other script can run, and nothing can be fetched.
"""

import base64
import hashlib
import json
from collections.abc import Mapping, Sequence
from functools import cache
from importlib import resources
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined
from markupsafe import Markup
from plotly.offline import get_plotlyjs

from thalweg.core.visible import visible
from thalweg.views._drawing import Chart, Drawing
from thalweg.views._palette import DARK


def render(template: str, drawings: Mapping[str, Drawing], *, shared: Sequence[str] = (), **context: Any) -> str:
    """Return the page made of `faces/<template>.html`, which extends `base.html`; `drawings` by the identifier they have in the page.

    `page.css` and `page.js` serve every page; after them come the `shared` ones that several pages have, then `faces/<template>.css`
    and `.js`, where they exist. A shared script stands in one piece with the page's own, which calls it.
    """
    own = (*shared, template)
    style = "".join(_source(name) for name in ("page.css", *(f"{each}.css" for each in own)))
    scripts = [script for script in (_plotly(), _source("page.js"), "".join(_source(f"{each}.js") for each in own)) if script]
    return (
        _environment()
        .get_template(f"{template}.html")
        .render(
            drawings=drawings,
            policy=_policy(*scripts),
            style=Markup(style),
            scripts=[Markup(script) for script in scripts],
            figures=Markup(_figures(drawings)),
            **context,
        )
    )


def fragment(template: str, **context: Any) -> str:
    """Return a part of somebody else's page, escaped like a page of our own; `template` is a file of this folder."""
    return _environment().get_template(template).render(**context)


def shown(value: object) -> object:
    """Return text with hidden characters as escapes; mark-up of our own and anything else unchanged."""
    return visible(value) if isinstance(value, str) and not isinstance(value, Markup) else value


def script_json(value: Any) -> str:
    r"""Return strict JSON that no HTML parser can leave: `<`, `>` and `&` as escapes, ASCII only.

    >>> script_json("</script>")
    '"\\u003c/script\\u003e"'
    """
    text = json.dumps(value, allow_nan=False, ensure_ascii=True, separators=(",", ":"))
    return text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


def _figures(drawings: Mapping[str, Drawing]) -> str:
    charts = []
    for name, drawing in drawings.items():
        if isinstance(drawing, Chart):
            figure = json.loads(drawing.figure.to_json())
            layout = {key: value for key, value in figure["layout"].items() if key != "title"} | {
                "margin": {"l": 8, "r": 8, "t": 8, "b": 8}
            }
            charts.append({"id": name, "data": figure["data"], "layout": layout, "height": drawing.height, "width": drawing.width})
    return script_json({"charts": charts, "dark": DARK})


def _policy(*scripts: str) -> str:
    hashes = " ".join(f"'sha256-{base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()}'" for script in scripts)
    sources = (
        "default-src 'none'",
        "img-src data:",
        "style-src 'unsafe-inline'",
        f"script-src {hashes}",
        "base-uri 'none'",
        "form-action 'none'",
    )
    return "; ".join(sources)


def png_address(png: bytes) -> str:
    """Return a PNG as a data address."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


@cache
def _environment() -> Environment:
    loader = PackageLoader("thalweg.faces", "")
    made = Environment(loader=loader, autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True, finalize=shown)
    made.filters["address"] = png_address
    return made


@cache
def _plotly() -> str:
    return get_plotlyjs()


@cache
def _source(name: str) -> str:
    """Return a file of this folder as text, empty where there is none."""
    found = resources.files("thalweg.faces").joinpath(name)
    return found.read_text("utf-8") if found.is_file() else ""
