"""Serve: find a port, print the address, open the browser, and answer until Ctrl-C."""

import errno
import importlib.util
import ipaddress
import socket
import sys
import webbrowser
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from threading import Thread
from typing import Any
from urllib.parse import urlencode

from thalweg.core.errors import ConfigError, ThalwegError
from thalweg.faces.lab._settings import POINTS
from thalweg.images import find_reader
from thalweg.run.population_store import PopulationStore
from thalweg.run.store import Store

PORT, TRIES = 8765, 20
NEEDED = ("starlette", "uvicorn", "websockets")
LARGEST_WORD = 1 << 20
"""Bytes of one word: a page's points, or a drawn picture, fit; nothing else is as large."""
ONCE = "The address opens once. Ctrl-C closes the lab."
OFTEN = "Whoever has this address can open it, train and read the runs shown. Ctrl-C closes the lab."


def serve(
    what: str | None, settings: Mapping[str, Any], *, runs: Path, host: str, port: int | None, browser: bool, pages: int
) -> None:  # fmt: skip
    """Serve the lab until Ctrl-C; raise `ConfigError` where it cannot begin."""
    missing = [name for name in NEEDED if importlib.util.find_spec(name) is None]
    if missing:
        raise ConfigError(f"the lab needs {', '.join(missing)}: pip install 'thalweg[lab]'.")
    import uvicorn

    from thalweg.faces.lab._guard import Doors, Guard
    from thalweg.faces.lab._scrub import scrub_logs
    from thalweg.faces.lab._server import Lab
    from thalweg.faces.lab._session import context, warm

    Doors(host, port or PORT)  # an address that nobody can type is said to be one before anything is done
    with listen(host, port) as listening:
        warming = Thread(target=warm, args=(context(),), daemon=True)  # what workers are copies of loads while the rest is looked at
        warming.start()
        start = beginning(what, settings, runs)
        doors = Doors(host, listening.getsockname()[1], once=is_own(host))
        lab = Lab(runs=runs, opened=start.opened, start=start.address, pages=pages)
        guard = Guard(lab.app(), doors, tell=lambda address: print(f"For another browser: {address}", flush=True))
        config = uvicorn.Config(
            guard, log_level="warning", access_log=False, proxy_headers=False, server_header=False, ws="websockets-sansio",
            ws_max_size=LARGEST_WORD, timeout_graceful_shutdown=2,
        )  # fmt: skip
        scrub_logs()
        print(f"The lab is open at {guard.address}", flush=True)
        print(ONCE if doors.once else OFTEN, flush=True)
        if browser:
            webbrowser.open(guard.address)
        with suppress(KeyboardInterrupt):
            uvicorn.Server(config).run(sockets=[listening])
    print("The lab is closed.", file=sys.stderr)


@dataclass(frozen=True, kw_only=True)
class Beginning:
    """What the lab opens with: a room, its state in words, and the path or name that rooms may read beside those they know."""

    room: str = ""
    words: Mapping[str, str] = field(default_factory=dict)
    opened: str = ""

    @property
    def address(self) -> str:
        """The part of the page's address that says so; empty where the lab opens as it is by itself.

        >>> Beginning(room="plane", words={"data": "spiral", "widths": "8,8"}).address
        '#room=plane&data=spiral&widths=8,8'
        """
        return f"#{urlencode({'room': self.room, **self.words}, safe=',/')}" if self.room else ""

    def check(self, runs: Path) -> None:
        """Raise `ThalwegError` where the room cannot be opened so."""
        if self.room:
            from thalweg.faces.lab import ROOMS
            from thalweg.faces.lab._room import Outlook

            ROOMS.get(self.room).open(self.words, Outlook(runs=runs, uploads=runs / ".none", opened=self.opened))


def beginning(what: str | None, settings: Mapping[str, Any], runs: Path) -> Beginning:
    """Return what the lab opens with; raise `ThalwegError` where there is nothing of that name, and on settings that cannot be."""
    words = {name: str(value) for name, value in settings.items()}
    if what is None:
        found = [Beginning(room="plane", words=words) if words else Beginning()]
    elif what in POINTS:
        found = [Beginning(room="plane", words={"data": what, **words})]
    elif Store(Path(what)).exists or PopulationStore(Path(what)).exists:
        found = [Beginning(room="runs", words={"run": what, **words}, opened=what)]
    else:
        find_reader(what)
        rooms = ("plane", "pictures") if Path(what).suffix.lower() == ".csv" else ("pictures",)  # a table may hold points, or paths
        found = [Beginning(room=room, words={"data": what, **words}, opened=what) for room in rooms]
    return _first_that_opens(found, runs)


def _first_that_opens(found: Sequence[Beginning], runs: Path) -> Beginning:
    for each in found[:-1]:
        with suppress(ThalwegError):
            each.check(runs)
            return each
    found[-1].check(runs)
    return found[-1]


def listen(host: str, port: int | None) -> socket.socket:
    """Return a socket that listens at a port: the one asked for, else the first free one from `PORT` on."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    wanted = [port] if port is not None else [PORT + each for each in range(TRIES)]
    for each in wanted:
        made = socket.socket(family, socket.SOCK_STREAM)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host, each))
        except OSError as error:
            made.close()
            if error.errno != errno.EADDRINUSE:
                raise ConfigError(f"the lab cannot listen at {host}: {error.strerror or error}.") from None
            continue
        return made
    ports = f"port {wanted[0]} is" if len(wanted) == 1 else f"ports {wanted[0]} to {wanted[-1]} are"
    raise ConfigError(f"{ports} in use; name another one with --port, or --port 0 for any.")


def is_own(host: str) -> bool:
    """Whether an address is this machine's own, which nobody else can reach.

    >>> is_own("127.0.0.1"), is_own("localhost"), is_own("::1"), is_own("0.0.0.0")
    (True, True, True, False)
    """
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
