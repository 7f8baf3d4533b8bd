"""Listing: the cards of all runs, read again only where something has changed."""

from pathlib import Path
from typing import Any

from thalweg.faces.lab._runs_places import Places
from thalweg.faces.run_card import RUNNING, Card, read_card, stamp

_KNOWN: dict[Path, tuple[tuple[Any, ...], Card]] = {}
"""What this worker has read already, so that another state of the room opens at once."""


class Listing:
    """The cards by name; `version` counts the changes that were seen."""

    def __init__(self, places: Places) -> None:
        self.places, self.version = places, 0
        self.cards: dict[str, Card] = {}
        self.refresh()

    def refresh(self) -> bool:
        """Look again; return whether anything differs. A run that is being trained is looked at again in any case: it may have died."""
        folders = self.places.all()
        cards = {name: _card(name, folder) for name, folder in folders.items()}
        changed = cards != self.cards
        self.cards = cards
        self.version += changed
        return changed

    def card(self, name: str) -> Card:
        """Return the card of a run that is there now."""
        if name not in self.cards:
            self.refresh()
        return self.cards.get(name) or _card(*self.places.find(name))


def _card(name: str, folder: Path) -> Card:
    now = stamp(folder)
    before, card = _KNOWN.get(folder, (None, None))
    if card is None or before != now or card.name != name or card.ending == RUNNING:
        card = read_card(name, folder)
        _KNOWN[folder] = (now, card)
    return card
