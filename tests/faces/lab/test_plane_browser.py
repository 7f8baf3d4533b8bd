"""The plane in Chromium, driven as a person does: by mouse, by finger and by key."""

import re

import pytest

pytestmark = pytest.mark.slow

SPOT = """(row) => {
  const box = document.querySelector(".sheet").getBoundingClientRect();
  const [left, right, bottom, top] = lab.last.window;
  const {values} = lab.last.arrays.points;
  const [x, y] = [values[2 * row], values[2 * row + 1]];
  return [box.left + box.width * (x - left) / (right - left), box.top + box.height * (top - y) / (top - bottom)];
}"""


WIDER = """(most) => [...document.querySelectorAll("#stage *")]
  .filter((each) => !each.closest(".scrolls, svg") && each.getBoundingClientRect().right > most)
  .map((each) => each.className)"""


def spot(plane, row):
    """Return where on the screen a point is."""
    return plane.page.evaluate(SPOT, row)


def place(plane, x, y):
    """Return where on the screen a place of the plane is."""
    box = plane.page.locator(".sheet").bounding_box()
    left, right, bottom, top = plane.page.evaluate("lab.last.window")
    return box["x"] + box["width"] * (x - left) / (right - left), box["y"] + box["height"] * (top - y) / (top - bottom)


def count(plane):
    return plane.page.evaluate("lab.last.arrays.labels.values.length")


def cell(plane, row, column):
    """Return a number of the table of examples."""
    text = plane.page.locator(f".examples tbody tr >> nth={row} >> td >> nth={column}").inner_text()
    return float(text.replace("−", "-"))


def total(plane, name="loss"):
    return float(plane.page.locator(f'output[data-sum="{name}"]').inner_text().replace("−", "-"))


def test_a_point_is_dragged_and_its_loss_changes(visit):
    plane = visit("room=plane&data=blobs3&loss=svm-sum")
    for _ in range(10):
        plane.page.keyboard.press("s")
    plane.until("lab.last.step === 10")
    plane.page.wait_for_timeout(300)
    before = cell(plane, 0, 6), total(plane)
    plane.page.mouse.move(*spot(plane, 0))
    plane.page.mouse.down()
    plane.page.mouse.move(*place(plane, -0.5, -0.5), steps=8)
    plane.page.mouse.up()
    plane.until("Math.abs(lab.last.arrays.points.values[0] + 0.5) < 0.02")
    plane.page.wait_for_timeout(300)
    assert cell(plane, 0, 6) > before[0] + 0.1
    assert total(plane) > before[1]
    assert cell(plane, 0, 0) == pytest.approx(-0.5, abs=0.02)
    plane.until("location.hash.includes('points=')")
    assert plane.page.evaluate("lab.last.step") == 10


def test_the_row_of_a_hovered_point_is_marked_and_its_loss_written_out(visit):
    plane = visit("room=plane&data=blobs3&loss=svm-sum")
    plane.page.mouse.move(*spot(plane, 4))
    plane.until("document.querySelector('.examples tr.chosen')?.dataset.row === '4'")
    plane.until("document.querySelectorAll('.worked li').length === 6")
    worked = plane.page.locator(".worked li").all_inner_texts()
    assert any("max(0, s_j − s_y + margin)" in line for line in worked)
    assert float(worked[-1].rpartition("=")[2].replace("−", "-")) == pytest.approx(cell(plane, 4, 6), abs=1e-3)


def test_points_are_added_and_removed_by_mouse(visit):
    plane = visit("room=plane&data=blobs3")
    plane.page.keyboard.press("2")
    plane.page.mouse.click(*place(plane, 0.0, 0.9))
    plane.until("lab.last.arrays.labels.values.length === 10")
    assert plane.page.evaluate("lab.last.arrays.labels.values[9]") == 1
    plane.page.mouse.click(*spot(plane, 9), button="right")
    plane.until("lab.last.arrays.labels.values.length === 9")
    plane.page.get_by_role("button", name="Erase").click()
    plane.page.mouse.click(*spot(plane, 0))
    plane.until("lab.last.arrays.labels.values.length === 8")


def test_points_are_added_moved_and_removed_by_key(visit):
    plane = visit("room=plane&data=blobs3")
    plane.page.locator(".sheet").focus()
    for _ in range(5):
        plane.page.keyboard.press("Shift+ArrowUp")
    plane.page.keyboard.press("ArrowLeft")
    plane.page.keyboard.press("Enter")
    plane.until("lab.last.arrays.labels.values.length === 10")
    before = plane.page.evaluate("lab.last.arrays.points.values[18]")
    plane.page.keyboard.press("Shift+ArrowRight")
    plane.until(f"lab.last.arrays.points.values[18] > {before} + 0.05")
    plane.page.keyboard.press("Delete")
    plane.until("lab.last.arrays.labels.values.length === 9")
    plane.page.keyboard.press(".")
    plane.page.keyboard.press("Tab")
    plane.page.keyboard.press("Escape")
    plane.page.keyboard.press("Tab")
    assert plane.page.evaluate("document.activeElement !== document.querySelector('.sheet')")


def test_svm_becomes_softmax_and_the_weights_stay(visit):
    plane = visit("room=plane&data=blobs3&loss=svm-sum")
    for _ in range(30):
        plane.page.keyboard.press("s")
    plane.until("lab.last.step === 30")
    weights = plane.page.evaluate("[...lab.last.arrays.lines.values]")
    hinge = plane.page.evaluate("lab.last.loss")
    plane.page.locator("#control-loss").select_option("softmax")
    plane.until("lab.last.probabilities")
    assert plane.page.evaluate("[...lab.last.arrays.lines.values]") == weights
    assert plane.page.evaluate("lab.last.loss") != hinge
    assert "probability by softmax" in plane.page.locator(".legend").inner_text()


def test_an_edited_weight_moves_its_line(visit):
    plane = visit("room=plane&data=blobs3")
    before = plane.page.screenshot(clip=plane.page.locator(".sheet").bounding_box())
    number = plane.page.get_by_label("b of class 1", exact=True)
    number.fill("0.8")
    number.press("Enter")
    plane.until("Math.abs(lab.last.arrays.lines.values[5] - 0.8) < 1e-6")
    number.press("ArrowUp")
    plane.until("Math.abs(lab.last.arrays.lines.values[5] - 0.9) < 1e-6")
    plane.page.wait_for_timeout(200)
    assert plane.page.screenshot(clip=plane.page.locator(".sheet").bounding_box()) != before
    plane.until("location.hash.includes('weights=')")


def test_this_step_is_written_out(visit):
    plane = visit("room=plane&data=blobs3&optimiser=adam&rate=0.1")
    plane.page.get_by_label("W of class 0 for y", exact=True).focus()
    plane.page.get_by_role("button", name="One step", exact=True).click()
    plane.until("lab.last.step === 1 && document.querySelectorAll('.arithmetic .worked li').length > 6")
    lines = plane.page.locator(".arithmetic .worked-out >> nth=1 >> .worked li").all_inner_texts()
    shown = plane.page.get_by_label("W of class 0 for y", exact=True).input_value()
    assert float(lines[-1].rpartition("=")[2].replace("−", "-")) == pytest.approx(float(shown.replace("−", "-")), abs=6e-4)
    assert any("corrected" in line or "beta1^t" in line for line in lines)


def test_spiral_is_learnt_by_a_small_net(visit):
    plane = visit("room=plane&data=spiral&score=mlp&widths=8,8&rate=0.1")
    plane.page.keyboard.press(" ")
    plane.until("lab.last.accuracy > 0.95", seconds=60)


def test_a_shared_address_opens_to_the_same_state(visit):
    plane = visit("room=plane&data=circle&noise=0.1&score=mlp&batch=16")
    plane.page.keyboard.press(" ")
    plane.until("lab.last.step > 60")
    plane.page.keyboard.press(" ")
    plane.until("!lab.last.playing && location.hash.includes('steps=')")
    plane.page.wait_for_timeout(500)
    step, loss, address = plane.page.evaluate("[lab.last.step, lab.last.loss, location.hash.slice(1)]")
    assert f"steps={step}" in address
    other = visit(address)
    other.until(f"lab.last.step === {step} && lab.last.walk === null", seconds=40)
    assert other.page.evaluate("lab.last.loss") == pytest.approx(loss, rel=1e-6)
    assert other.page.evaluate("location.hash.slice(1)") == address


def test_units_are_seen_and_edited_and_counted(visit):
    plane = visit("room=plane&score=mlp&widths=3,2&data=xor")
    unit = plane.page.locator(".unit").nth(2)
    unit.hover()
    plane.until("lab.last.look === 'unit:0:0'")
    unit.click()
    number = plane.page.get_by_label("w from y, unit 1", exact=True)
    number.fill("-1.5")
    number.press("Enter")
    plane.until("lab.last.step === 0 && Math.abs(lab.last.arrays['w:layers.0.weight']?.values[1] + 1.5) < 1e-6")
    plane.page.mouse.move(5, 5)
    number.blur()
    plane.until("lab.last.look === 'regions'")
    plane.page.get_by_label("One unit more in layer 2").click()
    plane.until("lab.last.tables?.widths[1] === 3")
    plane.page.get_by_label("One layer less").click()
    plane.until("lab.last.tables?.widths.length === 1")


def test_a_refused_choice_is_taken_back(visit):
    plane = visit("room=plane&score=mlp")
    plane.page.locator("#control-optimiser").select_option("exact")
    plane.until("document.querySelector('#note').textContent.includes('solves linear scores')")
    plane.until("document.querySelector('#control-optimiser').value === 'momentum'")


def test_a_table_goes_up_and_comes_down(visit, tmp_path):
    path = tmp_path / "pets.csv"
    path.write_text("x,y,label\n170.5,60.5,cat\n150,50,dog\n160,70,<img src=x onerror=alert(1)>\n")
    plane = visit("room=plane")
    plane.page.set_input_files('input[type="file"]', str(path))
    plane.until("lab.last.arrays.labels.values.length === 3")
    plane.until("document.querySelector('.weights').textContent.includes('<img src=x')")
    with plane.page.expect_download() as coming:
        plane.page.get_by_role("button", name="Download").click()
    rows = re.split(r"\r?\n", (tmp_path / coming.value.path()).read_text().strip())
    assert rows[0] == "x,y,label,split"
    assert rows[1:3] == ["170.5,60.5,cat,train", "150.0,50.0,dog,train"]
    path.write_text("x,y,label\n1,2,cat\n1,two,dog\n")
    plane.page.set_input_files('input[type="file"]', str(path))
    plane.until("document.querySelector('#note').textContent.includes(\"row 3 has y 'two'\")")
    assert count(plane) == 3


@pytest.mark.parametrize("score", ["linear", "mlp"])
def test_a_phone_has_it_in_one_column(visit, score):
    plane = visit(f"room=plane&score={score}&data=gauss")
    plane.page.set_viewport_size({"width": 360, "height": 740})
    plane.until("document.documentElement.scrollWidth <= 360")
    assert plane.page.evaluate("document.querySelector('.sheet').getBoundingClientRect().top") < 200
    plane.until(f"({WIDER})(361).length === 0")


def test_colours_follow_the_theme(visit):
    plane = visit("room=plane&data=blobs3")
    clip = plane.page.locator(".sheet").bounding_box()
    light = plane.page.screenshot(clip=clip)
    plane.page.get_by_label("Light or dark").click()
    plane.page.wait_for_timeout(300)
    assert plane.page.screenshot(clip=clip) != light
