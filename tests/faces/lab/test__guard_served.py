"""The guard before a real server: what attackers send over the wire, and what the logs hold afterwards."""

import logging
import socket

import pytest
from tests.faces.lab.asking import Lab, code_of, cookie_of, exchange, serving
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from thalweg.faces.lab._guard import Doors, Guard
from thalweg.faces.lab._scrub import LOGGERS, scrub_logs


@pytest.fixture(scope="module")
def now() -> list[float]:
    return [0.0]


@pytest.fixture(scope="module")
def lab() -> Lab:
    return Lab()


@pytest.fixture(scope="module")
def guard(lab, now):
    def make(port: int) -> Guard:
        return Guard(lab.app, Doors("127.0.0.1", port), most_bytes=1 << 20, clock=lambda: now[0])

    with serving(make) as guard:
        yield guard


@pytest.fixture(scope="module")
def cookie(guard) -> str:
    return cookie_of(guard)


@pytest.fixture
def port(guard) -> int:
    return guard.doors.port


def status(reply: bytes) -> int:
    return int(reply.split(b" ", 2)[1])


def speak(port: int, cookie: str, *, origin: str | None, host: str = "127.0.0.1") -> str:
    """Open a socket, say a word and return the answer."""
    headers = {"Cookie": cookie} if cookie else {}
    with connect(f"ws://{host}:{port}/room", origin=origin, additional_headers=headers, proxy=None) as talk:
        talk.send("word")
        return str(talk.recv())


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_the_labs_own_page_opens_a_socket(port, cookie, host):
    assert speak(port, cookie, origin=f"http://{host}:{port}", host=host) == "WORD"


@pytest.mark.parametrize(
    ("origin", "with_cookie"),
    [
        ("http://evil.example", True),
        ("null", True),
        (None, True),
        ("https://127.0.0.1:{port}", True),
        ("http://localhost:{port}", True),
        ("http://127.0.0.1", True),
        ("http://127.0.0.1:{port}", False),
    ],
)
def test_other_pages_are_refused_before_the_socket_opens(lab, port, cookie, origin, with_cookie):
    visits = lab.visits
    with pytest.raises(InvalidStatus) as refused:
        speak(port, cookie if with_cookie else "", origin=origin and origin.format(port=port))
    assert refused.value.response.status_code == 403
    assert lab.visits == visits


@pytest.mark.parametrize(
    ("request_line", "host", "expected"),
    [
        ("GET /room HTTP/1.1", "127.0.0.1:{port}", 200),
        ("GET /room HTTP/1.1", "evil.example:{port}", 403),
        ("GET /room HTTP/1.1", "evil.example", 403),
        ("GET /room HTTP/1.1", "", 403),
        ("GET /room HTTP/1.1", "127.0.0.1:{port}\nHost: evil.example", 400),
        ("GET /room HTTP/1.0", None, 403),
        ("GET /room HTTP/1.1", None, 400),
        ("GET http://127.0.0.1:{port}/room HTTP/1.1", "127.0.0.1:{port}", 400),
        ("GET http://evil.example/room HTTP/1.1", "127.0.0.1:{port}", 400),
        ("GET /../room HTTP/1.1", "127.0.0.1:{port}", 400),
        ("GET /%2e%2e/room HTTP/1.1", "127.0.0.1:{port}", 400),
        ("GET //evil.example/ HTTP/1.1", "127.0.0.1:{port}", 400),
        ("OPTIONS * HTTP/1.1", "127.0.0.1:{port}", 400),
        ("POST /room HTTP/1.1", "127.0.0.1:{port}", 403),
    ],
)
def test_requests_as_they_go_over_the_wire(port, cookie, request_line, host, expected):
    lines = [request_line, *([] if host is None else [f"Host: {host}"]), f"Cookie: {cookie}", "Connection: close", "", ""]
    assert status(exchange(port, "\n".join(lines).replace("{port}", str(port)))) == expected


def sending(port: int, cookie: str, framing: str) -> str:
    address = f"127.0.0.1:{port}"
    return f"POST /taken HTTP/1.1\nHost: {address}\nOrigin: http://{address}\nCookie: {cookie}\n{framing}\n\n"


def test_a_body_of_a_gigabyte_is_refused_when_it_is_announced(lab, port, cookie):
    visits = lab.visits
    assert status(exchange(port, sending(port, cookie, "Content-Length: 1000000000"))) == 413
    assert status(exchange(port, sending(port, cookie, "Content-Length: 1000000000\nExpect: 100-continue"))) == 413
    assert lab.visits == visits


def test_a_body_without_a_length_is_refused_once_it_is_too_large(port, cookie):
    chunk = b"10000\r\n" + b"x" * 0x10000 + b"\r\n"
    head = sending(port, cookie, "Transfer-Encoding: chunked\nConnection: close").replace("\n", "\r\n").encode()
    small = exchange(port, head + chunk * 16 + b"0\r\n\r\n")
    assert (status(small), small.rpartition(b"\r\n\r\n")[2]) == (200, b"%d" % (1 << 20))
    with socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
        connection.sendall(head + chunk * 17)  # and never an end
        assert status(connection.recv(65536)) == 413


@pytest.mark.slow
def test_ten_thousand_wrong_codes_open_nothing_and_the_right_one_opens_once(guard, now, port):
    count, batch = 10_000, 500
    with socket.create_connection(("127.0.0.1", port), timeout=60) as connection, connection.makefile("rb") as stream:
        found = []
        for start in range(0, count, batch):
            asks = [f"GET /?code=wrong{number} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n" for number in range(start, start + batch)]
            connection.sendall("".join(asks).encode())
            for _ in range(batch):
                found.append(int(stream.readline().split()[1]))
                length = 0
                while (line := stream.readline().lower()) != b"\r\n":
                    assert not line.startswith((b"set-cookie", b"location"))
                    length = int(line.split(b":")[1]) if line.startswith(b"content-length") else length
                stream.read(length)
    assert found == [403] * 10 + [429] * (count - 10)
    door = f"GET /?code={code_of(guard)} HTTP/1.1\nHost: 127.0.0.1:{port}\nConnection: close\n\n"
    assert status(exchange(port, door)) == 429
    now[0] += 60
    reply = exchange(port, door)
    assert status(reply) == 303
    assert b"\r\nlocation: /\r\n" in reply
    assert status(exchange(port, door)) == 403


def test_logs_hold_neither_codes_nor_cookies_even_where_everything_is_logged(lab, caplog):
    levels = {name: logging.getLogger(name).level for name in LOGGERS}
    scrub_logs()
    told: list[str] = []
    try:
        with (
            caplog.at_level(1),
            serving(lambda port: Guard(lab.app, Doors("127.0.0.1", port), tell=told.append), log_level="trace", access_log=True) as guard,
        ):
            port, code = guard.doors.port, code_of(guard)
            address = f"127.0.0.1:{port}"
            reply = exchange(port, f"GET /?code={code} HTTP/1.1\nHost: {address}\nConnection: close\n\n")
            value = reply.partition(f"thalweg-{port}=".encode())[2].partition(b";")[0].decode()
            cookie = f"thalweg-{port}={value}"
            exchange(port, f"GET /?code={code} HTTP/1.1\nHost: {address}\nConnection: close\n\n")
            exchange(port, f"GET /room?code={code} HTTP/1.1\nHost: {address}\nCookie: {cookie}\nConnection: close\n\n")
            assert speak(port, cookie, origin=f"http://{address}") == "WORD"
            with pytest.raises(InvalidStatus):
                speak(port, cookie, origin="http://evil.example")
            secrets = [code, value, code_of(guard)]
    finally:
        for name, level in levels.items():
            logging.getLogger(name).setLevel(level)
    records = [record for record in caplog.records if record.name in LOGGERS]
    text = "\n".join([record.getMessage() for record in records])
    assert {"uvicorn.error", "uvicorn.access", "uvicorn.asgi"} <= {record.name for record in records}
    assert all(len(secret) == 43 for secret in secrets)
    assert "=..." in text
    for secret in secrets:
        assert secret not in text
        assert all(secret not in str(vars(record)) for record in records)
    assert told == [guard.address]
