"""Colours: safe for the common colour blindnesses (after Okabe and Ito, and ColorBrewer), each with its twin for dark pages.

Views draw with the light colours; a page on a dark ground replaces each by `DARK[colour]`.
"""

INK = "#1d2430"
MUTED = "#5f6875"
GRID = "#e3e6ea"
CLEAR = "rgba(0,0,0,0)"

CLASSES = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#b8860b", "#56b4e9", "#6b5b95", "#7a7a7a")
SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "hexagon")
PARTS = {"train": CLASSES[0], "validation": CLASSES[1], "test": CLASSES[2]}

SHARES = ("#f4f7fa", "#cfe0f0", "#8fbbdf", "#3f86c0", "#0b4a85")
RIVALS = (CLASSES[0], "#9fcbe3", SHARES[0], "#f3bf9a", CLASSES[1])
SIGNED = ((33, 102, 172), (146, 197, 222), (247, 247, 247), (244, 165, 130), (178, 24, 43))

DARK = {
    INK: "#e6e9ee",
    MUTED: "#a0a9b6",
    GRID: "#2c323c",
    **dict(zip(CLASSES, ("#58b0ea", "#ff8f4d", "#3ecf9f", "#e8a0c8", "#e3b341", "#9bd8fa", "#b3a4dc", "#b5b5b5"), strict=True)),
    **dict(zip(RIVALS[1::2], ("#27506b", "#7a4a2c"), strict=True)),
    **dict(zip(SHARES, ("#1c222b", "#1d3c5a", "#27649a", "#4d9bd8", "#bfe1ff"), strict=True)),
}


def ramp(colours: tuple[str, ...]) -> list[list[float | str]]:
    """Return a plotly colour scale with the colours at equal distances.

    >>> ramp(("#ffffff", "#000000"))
    [[0.0, '#ffffff'], [1.0, '#000000']]
    """
    return [[index / (len(colours) - 1), colour] for index, colour in enumerate(colours)]
