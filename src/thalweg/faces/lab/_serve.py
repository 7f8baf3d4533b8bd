"""Serve: find a port, print the address, open the browser, and answer until Ctrl-C."""

import errno
import importlib.util
import ipaddress
import socket
import sys
import webbrowser
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from thalweg.core.errors import ConfigError
from thalweg.run.population_store import PopulationStore
from thalweg.run.store import Store

PORT, TRIES = 8765, 20
POINTS = ("blobs3", "circle", "gauss", "spiral", "xor")
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

    Doors(host, port or PORT)  # an address that nobody can type is said to be one before anything is done
    start, opened = beginning(what, settings)
    listening = listen(host, port)
    doors = Doors(host, listening.getsockname()[1], once=is_own(host))
    lab = Lab(runs=runs, opened=opened, start=start, pages=pages)
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
    try:
        uvicorn.Server(config).run(sockets=[listening])
    except KeyboardInterrupt:
        pass
    finally:
        listening.close()
    print("The lab is closed.", file=sys.stderr)


def beginning(what: str | None, settings: Mapping[str, Any]) -> tuple[str, str]:
    """Return the part of the address that the lab opens with, and the path that a room may read, if it is one.

    >>> beginning("spiral", {"score": "mlp", "l2": 0.001})
    ('#room=plane&data=spiral&score=mlp&l2=0.001', '')
    >>> beginning(None, {})
    ('', '')
    """
    words = {name: str(value) for name, value in settings.items()}
    if what is None:
        return (f"#{urlencode({'room': 'plane', **words})}" if words else ""), ""
    if what not in POINTS and (Store(Path(what)).exists or PopulationStore(Path(what)).exists):
        return f"#{urlencode({'room': 'runs', 'run': what, **words}, safe=',/')}", what
    room = "plane" if what in POINTS or Path(what).suffix == ".csv" else "pictures"
    return f"#{urlencode({'room': room, 'data': what, **words}, safe=',/')}", what if Path(what).exists() else ""


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
