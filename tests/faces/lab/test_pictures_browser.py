"""The pictures room in Chromium, driven as a person would."""

import io
import math

import numpy as np
import pytest
from PIL import Image

import thalweg as tw

pytestmark = pytest.mark.slow

ROOM = "room=pictures&pace=0"
THERE = "lab.last && lab.last.step !== undefined && document.querySelectorAll('.tiles .tile').length > 0"
DONE = "lab.last.stopped.startsWith('All')"


def room_of(visit, words=ROOM):
    room = visit(words)
    room.until(THERE)
    return room


def trained(visit, words=ROOM):
    room = room_of(visit, words)
    room.page.keyboard.press(" ")
    room.until(DONE, seconds=60)
    return room


def stroke(room, points):
    """Draw a line through points of the pad, given as shares of its side."""
    pad = room.page.locator("canvas.pad")
    pad.scroll_into_view_if_needed()
    box = pad.bounding_box()
    placed = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    room.page.mouse.move(*placed[0])
    room.page.mouse.down()
    for place in placed[1:]:
        room.page.mouse.move(*place, steps=2)
    room.page.mouse.up()


def verdict(room):
    return room.page.locator(".verdict").inner_text()


def until_read(room, words):
    room.until(f"document.querySelector('.verdict').textContent.includes({words!r})")


def png(pixels):
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def test_digits_are_learnt_and_templates_move(visit):
    room = room_of(visit)
    tiles = "[...document.querySelectorAll('.tiles canvas')].map((one) => one.toDataURL()).join()"
    before = room.page.evaluate(tiles)
    room.page.get_by_role("button", name="Play").click()
    room.until(DONE, seconds=60)
    assert room.page.evaluate("lab.last.figures.validation.accuracy") > 0.9
    assert room.page.evaluate(tiles) != before
    assert "validation loss" in room.page.locator(".standing").inner_text()
    assert room.page.locator(".curves .main-svg").count() > 0
    room.page.get_by_role("button", name="Ten more epochs").click()
    room.until("lab.state.epochs === '20' && lab.last.epoch === 20")


def test_keys_step_and_go_back(visit):
    room = room_of(visit)
    room.page.keyboard.press("s")
    room.until("lab.last.step === 1")
    room.page.keyboard.press("e")
    room.until("lab.last.epoch === 1")
    room.page.keyboard.press("r")
    room.until("lab.last.step === 0")


def test_a_cell_of_the_confusion_matrix_shows_its_pictures(visit):
    room = trained(visit)
    matrix = room.page.locator("canvas.matrix")
    matrix.scroll_into_view_if_needed()
    box = matrix.bounding_box()
    side = room.page.evaluate("document.querySelector('canvas.matrix').clientWidth")
    matrix.click(position={"x": box["width"] - 0.5 * (side - 30) / 10, "y": box["height"] - 0.5 * (side - 30) / 10})
    room.until("lab.state.cell === '9,9' && document.querySelectorAll('.cell .tile').length > 0")
    assert "9, answered rightly" in room.page.locator("section.cell p").inner_text()
    for key in ("ArrowUp", "ArrowLeft", "Enter"):
        room.page.keyboard.press(key)
    room.until("lab.state.cell === '8,8'")
    assert "8, answered rightly" in matrix.get_attribute("aria-label")
    room.until("document.querySelector('section.cell p').textContent.includes('8, answered rightly')")
    room.page.locator(".cell .tile").first.click()
    until_read(room, "Read as 8.")
    room.until("location.hash.includes('row=')")
    again = visit(room.page.evaluate("location.hash.slice(1)"))
    again.until(THERE)
    again.until("lab.state.cell === '8,8' && document.querySelector('.verdict').textContent.includes(', a 8.')")


def test_a_mistake_is_taken_apart(visit):
    room = trained(visit)
    room.page.locator(".mistakes .tile").first.click()
    until_read(room, ", wrongly.")
    numbers = [float(text.replace("−", "-")) for text in room.page.locator(".sum td").all_inner_texts()]
    assert math.isclose(sum(numbers[:-1]), numbers[-1], abs_tol=3e-4)
    room.page.locator(".bar").nth(3).click()
    room.until("lab.state.target === '3'")
    room.until("document.querySelector('.apart h3').textContent === 'Score of 3, taken apart'")


def test_a_one_and_a_nought_that_are_drawn_are_read(visit):
    room = trained(visit, f"{ROOM}&score=cnn")
    stroke(room, [(0.5, 0.2), (0.5, 0.85)])
    until_read(room, "Read as 1.")
    room.page.get_by_role("button", name="Clear").click()
    until_read(room, "Draw on the pad")
    turn = [2 * math.pi * step / 24 for step in range(25)]
    stroke(room, [(0.5 + 0.2 * math.sin(each), 0.5 - 0.33 * math.cos(each)) for each in turn])
    until_read(room, "Read as 0.")
    assert room.page.locator(".bar.answer .name").inner_text() == "0"


def test_a_picture_file_is_chosen_and_dropped(visit):
    room = trained(visit)
    digits = tw.load("digits")
    row = int(digits.split.train[digits.labels[digits.split.train] == 6][0])
    content = png(np.kron(digits.images[row, :, :, 0], np.ones((16, 16), np.uint8)))
    room.page.locator(".own input[type=file]").set_input_files({"name": "six.png", "mimeType": "image/png", "buffer": content})
    until_read(room, "Six.png. Read as 6.")
    room.page.evaluate(
        """(bytes) => {
          const given = new DataTransfer();
          given.items.add(new File([new Uint8Array(bytes)], "dropped.png", { type: "image/png" }));
          document.querySelector(".own").dispatchEvent(new DragEvent("drop", { dataTransfer: given, bubbles: true, cancelable: true }));
        }""",
        list(content),
    )
    until_read(room, "Dropped.png. Read as 6.")
    room.page.locator(".own input[type=file]").set_input_files({"name": "no.png", "mimeType": "image/png", "buffer": b"<svg>"})
    room.until("!document.getElementById('note').hidden")
    assert room.page.locator("#note").inner_text().startswith("no.png: ")


def test_a_large_picture_is_made_smaller_by_the_page(visit):
    room = trained(visit)
    noise = np.random.default_rng(0).integers(0, 255, (900, 900, 3), dtype=np.uint8)
    room.page.locator(".own input[type=file]").set_input_files({"name": "big.png", "mimeType": "image/png", "buffer": png(noise)})
    until_read(room, "Big.png. Read as ")


def test_a_run_is_saved_read_back_and_gone_on_from(visit, served):
    room = trained(visit, f"{ROOM}&score=mlp&epochs=3")
    room.page.get_by_label("Name").fill("from-the-lab")
    room.page.get_by_role("button", name="Save as a run").click()
    room.until("document.getElementById('run-said').textContent.startsWith('Saved as')")
    run = tw.open(served.folder / "runs" / "from-the-lab")
    assert run.complete
    assert (run.recipe.score.name, run.recipe.epochs) == ("mlp", 3)
    assert math.isclose(run.figures["validation"].accuracy, max(row.validation.accuracy for row in run.metrics))
    room.page.get_by_role("button", name="Save as a run").click()
    room.until("!document.querySelector('.replace').hidden")
    room.page.get_by_role("button", name="Replace it").click()
    room.until("document.getElementById('run-said').textContent.startsWith('Saved as')")
    assert room.page.locator(".command code").inner_text() == "thalweg train digits --score mlp --loss softmax --widths 64 --epochs 3"
    on = room_of(visit, f"{ROOM}&from=from-the-lab")
    assert on.page.evaluate("lab.last.figures.validation.accuracy") > 0.9
    assert "--from runs/from-the-lab" in on.page.locator(".command code").inner_text()


def test_the_command_is_copied_or_selected(visit):
    room = room_of(visit)
    room.page.get_by_role("button", name="Copy").click()
    room.until("!document.getElementById('note').hidden")
    assert room.page.locator("#note").inner_text().startswith("The command is ")


@pytest.fixture
def pets(tmp_path):
    for number, name in enumerate(("cat", "<b>dog")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for each in range(12):
            (tmp_path / "pets" / name / f"{each}.png").write_bytes(png(np.full((20 + each, 20, 3), 20 + 200 * number, np.uint8)))
    return tmp_path / "pets"


def test_a_folder_is_uploaded_and_learnt(visit, pets):
    (pets / "<b>dog").rename(pets / "dog")
    room = room_of(visit)
    room.page.locator(".upload input[type=file]").first.set_input_files(str(pets))
    room.until("lab.last && document.querySelector('.about').textContent.includes('2 classes')")
    assert "32 × 32 pixels, colour" in room.page.locator(".about").inner_text()
    assert room.page.locator("canvas.pad").is_hidden()
    assert "24 files were taken." in room.page.locator(".upload").inner_text()
    room.page.keyboard.press(" ")
    room.until(DONE, seconds=60)
    assert room.page.evaluate("lab.last.figures.train.accuracy") == 1


def test_a_class_that_is_called_like_a_script_is_refused_as_text(visit, pets):
    (pets / "<b>dog").rename(pets / "<img src=x onerror=alert(1)>")
    room = room_of(visit)
    told = []
    room.page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
    room.page.locator(".upload input[type=file]").first.set_input_files(str(pets))
    room.until("document.querySelector('.upload [role=status]').textContent.includes('cannot be called')")
    assert "<img src=x onerror=alert(1)>" in room.page.locator(".upload [role=status]").inner_text()
    assert room.page.locator("main img").count() == 0
    assert told == []
    room.complaints[:] = [each for each in room.complaints if "400 (Bad Request)" not in each]


def test_an_archive_whose_classes_are_called_like_scripts_is_shown_as_text(visit, tmp_path):
    hostile = ["<img src=x onerror=alert(1)>", "</script><script>alert(2)</script>"]
    pixels = np.repeat(np.array([20, 220], np.uint8), 20).reshape(-1, 1, 1) + np.zeros((40, 8, 8), np.uint8)
    np.savez(tmp_path / "a.npz", images=pixels, labels=np.repeat([0, 1], 20), classes=np.array(hostile))
    room = room_of(visit)
    told = []
    room.page.on("dialog", lambda dialog: (told.append(dialog.message), dialog.dismiss()))
    room.page.locator(".upload input[type=file]").nth(1).set_input_files(str(tmp_path / "a.npz"))
    room.until("document.querySelector('.about').textContent.includes('2 classes')")
    room.page.keyboard.press("e")
    room.until("lab.last.epoch === 1")
    room.page.get_by_role("button", name="Next example").click()
    until_read(room, "Read as <")
    room.page.locator("canvas.matrix").press("Enter")
    room.until("lab.state.cell === '0,0'")
    titles = room.page.evaluate("[...document.querySelectorAll('.tiles .tile')].map((one) => one.title)")
    assert [name in title for name, title in zip(hostile, titles, strict=True)] == [True, True]
    assert room.page.locator("main img, main script").count() == 0
    assert told == []


def test_an_address_that_names_another_path_opens_digits_and_says_why(visit):
    room = visit("room=pictures&data=/etc")
    room.until(THERE)
    assert "data must be one of digits, fashion-mnist" in room.page.locator("#note").inner_text()
    assert room.page.evaluate("lab.last.classes ?? document.querySelector('.about').textContent").startswith("Data: digits;")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_nothing_is_wider_than_a_phone(visit, theme):
    room = room_of(visit)
    room.page.set_viewport_size({"width": 360, "height": 740})
    room.page.emulate_media(color_scheme=theme)
    room.page.keyboard.press("e")
    room.until("lab.last.epoch === 1")
    room.page.get_by_role("button", name="Next example").click()
    until_read(room, "Read as ")
    room.page.locator("canvas.matrix").press("Enter")
    room.until("lab.state.cell === '0,0' && document.querySelectorAll('.cell .tile').length > 0")
    room.page.wait_for_timeout(300)
    assert room.page.evaluate("document.documentElement.scrollWidth") <= 360
    small = room.page.evaluate(
        """[...document.querySelectorAll("main *")].filter((one) => one.childNodes.length && [...one.childNodes].some((node) =>
          node.nodeType === 3 && node.textContent.trim()) && !one.closest("svg") && parseFloat(getComputedStyle(one).fontSize) < 13)
          .map((one) => one.outerHTML.slice(0, 80))"""
    )
    assert small == []


def test_training_goes_on_smoothly_on_a_large_set(visit):
    room = room_of(visit, "room=pictures&data=fashion-mnist&score=linear&pace=0&epochs=3")
    room.page.keyboard.press(" ")
    frames = room.page.evaluate("lab.frames")
    room.until(DONE, seconds=90)
    assert room.page.evaluate("lab.last.figures.validation.accuracy") > 0.8
    assert room.page.evaluate("lab.frames") - frames > 5
