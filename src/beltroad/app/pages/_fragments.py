"""The part of a page that is the same for everyone, rendered once and kept.

Header, token and visitor's name are rendered for each request round it. Pages are not compressed:
they hold the visitor's token beside words of the query.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable, Hashable
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse

from beltroad.app.api._caching import Kept, Shelf, evidence_digest
from beltroad.app.web import language_of, render

__all__ = ["fragment", "whole"]

_SHELF = Shelf()
# Where the body goes; nobody outside can know it, so that nothing else is taken for it.
_HERE = secrets.token_hex(16)


def fragment(
    request: Request, name: str, build: Callable[[], dict[str, Any]], *, key: Hashable = ()
) -> bytes:
    """A template without base, for the body of a page; the same for all who ask the same.

    Parameters
    ----------
    request
        Path, query and language are part of the question.
    name
        A template that does not use the visitor's name, role or token.
    build
        Makes what the template shows, when it is not kept.
    key
        What else it depends on, such as the registry's fingerprint.
    """
    question = (
        name, request.scope["path"], request.scope.get("query_string", b""), language_of(request),
        evidence_digest(), key,
    )  # fmt: skip

    def make() -> Kept:
        return Kept(bytes(render(request, name, **build()).body), "text/html; charset=utf-8")

    return _SHELF.get(question, make).body


def whole(request: Request, heading: str, body: bytes) -> HTMLResponse:
    """The page of a fragment: header, footer and token of this request round the kept bytes."""
    answer = render(request, "pages/observatory_frame.html", heading=heading, body=_HERE)
    head, _, tail = bytes(answer.body).partition(_HERE.encode())
    answer.body = head + body + tail
    answer.headers["content-length"] = str(len(answer.body))
    return answer
