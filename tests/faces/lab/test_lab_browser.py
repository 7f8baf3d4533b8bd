"""The lab's page itself in Chromium: the tour, what a teacher hides, light and dark, keys, and what a stranger's browser gets."""

import re

import pytest

from thalweg.faces.lab._tour import STOPS

pytestmark = pytest.mark.slow


def test_the_tour_leads_through_the_lecture_and_back(visit):
    seen = visit("room=plane")
    page = seen.page
    for number, stop in enumerate(STOPS, start=1):
        before = page.evaluate("lab.last.opening")
        page.get_by_role("button", name="Tour" if number == 1 else "Next stop").click()
        seen.until(f"lab.tour.stop === {number} && lab.room === '{stop.room}' && lab.last.opening > {before}")
        assert page.locator("#tour h2").inner_text() == stop.title
        assert page.locator("#tour").inner_text().startswith(f"{number} of 10")
        assert page.locator("#note").is_hidden(), page.locator("#note").inner_text()
    assert page.get_by_role("button", name="Next stop").is_disabled()
    page.get_by_role("button", name="Leave the tour").click()
    page.wait_for_timeout(300)
    assert page.locator("#tour").is_hidden()
    assert "tour=" not in page.url


def test_what_a_teacher_hides_is_not_there(visit):
    seen = visit("room=plane&hide=optimiser,seed,rooms")
    page = seen.page
    assert page.locator("#control-loss").count() == 1
    assert page.locator("#control-optimiser").count() == 0
    assert page.locator("#control-seed").count() == 0
    assert page.locator("#rooms").is_hidden()
    page.locator("#control-loss").select_option("svm-sum")
    seen.until("lab.state.loss === 'svm-sum'")
    seen.until("location.hash.includes('svm-sum')")
    assert "hide=optimiser,seed,rooms" in page.url
    hidden = visit("room=plane&hide=controls").page
    assert hidden.locator("#controls").is_hidden()


def test_light_and_dark_by_a_button_and_kept(visit):
    page = visit("room=plane").page
    ground = "getComputedStyle(document.body).backgroundColor"
    light = page.evaluate(ground)
    page.get_by_role("button", name="Light or dark").click()
    dark = page.evaluate(ground)
    assert dark != light
    page.reload()
    page.wait_for_timeout(500)
    assert page.evaluate(ground) == dark
    page.evaluate("localStorage.clear()")


def test_an_address_with_a_typo_says_what_was_meant(visit):
    seen = visit("room=plane&lss=softmax")
    seen.until("!document.getElementById('note').hidden")
    assert "Did you mean 'loss'?" in seen.page.locator("#note").inner_text()


def test_every_control_can_be_reached_by_key_and_has_a_name(visit):
    page = visit("room=plane&score=mlp").page
    nameless = page.evaluate(
        """[...document.querySelectorAll("button, input, select, [tabindex]")].filter((each) => each.offsetParent !== null
        && !each.labels?.length && !each.getAttribute("aria-label") && !each.getAttribute("aria-labelledby") && !each.textContent.trim()
        && !each.title && each.id !== "stage").map((each) => each.outerHTML)"""
    )
    assert nameless == []
    page.keyboard.press("Tab")
    assert page.evaluate("document.activeElement.className") == "skip"


def test_a_browser_without_the_cookie_gets_a_page_that_says_what_to_do(browser, served):
    home = re.match(r"http://[^/]+/", served.address)[0]
    context = browser.new_context()
    page = context.new_page()
    answer = page.goto(home)
    assert answer.status == 403
    assert "Open the address that the terminal shows." in page.locator("body").inner_text()
    context.close()
