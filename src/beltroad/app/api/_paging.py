"""Paging: the same two parameters, the same body and the same ``Link`` header everywhere.

An endpoint takes ``paging: Paged`` and answers ``page_of(rows, paging)``; its response model is
``Page[Row]``. The header is written by :func:`beltroad.app.api._caching.cached`, or with
``response.headers["Link"] = link(request, page)`` where nothing is cached.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Annotated, Any, Generic, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

from fastapi import Depends, Query, Request
from pydantic import BaseModel

__all__ = ["MOST_PER_PAGE", "Page", "Paged", "Paging", "link", "page_of", "pages_of", "paging"]

MOST_PER_PAGE = 200
_MOST_PAGES = 1_000_000

T = TypeVar("T")


@dataclass(frozen=True)
class Paging:
    """Which page is asked for."""

    page: int = 1
    per_page: int = 50

    @property
    def offset(self) -> int:
        """Rows before the page."""
        return (self.page - 1) * self.per_page


def paging(
    page: Annotated[int, Query(ge=1, le=_MOST_PAGES, description="Which page, from 1.")] = 1,
    per_page: Annotated[int, Query(ge=1, le=MOST_PER_PAGE, description="Rows on a page.")] = 50,
) -> Paging:
    """The two parameters, checked."""
    return Paging(page, per_page)


Paged = Annotated[Paging, Depends(paging)]


class Page(BaseModel, Generic[T]):
    """One page of a longer list."""

    items: list[T]
    total: int
    page: int
    per_page: int
    pages: int


def pages_of(total: int, per_page: int) -> int:
    """How many pages there are; an empty list still has one."""
    return max(1, -(-total // per_page))


def page_of(
    rows: Sequence[Any],
    paging: Paging,
    *,
    total: int | None = None,
    shape: Callable[[Any], Any] | None = None,
) -> Page[Any]:
    """The page of a list; a page behind the last one is empty.

    Parameters
    ----------
    rows
        All rows; or, with ``total``, only those of the page (cut by the database already).
    shape
        Makes an item of a row, only for the rows of the page.
    """
    chosen = rows if total is not None else rows[paging.offset : paging.offset + paging.per_page]
    count = len(rows) if total is None else total
    items = [shape(row) for row in chosen] if shape else list(chosen)
    return Page[Any](
        items=items, total=count, page=paging.page, per_page=paging.per_page,
        pages=pages_of(count, paging.per_page),
    )  # fmt: skip


def link(request: Request, page: Page[Any]) -> str:
    """The ``Link`` header (RFC 8288): first, previous, next and last page of the same question."""
    asked = [
        (name, value)
        for name, value in parse_qsl(request.url.query, keep_blank_values=True)
        if name not in ("page", "per_page")
    ]
    wanted = {"first": 1, "last": page.pages}
    if page.page > 1:
        wanted["prev"] = min(page.page - 1, page.pages)
    if page.page < page.pages:
        wanted["next"] = page.page + 1

    def address(number: int) -> str:
        query = [*asked, ("page", str(number)), ("per_page", str(page.per_page))]
        # Errors in the bytes of a query become replacement signs, never a broken header.
        return f"{request.scope['path']}?{urlencode(query, errors='replace')}"

    return ", ".join(
        f'<{quote(address(n), safe="/?&=%+:,;@-._~")}>; rel="{rel}"' for rel, n in wanted.items()
    )
