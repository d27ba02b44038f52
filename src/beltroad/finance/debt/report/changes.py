"""What changes debt from year to year: tables and stacked bars of the engine's decomposition."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from beltroad.finance.debt.dynamics import decomposition
from beltroad.finance.debt.model import DebtPath
from beltroad.finance.debt.report.drawings import (
    BOTTOM,
    HEIGHT,
    LEFT,
    RIGHT,
    TOP,
    WIDTH,
    Line,
    Scale,
)

__all__ = ["PARTS", "Change", "tables", "view_of"]

PARTS = {
    "primary_deficit": ("Primary deficit", "d-need"),
    "other_flows": ("Other flows that create debt", "d-other"),
    "project_loans": ("Loans of the projects", "d-loans"),
    "real_interest": ("Real interest", "d-interest"),
    "growth": ("Growth", "d-growth"),
    "real_exchange_rate": ("Real exchange rate", "d-prices"),
    "non_interest_current_account_deficit": ("Current account deficit before interest", "d-need"),
    "direct_investment": ("Direct investment", "d-invest"),
    "interest": ("Interest", "d-interest"),
    "prices_and_exchange_rate": ("Prices and exchange rate", "d-prices"),
    "residual": ("Residual", "d-rest"),
}
"""Name and look of each part; what means the same looks the same for public and external debt."""
_TITLES = {"public": "Public debt", "external": "External debt, public and private"}
_SHOWN = 0.005
"""Parts that never reach this share of GDP, in per cent, are left out of the chart."""


@dataclass(frozen=True)
class Change:
    """Stacked bars, ready for the template, and the table beside them."""

    title: str
    said: str
    note: str
    bars: tuple[Line, ...]
    points: tuple[tuple[float, float, str], ...]
    zero: float
    x_ticks: tuple[tuple[float, str], ...]
    y_ticks: tuple[tuple[float, str], ...]
    legend: tuple[tuple[str, str], ...]
    years: tuple[int, ...]
    rows: tuple[tuple[str, tuple[str, ...]], ...]
    width: float = WIDTH
    height: float = HEIGHT
    left: float = LEFT
    right: float = WIDTH - RIGHT
    top: float = TOP
    bottom: float = HEIGHT - BOTTOM


def tables(path: DebtPath) -> dict[str, pd.DataFrame]:
    """``public`` and, where it is known, ``external``: parts in % of GDP by year."""
    found = {"public": decomposition.public(path), "external": decomposition.external(path)}
    return {name: t for name, t in found.items() if t["change"].notna().any()}


def view_of(name: str, table: pd.DataFrame, years: range) -> Change:
    """The years that count of one decomposition as a chart and rows of text."""
    shown = table.loc[[y for y in years if y in table.index]]
    index = [int(str(y)) for y in shown.index]
    parts = [p for p in PARTS
             if p in shown and float(np.nan_to_num(shown[p].abs()).max()) >= _SHOWN]  # fmt: skip
    values = np.nan_to_num(shown[parts].to_numpy(float))
    above, below = np.maximum(values, 0).sum(axis=1), np.minimum(values, 0).sum(axis=1)
    scale = Scale([index[0] - 1, index[-1] + 1], [*above, *below])
    bars = _bars(scale, index, parts, values)
    points = tuple(
        (scale.x(y), scale.y(v), f"{y}: {v:+.1f} points of GDP")
        for y, v in zip(index, shown["change"].to_numpy(float), strict=True)
        if math.isfinite(v)
    )
    total = float(shown["change"].sum())
    sums = {p: float(shown[p].sum()) for p in parts}
    most = max(sums, key=lambda p: abs(sums[p])) if sums else ""
    title = _TITLES[name]
    debt = shown["debt_pct_gdp"]
    said = (f"{title}: {total:+.1f} points of GDP from {index[0]} to {index[-1]}, to "
            f"{float(debt.iloc[-1]):.1f}%")  # fmt: skip
    said += f"; most by {PARTS[most][0].lower()} ({sums[most]:+.1f})." if most else "."
    ordered = ["debt_pct_gdp", "change", *parts]
    names = {"debt_pct_gdp": "Debt, % of GDP", "change": "Change, points of GDP"}
    rows: list[tuple[str, tuple[str, ...]]] = [
        (names.get(p) or PARTS[p][0], tuple(_text(v, signed=p != "debt_pct_gdp")
                                            for v in shown[p].to_numpy(float)))
        for p in ordered
    ]  # fmt: skip
    return Change(
        title, said, f"{total:+.1f} points of GDP from {index[0]} to {index[-1]}.", bars, points,
        scale.y(0.0), tuple(t for t in scale.x_ticks(2) if index[0] <= int(t[1]) <= index[-1]),
        scale.y_ticks(), tuple((PARTS[p][1], PARTS[p][0]) for p in parts), tuple(index),
        tuple(rows),
    )  # fmt: skip


def _bars(
    scale: Scale, years: list[int], parts: list[str], values: np.ndarray[Any, Any]
) -> tuple[Line, ...]:
    """One shape per part: its bars of all years, stacked away from zero."""
    half = 0.38 * (scale.x(years[0] + 1) - scale.x(years[0]))
    up, down = np.zeros(len(years)), np.zeros(len(years))
    out = []
    for k, part in enumerate(parts):
        shapes = []
        for i, year in enumerate(years):
            value = float(values[i, k])
            base = up if value >= 0 else down
            start, base[i] = float(base[i]), base[i] + value
            x, y0, y1 = scale.x(year), scale.y(start), scale.y(float(base[i]))
            if y0 != y1:
                shapes.append(f"M{x - half:.1f} {y0:g}H{x + half:.1f}V{y1:g}H{x - half:.1f}Z")
        out.append(Line(PARTS[part][1], "".join(shapes), PARTS[part][0]))
    return tuple(out)


def _text(value: float, *, signed: bool) -> str:
    if not math.isfinite(value):
        return "–"
    value = round(value, 1) + 0.0
    return f"{value:+.1f}" if signed and value else f"{value:.1f}"
