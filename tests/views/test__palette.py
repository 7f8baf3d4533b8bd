import pytest

from thalweg.views import _palette as palette


def luminance(colour):
    """Relative luminance (WCAG 2): linear light, weighted 0.2126, 0.7152, 0.0722."""
    values = [int(colour[k : k + 2], 16) / 255 for k in (1, 3, 5)]
    linear = [value / 12.92 if value <= 0.04045 else ((value + 0.055) / 1.055) ** 2.4 for value in values]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one, other):
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", [palette.INK, palette.MUTED])
def test_text_contrast_meets_wcag_aa_on_both_grounds(colour):
    assert contrast(colour, "#ffffff") >= 4.5
    assert contrast(palette.DARK[colour], "#13171d") >= 4.5


@pytest.mark.parametrize("colour", sorted(palette.PARTS.values()))
def test_lines_of_the_parts_stand_out_on_both_grounds(colour):
    assert contrast(colour, "#ffffff") >= 3
    assert contrast(palette.DARK[colour], "#13171d") >= 3
