import base64
import json

import pytest

from thalweg.evidence import EVIDENCE
from thalweg.faces.lab._drawings import all_shown, shown
from thalweg.views import VIEWS
from thalweg.views._drawing import Chart, Gallery, Picture

DRAWN = {view.name: view.draw(EVIDENCE.get(view.evidence).example()) for view in VIEWS if view.name != "confusion-difference"}


@pytest.mark.parametrize("name", DRAWN)
def test_every_drawing_is_plain(name):
    found = shown(DRAWN[name])
    assert json.loads(json.dumps(found)) == found
    assert found["title"]
    assert found["alt"]
    kept = {"figure", "height", "width", "table"} if isinstance(DRAWN[name], Chart) else {"scale", "pictures"}
    assert kept <= found.keys()


def test_pictures_are_addresses_and_texts_are_made_visible():
    picture = Picture(png=b"png", width=1, height=2, alt="cat\x1b[31m", caption="<b>", details=("a\nb",))
    found = shown(Gallery(title="t", alt="a", pictures=(picture, Picture(png=None, width=1, height=1, alt="", caption=""))))
    first, second = found["pictures"]
    assert base64.b64decode(first["source"].removeprefix("data:image/png;base64,")) == b"png"
    assert (first["alt"], first["caption"], first["details"]) == ("cat\\x1b[31m", "<b>", ["a\\nb"])
    assert second["source"] is None


def test_names_stand_beside_the_drawings():
    assert [one["name"] for one in all_shown(dict(list(DRAWN.items())[:3]))] == list(DRAWN)[:3]
