"""What the pages' forms share: their fields as texts, and the revision that they say they saw."""

from __future__ import annotations

import math
from typing import Annotated

from fastapi import Depends, Request

from beltroad.errors import InputError

__all__ = ["Fields", "number", "whole"]


async def _fields(request: Request) -> dict[str, str]:
    form = await request.form(max_fields=400)
    return {name: value for name, value in form.multi_items() if isinstance(value, str)}


# Fields of a form as texts; the last counts where a name comes twice. Files are left out.
Fields = Annotated[dict[str, str], Depends(_fields)]


def whole(said: str) -> int | None:
    """A number that a form carries, such as the revision it saw; None if it does not."""
    return int(said) if said.isascii() and said.isdigit() and len(said) < 10 else None


def number(text: str, name: str) -> float:
    """A number as typed.

    Raises
    ------
    InputError
        Naming the field, if it is none or not finite.
    """
    try:
        value = float(text)
    except ValueError:
        value = math.nan
    if not math.isfinite(value):
        raise InputError(f"{name} {text!r:.40}: give a number")
    return value
