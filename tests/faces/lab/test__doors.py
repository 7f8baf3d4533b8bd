"""Doors: which names, which paths, which headers; every expectation is written out."""

import pytest

from thalweg.core.errors import ConfigError
from thalweg.faces.lab._doors import Doors, dressed, harmless, policy


@pytest.mark.parametrize(
    ("host", "port", "names"),
    [
        ("127.0.0.1", 8000, ("127.0.0.1:8000", "localhost:8000", "[::1]:8000")),
        ("localhost", 8000, ("localhost:8000", "127.0.0.1:8000", "[::1]:8000")),
        ("::1", 8000, ("[::1]:8000", "127.0.0.1:8000", "localhost:8000")),
        ("192.168.1.7", 8000, ("192.168.1.7:8000",)),
        ("127.0.0.2", 8000, ("127.0.0.2:8000",)),
        ("Lab-1.Example.org", 65535, ("lab-1.example.org:65535",)),
        ("FD00:0:0::5", 8000, ("[fd00::5]:8000",)),
        ("lab", 80, ("lab",)),
        ("127.0.0.1", 80, ("127.0.0.1", "localhost", "[::1]")),
    ],
)
def test_the_names_are_as_browsers_write_them(host, port, names):
    doors = Doors(host, port)
    assert doors.names == names
    assert doors.address("abc") == f"http://{names[0]}/?code=abc"
    for name in names:
        assert doors.admitted([name]) == name


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "0::0"])
def test_an_address_that_stands_for_all_is_none_to_open(host):
    with pytest.raises(ConfigError, match=r"stands for all addresses of this computer and is none that can be opened\. Give the name"):
        Doors(host, 8000)


@pytest.mark.parametrize(
    "host",
    [
        "",
        " ",
        "lab.",
        ".lab",
        "a..b",
        "-a",
        "a-",
        "user@lab",
        "lab/x",
        "lab:80",
        "[::1]",
        "127.1",
        "0",
        "1.2.3",
        "fe80::1%eth0",
        "läb",
        "a b",
        "a\n",
    ],
)
def test_what_is_no_name_is_refused(host):
    with pytest.raises(ConfigError, match="host must be a name or an address; got "):
        Doors(host, 8000)


@pytest.mark.parametrize("port", [0, -1, 65536])
def test_what_is_no_port_is_refused(port):
    with pytest.raises(ConfigError, match=rf"port must lie in \[1, 65535\]; got {port}\."):
        Doors("127.0.0.1", port)


def test_capitals_count_on_loopback_and_not_elsewhere():
    assert Doors("127.0.0.1", 8000).admitted(["LOCALHOST:8000"]) is None
    assert Doors("lab.example", 8000).admitted(["LAB.example:8000"]) == "lab.example:8000"


@pytest.mark.parametrize("hosts", [[], ["localhost:8000", "localhost:8000"], ["localhost:8000", "evil"]])
def test_there_is_exactly_one_name(hosts):
    assert Doors("localhost", 8000).admitted(hosts) is None


GOOD = ["/", "/assets/lab.js", "/a/b/c", "/a.b", "/a%20b", "/%E7%8C%AB", "/~x/!$&'()*+,;=:@-_", "/upload/abc-_/", "/.well-known/x"]
BAD = [
    *("", "*", "a", "http://evil.example/", "//", "//evil", "/a//b", "/..", "/../x", "/a/../b", "/a..b", "/%2e", "/%2E%2E/x", "/a/%2e./b"),
    *("/%2f", "/a%2Fb", "/%5c", "/a%5Cb", "/\\", "/a\\..\\b", "/\0", "/%00", "/a%00.js"),
    *("/\n", "/%0a", "/%0D%0Ax", "/%1b", "/%7f", "/ ", "/a\tb"),
    *("/%25", "/%252e%252e/", "/%", "/%a", "/%zz", "/%u002e", "/\xe9", "/\x7f", "/\x80"),
]  # fmt: skip


@pytest.mark.parametrize("path", GOOD)
def test_harmless_paths(path):
    assert harmless(path.encode("latin-1"))


@pytest.mark.parametrize("path", BAD, ids=ascii)
def test_paths_that_could_lead_elsewhere(path):
    assert not harmless(path.encode("latin-1"))


def test_the_policy_lets_in_the_labs_own_only():
    assert policy("localhost:8000") == (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data: blob:; connect-src 'self' ws://localhost:8000; "
        "font-src 'self'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
    )
    assert "connect-src 'self';" in policy("[::1]:8000")


def test_a_response_without_headers_gets_all_of_them():
    assert dict(dressed([], "localhost:8000")) == {
        b"content-security-policy": policy("localhost:8000").encode(),
        b"x-content-type-options": b"nosniff",
        b"referrer-policy": b"no-referrer",
        b"cross-origin-opener-policy": b"same-origin",
        b"cross-origin-resource-policy": b"same-origin",
        b"cache-control": b"no-store",
    }


@pytest.mark.parametrize(
    ("kind", "kept"),
    [
        (b"text/html; charset=utf-8", b"no-store"),
        (b"Text/HTML", b"no-store"),
        (b"text/javascript", b"max-age=9"),
        (b"image/png", b"max-age=9"),
    ],
)
def test_scripts_and_pictures_may_be_kept_and_pages_not(kind, kept):
    found = dressed([(b"Content-Type", kind), (b"Cache-Control", b"max-age=9")], "localhost:8000")
    assert [value for key, value in found if key == b"cache-control"] == [kept]


def test_a_policy_of_the_responses_own_stays_and_everything_else_is_set_once():
    own = [(b"Content-Security-Policy", b"sandbox"), (b"X-Content-Type-Options", b"sniff"), (b"Set-Cookie", b"a"), (b"Set-Cookie", b"b")]
    found = dressed([*own, (b"Referrer-Policy", b"unsafe-url")], "localhost:8000")
    assert [value for key, value in found if key == b"content-security-policy"] == [b"sandbox"]
    assert [value for key, value in found if key == b"set-cookie"] == [b"a", b"b"]
    assert [value for key, value in found if key == b"x-content-type-options"] == [b"nosniff"]
    assert [value for key, value in found if key == b"referrer-policy"] == [b"no-referrer"]
