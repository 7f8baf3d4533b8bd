"""Removing: what `thalweg rm` shows, asks and does."""

import json
import sys
from collections.abc import Sequence
from pathlib import Path

from thalweg.core.errors import ConfigError
from thalweg.core.visible import visible
from thalweg.faces.run_card import read_card
from thalweg.faces.run_list import made_of, told_size
from thalweg.faces.terminal import fail
from thalweg.run.removal import Removable, removable, remove

SHOWN = 5
"""How many foreign files are named."""


def rm_command(folders: Sequence[Path], *, yes: bool, leave_others: bool, as_json: bool) -> None:
    """Show what would go, ask, and remove it; nothing goes where one of the folders cannot."""
    found = [removable(folder) for folder in {_place(folder): _named(folder) for folder in folders}.values()]
    for each in found:
        if each.others and not leave_others:
            raise ConfigError(_foreign(each))
    if not yes:
        _ask(found, as_json=as_json)
    for each in found:
        remove(each, leave_others=leave_others)
        if not as_json:
            left = f"; left: {_some(each.others)}" if each.others else ""
            print(f"removed {visible(str(each.folder))}{left}")
    if as_json:
        rows = [
            {"folder": str(each.folder), "kind": each.kind.name, "files": each.files, "bytes": each.size, "left": list(each.others)}
            for each in found
        ]
        print(json.dumps({"removed": rows}))


def _named(folder: Path) -> Path:
    """Return a folder by a name that it can be taken away under; `.` and `..` are none."""
    return folder.resolve() if folder.name in ("", "..") else folder


def _place(folder: Path) -> Path:
    """Return where a folder lies, the folder itself not followed, so that two ways to write it are one."""
    named = _named(folder)
    return named.parent.resolve() / named.name


def _ask(found: Sequence[Removable], *, as_json: bool) -> None:
    """Ask at the terminal; end with exit code 0 where the answer is not yes."""
    if as_json:
        raise ConfigError("with --json nothing is asked; add --yes.")
    if not sys.stdin.isatty():
        raise ConfigError("rm asks before it removes, and there is no terminal to ask at; add --yes.")
    for each in found:
        print(_told(each), file=sys.stderr)
    size = told_size(sum(each.size for each in found))
    what = f"these {len(found)}, {size} in all" if len(found) > 1 else size
    print(f"Remove {what}, for good? [y/N] ", end="", file=sys.stderr, flush=True)
    try:
        answer = sys.stdin.readline()
    except KeyboardInterrupt:
        fail("interrupted; nothing was removed.", 130)
    if answer.strip().lower() not in ("y", "yes"):
        print("nothing was removed.", file=sys.stderr)
        raise SystemExit(0)


def _told(each: Removable) -> str:
    card = read_card(each.folder.name, each.folder, each.kind.name)
    files = f"{each.files:,} file{'s' * (each.files != 1)}"
    about = ", ".join(part for part in (card.data, made_of(card), card.ending) if part)
    left = f"; stays: {_some(each.others)}" if each.others else ""
    return visible(f"{each.folder}: {each.kind.name}, {about}: {files}, {told_size(each.size)}{left}")


def _foreign(each: Removable) -> str:
    return (
        f"{visible(str(each.folder))} holds what is not Thalweg's: {_some(each.others)}. Nothing was removed. "
        "Move it elsewhere, or add --leave-others: Thalweg's files go, and it stays."
    )


def _some(names: Sequence[str]) -> str:
    more = f" and {len(names) - SHOWN:,} more" if len(names) > SHOWN else ""
    return visible(", ".join(names[:SHOWN])) + more
