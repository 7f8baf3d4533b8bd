"""The report in Chromium: figures drawn, nothing asked of the network, no hostile name comes alive, nothing wider than a phone."""

import importlib.util
import itertools
from pathlib import Path

import pytest

from thalweg.faces.report import build

_spec = importlib.util.spec_from_file_location("report_cases", Path(__file__).with_name("test_report.py"))
cases = importlib.util.module_from_spec(_spec)
_spec.loader.exec_module(cases)

pytestmark = pytest.mark.slow

FRAGMENTS = (
    "<script>alert(1)</script>",
    "</script><script>alert(2)</script>",
    "<img src=x onerror=alert(3)>",
    "<svg onload=alert(4)>",
    "<iframe srcdoc='<script>alert(5)</script>'>",
    "<a href='javascript:alert(6)'>x</a>",
    "<style>@import 'https://example.org/x.css'</style>",
    "<link rel=stylesheet href=https://example.org/y.css>",
    "javascript:alert(7)",
    "{{constructor.constructor('alert(8)')()}}",
)
WRAPPINGS = ("{}", '">{}', "'>{}", "</title>{}", "</textarea>{}", "-->{}", "</pre>{}", "\x1b[0m{}", "\u202e{}", "]]>{}")
PAYLOADS = tuple(wrapping.format(fragment) for wrapping, fragment in itertools.product(WRAPPINGS, FRAGMENTS))
WATCH = "document.addEventListener('securitypolicyviolation', (event) => console.error('POLICY ' + event.violatedDirective))"


def until(page, condition):
    """Wait for a condition; playwright's own waiting evaluates text in the page, which the page's policy forbids."""
    for _ in range(100):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(50)
    pytest.fail(f"not within five seconds: {condition}")


@pytest.fixture
def opened(browser, tmp_path):
    contexts = []

    def visit(html, **settings):
        path = tmp_path / "report.html"
        path.write_text(html, "utf-8")
        context = browser.new_context(**settings)
        contexts.append(context)
        page = context.new_page()
        events = []
        page.on("dialog", lambda dialog: (events.append(f"dialog {dialog.message}"), dialog.dismiss()))
        page.on("console", lambda message: events.append(f"console {message.text}"))
        page.on("pageerror", lambda error: events.append(f"error {error}"))
        page.on("request", lambda request: events.append(f"request {request.url}") if request.url != path.as_uri() else None)
        page.add_init_script(WATCH)
        page.goto(path.as_uri())
        until(page, "document.querySelectorAll('.chart svg.main-svg').length >= 3 * document.querySelectorAll('.chart').length")
        return page, [event for event in events if not event.startswith("request data:")]

    yield visit
    for context in contexts:
        context.close()


def test_a_report_draws_its_figures_without_network_and_without_a_complaint(opened):
    page, events = opened(build(cases.report_input()))
    assert events == []
    assert page.locator(".chart").count() == 5
    assert page.locator(".chart .scatterlayer .trace").count() >= 8


@pytest.mark.parametrize("place", ["classes", "origins", "texts"])
def test_a_hundred_hostile_payloads_stay_text(opened, place):
    if place == "classes":
        given = cases.report_input(PAYLOADS)
    else:
        given = cases.hostile_input()
        examined = given.examined
        origins = [PAYLOADS[row % len(PAYLOADS)] for row in range(len(examined.labels))]
        changes = (
            {"examined": cases.replace(examined, origins=origins)}
            if place == "origins"
            else {"notes": PAYLOADS, "recipe": "\n".join(PAYLOADS)}
        )
        given = cases.replace(given, **changes)
    page, events = opened(build(given))
    for chart in page.locator(".chart").all():
        chart.hover()
    page.wait_for_timeout(200)
    assert events == []
    assert page.locator("iframe, link, a:not([href^='#'])").count() == 0


@pytest.mark.parametrize("width", [320, 360, 1200])
@pytest.mark.parametrize("make", [cases.report_input, cases.hostile_input])
def test_the_page_is_never_wider_than_its_window(opened, width, make):
    page, _ = opened(build(make()), viewport={"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_figures_follow_the_colour_scheme_and_print_on_white(opened):
    page, _ = opened(build(cases.report_input()), color_scheme="dark")
    title = "getComputedStyle(document.querySelector('#loss .xtitle')).fill"
    assert page.evaluate(title) == "rgb(230, 233, 238)"
    page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert page.evaluate(title) == "rgb(29, 36, 48)"
    page.evaluate("dispatchEvent(new Event('afterprint'))")
    until(page, f"{title} === 'rgb(230, 233, 238)'")
    page.emulate_media(color_scheme="light")
    until(page, f"{title} === 'rgb(29, 36, 48)'")
    assert page.pdf(format="A4").startswith(b"%PDF")
