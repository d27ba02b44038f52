"""What the pages' forms share: their fields as texts, and the revision that they say they saw."""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends, Request

__all__ = ["Fields", "whole"]


async def _fields(request: Request) -> dict[str, str]:
    form = await request.form(max_fields=400)
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


# Fields of a form as texts; the last counts where a name comes twice. Files are left out.
Fields = Annotated[dict[str, str], Depends(_fields)]


def whole(said: str) -> int | None:
    """A number that a form carries, such as the revision it saw; None if it does not."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None
