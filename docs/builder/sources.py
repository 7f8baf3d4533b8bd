"""Every page of the site as text, by its path in the site: those of the folder, those of the project's root, and the reference."""

import re
from collections.abc import Iterable
from pathlib import Path

from docs.builder import catalogues, commands, python

REST = "How to"
"""The caption of the table of contents that takes every page the first page does not name."""
ABOVE = {"CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md", "README.md": "index.md"}
"""Pages of the project's root and where they stand in the site; the README's place is taken by the first page."""
_LINK = re.compile(r"\]\(([^)#\s]+)(#[^)\s]*)?\)")


def written(root: Path) -> dict[str, str]:
    """Return the pages that somebody wrote, links between them as the site has them."""
    docs = {str(path.relative_to(root / "docs")): path.read_text("utf-8") for path in sorted((root / "docs").rglob("*.md"))}
    above = {there: linked(here, (root / here).read_text("utf-8")) for here, there in ABOVE.items() if there not in docs}
    pages = {name: linked(f"docs/{name}", text) for name, text in docs.items()} | above
    return {**pages, "index.md": with_the_rest(pages["index.md"], pages)}


def linked(place: str, text: str) -> str:
    """Return a page whose links lead to pages of the site; `place` is the page's path in the project.

    >>> linked("docs/design.md", "[add one](../CONTRIBUTING.md#rules)"), linked("CHANGELOG.md", "[x](docs/data.md)")
    ('[add one](contributing.md#rules)', '[x](data.md)')
    """
    inside = place.startswith("docs/")
    depth = place.count("/") - inside

    def there(found: re.Match[str]) -> str:
        target, anchor = found[1], found[2] or ""
        above = target.removeprefix("../" * (depth + 1)) if inside else target
        if above in ABOVE and (not inside or above != target):
            target = "../" * depth + ABOVE[above]
        elif not inside and target.startswith("docs/"):
            target = target.removeprefix("docs/")
        return f"]({target}{anchor})"

    return _LINK.sub(there, text)


def with_the_rest(index: str, pages: Iterable[str]) -> str:
    """Return the first page with a line for every page that it does not name, in the table of contents `REST`."""
    named = set(re.findall(r"^(?:.*<)?([\w/.-]+?)>?$", index, flags=re.MULTILINE))
    rest = [name.removesuffix(".md") for name in sorted(pages) if "/" not in name and name.removesuffix(".md") not in {*named, "index"}]
    head, caption, tail = index.partition(f":caption: {REST}\n")
    entries, fence, after = tail.partition("```")
    lines = "".join(f"{name}\n" for name in rest)
    return f"{head}{caption}{entries}{lines}{fence}{after}"


def generated() -> dict[str, str]:
    """Return the reference."""
    found = catalogues.catalogues()
    pages = {
        "commands": commands.page(),
        **{_name(name): python.page(name) for name in python.modules()},
        **{f"catalogue-{_name(folder)}": catalogues.page(folder, catalogue) for folder, catalogue in found.items()},
    }
    return {f"reference/{name}.md": text for name, text in {"index": _contents(list(pages)), **pages}.items()}


def _name(dotted: str) -> str:
    return dotted.replace(".", "-")


def _contents(names: list[str]) -> str:
    lines = "\n".join(names)
    return (
        "# Reference\n\nMade from the catalogues, the command line and the docstrings when the site is built: what stands here is what the "
        "program reads. Every example after `>>>` is run by the tests.\n\n"
        f"```{{toctree}}\n:maxdepth: 1\n\n{lines}\n```\n"
    )
