"""The race room in Chromium, driven as a person would."""

import pytest

pytestmark = pytest.mark.slow

READY = "lab.last.coming && !lab.last.coming.length && lab.last.runners.length"
STEP = "Number(document.querySelector('.scrub').value)"
RACE = "room=race&surface=himmelblau&steps=60&optimisers=sgd,adam"


def race(visit, words=RACE):
    room = visit(words)
    room.until(READY)
    return room


def canvas(room, name="map"):
    found = room.page.locator(f"canvas.{name}")
    found.scroll_into_view_if_needed()
    return found, found.bounding_box()


def cells(room, row=0):
    return room.page.locator("main table tbody tr").nth(row).locator("td").all_inner_texts()


def path(room):
    return room.page.evaluate("[...lab.last.arrays.path.values]")


def test_a_click_on_the_map_starts_there_and_the_race_is_run_from_its_beginning(visit):
    room = race(visit)
    before = path(room)
    _, box = canvas(room)
    room.page.mouse.click(box["x"] + box["width"] / 4, box["y"] + box["height"] / 4)
    room.until(f"lab.last.start[0] < -1 && {READY}")
    assert path(room) != before
    x, y = room.page.evaluate("lab.last.start")
    assert x < -1, "left of the middle"
    assert y > 1, "above it"
    room.until(f"{STEP} > 0 && {STEP} < 60")
    room.until(f"{STEP} === 60")
    assert "start=" in room.page.url


def test_arrow_keys_move_the_start_and_others_zoom_and_come_back(visit):
    room = race(visit)
    found, _ = canvas(room)
    found.focus()
    room.page.keyboard.press("ArrowRight")
    room.until("lab.last.start[0] > 0")
    assert room.page.evaluate("lab.last.start[1]") == 0
    seen = room.page.evaluate("document.querySelector('canvas.map').toDataURL()")
    room.page.keyboard.press("+")
    room.until(f"document.querySelector('canvas.map').toDataURL() !== {seen!r}")


def test_play_to_the_end_and_scrub_back_to_the_first_step(visit):
    room = race(visit)
    room.page.get_by_role("button", name="Back to the start").click()
    assert cells(room)[1:3] == ["0", "0"], "the start of himmelblau"
    room.page.get_by_label("Speed").select_option("150")
    room.page.keyboard.press("Escape")
    room.page.get_by_role("button", name="Play", exact=True).click()
    room.until(f"{STEP} === 60")
    assert cells(room)[1:3] == ["3", "2"]
    assert cells(room)[6] == "at a minimum"
    assert "reached the minimum" in cells(room)[8]
    slider = room.page.locator(".scrub")
    slider.focus()
    room.page.keyboard.press("Home")
    room.until(f"{STEP} === 0")
    assert cells(room)[1:3] == ["0", "0"]
    assert cells(room)[8] == "running"
    room.page.keyboard.press("ArrowRight")
    room.until(f"{STEP} === 1")
    assert cells(room)[1] == room.page.evaluate("String(Number(lab.last.arrays.path.values[2].toPrecision(4)))")


def test_keys_step_and_wind(visit):
    room = race(visit)
    for key, step in (("r", 0), ("s", 1), ("s", 2), ("b", 1), ("e", 60)):
        room.page.keyboard.press(key)
        room.until(f"{STEP} === {step}")


def test_ticking_an_optimiser_lets_it_run(visit):
    room = race(visit)
    room.page.get_by_role("checkbox", name="momentum", exact=True).check()
    room.until("lab.last.runners.length === 3")
    assert room.page.evaluate("lab.state.optimisers") == "sgd,momentum,adam"
    assert room.page.locator("main table tbody th").all_inner_texts() == ["sgd", "momentum", "adam"]
    room.page.get_by_role("checkbox", name="sgd", exact=True).uncheck()
    room.until("lab.last.runners.length === 2")


def test_an_example_is_one_click_and_says_what_to_look_at(visit):
    room = race(visit)
    room.page.get_by_role("button", name="On the ridge").click()
    room.until("lab.last.title === 'saddle'")
    room.until(f"{READY} === 3")
    room.page.keyboard.press("e")
    room.until(f"{STEP} === 200")
    assert "walks into the saddle" in room.page.locator(".lesson").inner_text()
    texts = cells(room)
    assert texts[5] == "−1, 1"
    assert texts[6] == "at a saddle"
    assert texts[8] == "stuck at step 44"


def test_dragging_and_keys_turn_the_relief(visit):
    room = race(visit)
    _, box = canvas(room, "relief")
    pixels = "document.querySelector('canvas.relief').toDataURL()"
    one = room.page.evaluate(pixels)
    room.page.mouse.move(box["x"] + 100, box["y"] + 100)
    room.page.mouse.down()
    room.page.mouse.move(box["x"] + 160, box["y"] + 110)
    room.page.mouse.up()
    other = room.page.evaluate(pixels)
    assert one != other
    room.page.keyboard.press("ArrowLeft")
    assert room.page.evaluate(pixels) not in (one, other)


def test_a_shared_address_gives_the_same_race(visit):
    room = race(visit, "room=race&surface=quadratic&kappa=50&angle=30&start=1,1&steps=40&optimisers=adam&tuned=false&adam.rate=0.3")
    again = race(visit, room.page.url.partition("#")[2])
    assert path(again) == path(room)
    assert again.page.evaluate("lab.state") == room.page.evaluate("lab.state")


@pytest.mark.parametrize("words", [RACE, "room=race&ground=data&data=gauss"])
def test_a_telephone_shows_nothing_wider_than_itself(visit, words):
    room = visit(words)
    room.page.set_viewport_size({"width": 360, "height": 740})
    room.until("document.documentElement.scrollWidth <= 360")
    room.until("document.querySelector('canvas').clientWidth > 280")


DATA = "room=race&ground=data&data=gauss&examples=60&batch=8&steps=30&optimisers=sgd,adam"


def test_a_race_on_data_to_a_step_and_back(visit):
    room = visit(DATA)
    assert "Nobody has moved yet" in room.page.locator("main").inner_text()
    room.page.get_by_role("button", name="One step").click()
    room.until("lab.last.step === 1")
    assert cells(room)[1] == "1"
    room.page.get_by_role("button", name="One epoch").click()
    room.until("lab.last.step === 6")
    room.page.keyboard.press("Escape")
    room.page.get_by_role("button", name="Play").click()
    room.until("lab.last.step === 30 && !lab.last.playing")
    room.until(f"{STEP} === 30")
    last = cells(room)
    assert (last[1], last[7]) == ("30", "at the end")
    assert last[4].endswith(" %")
    room.page.locator(".scrub").focus()
    room.page.keyboard.press("Home")
    room.until(f"{STEP} === 0")
    first = cells(room)
    assert first[1] == "0"
    assert float(first[3]) > float(last[3]), "the loss of the whole training set at the start and at the end"
    assert room.page.evaluate("lab.last.step") == 30, "looking back changes nothing"
    room.page.keyboard.press("r")
    room.until("lab.last.step === 0")


def test_pointing_at_a_curve_goes_to_that_step(visit):
    room = visit(DATA)
    room.page.keyboard.press(" ")
    room.until("lab.last.step === 30 && !lab.last.playing")
    box = room.page.locator("canvas.curves").first.bounding_box()
    room.page.mouse.click(box["x"] + 52 + (box["width"] - 76) / 2, box["y"] + 60)
    room.until(f"{STEP} === 15")
    assert "step 15:" in room.page.locator("canvas.curves").first.get_attribute("aria-label")


def test_who_diverges_is_said_so_and_the_other_goes_on(visit):
    room = visit(f"{DATA}&score=mlp&sgd.rate=1e20")
    room.page.keyboard.press(" ")
    room.until("lab.last.step === 30 && !lab.last.playing")
    assert cells(room)[7].startswith("diverged at step")
    assert cells(room, 1)[7] == "at the end"
    assert "sgd diverged at step" in room.page.locator("main > p").last.inner_text()


def test_from_a_surface_to_data_and_back(visit):
    room = race(visit)
    room.page.get_by_role("button", name="Race on data").click()
    room.until("lab.last.ground === 'data'")
    assert "ground=data" in room.page.url
    room.page.get_by_role("button", name="Race on a surface").click()
    room.until("lab.last.ground === 'surface' && lab.state.surface === 'himmelblau'")


SEEN = "document.querySelector('.picture figcaption').textContent.match(/from (.*) to (.*?),? (in|the)/).slice(1, 3).map(Number)"


def test_wheel_and_drag_look_around_and_all_comes_back(visit):
    room = race(visit, "room=race&surface=quadratic&steps=5&optimisers=sgd")
    whole = room.until(f"{SEEN}[1] > 600 && {SEEN}")  # the ground of all that is seen, which is more than the window of the race
    _, box = canvas(room)
    middle = (box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    room.page.mouse.move(*middle)
    room.page.mouse.wheel(0, -600)
    room.until(f"{SEEN}[1] < {whole[1]} / 4")
    near = room.page.evaluate(SEEN)
    room.page.mouse.down()
    room.page.mouse.move(middle[0], middle[1] - 60, steps=4)
    room.page.mouse.up()
    room.until(f"{SEEN}[1] > {near[1]} * 1.1")
    assert room.page.evaluate("lab.state.start") is None, "dragging the ground is no new start"
    room.page.get_by_role("button", name="The whole map").click()
    room.until(f"{SEEN}[1] === {whole[1]}")


def test_two_fingers_zoom(visit):
    room = race(visit, "room=race&surface=quadratic&steps=5&optimisers=sgd")
    whole = room.until(f"{SEEN}[1] > 600 && {SEEN}")  # the ground of all that is seen, which is more than the window of the race
    _, box = canvas(room)
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    touch = room.page.context.new_cdp_session(room.page)

    def fingers(kind, apart):
        points = [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}] if apart else []
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    fingers("touchStart", 20)
    for apart in (40, 60, 80):
        fingers("touchMove", apart)
    fingers("touchEnd", 0)
    room.until(f"{SEEN}[1] < {whole[1]} / 8")
    assert room.page.evaluate("lab.state.start") is None
