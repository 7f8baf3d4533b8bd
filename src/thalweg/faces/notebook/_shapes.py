"""Shapes of marks in SVG, by the names that plotly has for them."""

import math

Corners = tuple[tuple[float, float], ...]


def _regular(count: int, *, inner: float | None = None, turn: float = -90.0) -> Corners:
    """Return the corners of a regular polygon, or of a star whose inner corners lie `inner` from the middle."""
    every = count if inner is None else 2 * count
    radii = [1.0 if inner is None or place % 2 == 0 else inner for place in range(every)]
    angles = [math.radians(turn + 360 * place / every) for place in range(every)]
    return tuple((radius * math.cos(angle), radius * math.sin(angle)) for radius, angle in zip(radii, angles, strict=True))


_CROSS: Corners = ((-1, -0.4), (-0.4, -0.4), (-0.4, -1), (0.4, -1), (0.4, -0.4), (1, -0.4), (1, 0.4), (0.4, 0.4), (0.4, 1), (-0.4, 1),
                   (-0.4, 0.4), (-1, 0.4))  # fmt: skip
_POLYGONS: dict[str, Corners] = {
    "square": ((-0.9, -0.9), (0.9, -0.9), (0.9, 0.9), (-0.9, 0.9)),
    "diamond": _regular(4),
    "triangle-up": _regular(3),
    "hexagon": _regular(6),
    "star": _regular(5, inner=0.45),
    "cross": _CROSS,
    "x": tuple(((x - y) * 0.7071, (x + y) * 0.7071) for x, y in _CROSS),
}
_STROKES = {"x-thin": "M-1 -1L1 1M-1 1L1 -1", "cross-thin": "M-1 0H1M0 -1V1", "line-ns": "M0 -1V1"}


def shape(x: float, y: float, name: str, size: float, colour: str, edge: tuple[str, float]) -> str:
    """Return one mark; an open one, or a thin one, is an outline in its colour."""
    dot, plain = name.endswith("-dot"), name.removesuffix("-dot")
    base, outline = plain.removesuffix("-open"), plain.endswith("-open")
    radius, (rim, width) = size / 2, edge
    if base in _STROKES:
        scaled = f'transform="translate({x:.1f} {y:.1f}) scale({radius:g})" vector-effect="non-scaling-stroke"'
        return f'<path d="{_STROKES[base]}" {scaled} fill="none" stroke="{rim if width else colour}" stroke-width="{width or 1.5:g}"/>'
    if outline:
        look = f'fill="none" stroke="{colour}" stroke-width="{width or 1.5:g}"'
    else:
        look = f'fill="{colour}"' + (f' stroke="{rim}" stroke-width="{width:g}"' if width else "")
    middle = f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{max(radius / 5, 1.2):g}" fill="{colour if outline else rim}"/>' if dot else ""
    if base == "circle":
        return f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{radius:g}" {look}/>{middle}'
    corners = " ".join(f"{x + radius * across:.1f},{y + radius * down:.1f}" for across, down in _POLYGONS[base])
    return f'<polygon points="{corners}" {look}/>{middle}'
