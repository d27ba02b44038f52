"""Data of others: JSON whose texts any file can hold, CSV without formulas."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import pandas as pd

from beltroad.files import csv_bytes, no_formula

__all__ = ["loads", "safe_csv"]

_HALF = re.compile(r"\\u[dD][89a-fA-F]")


def loads(text: str, parse_constant: Callable[[str], Any] | None = None) -> Any:
    """JSON, with question marks for half characters (lone surrogates), which no file can hold.

    Raises
    ------
    ValueError, RecursionError
        As :func:`json.loads`.
    """
    value = json.loads(text, parse_constant=parse_constant)
    if _HALF.search(text):
        whole = json.dumps(value, ensure_ascii=False).encode("utf-8", "replace")
        return json.loads(whole, parse_constant=parse_constant)
    return value


def safe_csv(frame: pd.DataFrame) -> bytes:
    """CSV of a table; texts that look like formulas get an apostrophe in front."""
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = [no_formula(v) if isinstance(v, str) else v for v in safe[column]]
    return csv_bytes(safe)
