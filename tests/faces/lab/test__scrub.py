"""Logs hold neither codes nor cookies, however a line of them is put together."""

import logging

import pytest

from thalweg.faces.lab._scrub import LOGGERS, scrub_logs, scrubbed

SECRET = "s3cr3t-_"


@pytest.mark.parametrize(
    ("line", "clean"),
    [
        (f"GET /?code={SECRET} HTTP/1.1", "GET /?code=... HTTP/1.1"),
        (f"/x?a=1&code={SECRET}&b=2", "/x?a=1&code=...&b=2"),
        (f"Cookie: a=1; thalweg-8000={SECRET}; b=2", "Cookie: a=1; thalweg-8000=...; b=2"),
        (f"{{'query_string': b'code={SECRET}', 'x': 1}}", "{'query_string': b'code=...', 'x': 1}"),
        (f"thalweg-1={SECRET} thalweg-65535={SECRET}", "thalweg-1=... thalweg-65535=..."),
        ("the code is 403", "the code is 403"),
    ],
)
def test_secrets_are_taken_out_of_lines(line, clean):
    assert scrubbed(line) == clean


@pytest.mark.parametrize("name", LOGGERS)
@pytest.mark.parametrize(
    "said",
    [
        (f"all at once code={SECRET}",),
        ("< %s: %s", "Cookie", f"thalweg-8000={SECRET}"),
        ('%s - "%s %s HTTP/%s" %d', "127.0.0.1:1", "GET", f"/?code={SECRET}", "1.1", 403),
        ("scope=%s", {"headers": [(b"cookie", f"thalweg-8000={SECRET}".encode())]}),
        ("scope=%s %d", {"query_string": f"code={SECRET}".encode()}, 1),
    ],
)
def test_the_servers_loggers_are_clean(name, said, caplog, monkeypatch):
    logger = logging.getLogger(name)
    monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setattr(logger, "filters", [])
    scrub_logs()
    scrub_logs()
    with caplog.at_level(logging.DEBUG, logger=name):
        logger.debug(*said)
    assert len(logger.filters) == 1
    assert SECRET not in caplog.text
    assert "=..." in caplog.text


def test_parts_that_hold_no_secret_are_left_as_they_are(caplog, monkeypatch):
    logger = logging.getLogger("uvicorn.error")
    monkeypatch.setattr(logger, "propagate", True)
    monkeypatch.setattr(logger, "filters", [])
    scrub_logs()
    with caplog.at_level(logging.INFO, logger="uvicorn.error"):
        logger.info("%d %s %.1f", 5, None, 2.0)
        logger.info("nothing")
    assert [record.getMessage() for record in caplog.records] == ["5 None 2.0", "nothing"]
    assert caplog.records[0].args == (5, None, 2.0)
