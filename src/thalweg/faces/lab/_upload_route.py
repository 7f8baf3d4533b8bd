"""Upload route: how a page sends pictures: a batch is begun, files come one by one, and a batch that went wrong is dropped."""

import asyncio
from typing import Any

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from thalweg.core.errors import ThalwegError
from thalweg.faces.lab._uploads import CAPS, Uploads

WORDS = ("batch", "label", "name")


async def upload(request: Request, uploads: Uploads) -> Response:
    """Answer `POST` without words by a new batch's name, with `batch`, `label` and `name` by keeping the body as a file; `DELETE` drops.

    What cannot be taken is answered by a line of text and status 400, before more of the body is read than a file may have.
    """
    words = {word: request.query_params.get(word, "") for word in WORDS}
    try:
        return JSONResponse(await _done(request, uploads, words))
    except ThalwegError as error:
        return PlainTextResponse(f"{error}\n", 400)
    except ClientDisconnect:
        return PlainTextResponse("The page is gone.\n", 400)


async def _done(request: Request, uploads: Uploads, words: dict[str, str]) -> dict[str, Any]:
    batch = words["batch"]
    if request.method == "DELETE":
        await asyncio.to_thread(uploads.drop, batch)
        return {}
    if not batch:
        return {"batch": await asyncio.to_thread(uploads.begin)}
    await asyncio.to_thread(uploads.keep, batch, words["label"], words["name"], await _body(request))
    return {"batch": batch}


async def _body(request: Request) -> bytes:
    """Return the body, or one byte more than a file may have of a larger one, which is then refused in words."""
    content = bytearray()
    async for piece in request.stream():
        content += piece
        if len(content) > CAPS.file_bytes:
            return bytes(content[: CAPS.file_bytes + 1])
    return bytes(content)
