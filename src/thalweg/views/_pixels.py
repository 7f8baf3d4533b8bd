"""Arrays as PNG bytes, encoded from the pixels alone: nothing else of a file, no metadata, comes along."""

import io
from collections.abc import Sequence

import numpy as np
from jaxtyping import Float, Shaped, UInt8
from PIL import Image

from thalweg.views import _palette as palette

LONGEST = 160
"""Longer sides are reduced to this many pixels."""


def png(pixels: UInt8[np.ndarray, "height width channels"]) -> tuple[bytes, int, int]:
    """Return a grey (one channel) or colour (three) picture as PNG, with the width and height it was written at."""
    picture = Image.fromarray(pixels[:, :, 0] if pixels.shape[2] == 1 else pixels)
    picture.thumbnail((LONGEST, LONGEST), Image.Resampling.LANCZOS)
    out = io.BytesIO()
    picture.save(out, "PNG", optimize=True)
    return out.getvalue(), picture.width, picture.height


def column(panels: Sequence[UInt8[np.ndarray, "height width 3"]], *, side: int = 112, gap: int = 8) -> tuple[bytes, int, int]:
    """Return pictures of one size below one another as PNG, each enlarged by a whole factor to about `side` pixels."""
    height, width = panels[0].shape[:2]
    factor = max(side // max(height, width), 1)
    large = (width * factor, height * factor)
    sheet = Image.new("RGBA", (large[0], len(panels) * large[1] + (len(panels) - 1) * gap), (0, 0, 0, 0))
    for place, panel in enumerate(panels):
        sheet.paste(Image.fromarray(panel).resize(large, Image.Resampling.NEAREST), (0, place * (large[1] + gap)))
    out = io.BytesIO()
    sheet.save(out, "PNG", optimize=True)
    return out.getvalue(), sheet.width, sheet.height


def drawable(pixels: Shaped[np.ndarray, "height width channels"]) -> bool:
    """Say whether an example is a picture, rather than a point with float coordinates."""
    return pixels.dtype == np.uint8 and pixels.shape[2] in (1, 3)


def signed(values: Float[np.ndarray, "height width channels"], bound: float) -> UInt8[np.ndarray, "height width 3"]:
    """Return weights as colours, zero in the middle of the scale.

    One channel: blue at -bound over white at zero to red at +bound. Three channels: each from 0 over mid-grey (128) to 255. Weights
    beyond the bound show as the bound, those that are not finite as zero.

    >>> signed(np.array([[[-1.0], [0.0], [1.0]]]), 1.0).tolist()
    [[[33, 102, 172], [247, 247, 247], [178, 24, 43]]]
    """
    share = np.clip(np.nan_to_num(values / bound if bound else np.zeros_like(values), posinf=1, neginf=-1), -1, 1)
    position = (share + 1) / 2
    if values.shape[2] == 3:
        return (255 * position + 0.5).astype(np.uint8)
    stops = np.linspace(0, 1, len(palette.SIGNED))
    colours = np.array(palette.SIGNED, np.float64)
    channels = [np.interp(position[:, :, 0], stops, colours[:, channel]) for channel in range(3)]
    return (np.stack(channels, axis=2) + 0.5).astype(np.uint8)
