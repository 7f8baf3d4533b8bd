"""Completion: which words may stand where the cursor is, for the Tab key of a shell. Loads no PyTorch.

A shell asks `thalweg __complete WORD... LAST`, where LAST is the word under the cursor, perhaps empty. The answer is a word a line, with
what it means after a tab, and one line `:none`, `:files` or `:folders`: which paths the shell offers beside them.
"""

import os
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from thalweg.core.names import entry_names
from thalweg.core.visible import visible
from thalweg.faces.entry_sources import data_names, evidence_of_runs, knobs_of
from thalweg.faces.run_list import RUNS
from thalweg.run.folder_kinds import KINDS, PARTS_OF_A_RACE

FOLDERS = {
    "score": "score", "loss": "loss", "penalty": "penalty", "optimiser": "optimise", "schedule": "schedule", "average": "average",
    "prepare": "prepare", "augment": "augment",
}  # fmt: skip
"""The catalogues of a recipe: option and folder."""
NONE = ("average", "prepare", "augment", "penalty", "schedule")
FIXED = {
    "monitor": ("accuracy", "loss"), "keep": ("best", "last"), "precision": ("auto", "fp32", "bf16", "fp64"),
    "device": ("cpu", "cuda", "mps"), "fit": ("crop", "pad", "stretch"), "colour": ("auto", "grey", "rgb"),
    "part": ("train", "validation", "test"), "mode": ("evaluation", "training"), "method": ("grid", "random", "halving"),
    "sort": ("date", "accuracy", "size"),
}  # fmt: skip
"""Options whose words are few and stand in their help."""
ONLY = {"check": "thalweg.doctor", "claims": "thalweg.claim"}
OF_RUNS = ("from", "beside")
MOST = 200
"""Runs that are offered; of more, the shell offers the folders alone."""


@dataclass
class Offer:
    """Words with their meaning, and which paths stand beside them."""

    words: dict[str, str] = field(default_factory=dict)
    paths: str = "none"

    def add(self, names: Iterable[str], meaning: str = "") -> "Offer":
        """Offer more words."""
        self.words.update(dict.fromkeys(names, meaning))
        return self


def answer(words: Sequence[str], commands: Any, loose: Sequence[str]) -> str:
    """Return what a shell is told; `commands` are those of the program by name, `loose` take options that they do not declare."""
    last = words[-1] if words and words[-1] != "=" else ""
    offer = offered(words, commands, loose)
    lines = [f"{word}\t{visible(meaning)}" for word, meaning in offer.words.items() if word.startswith(last) and word == visible(word)]
    return "\n".join([*lines, f":{offer.paths}"])


def offered(words: Sequence[str], commands: Any, loose: Sequence[str]) -> Offer:
    """Return what may stand in the place of the last word."""
    before, last = list(words[:-1]), words[-1] if words else ""
    place = next((place for place, word in enumerate(before) if not word.startswith("-")), None)
    if place is None:
        options = {"--help": "Show what there is.", "--version": "Print the version and end.", "--debug": "Show where an error came from."}
        listed = {name: _first(command.help) for name, command in commands.items() if not command.hidden}
        return Offer(options if last.startswith("-") else listed)
    name, given = before[place], before[place + 1 :]
    if name not in commands:
        return Offer()
    line = _Line(name, given, commands, wide=name in loose)
    if last == "=" and given:  # bash takes --option=value apart
        return line.values(given[-1], "")
    if len(given) > 1 and given[-1] == "=":
        return line.values(given[-2], last)
    if last.startswith("--") and "=" in last:
        option, _, begun = last.partition("=")
        own = line.values(option, begun)
        return Offer({f"{option}={word}": meaning for word, meaning in own.words.items()}, own.paths)
    if given and line.takes_value(given[-1]):
        return line.values(given[-1], last)
    return line.options() if last.startswith("-") else line.arguments(last)


class _Line:
    """A command with the words given so far."""

    def __init__(self, name: str, given: Sequence[str], commands: Any, *, wide: bool) -> None:
        self.name, self.given = name, given
        shared = commands["train"].params if wide and name != "inspect" else []
        self.wide = wide
        self.params = {option: each for each in (*shared, *commands[name].params) for option in (*each.opts, *each.secondary_opts)}
        self.positions = [each for each in commands[name].params if each.param_type_name == "argument"]

    def options(self) -> Offer:
        """Offer the options, knobs of the entries among them."""
        found = {
            option: getattr(each, "help", None) or ""
            for option, each in self.params.items()
            if option.startswith("--") and option not in self.given
        }
        return Offer({**{name: f"knob of {owner}" for name, owner in self._knobs()}, **found, "--help": "Show this command's options."})

    def takes_value(self, word: str) -> bool:
        """Whether a word is an option that a value follows."""
        if not word.startswith("-") or "=" in word:
            return False
        known = self.params.get(word)
        return not getattr(known, "is_flag", False) if known is not None else self.wide and word.startswith("--")

    def values(self, option: str, begun: str) -> Offer:
        """Offer the values of an option; after a comma, those of the next."""
        name = option.removeprefix("--")
        earlier, comma, _ = begun.rpartition(",")
        words = self._words(name)
        if words is not None:
            return Offer().add(f"{earlier}{comma}{word}" for word in words)
        if name in OF_RUNS:
            return _runs()
        known = self.params.get(option)
        metavar = str(getattr(known, "metavar", "") or "")
        if metavar == "DIR":
            return Offer(paths="folders")
        return Offer(paths="files") if metavar == "DATA" or "path" in str(getattr(known, "type", "")).lower() else Offer()

    def arguments(self, last: str) -> Offer:
        """Offer what may stand where an argument is due."""
        due = self.positions[min(self._count(), len(self.positions) - 1)] if self.positions else None
        metavar = str(getattr(due, "metavar", "") or "").strip("[].")
        if "RUN" in metavar:
            return _runs() if "DATA" not in metavar else _runs(data_names())
        if metavar == "DATA":
            surfaces = entry_names("thalweg.surface") if self.name == "race" else []
            return Offer(paths="files").add([*data_names(), *surfaces])
        if metavar.startswith("CATALOGUE"):
            return Offer().add(entry for folder in FOLDERS.values() for entry in entry_names(f"thalweg.{folder}")).add(FOLDERS, "catalogue")
        if metavar == "SHELL":
            return Offer().add(("bash", "zsh", "fish", "powershell"))
        return Offer(paths="folders" if metavar == "DIR" else "files" if due is not None else "none")

    def _words(self, name: str) -> Iterable[str] | None:
        """Return the words of an option that has few; None of any other."""
        if name in FOLDERS:
            return [*entry_names(f"thalweg.{FOLDERS[name]}"), *(["none"] if name in NONE else [])]
        if name == "optimisers":
            return ["all", *entry_names("thalweg.optimise")]
        if name == "only":
            return evidence_of_runs() if self.name == "inspect" else entry_names(ONLY[self.name]) if self.name in ONLY else None
        if name in FIXED:
            return FIXED[name]
        own = [knobs_of(folder, entry).get(name.replace("-", "_"), ()) for folder, entry in self._entries()]
        return list(dict.fromkeys(word for words in own for word in words)) or None

    def _knobs(self) -> Iterator[tuple[str, str]]:
        for folder, entry in self._entries():
            if folder == "penalty":
                yield f"--{entry}", "penalty"
            for knob in knobs_of(folder, entry):
                yield f"--{knob.replace('_', '-')}", entry

    def _entries(self) -> Iterator[tuple[str, str]]:
        """Yield the entries whose knobs are options here: those chosen, or all of a catalogue that none is chosen of."""
        if not self.wide:
            return
        if self.name == "inspect":
            yield from (("evidence", entry) for entry in self._chosen("only") or evidence_of_runs())
            return
        for option, folder in FOLDERS.items():
            known = entry_names(f"thalweg.{folder}")
            chosen = [entry for entry in self._chosen(option) if entry in known]
            yield from ((folder, entry) for entry in chosen or known)

    def _chosen(self, option: str) -> list[str]:
        place = next((place for place, word in enumerate(self.given[:-1]) if word == f"--{option}"), None)
        return [] if place is None else self.given[place + 1].replace(";", ",").split(",")

    def _count(self) -> int:
        """Return how many arguments stand before the cursor."""
        count, skip = 0, False
        for word in self.given:
            if skip or word.startswith("-"):
                skip = not skip and self.takes_value(word)
            else:
                count += 1
        return count


def _runs(more: Iterable[str] = ()) -> Offer:
    """Offer the folders of runs, and any folder beside them."""
    marks = (*PARTS_OF_A_RACE, *(record for kind in KINDS for record in kind.records))
    try:
        names = sorted(entry.name for entry in os.scandir(RUNS) if not entry.name.startswith(".") and entry.is_dir())
    except OSError:
        names = []
    found = [str(RUNS / name) for name in names[: MOST + 1] if any(os.path.lexists(RUNS / name / mark) for mark in marks)]
    return Offer(paths="folders").add(more).add(found if len(names) <= MOST else ())


def script(shell: str) -> str:
    """Return the script that makes a shell ask."""
    return (Path(__file__).parent / f"completion.{shell}").read_text(encoding="utf-8")


def _first(text: str | None) -> str:
    return (text or "").strip().partition("\n")[0]
