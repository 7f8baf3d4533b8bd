from hypothesis import given
from hypothesis import strategies as st

from thalweg.core.visible import visible


def test_control_characters_direction_overrides_and_lone_surrogates_show_as_escapes():
    assert visible("a\nb\x1b[31m\x00") == r"a\nb\x1b[31m\x00"
    assert visible("gnp\u202e.exe\u200b") == r"gnp\u202e.exe\u200b"
    assert visible(b"caf\xe9".decode("utf-8", "surrogateescape")) == r"caf\udce9"


def test_ordinary_text_in_any_script_is_unchanged():
    for text in ("T-shirt/top", "שלום", "猫", "café", "👩\u200d🔬", "<b>&amp;</b>", "a  b"):
        assert visible(text) == text


@given(st.text())
def test_the_result_is_printable_utf8_on_one_line_and_stays_itself(text):
    shown = visible(text)
    assert shown.encode("utf-8").decode() == shown
    assert len(shown.splitlines()) <= 1
    assert visible(shown) == shown
