"""What animations share: where things are on a picture, contours, words, and the GIF made of frames."""

import io
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from jaxtyping import Float64
from PIL import Image, ImageColor, ImageDraw, ImageFont

from thalweg.views import _palette as palette

FINE = 2
"""Pictures are drawn this many times as large and made smaller, which smooths every edge."""

WIDTH, LONGEST, MARGIN, LINE = 640, 480, 12, 17
FRAMES, PACE, REST = 120, 70, 2500
"""Most frames, and milliseconds of each and of the last."""


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Where things are on a picture, in pixels: the plot's box, and how points of the window come into it."""

    window: tuple[float, float, float, float]
    left: int
    top: int
    width: int
    height: int

    def place(self, points: Float64[np.ndarray, "n 2"]) -> list[tuple[float, float]]:
        """Return where points of the window lie on the fine picture."""
        left, right, bottom, top = self.window
        x = self.left + (points[:, 0] - left) / (right - left) * self.width
        y = self.top + (top - points[:, 1]) / (top - bottom) * self.height
        return [(FINE * a, FINE * b) for a, b in zip(x.tolist(), y.tolist(), strict=True)]

    @classmethod
    def of(cls, window: tuple[float, float, float, float]) -> "Sheet":
        """Return the sheet of a window, one scale for both axes, as large as fits."""
        left, right, bottom, top = window
        aspect = (top - bottom) / (right - left)
        width = min(WIDTH - 2 * MARGIN, round(LONGEST / aspect))
        return cls(window=window, left=(WIDTH - width) // 2, top=2 * MARGIN + LINE, width=width, height=round(width * aspect))

    def contours(self, bands: Float64[np.ndarray, "rows columns"], *, levels: int) -> Image.Image:
        """Return the plot's ground on the fine picture: heights counted in levels, paler where lower."""
        box = (FINE * self.width, FINE * self.height)
        heights = Image.fromarray(bands[::-1].astype(np.float32)).resize(box, Image.Resampling.BICUBIC)
        places = np.clip(np.floor(np.asarray(heights)), 0, levels - 2).astype(np.int64)
        return Image.fromarray(np.array(_shades(levels - 1), dtype=np.uint8)[places])

    def frame(self, ground: Image.Image, over: Image.Image, words: str) -> Image.Image:
        """Return a frame at its own size: the ground, of `over` what lies inside the plot's box, and words at the top right."""
        box = (FINE * self.left, FINE * self.top, FINE * (self.left + self.width), FINE * (self.top + self.height))
        picture = ground.copy()
        picture.paste(over.crop(box), box[:2])
        write(ImageDraw.Draw(picture), (self.left + self.width, MARGIN), words, anchor="ra")
        return picture.resize((picture.width // FINE, picture.height // FINE), Image.Resampling.BOX)


def gif(frames: Sequence[Image.Image]) -> bytes:
    """Return frames as an animated GIF that plays for ever and rests on the last one; equal frames give equal bytes."""
    colours = frames[-1].quantize(128, method=Image.Quantize.MEDIANCUT, dither=Image.Dither.NONE)
    small = [frame.quantize(palette=colours, dither=Image.Dither.NONE) for frame in frames]
    file = io.BytesIO()
    pauses = [PACE] * (len(small) - 1) + [REST]
    small[0].save(file, "GIF", save_all=True, append_images=small[1:], duration=pauses, loop=0, optimize=False, disposal=1)
    return file.getvalue()


def write(draw: ImageDraw.ImageDraw, at: tuple[int, int], text: str, anchor: str = "la") -> None:
    """Write text at a place of the picture, given in its own pixels."""
    draw.text((FINE * at[0], FINE * at[1]), text, fill=palette.INK, font=ImageFont.load_default(size=13 * FINE), anchor=anchor)


def _shades(count: int) -> list[tuple[int, ...]]:
    """Return the colours of the bands, paler where lower."""
    ends = np.array([ImageColor.getrgb(colour) for colour in palette.SHARES[:3]], dtype=np.float64)
    at = np.linspace(0, len(ends) - 1, count)
    return [tuple(round(float(np.interp(place, np.arange(len(ends)), ends[:, channel]))) for channel in range(3)) for place in at]
