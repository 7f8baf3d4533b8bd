"""Places: the folders of runs that the lab may read. A page names them by words; a word that is none of these names reads nothing."""

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from thalweg.core.errors import ConfigError, nearest
from thalweg.core.visible import visible
from thalweg.faces.run_card import PAGES
from thalweg.run.files import MANIFEST, POPULATION
from thalweg.run.own_files import is_own_file, own_bytes


@dataclass(frozen=True)
class Places:
    """The runs directly inside a folder, and the one that was given on the command line, wherever it is."""

    runs: Path
    opened: str = ""

    def all(self) -> dict[str, Path]:
        """Return every folder by the name it has in the lab: its own, or the words of the command line where it lies elsewhere."""
        found = dict(self._inside())
        if self.opened and self._name_of_opened(found) is None and is_run(Path(self.opened)):
            found = {self.opened: Path(self.opened).resolve(), **found}  # a person gave it, link or not
        return found

    def find(self, word: str) -> tuple[str, Path]:
        """Return name and folder of a run; raise `ConfigError` where there is none of that name."""
        found = self.all()
        name = self._name_of_opened(found) if self.opened and word == self.opened and word not in found else word
        if name is None or name not in found:
            raise ConfigError(f"there is no run {visible(word)!r} in {visible(str(self.runs))}.{nearest(word, found)}")
        return name, found[name]

    def read_page(self, word: str, page: str) -> bytes:
        """Return a run's page; raise `ConfigError` where there is none, `ModelError` where it is a link."""
        _, folder = self.find(word)
        if page not in PAGES or folder.is_symlink() or not is_own_file(folder / page):
            raise ConfigError(f"the run {visible(word)!r} has no page {visible(page)!r}.")
        return own_bytes(folder / page)

    def _inside(self) -> Iterator[tuple[str, Path]]:
        try:
            with os.scandir(self.runs) as entries:
                names = sorted(entry.name for entry in entries if not entry.name.startswith(".") and entry.is_dir())
        except OSError:
            return
        yield from ((name, self.runs / name) for name in names if is_run(self.runs / name))

    def _name_of_opened(self, found: dict[str, Path]) -> str | None:
        own = Path(self.opened)
        inside = own.name in found and own.resolve() == found[own.name].resolve()
        return own.name if inside else None


def is_run(folder: Path) -> bool:
    """Whether a run or a sweep was begun in a folder; a link that points at one counts, and is refused when it is read."""
    return os.path.lexists(folder / MANIFEST) or os.path.lexists(folder / POPULATION)
