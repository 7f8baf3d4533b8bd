from thalweg.evidence import templates as evidence
from thalweg.views import templates


def test_captions_carry_the_name_and_the_end_of_the_scale():
    gallery = templates.draw(evidence.example())
    assert [(one.caption, one.details) for one in gallery.pictures] == [("falling", ("±1",)), ("rising", ("±1",))]
    assert [meaning for _, meaning in gallery.scale if meaning] == ["against", "zero", "for"]
    assert "largest 1% of the weights" in gallery.alt
