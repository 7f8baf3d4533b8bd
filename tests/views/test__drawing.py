from thalweg.views._drawing import percent, plain, quantity, ticks


def test_names_lose_mark_up_hidden_characters_and_excess_length():
    assert plain("<b>x</b>") == "&lt;b&gt;x&lt;/b&gt;"
    assert plain("a\x1b[0m\u202eb") == r"a\x1b[0m\u202eb"
    assert plain("<<<<", longest=3) == "&lt;&lt;…"  # cut before escaping: no half entity


def test_numbers_that_are_undefined_show_as_dashes():
    assert (percent(None), quantity(None)) == ("–", "–")
    assert (percent(0.5, decimals=0), quantity(0.0)) == ("50%", "0")


def test_labels_thin_out_beyond_the_most():
    assert ticks(["a", "b", "c"], most=3)["ticktext"] == ["a", "b", "c"]
    assert ticks([str(k) for k in range(100)], most=12)["tickvals"] == list(range(0, 100, 9))
