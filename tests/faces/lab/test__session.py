"""Sessions as processes: they start, they answer, and they end with the page whatever they are doing."""

import asyncio
import json
import os
import time

import pytest

from thalweg.faces.lab._session import Session, context
from thalweg.faces.lab._wire import unpacked

PLACES = {"runs": "runs", "uploads": "uploads", "opened": ""}


async def heard(session, kind):
    async for message in session.said():
        found, data, arrays = unpacked(message)
        if found == kind:
            return {**data, "arrays": arrays}
    raise AssertionError(f"the worker ended before it sent a {kind}")


async def playing():
    session = Session(context(), PLACES)
    await session.start()
    for words in ({"do": "open", "room": "plane", "state": {"score": "mlp"}}, {"do": "play"}, {"do": "ready"}):
        assert await session.tell(json.dumps(words))
    picture = await heard(session, "picture")
    return session, picture


def alive(process):
    try:
        os.kill(process.pid, 0)
    except ProcessLookupError:
        return False
    return process.is_alive()


def test_a_closed_page_frees_its_training():
    async def story():
        session, picture = await playing()
        assert picture["playing"]
        begun = time.monotonic()
        await session.end()
        return session.process, time.monotonic() - begun

    process, seconds = asyncio.run(story())
    assert not alive(process)
    assert seconds < 10


def test_a_worker_that_dies_ends_what_it_says():
    async def story():
        session, _ = await playing()
        session.process.kill()
        async with asyncio.timeout(20):
            left = [message async for message in session.said()]
        told = await session.tell('{"do": "step"}') and await session.tell('{"do": "step"}')
        await session.end()
        return left, told

    left, told = asyncio.run(story())
    assert all(unpacked(message)[0] in ("form", "picture") for message in left)
    assert not told


@pytest.mark.slow
@pytest.mark.parametrize("count", [3])
def test_sessions_know_nothing_of_each_other(count):
    async def story():
        sessions = [await playing() for _ in range(count)]
        await sessions[0][0].tell('{"do": "set", "state": {"data": "circle"}}')
        forms = []
        for session, _ in sessions:
            await session.tell('{"do": "ready"}')
        forms.append((await heard(sessions[0][0], "form"))["state"])
        await asyncio.gather(*(session.end() for session, _ in sessions))
        return forms, [alive(session.process) for session, _ in sessions]

    forms, living = asyncio.run(story())
    assert forms == [{"data": "circle", "score": "mlp"}]
    assert living == [False] * count
