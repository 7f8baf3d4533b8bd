"""The pages of experiments in Chromium: every chart drawn, nothing asked of the network, nothing wider than a phone."""

import importlib.util
from pathlib import Path

import pytest

_spec = importlib.util.spec_from_file_location("page_cases", Path(__file__).with_name("test_experiment_pages.py"))
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

pytestmark = pytest.mark.slow
DRAWN = "document.querySelectorAll('.chart svg.main-svg').length >= 3 * document.querySelectorAll('.chart').length"


def visit(page, path):
    """Open a page, point at each of its charts, and return whatever it complained of or asked for."""
    events = []
    page.on("dialog", lambda dialog: (events.append(f"dialog {dialog.message}"), dialog.dismiss()))
    page.on("console", lambda message: events.append(f"console {message.text}"))
    page.on("pageerror", lambda error: events.append(f"error {error}"))
    page.on("request", lambda request: events.append(request.url) if not request.url.startswith(("file:", "data:")) else None)
    page.goto(path.as_uri())
    for _ in range(100):
        if page.evaluate(DRAWN):
            break
        page.wait_for_timeout(50)
    assert page.evaluate(DRAWN)
    for chart in page.locator(".chart").all():
        chart.hover()
    return events


@pytest.mark.parametrize("make", [cases.examples, cases.hostile_pages])
def test_pages_draw_their_charts_without_network_and_fit_a_phone(browser, tmp_path, make):
    for place, html in enumerate(make()):
        path = tmp_path / f"{place}.html"
        path.write_text(html, "utf-8")
        page = browser.new_page(viewport={"width": 360, "height": 800})
        assert visit(page, path) == []
        assert page.evaluate("document.documentElement.scrollWidth") <= 360
        page.close()
