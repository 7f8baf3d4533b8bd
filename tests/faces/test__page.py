import json

from jinja2 import DictLoader, Environment, StrictUndefined
from markupsafe import Markup

from thalweg.faces import _page
from thalweg.faces._page import script_json, shown

TEMPLATE = "{{ policy }}\n---\n{{ style }}{% for script in scripts %}\n---\n{{ script }}{% endfor %}"


def test_json_in_a_script_cannot_end_the_script_and_reads_back_equal():
    value = {"name": "</script><!--<script>&\u2028\udcff"}
    text = script_json(value)
    assert not set(text) & set("<>&")
    assert text.isascii()
    assert json.loads(text) == value


def test_text_is_made_visible_and_our_own_mark_up_is_not_touched():
    assert shown("a\x1b\u202e") == r"a\x1b\u202e"
    assert shown(Markup("a\n")) == "a\n"
    assert shown(3) == 3


def test_a_page_has_the_shared_style_and_scripts_and_its_own_after_them(monkeypatch):
    own = {"report.css": "/* own style */", "report.js": "/* own script */"}
    shared = _page._source
    monkeypatch.setattr(_page, "_source", lambda name: own.get(name) or shared(name))
    monkeypatch.setattr(_page, "_environment", lambda: Environment(loader=DictLoader({"report.html": TEMPLATE}), undefined=StrictUndefined))
    policy, style, *scripts = _page.render("report", {}).split("\n---\n")
    assert style == shared("page.css") + "/* own style */"
    assert scripts[1:] == [shared("page.js"), "/* own script */"]
    assert policy.count("'sha256-") == 3


def test_a_file_that_a_page_does_not_have_adds_nothing():
    assert _page._source("nothing.css") == ""
    assert "extends" in _page._source("report.html")
