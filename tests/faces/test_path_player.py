"""The slider over a path on the page of an inspection."""

import re

import pytest

from thalweg.evidence.path import example
from thalweg.faces._made import Made
from thalweg.faces.inspection_page import InspectionPage, build
from thalweg.run.versions import versions


def page():
    made = Made(command="thalweg inspect run", versions=versions(), seconds=None)
    return build(InspectionPage(title="run", findings={"path": example()}, skipped={}, made=made))


def test_the_players_script_is_named_by_its_hash():
    html = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert policy.count("sha256-") == html.count("<script>") == 3
    assert '"meta":"trail"' in html


@pytest.mark.slow
def test_in_a_browser_the_slider_cuts_the_path_play_moves_on_and_the_ground_stays(watched):
    tab = watched(page())
    lengths = "document.getElementById('evidence-path').data.filter((t) => t.meta === 'trail').map((t) => t.x.length)"
    bands = "document.querySelectorAll('#evidence-path .contourfill path').length"
    whole = tab.evaluate(bands)
    assert whole > 2
    assert tab.evaluate(lengths) == [5, 5]
    slide = "(() => { const s = document.querySelector('.player input'); s.value = 1; s.dispatchEvent(new Event('input')); })()"
    tab.evaluate(slide)
    assert tab.evaluate(lengths) == [2, 2]
    assert tab.inner_text(".player output") == "step 1 of 4"
    tab.set_viewport_size({"width": 500, "height": 900})
    tab.wait_for_timeout(500)
    tab.wait_for_function(f"JSON.stringify({lengths}) === '[2,2]'")
    assert tab.evaluate(lengths) == [2, 2]
    assert tab.evaluate(bands) == whole
    tab.click(".player button")
    tab.wait_for_timeout(3500)
    tab.click(".player button")
    assert 2 < tab.evaluate(lengths)[0] <= 5
    assert tab.locator(".player").count() == 1
