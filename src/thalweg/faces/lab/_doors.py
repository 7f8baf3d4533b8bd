"""Doors: the addresses of the lab, which paths are harmless, and the headers that protect its pages. Pure functions, no request in sight.

References: RFC 6454 (origins), W3C Content Security Policy 3, W3C Fetch (cross-origin resource policy).
"""

import ipaddress
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from thalweg.core.errors import ConfigError

LOOPBACK = ("127.0.0.1", "localhost", "::1")

_NAME = re.compile(r"[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*", re.IGNORECASE)
_ODD = re.compile(rb"\.\.|//|\\|[\x00-\x20\x7f-\xff]|%(?![0-9a-f]{2})|%([01][0-9a-f]|7f|2e|2f|5c|25)", re.IGNORECASE)


@dataclass(frozen=True)
class Doors:
    """The addresses under which the lab may be asked, and whether a code opens `once` or for everybody who has it.

    `host` is what people type into a browser; on loopback the lab answers to the two other names of the same computer as well. Raises
    `ConfigError` where no browser can open it.

    >>> Doors("127.0.0.1", 8000).names
    ('127.0.0.1:8000', 'localhost:8000', '[::1]:8000')
    >>> Doors("Lab.example", 8000, once=False).admitted(["LAB.EXAMPLE:8000"])
    'lab.example:8000'
    """

    host: str
    port: int
    once: bool = True

    def __post_init__(self) -> None:
        rule = "Give the name or the address that people type into their browsers."
        if not 1 <= self.port <= 65535:
            raise ConfigError(f"port must lie in [1, 65535]; got {self.port}.")
        address = _address(self.host)
        number = self.host.rpartition(".")[2].isdigit()  # browsers read 127.1 and 0 as addresses
        if "%" in self.host or (address is None and (number or not _NAME.fullmatch(self.host))):
            raise ConfigError(f"host must be a name or an address; got {self.host!r}. {rule}")
        if address is not None and address.is_unspecified:
            raise ConfigError(f"{self.host} stands for all addresses of this computer and is none that can be opened. {rule}")

    @property
    def loopback(self) -> bool:
        """Whether only this computer can come in."""
        return self.host.lower() in LOOPBACK

    @property
    def names(self) -> tuple[str, ...]:
        """Every `host:port` that the lab answers to, as a browser writes it, without port 80; first the one to show people."""
        own = self.host.lower()
        hosts = (own, *(host for host in LOOPBACK if host != own)) if self.loopback else (own,)
        ending = "" if self.port == 80 else f":{self.port}"
        return tuple(_written(host) + ending for host in hosts)

    @property
    def cookie(self) -> str:
        """The cookie's name; it holds the port, since the cookies of all ports of a computer lie together."""
        return f"thalweg-{self.port}"

    def address(self, code: str) -> str:
        """Return the address that lets in whoever opens it."""
        return f"http://{self.names[0]}/?code={code}"

    def admitted(self, hosts: Sequence[str]) -> str | None:
        """Return the name that the `Host` headers of a request give; None unless there is one and it is one of `names`."""
        if len(hosts) != 1:
            return None
        given = hosts[0] if self.loopback else hosts[0].lower()
        return given if given in self.names else None


def _address(host: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None


def _written(host: str) -> str:
    address = _address(host)
    return f"[{address.compressed}]" if isinstance(address, ipaddress.IPv6Address) else host


def harmless(path: bytes) -> bool:
    r"""Whether a path as it was sent leads only down: no `..`, `//`, backslash or control byte, written out or as %2e, %2F, %5c, %00.

    >>> harmless(b"/assets/lab.js"), harmless(b"/assets/%2E%2e/secret"), harmless(b"//evil.example"), harmless(b"http://evil.example/")
    (True, False, False, False)
    """
    return path.startswith(b"/") and _ODD.search(path) is None


def policy(name: str) -> str:
    """Return the content security policy of a page asked for as `name`: scripts, styles and sockets of the lab's own, nothing else.

    A policy cannot hold an address in brackets; for such a one browsers take 'self' to mean its sockets as well.
    """
    socket = "" if name.startswith("[") else f" ws://{name}"
    return (
        f"default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self'{socket}; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )


def dressed(headers: Iterable[tuple[bytes, bytes]], name: str) -> list[tuple[bytes, bytes]]:
    """Return a response's headers with those that protect it.

    A policy of the response's own stays, and a rule for caches as well, unless the response is a page: pages are never kept.
    """
    own = [(key.lower(), value) for key, value in headers]
    known = dict(own)
    protection = {
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"no-referrer",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
    }
    if b"content-security-policy" not in known:
        protection[b"content-security-policy"] = policy(name).encode("latin-1")
    if b"cache-control" not in known or known.get(b"content-type", b"text/html").strip().lower().startswith(b"text/html"):
        protection[b"cache-control"] = b"no-store"
    return [(key, value) for key, value in own if key not in protection] + list(protection.items())
