"""The runs room in Chromium."""

from pathlib import Path

import pytest

import thalweg as tw

pytestmark = pytest.mark.slow

HOSTILE = "<img src=x onerror=alert(1)>"


@pytest.fixture(scope="module", autouse=True)
def runs(served):
    """Two runs and a sweep in the folder of the lab that is served, one of them with a report."""
    runs: Path = served.folder / "runs"
    tw.train("digits", folder=runs / "softmax", epochs=3).report()
    tw.train("digits", folder=runs / "hinge", loss="svm-sum", rate=0.01, epochs=2)
    tw.train("digits", folder=runs / HOSTILE, epochs=1)
    tw.sweep("digits", folder=runs / "rates", rate=[0.01, 0.1], l2=[0, 1e-3], epochs=1, seeds=2)
    (runs / "broken").mkdir()
    (runs / "broken" / "manifest.json").write_text("{")
    return runs


def test_two_runs_are_chosen_and_compared(visit):
    room = visit("room=runs")
    page = room.page
    assert page.get_by_role("row").count() == 6
    assert "Cannot be read" in page.locator("td.broken").inner_text()
    page.get_by_label("Choose softmax for the curves").check()
    page.get_by_label("Choose hinge for the curves").check()
    room.until("document.querySelectorAll('.choice-of-runs .scatterlayer .trace').length === 4")
    assert page.locator(".choice-of-runs .legendtext").all_text_contents() == ["softmax", "hinge"]
    assert "svm-sum" in page.get_by_role("region", name="Settings that differ").inner_text()
    page.get_by_label("Figure").select_option("rate")
    page.get_by_label("over", exact=True).select_option("examples")
    room.until("document.querySelectorAll('.choice-of-runs .scatterlayer .trace').length === 2")
    room.until("['runs=softmax,hinge', 'figure=rate', 'axis=examples'].every((words) => location.hash.includes(words))")
    again = visit(page.url.partition("#")[2])
    again.until("document.querySelectorAll('.choice-of-runs .scatterlayer .trace').length === 2")
    assert again.page.get_by_label("Choose hinge for the curves").is_checked()
    assert again.page.get_by_label("Figure").input_value() == "rate"


def test_the_list_is_sorted_and_narrowed(visit):
    page = visit("room=runs").page

    def names():
        return [text.split("\n")[0] for text in page.locator(".list tbody td:nth-child(2)").all_inner_texts()]

    page.get_by_role("button", name="Name").click()
    assert names()[0] == HOSTILE
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Name")
    page.get_by_role("button", name="Name").click()
    assert names()[-1] == HOSTILE
    page.get_by_label("Only those with").fill("svm digits")
    assert names() == ["hinge"]
    assert page.get_by_text("1 of 5").is_visible()


def test_a_sweep_has_its_heat_map_over_the_settings_that_are_asked_for(visit):
    room = visit("room=runs")
    page = room.page
    page.get_by_role("link", name="rates").click()
    room.until("document.querySelectorAll('.heatmaplayer image').length === 1")
    title = "[...document.querySelectorAll('.xtitle')].map((one) => one.textContent)"
    assert "rate" in page.evaluate(title)
    page.get_by_label("Heat map: across").select_option("l2")
    room.until(f"{title}.includes('l2')")
    page.go_back()
    room.until("document.querySelector('.list') && !document.querySelector('.list').closest('[hidden]')")


def test_evidence_is_computed_with_a_click_and_kept(visit, runs):
    room = visit("room=runs&run=softmax")
    page = room.page
    room.until("document.getElementById('evidence-templates') !== null")
    section = page.locator("#evidence-templates")
    section.get_by_role("button", name="Compute").click()
    room.until("document.querySelectorAll('#evidence-templates img').length === 10", seconds=60)
    assert (runs / "softmax" / "evidence" / "templates.json").is_file()
    assert not section.get_by_role("button", name="Compute").is_visible()
    assert visit("room=runs&run=softmax").until("document.querySelectorAll('#evidence-templates img').length") == 10


def test_a_computation_is_cancelled(visit, runs):
    room = visit("room=runs&run=hinge")
    room.until("document.getElementById('evidence-surface') !== null")
    section = room.page.locator("#evidence-spectrum")
    section.get_by_role("button", name="Compute").click()
    section.get_by_role("button", name="Cancel").click(timeout=10_000)
    room.until("document.querySelector('#evidence-spectrum [role=status]').textContent.startsWith('Cancelled')", seconds=60)
    assert not (runs / "hinge" / "evidence").exists()


def test_the_report_opens_in_a_box_of_its_own(visit, guest):
    room = visit("room=runs&run=softmax")
    room.until("document.querySelector('a[href^=\"/run-page\"]') !== null")
    link = room.page.get_by_role("link", name="Report")
    assert (link.get_attribute("target"), link.get_attribute("rel")) == ("_blank", "noopener")
    with guest.expect_page() as opened:
        link.click()
    opened.value.wait_for_url("**/run-page?run=softmax&page=report.html")
    opened.value.close()
    page, told = guest.new_page(), []
    page.on("console", lambda message: told.append(message.text))
    page.goto(room.home.rstrip("/") + link.get_attribute("href"))
    assert page.locator("svg.main-svg").count() > 0
    assert page.evaluate("globalThis.origin") == "null"
    assert told == []
    assert page.evaluate("fetch('/').then(() => 'asked', () => 'refused')") == "refused"
    page.close()


def test_pictures_go_on_from_a_run(visit):
    room = visit("room=runs&run=hinge")
    room.until("document.querySelector('.links a') !== null")
    room.page.get_by_role("link", name="Continue in Pictures").click()
    room.until("lab.room === 'pictures' && lab.state.from === 'hinge'")
    assert room.page.locator("#note").inner_text() == ""


def test_names_are_text(visit):
    room = visit("room=runs")
    room.page.on("dialog", lambda dialog: room.complaints.append(dialog.message))
    room.page.get_by_label(f"Choose {HOSTILE} for the curves").check()
    room.until("document.querySelectorAll('.choice-of-runs .scatterlayer .trace').length === 2")
    room.page.get_by_role("link", name=HOSTILE).click()
    room.until("document.getElementById('evidence-templates') !== null")
    assert room.page.locator(".of-run h1").inner_text() == HOSTILE
    assert room.page.locator("main img[onerror]").count() == 0


@pytest.mark.parametrize("words", ["room=runs&runs=softmax,hinge", "room=runs&run=softmax", "room=runs&run=rates"])
def test_nothing_is_wider_than_a_phone(visit, words):
    room = visit(words)
    room.until("document.querySelectorAll('.main-svg').length > 0")
    room.page.set_viewport_size({"width": 360, "height": 740})
    room.page.wait_for_timeout(400)
    assert room.page.evaluate("document.documentElement.scrollWidth") == 360
