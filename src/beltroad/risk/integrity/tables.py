"""Tables with texts of others, as CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import pandas as pd

from beltroad.files import csv_bytes, no_formula

__all__ = ["safe_csv"]


def safe_csv(frame: pd.DataFrame) -> bytes:
    """CSV of a table; texts that look like formulas get an apostrophe in front."""
    safe = frame.copy()
    for column in safe.columns:
        if not pd.api.types.is_numeric_dtype(safe[column]):
            safe[column] = [no_formula(v) if isinstance(v, str) else v for v in safe[column]]
    return csv_bytes(safe)
