import json

from markupsafe import Markup

from thalweg.faces._page import script_json, shown


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
