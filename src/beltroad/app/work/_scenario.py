"""A scenario in the request of a job: nested mappings that can be kept and hashed."""

from __future__ import annotations

import json
from typing import Annotated, Any

from pydantic import AfterValidator

__all__ = ["ScenarioMapping"]

_MOST_LETTERS = 400_000


def _sound(value: dict[str, Any]) -> dict[str, Any]:
    try:
        text = json.dumps(value, allow_nan=False, default=str, ensure_ascii=False)
        size = len(text.encode())
    except (ValueError, RecursionError):
        raise ValueError("a scenario has finite numbers and whole characters") from None
    if "\\u0000" in text:
        raise ValueError("a scenario has no NUL characters")
    if size > _MOST_LETTERS:
        raise ValueError(f"a scenario has at most {_MOST_LETTERS} letters")
    return value


ScenarioMapping = Annotated[dict[str, Any], AfterValidator(_sound)]
