"""Plotly's figures in the lab's page, under the policy that forbids styles and scripts inside it."""

import json
from typing import Any

import pytest

from thalweg.evidence import EVIDENCE
from thalweg.views import VIEWS
from thalweg.views._drawing import Chart

pytestmark = pytest.mark.slow

DRAW = """async ([name, figure, height, width, alt]) => {
  const { chart } = await import("/assets/chart.js");
  const place = document.createElement("div");
  place.id = name;
  document.getElementById("stage").prepend(place);
  await chart(place, figure, { height, width, alt });
}"""


def examples() -> list[tuple[str, Chart]]:
    drawn = [(view.name, view.draw(EVIDENCE.get(view.evidence).example())) for view in VIEWS if view.name != "confusion_difference"]
    return [(name, drawing) for name, drawing in drawn if isinstance(drawing, Chart)]


def put(page: Any, name: str, drawing: Chart) -> Any:
    figure = json.loads(drawing.figure.to_json())
    page.evaluate(DRAW, [name, figure, drawing.height, drawing.width, drawing.alt])
    return page.locator(f"[id='{name}']")


def test_every_view_is_drawn_without_a_complaint(visit):
    page = visit("room=plane&data=spiral").page
    found = examples()
    assert len(found) > 15
    for name, drawing in found:
        place = put(page, name, drawing)
        assert place.locator("svg.main-svg").count() > 0, name
        assert place.get_attribute("aria-label") == drawing.alt
        place.scroll_into_view_if_needed()
        place.hover()
        place.evaluate("place => place.remove()")


def test_colours_follow_the_ground(visit):
    page = visit("room=plane&data=spiral").page
    name, drawing = next(pair for pair in examples() if pair[0] == "loss-curves")
    place = put(page, name, drawing)
    line = place.locator(".scatterlayer .js-line").first
    before = line.evaluate("line => line.style.stroke")
    page.get_by_role("button", name="Light or dark").click()
    page.wait_for_timeout(300)
    after = line.evaluate("line => line.style.stroke")
    assert (before, after) == ("rgb(0, 114, 178)", "rgb(88, 176, 234)")


def test_a_figure_is_as_wide_as_its_place(visit):
    page = visit("room=plane&data=spiral").page
    place = put(page, "width", examples()[0][1])
    for width in (900, 360):
        page.set_viewport_size({"width": width, "height": 800})
        page.wait_for_timeout(300)
        drawn, free = place.evaluate("place => [place.querySelector('.main-svg').getBoundingClientRect().width, place.clientWidth]")
        assert drawn == pytest.approx(free, abs=1)
        assert drawn < width
