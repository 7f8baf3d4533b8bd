"""What Sphinx reads: the extensions, the look, and nothing that needs a network."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]
sys.path.insert(0, str(ROOT))

from docs.builder import formulas  # noqa: E402  (after the path)
from thalweg import __version__  # noqa: E402

project = "Thalweg"
author = copyright = "The Thalweg developers"
version = release = __version__
language = "en"  # en_GB: its translation of the search results stops their script

extensions = ["myst_parser", "docs.builder.formulas"]
source_suffix = {".md": "markdown"}
myst_enable_extensions = ["colon_fence", "dollarmath"]
myst_heading_anchors = 3
myst_url_schemes = ("http", "https")
smartquotes = False  # `--rate` is no dash
html_math_renderer = formulas.NAME
add_module_names = False
pygments_style, pygments_dark_style = "friendly", "native"

html_theme = "furo"
html_title = "Thalweg"
html_logo = html_favicon = str(ROOT / "src/thalweg/faces/lab/assets/mark.svg")
html_static_path = ["theme", *filter(None, [os.environ.get("THALWEG_DOCS_STATIC")])]
html_css_files = ["site.css"]
html_copy_source = html_show_sourcelink = False
html_show_search_summary = False  # fetches pages, which a browser refuses to a site opened from files
html_theme_options = {
    "light_css_variables": {
        "color-brand-primary": "#0072b2",
        "color-brand-content": "#0072b2",
        "color-background-primary": "#ffffff",
        "color-background-secondary": "#f5f7f9",
        "color-foreground-primary": "#1d2430",
        "color-foreground-secondary": "#5f6875",
        "color-background-border": "#e3e6ea",
        "color-code-background": "#f5f7f9",
    },
    "dark_css_variables": {
        "color-brand-primary": "#58b0ea",
        "color-brand-content": "#58b0ea",
        "color-background-primary": "#13171d",
        "color-background-secondary": "#1b2027",
        "color-foreground-primary": "#e6e9ee",
        "color-foreground-secondary": "#a0a9b6",
        "color-background-border": "#2c323c",
        "color-code-background": "#1b2027",
    },
}
