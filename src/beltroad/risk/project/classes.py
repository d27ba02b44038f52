"""Figures of the table ``project_risk``, by kind, class and key."""

from __future__ import annotations

from functools import cache

import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError

__all__ = ["dependence", "figures"]


@cache
def figures(kind: str) -> dict[str, dict[str, float]]:
    """Figures in use of one kind: by class, then by key."""
    table = evidence.load("project_risk")
    rows = table[(table["kind"] == kind) & (table["used"] == "yes")]
    out: dict[str, dict[str, float]] = {}
    for name, key, value in zip(
        rows["class"], rows["key"], pd.to_numeric(rows["value"]), strict=True
    ):
        out.setdefault(str(name), {})[str(key)] = float(value)
    return out


def dependence(key: str) -> float:
    """A figure that holds for all classes."""
    try:
        return figures("dependence")[""][key]
    except KeyError:
        raise DataError(
            f"project_risk: no {key!r} in use; run data/build_project_risk.py"
        ) from None
