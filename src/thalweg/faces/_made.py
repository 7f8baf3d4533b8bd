"""What a page says of its own making."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Made:
    """The command that made a page, the versions it was made with, and how long that took (None: not said)."""

    command: str
    versions: Mapping[str, str]
    seconds: float | None = None
