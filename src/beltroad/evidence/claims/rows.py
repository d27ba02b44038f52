"""Rows of a frame as dictionaries with text keys."""

from __future__ import annotations

from typing import Any

import pandas as pd

__all__ = ["rows_of"]


def rows_of(frame: pd.DataFrame) -> list[dict[str, Any]]:
    """Every row by column name, in order."""
    rows: list[dict[str, Any]] = frame.to_dict("records")  # type: ignore[assignment]
    return rows
