"""How values look on a page: numbers, dates, links; the filters and helpers of the templates."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from fastapi import Request

__all__ = ["FILTERS", "address", "plain_number", "shown", "with_query"]

MISSING = "–"
_WEB = re.compile(r"https?://[^\s\"<>\\]+\Z", re.IGNORECASE)
_OWN = re.compile(r"(/(?![/\\])|[?#])[^\s\"<>\\]*\Z")


def shown(value: Any, decimals: int | None = None) -> str:
    """A value as people read it: thousands separated, a real minus sign, a dash if unknown.

    Without ``decimals``, a fraction shows about four digits that mean something.

    >>> shown(-1234567), shown(0.012345), shown(1234.5), shown(None), shown(2.5, 2)
    ('−1,234,567', '0.01235', '1,234', '–', '2.50')
    """
    if value is None or (isinstance(value, float) and not math.isfinite(value)):
        return MISSING
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return ", ".join(map(str, value)) if isinstance(value, (list, tuple)) else str(value)
    text = f"{abs(value):,.{_places(value) if decimals is None else decimals}f}"
    if decimals is None and isinstance(value, float) and "." in text:
        text = text.rstrip("0").rstrip(".")
    return f"−{text}" if value < 0 and text.strip("0.,") else text


def _places(value: float) -> int:
    if isinstance(value, int) or value == 0 or abs(value) >= 1000:
        return 0
    return min(8, max(0, 3 - math.floor(math.log10(abs(value)))))


def plain_number(value: Any) -> str:
    """A number for programs (sorting in the page, value of a field); empty if there is none."""
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, int) or (isinstance(value, float) and math.isfinite(value)):
        return repr(value)
    return ""


def address(value: Any) -> str:
    """A web address or a path of ours, or an empty text: nothing else may become a link."""
    text = str(value or "").strip()
    return text if _WEB.match(text) or _OWN.match(text) else ""


def with_query(request: Request, **changes: object) -> str:
    """Path and query of the page shown with some parameters changed; None takes one away."""
    kept = [(k, v) for k, v in request.query_params.multi_items() if k not in changes]
    kept += [(k, str(v)) for k, v in changes.items() if v is not None]
    query = urlencode(kept)
    return f"{request.url.path}?{query}" if query else request.url.path


def _pick(thing: Any, name: str) -> Any:
    """A field of a model or mapping, or an empty text."""
    found = thing.get(name) if isinstance(thing, Mapping) else getattr(thing, name, None)
    return "" if found is None else found


FILTERS = {"shown": shown, "plain_number": plain_number, "address": address, "pick": _pick}
