"""Guard: a request comes in if it names the lab, comes from its page and has the cookie; everything else is refused before the lab hears.

What is right is listed (three pairs of Host and Origin, one cookie); whatever is not on the lists must be refused.
"""

import asyncio
from itertools import product

import pytest
from tests.faces.lab.asking import HOST, ORIGIN, PORT, Ask, Lab, answer, answers, code_of, cookie_of

from thalweg.faces.lab._guard import Doors, Guard

PAIRS = {
    ("127.0.0.1:8000", "http://127.0.0.1:8000"),
    ("localhost:8000", "http://localhost:8000"),
    ("[::1]:8000", "http://[::1]:8000"),
}
OTHER_HOSTS = [
    *("", "127.0.0.1", "localhost", "127.0.0.1:8001", "127.0.0.1:80", "localhost:08000", "localhost:8000.", "localhost.:8000"),
    *("LOCALHOST:8000", "evil.example", "evil.example:8000", "127.0.0.1.evil.example:8000", "localhost.evil.example:8000"),
    *("evil-localhost:8000", "127.1:8000", "user@localhost:8000", "user:pass@127.0.0.1:8000", "localhost:8000@evil.example"),
    *("localhost:8000/", "localhost:8000/x", "localhost:8000?", "localhost:8000#", "localhost:8000:8000", "localhost:", ":8000"),
    *("::1:8000", "[::1]", "[::1", "[0:0:0:0:0:0:0:1]:8000", "0.0.0.0:8000", "2130706433:8000", "0x7f.0.0.1:8000"),
    *("localhost:8000, evil.example", " localhost:8000", "localhost:8000 ", "localhost\t:8000", "[::ffff:127.0.0.1]:8000"),
]  # fmt: skip
OTHER_ORIGINS = [
    *("", "null", "NULL", "http://evil.example", "http://evil.example:8000", "https://127.0.0.1:8000", "http://127.0.0.1"),
    *("http://127.0.0.1:8001", "http://127.0.0.1:80000", "http://127.0.0.1:8000/", "http://127.0.0.1:8000.evil.example"),
    *("http://127.0.0.1:8000@evil.example", "http://user@127.0.0.1:8000", "HTTP://127.0.0.1:8000", "http://LOCALHOST:8000"),
    *("ws://127.0.0.1:8000", "127.0.0.1:8000", "file://", "http://localhost.evil.example:8000", "http://trusted.evil"),
    *("moz-extension://x", "http://127.0.0.1:8000 http://evil.example", " http://127.0.0.1:8000"),
]  # fmt: skip
OTHER_COOKIES = ["", "wrong", "another port", "another name", "its name only", "longer", "shorter"]
KINDS = ["GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "WEBSOCKET"]
ODD_PATHS = [
    "/../room",
    "/%2e%2e/room",
    "/a%2Froom",
    "/a%5croom",
    "\\room",
    "/\0",
    "/%00",
    "//room",
    "//evil.example/",
    "http://evil.example/room",
    "",
]


@pytest.fixture
def lab() -> Lab:
    return Lab()


@pytest.fixture
def guard(lab: Lab) -> Guard:
    return Guard(lab.app, Doors("127.0.0.1", PORT))


def sent(cookie: str, right: str) -> str:
    name, _, value = right.partition("=")
    others = {
        "right": right,
        "wrong": f"{name}={'x' * len(value)}",
        "another port": f"thalweg-8001={value}",
        "another name": f"session={value}",
        "its name only": f"{name}=",
        "longer": right + "x",
        "shorter": right[:-1],
    }
    return others.get(cookie, cookie)


def headers(host: str | None, origin: str | None, cookie: str) -> list[tuple[str, str]]:
    given = [("host", host), ("origin", origin), ("cookie", cookie or None)]
    return [(name, value) for name, value in given if value is not None]


def test_of_all_combinations_those_on_the_lists_come_in_and_all_others_are_refused(lab, guard):
    right = cookie_of(guard)
    hosts = [None, *(host for host, _ in PAIRS), *OTHER_HOSTS]
    origins = [None, *(origin for _, origin in PAIRS), *OTHER_ORIGINS]
    table = list(product(["GET", "POST", "WEBSOCKET"], hosts, origins, ["right", "wrong"]))
    table += product(KINDS, hosts[:6], origins[:6], ["right", ""])
    asks = [Ask(kind, "/room", headers(host, origin, sent(cookie, right))) for kind, host, origin, cookie in table]
    wrong, let_in = [], 0
    for (kind, host, origin, cookie), reply in zip(table, answers(guard, asks), strict=True):
        named = any(host == good for good, _ in PAIRS)
        own = (host, origin) in PAIRS or (origin is None and kind in ("GET", "HEAD"))
        expected = (101 if kind == "WEBSOCKET" else 200) if named and own and cookie == "right" else 403
        let_in += expected != 403
        if reply.status != expected:
            wrong.append((kind, host, origin, cookie, expected, reply.status))
    assert len(table) > 7_000
    assert wrong == []
    assert lab.visits == let_in == 3 * (2 + 1 + 1) + 3 * (2 * 2 + 6)


def test_every_other_cookie_is_refused_and_a_cookie_is_looked_for_among_others(lab, guard):
    right = cookie_of(guard)
    for kind, cookie in product(KINDS, OTHER_COOKIES):
        assert answer(guard, Ask(kind, "/room", headers(HOST, ORIGIN, sent(cookie, right)))).status == 403
    assert lab.visits == 0
    name = right.partition("=")[0]
    for cookies in ([f"a=1; {right}"], [f"{right};b=2"], [f"{name}=x; {right}"], ["a=1", right], [f"{name}; \xe9=\xe9; {right}"]):
        assert answer(guard, Ask("GET", "/room", [("host", HOST), *(("cookie", cookie) for cookie in cookies)])).status == 200
    assert lab.visits == 5


def test_odd_paths_are_refused_whoever_asks(lab, guard):
    right = cookie_of(guard)
    for kind, path, cookie in product(KINDS, ODD_PATHS, [right, ""]):
        reply = answer(guard, Ask(kind, path, headers(HOST, ORIGIN, cookie)))
        assert reply.status == (403 if kind == "WEBSOCKET" else 400), (kind, path)
    assert lab.visits == 0


@pytest.mark.parametrize("name", ["host", "origin"])
@pytest.mark.parametrize("kind", KINDS)
def test_two_headers_of_a_name_are_refused_even_where_both_are_right(guard, kind, name):
    right = cookie_of(guard)
    good = headers(HOST, ORIGIN, right)
    assert answer(guard, Ask(kind, "/room", good)).status in (101, 200)
    assert answer(guard, Ask(kind, "/room", [*good, *(pair for pair in good if pair[0] == name)])).status == 403


@pytest.mark.parametrize("name", ["x-forwarded-host", "x-forwarded-proto", "x-forwarded-for", "forwarded", "x-original-host", "x-host"])
def test_what_proxies_say_counts_for_nothing(guard, name):
    right = cookie_of(guard)
    for host, status in ((HOST, 200), ("evil.example", 403)):
        for value in (HOST, "evil.example", "https", f"host={HOST}"):
            assert answer(guard, Ask("POST", "/room", [*headers(host, ORIGIN, right), (name, value)])).status == status


@pytest.mark.parametrize(
    ("site", "dest", "path", "status"),
    [
        ("same-origin", "empty", "/room", 200),
        ("none", "document", "/room", 200),
        ("cross-site", "document", "/room", 403),
        ("cross-site", "image", "/room", 403),
        ("same-site", "empty", "/room", 403),
        ("Cross-Site", "empty", "/room", 403),
        ("", "empty", "/room", 403),
        ("cross-site", "document", "/", 200),
        ("same-site", "document", "/", 200),
        ("cross-site", "iframe", "/", 403),
        ("cross-site", "image", "/", 403),
        ("same-origin", "iframe", "/", 200),
    ],
)
def test_other_sites_may_link_to_the_front_door_only(guard, site, dest, path, status):
    right = cookie_of(guard)
    fetch = [("sec-fetch-site", site), ("sec-fetch-dest", dest)]
    for kind in ("GET", "HEAD"):
        assert answer(guard, Ask(kind, path, [*headers(HOST, None, right), *fetch])).status == status


def test_a_picture_on_a_page_of_another_site_neither_opens_the_door_nor_shuts_it(guard):
    fetch = [("host", HOST), ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "image")]
    assert {reply.status for reply in answers(guard, [Ask("GET", "/?code=guess", fetch)] * 50)} == {403}
    assert answer(guard, Ask("GET", f"/?code={code_of(guard)}", fetch)).status == 403
    assert answer(guard, Ask("GET", f"/?code={code_of(guard)}", [("host", HOST)])).status == 303


def test_who_follows_a_link_of_another_site_asks_once_more_as_the_labs_own_page(guard):
    link = [("host", HOST), ("sec-fetch-site", "cross-site"), ("sec-fetch-dest", "document")]
    assert answer(guard, Ask("GET", "/", link)).all("refresh") == ["0; url=/"]
    for site in ("same-origin", "none"):
        assert answer(guard, Ask("GET", "/", [("host", HOST), ("sec-fetch-site", site)])).all("refresh") == []
    assert answer(guard, Ask("GET", "/room", link)).all("refresh") == []


def test_a_right_code_gives_the_cookie_and_leads_to_the_front_page_and_nowhere_else(guard):
    reply = answer(guard, Ask("GET", f"/?code={code_of(guard)}", [("host", "localhost:8000"), ("referer", "http://evil.example/")]))
    (cookie,) = reply.all("set-cookie")
    assert (reply.status, reply.all("location")) == (303, ["/"])
    name, *rules = cookie.split("; ")
    assert name.startswith("thalweg-8000=")
    assert len(name) == len("thalweg-8000=") + 43
    assert rules == ["Path=/", "HttpOnly", "SameSite=Strict"]
    assert answer(guard, Ask("GET", "/", [("host", HOST), ("cookie", name)])).status == 200


@pytest.mark.parametrize(
    "around",
    ["{}&next=http://evil.example", "{}%20", "{}&code={}", "x=1&code={}", " {}", "{}#", "", "%00", "{}x", "code={}", "\xe9"],
)
def test_a_code_with_anything_around_it_is_wrong(guard, around):
    query = around.replace("{}", code_of(guard))
    path = f"/?{query}" if query.startswith("x=1") else f"/?code={query}"
    reply = answer(guard, Ask("GET", path, [("host", HOST)]))
    assert (reply.status, reply.all("set-cookie"), reply.all("location")) == (403, [], [])


@pytest.mark.parametrize("kind", ["HEAD", "POST", "PUT", "OPTIONS", "WEBSOCKET"])
def test_only_opening_a_page_opens_the_door(guard, kind):
    code = code_of(guard)
    assert answer(guard, Ask(kind, f"/?code={code}", headers(HOST, ORIGIN, ""))).status == 403
    assert answer(guard, Ask("GET", f"/room?code={code}", headers(HOST, None, ""))).status == 403
    assert code_of(guard) == code


def test_on_this_computer_a_code_opens_once_and_the_terminal_is_told_the_next(lab):
    told: list[str] = []
    guard = Guard(lab.app, Doors("127.0.0.1", PORT), tell=told.append)
    first = guard.address
    door = Ask("GET", first.removeprefix("http://127.0.0.1:8000"), [("host", HOST)])
    assert [reply.status for reply in answers(guard, [door, door])] == [303, 403]
    assert told == [guard.address] != [first]
    assert cookie_of(guard)
    assert len({first, *told, guard.address}) == 3


def test_who_is_in_already_uses_no_code_up(guard):
    right, code = cookie_of(guard), code_of(guard)
    for given in (code, "used up"):
        reply = answer(guard, Ask("GET", f"/?code={given}", headers(HOST, None, right)))
        assert (reply.status, reply.all("location"), reply.all("set-cookie")) == (303, ["/"], [])
    assert code_of(guard) == code


def test_in_a_class_all_come_in_by_one_code_and_only_under_its_name(lab):
    told: list[str] = []
    guard = Guard(lab.app, Doors("lab.example", 9000, once=False), tell=told.append)
    cookies = {cookie_of(guard) for _ in range(30)}
    (right,) = cookies
    assert told == []
    for host, origin, status in [
        ("lab.example:9000", "http://lab.example:9000", 200),
        ("LAB.Example:9000", "http://lab.example:9000", 200),
        ("LAB.Example:9000", "http://LAB.Example:9000", 403),
        ("lab.example", "http://lab.example", 403),
        ("lab.example.:9000", "http://lab.example.:9000", 403),
        ("localhost:9000", "http://localhost:9000", 403),
        ("127.0.0.1:9000", "http://127.0.0.1:9000", 403),
        ("x.lab.example:9000", "http://x.lab.example:9000", 403),
    ]:
        assert answer(guard, Ask("POST", "/room", headers(host, origin, right))).status == status, host


def test_ten_wrong_codes_shut_the_door_for_a_minute_and_not_for_those_inside(lab):
    now = [1000.0]
    guard = Guard(lab.app, Doors("127.0.0.1", PORT), clock=lambda: now[0])
    right = cookie_of(guard)
    wrong = Ask("GET", "/?code=wrong", [("host", HOST)])
    door = Ask("GET", f"/?code={code_of(guard)}", [("host", HOST)])
    for _ in range(10):
        now[0] += 1
        assert answer(guard, wrong).status == 403
    assert [answer(guard, ask).status for ask in (wrong, door)] == [429, 429]
    assert answer(guard, door).all("retry-after") == ["51"]
    assert b"Wait 51 seconds" in answer(guard, door).body
    assert answer(guard, Ask("GET", "/room", headers(HOST, None, right))).status == 200
    now[0] += 50.9
    assert answer(guard, door).status == 429
    now[0] += 0.1
    assert answer(guard, door).status == 303


@pytest.mark.slow
def test_ten_thousand_guesses_are_refused_and_no_more_than_ten_a_minute_are_compared(guard):
    replies = answers(guard, [Ask("GET", f"/?code={number}", [("host", HOST)]) for number in range(10_000)])
    assert [reply.status for reply in replies] == [403] * 10 + [429] * 9_990
    assert all(reply.all("set-cookie") == [] for reply in replies)


PROTECTION = {
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
    "cache-control": "no-store",
}


def test_every_response_is_protected_refusals_too(guard):
    door = answer(guard, Ask("GET", f"/?code={code_of(guard)}", [("host", HOST)]))
    (cookie,) = door.all("set-cookie")
    right = headers(HOST, ORIGIN, cookie.partition(";")[0])
    asks = [
        Ask("GET", "/room", right),
        Ask("GET", "/missing", right),
        Ask("DELETE", "/own", right),
        Ask("GET", "/room"),
        Ask("GET", "//", right),
    ]
    replies = [door, *answers(guard, [*asks, Ask("GET", "/?code=x", right[:1])])]
    assert [reply.status for reply in replies] == [303, 200, 404, 405, 403, 400, 403]
    for reply in replies:
        found = dict(reply.headers)
        assert {name: found.get(name) for name in PROTECTION} == PROTECTION
        assert "connect-src 'self' ws://127.0.0.1:8000;" in found["content-security-policy"]
        assert len(found) == len(reply.headers)
    own = dict(answer(guard, Ask("GET", "/own", right)).headers)
    assert (own["content-security-policy"], own["cache-control"]) == ("sandbox", "max-age=9")


def test_refusals_say_in_words_what_to_do_and_repeat_nothing_that_was_sent(guard):
    for ask in (
        Ask("GET", "/<script>", [("host", HOST)]),
        Ask("GET", "/?code=<script>", [("host", HOST)]),
        Ask("GET", "/", [("host", "<script>")]),
        Ask("POST", "/", [("host", HOST), ("origin", "<script>")]),
    ):
        reply = answer(guard, ask)
        assert reply.status == 403
        assert b"<script>" not in reply.body
        assert b"Open the address that the terminal shows." in reply.body
        assert reply.all("content-type") == ["text/html; charset=utf-8"]
        assert reply.all("content-length") == [str(len(reply.body))]


@pytest.mark.parametrize(
    ("announced", "body", "status", "visits"),
    [
        (["10"], [b"0123456789"], 200, 1),
        (["11"], [b"01234567890"], 413, 0),
        (["1000000000"], [b""], 413, 0),
        (["9" * 20], [b""], 413, 0),
        (["5"], [b"0123456789", b"0"], 413, 1),
        ([], [b"01234", b"56789"], 200, 1),
        ([], [b"01234", b"56789", b"0"], 413, 1),
        ([], [b"x"] * 10_000, 413, 1),
        (["5", "1000"], [b"01234"], 413, 0),
        (["-1"], [b""], 400, 0),
        (["1e3"], [b""], 400, 0),
        (["0x10"], [b""], 400, 0),
        (["\xb2"], [b""], 400, 0),
        ([""], [b""], 400, 0),
        (["9" * 5000], [b""], 400, 0),
    ],
)
def test_bodies_are_counted_whatever_was_announced(lab, announced, body, status, visits):
    guard = Guard(lab.app, Doors("127.0.0.1", PORT), most_bytes=10)
    good = headers(HOST, ORIGIN, cookie_of(guard))
    reply = answer(guard, Ask("POST", "/taken", [*good, *(("content-length", length) for length in announced)], body))
    assert (reply.status, lab.visits) == (status, visits)
    if status == 413:
        assert b"larger than the 10 bytes" in reply.body
        assert reply.all("connection") == ["close"]


def test_a_response_that_has_begun_goes_on_when_the_body_turns_out_too_large():
    async def app(scope, receive, send):
        await send({"type": "http.response.start", "status": 200, "headers": []})
        while (message := await receive())["type"] == "http.request":
            pass
        await send({"type": "http.response.body", "body": message["type"].encode()})

    guard = Guard(app, Doors("127.0.0.1", PORT), most_bytes=10)
    reply = answer(guard, Ask("POST", "/", headers(HOST, ORIGIN, cookie_of(guard)), [b"123456"] * 3))
    assert (reply.status, reply.body) == (200, b"http.disconnect")


def test_the_labs_own_errors_are_not_swallowed():
    async def app(scope, receive, send):
        raise RuntimeError("broken")

    guard = Guard(app, Doors("127.0.0.1", PORT))
    with pytest.raises(RuntimeError, match="broken"):
        answer(guard, Ask("GET", "/", headers(HOST, None, cookie_of(guard))))


def test_the_servers_life_is_passed_on_and_other_scopes_are_nobodys(lab):
    heard = []

    async def app(scope, receive, send):
        heard.append(scope["type"])

    guard = Guard(app, Doors("127.0.0.1", PORT))
    for kind in ("lifespan", "webtransport", "http.extra"):
        asyncio.run(guard({"type": kind}, None, None))
    assert heard == ["lifespan"]


def test_a_scope_without_the_path_as_sent_is_refused(guard):
    sent = []

    async def send(message):
        sent.append(message)

    async def receive():
        return {"type": "http.request"}

    scope = {"type": "http", "method": "GET", "path": "/", "headers": [(b"host", HOST.encode())]}
    asyncio.run(guard(scope, receive, send))
    assert sent[0]["status"] == 400
