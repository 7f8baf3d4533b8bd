import json
import re

import pytest

from thalweg.evidence.surface_paths import example
from thalweg.faces import surface_page


def page():
    return surface_page.build(example(), command="thalweg race bowl --start=1,0", version="1.2.3")


def test_the_page_says_what_was_raced_and_who_was_first_and_is_the_same_each_time():
    html = page()
    assert "newton reached the minimum at step 1 and asked 3 times." in html
    assert "thalweg race bowl --start=1,0" in html
    assert "Thalweg 1.2.3, seed 0." in html
    assert html == page()


def test_nothing_is_fetched_and_every_script_is_named_by_its_hash():
    html = page()
    policy = re.search(r'Content-Security-Policy" content="([^"]*)"', html)[1]
    assert "default-src &#39;none&#39;" in policy
    assert policy.count("sha256-") == html.count("<script>") == 3
    assert not re.search(r'(src|href)="(?!#|data:)', html.split("<script>")[0])


def test_the_player_knows_the_last_step_at_which_anything_moves():
    html = page()
    assert 'data-last="3"' in html
    figures = json.loads(re.search(r'id="figures">(.*?)</script>', html, re.S)[1])
    assert [chart["id"] for chart in figures["charts"]] == ["paths", "values"]
    assert [trace.get("meta") for trace in figures["charts"][0]["data"][1:5]] == ["trail", "head", "trail", "head"]


@pytest.mark.slow
def test_in_a_browser_the_slider_cuts_the_trails_play_moves_on_and_the_ground_stays(watched):
    tab = watched(page())
    lengths = "[1, 3].map((index) => document.getElementById('paths').data[index].x.length)"
    bands = "document.querySelectorAll('#paths .contourfill path').length"
    whole = tab.evaluate(bands)
    assert whole > 2
    tab.evaluate("(() => { const s = document.getElementById('step'); s.value = 1; s.dispatchEvent(new Event('input')); })()")
    assert tab.evaluate(lengths) == [2, 2]
    tab.set_viewport_size({"width": 500, "height": 900})
    tab.wait_for_timeout(500)
    assert tab.evaluate(lengths) == [2, 2]
    assert tab.evaluate(bands) == whole
    tab.click("#play")
    tab.wait_for_timeout(2000)
    assert tab.evaluate("Number(document.getElementById('step').value)") > 1
    tab.click("#play")
    assert tab.evaluate("document.getElementById('play').textContent") == "Play"
