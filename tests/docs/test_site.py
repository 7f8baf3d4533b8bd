"""The built site: whole, without a network, without a dead link, without a path of the machine that built it."""

import os
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlsplit

import pytest

ROOT = Path(__file__).parents[2]
LOADED = {
    "img": ("src", "srcset"),
    "script": ("src",),
    "link": ("href",),
    "source": ("src", "srcset"),
    "iframe": ("src",),
    "video": ("src",),
}
NOT_LOADED = {"index", "search", "next", "prev", "canonical", "genindex"}
"""Links of a page's head that say where something is and load nothing."""
FETCHES = re.compile(r"""url\(\s*['"]?\s*(?:https?:)?//|@import\s+['"](?:https?:)?//""")

pytestmark = pytest.mark.slow


class Page(HTMLParser):
    """What a page loads, where it leads, what can be led to, and its text."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.loads: list[str] = []
        self.leads: list[str] = []
        self.anchors: set[str] = set()
        self.text: list[str] = []
        self.feed(path.read_text("utf-8"))

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self.anchors |= {given[name] for name in ("id", "name") if name in given}
        if tag == "a" and "href" in given:
            self.leads.append(given["href"])
        elif not (tag == "link" and set(given.get("rel", "").split()) & NOT_LOADED):
            self.loads += [given[name] for name in LOADED.get(tag, ()) if name in given]

    def handle_data(self, data: str) -> None:
        self.text.append(data)


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("docs")
    nowhere = {"http_proxy": "http://127.0.0.1:9", "https_proxy": "http://127.0.0.1:9", "no_proxy": ""}
    made = subprocess.run(
        [sys.executable, "-m", "docs.builder", str(folder)], cwd=ROOT, env={**os.environ, **nowhere}, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stderr + made.stdout
    return folder / "html"


@pytest.fixture(scope="module")
def pages(site: Path) -> dict[Path, Page]:
    return {path: Page(path) for path in sorted(site.rglob("*.html"))}


def here(page: Path, address: str) -> Path | None:
    """Return the file that an address of a page is, None where it is on another machine or in the page itself."""
    parts = urlsplit(address)
    if parts.scheme or parts.netloc:
        return None
    return (page.parent / unquote(parts.path)).resolve() if parts.path else page


def test_everything_a_page_loads_lies_beside_it(site: Path, pages: dict[Path, Page]) -> None:
    loads = [(page, address) for page, seen in pages.items() for address in seen.loads]
    assert len(loads) > 100
    for page, address in loads:
        if not address.startswith("data:"):
            found = here(page, address)
            assert found is not None, f"{page.name} loads {address}"
            assert found.is_file(), f"{page.name} loads {address}"
            assert found.is_relative_to(site), f"{page.name} loads {address}"


def test_styles_fetch_nothing(site: Path) -> None:
    styles = list(site.rglob("*.css"))
    assert styles
    for path in styles:
        assert not FETCHES.search(path.read_text("utf-8")), path.name


def test_every_link_leads_somewhere(pages: dict[Path, Page]) -> None:
    for page, seen in pages.items():
        for address in seen.leads:
            target = here(page, address)
            if target is None:
                continue
            assert target.is_file(), f"{page.name}: {address}"
            anchor = unquote(urlsplit(address).fragment)
            if anchor and target in pages:
                assert anchor in pages[target].anchors, f"{page.name}: {address}"


def test_no_page_tells_of_the_machine(site: Path, pages: dict[Path, Page]) -> None:
    for page, seen in pages.items():
        text = "".join(seen.text)
        for path in (str(ROOT), str(site.parent), str(Path.home()) + "/"):
            assert path not in text, f"{page.name} names {path}"


def test_every_page_is_in_the_contents(site: Path, pages: dict[Path, Page]) -> None:
    listed = {here(page, address) for page, seen in pages.items() for address in seen.leads}
    for page in pages:
        assert page in listed or page.name in ("genindex.html", "search.html"), page.name


def visited(browser: Any, path: Path, *, width: int, colours: str) -> tuple[Any, list[str]]:
    """Open a page; return it with what it complained of and what it asked of the network."""
    page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=colours)
    events: list[str] = []
    page.on("console", lambda message: events.append(f"console {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error {error}"))
    page.on("request", lambda request: None if request.url.startswith(("file:", "data:")) else events.append(f"request {request.url}"))
    page.goto(path.as_uri())
    return page, events


DRAWN = "[...document.querySelectorAll('.chart')].every((chart) => chart.querySelector('svg.main-svg'))"
FITS = "document.documentElement.scrollWidth <= innerWidth"


@pytest.mark.parametrize(("width", "colours"), [(1280, "light"), (390, "dark")])
def test_the_tutorial_is_drawn_and_fits(site: Path, browser: Any, width: int, colours: str) -> None:
    pages = sorted((site / "tutorial").glob("*.html"))
    assert len(pages) >= 8
    charts = 0
    for path in pages:
        page, events = visited(browser, path, width=width, colours=colours)
        page.wait_for_function(DRAWN)
        assert page.evaluate(FITS), f"{path.name} is wider than {width}"
        charts += page.locator(".chart").count()
        assert events == [], path.name
        page.close()
    assert charts >= 8


def test_the_reference_fits_a_phone(site: Path, browser: Any) -> None:
    for name in ("index", "reference/catalogue-loss", "reference/commands", "reference/thalweg", "results"):
        page, events = visited(browser, site / f"{name}.html", width=390, colours="light")
        assert page.evaluate(FITS), name
        assert events == [], name
        page.close()


def test_charts_take_the_colours_that_the_reader_chooses(site: Path, browser: Any) -> None:
    page, _ = visited(browser, site / "tutorial" / "step-size.html", width=1280, colours="light")
    page.wait_for_function(DRAWN)
    ink = "getComputedStyle(document.querySelector('.chart .xtitle')).fill"
    light = page.evaluate(ink)
    page.evaluate("document.body.dataset.theme = 'dark'")
    page.wait_for_function(f"{ink} !== {light!r}")
    page.close()


def test_the_search_finds_an_entry(site: Path, browser: Any) -> None:
    page, events = visited(browser, site / "search.html", width=1280, colours="light")
    page.goto((site / "search.html").as_uri() + "?q=saddle-free-newton")
    page.wait_for_selector("#search-results li a")
    assert "Optimisers" in page.inner_text("#search-results")
    assert events == []
    page.close()
