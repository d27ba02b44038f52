"""Bodies of requests: how much is read, and the form token that travels inside."""

from __future__ import annotations

import re
from urllib.parse import unquote_plus

from fastapi import HTTPException
from starlette.datastructures import Headers
from starlette.types import Message, Receive

from beltroad.app.settings import Limits

__all__ = ["FIELD", "limit_of", "limited", "token_inside", "too_large"]

FIELD = "csrf"  # the form field that csrf_field() writes, before all others
_PEEK = 65_536
_FRAME = 65_536  # room for the boundaries and small fields around an uploaded file
_PART = re.compile(rb'name="csrf"\r\n\r\n([0-9a-f]{1,128})\r\n')


def limit_of(headers: Headers, limits: Limits) -> int:
    """How long the body of a request may be."""
    kind = headers.get("content-type", "").lower()
    if kind.startswith("multipart/form-data"):
        return limits.upload_bytes + _FRAME
    return limits.json_bytes


def too_large(most: int) -> HTTPException:
    """The refusal of a body; the connection is closed, so that the rest is not sent."""
    return HTTPException(
        413, f"Too large: at most {most / 1e6:.3g} MB", headers={"Connection": "close"}
    )


def limited(receive: Receive, most: int) -> Receive:
    """Stop reading when more came than allowed, whatever Content-Length said or did not say."""
    read = 0

    async def counted() -> Message:
        nonlocal read
        message = await receive()
        if message["type"] == "http.request":
            read += len(message.get("body", b""))
            if read > most:
                raise too_large(most)
        return message

    return counted


async def token_inside(headers: Headers, receive: Receive) -> tuple[str, Receive]:
    """The form token in the first 64 kB of a form's body, and the body as it was.

    A file that is uploaded after the token is left where it is: it is not read here.
    """
    kind = headers.get("content-type", "").lower()
    multipart = kind.startswith("multipart/form-data")
    if not multipart and not kind.startswith("application/x-www-form-urlencoded"):
        return "", receive
    seen: list[Message] = []
    start, token = b"", ""
    while not token and len(start) < _PEEK:
        message = await receive()
        seen.append(message)
        if message["type"] != "http.request":
            break
        start += message.get("body", b"")
        last = not message.get("more_body", False)
        token = _in_multipart(start) if multipart else _in_pairs(start, last=last)
        if last:
            break
    waiting = iter(seen)

    async def replay() -> Message:
        return next(waiting, None) or await receive()

    return token, replay


def _in_multipart(start: bytes) -> str:
    found = _PART.search(start[:_PEEK])
    return found[1].decode() if found else ""


def _in_pairs(start: bytes, *, last: bool) -> str:
    pairs = start[:_PEEK].split(b"&")
    for pair in pairs if last else pairs[:-1]:  # the last one may go on
        name, _, value = pair.partition(b"=")
        if name == FIELD.encode():
            return unquote_plus(value.decode("latin-1"))
    return ""
