"""Reverse stress test: how much a country can borrow before its baseline breaches a threshold.

The low-income framework of 2019 has a stress test on new borrowing and reverse stress tests; their
sizes are not public. Here the borrowing is a loan on given terms, spread evenly over the first
years, and its size is what the test looks for.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.model import CountryInputs, DebtPath

__all__ = ["Terms", "breached", "new_borrowing", "reverse_test"]


@dataclass(frozen=True)
class Terms:
    """A loan for the test: ``years`` of even disbursement from t on, then the usual terms."""

    interest_pct: float
    maturity_years: int
    grace_years: int
    years: int


def new_borrowing(
    inputs: CountryInputs, size_pct_gdp: float, terms: Terms
) -> engine.ProjectPackage:
    """Package of one loan, ``size_pct_gdp`` of the GDP of t in all."""
    t = inputs.first_year
    gdp = float(inputs.series["gdp_usd_mn"].loc[t])
    part = gdp * size_pct_gdp / 100 / terms.years
    loan = engine.ProjectLoan(
        name="new borrowing",
        disbursement_usd_mn={t + k: part for k in range(terms.years)},
        interest_pct=terms.interest_pct,
        maturity_years=terms.maturity_years,
        grace_years=terms.grace_years,
    )
    return engine.ProjectPackage(loans=(loan,))


def breached(
    path: DebtPath, thresholds: Mapping[str, float], *, window_years: int, breach_years: int
) -> tuple[str, ...]:
    """Indicators above their threshold in at least ``breach_years`` years of t..t+window."""
    t = path.first_year
    window = path.table.loc[t : t + window_years]
    return tuple(
        name
        for name, threshold in thresholds.items()
        if name in window and int((window[name] > threshold).sum()) >= breach_years
    )


def reverse_test(
    inputs: CountryInputs,
    thresholds: Mapping[str, float],
    terms: Terms,
    *,
    window_years: int = 10,
    breach_years: int = 2,
    max_pct_gdp: float = 100.0,
    tolerance_pct_gdp: float = 0.05,
) -> pd.DataFrame:
    """Smallest new borrowing that breaches each threshold in the baseline, by bisection.

    Returns
    -------
    DataFrame
        ``indicator, threshold_pct, room_pct_gdp, room_usd_mn, note``; room is 0 where the baseline
        breaches already and NaN (with a note) where ``max_pct_gdp`` does not suffice.

    Raises
    ------
    InputError
        If the terms or the bound make no sense.
    """
    if max_pct_gdp <= 0 or terms.years < 1:
        raise InputError("reverse stress test: bound and years must be above 0")
    gdp = float(inputs.series["gdp_usd_mn"].loc[inputs.first_year])
    seen: dict[float, tuple[str, ...]] = {}

    def at(size: float) -> tuple[str, ...]:
        if size not in seen:
            package = new_borrowing(inputs, size, terms) if size else None
            path = engine.project(inputs, package=package)
            seen[size] = breached(
                path, thresholds, window_years=window_years, breach_years=breach_years
            )
        return seen[size]

    rows: list[tuple[str, float, float, float, str]] = []
    for name, threshold in thresholds.items():
        room, note = _smallest(partial(_breaks, at, name), max_pct_gdp, tolerance_pct_gdp)
        rows.append((name, float(threshold), room, room * gdp / 100, note))
    columns = ["indicator", "threshold_pct", "room_pct_gdp", "room_usd_mn", "note"]
    return pd.DataFrame(rows, columns=columns)


def _breaks(at: Callable[[float], tuple[str, ...]], name: str, size: float) -> bool:
    return name in at(size)


def _smallest(breaks: Callable[[float], bool], top: float, tolerance: float) -> tuple[float, str]:
    """Smallest size at which ``breaks`` holds, to ``tolerance``, and a note."""
    if breaks(0.0):
        return 0.0, "the baseline is above the threshold without any new borrowing"
    if not breaks(top):
        return float("nan"), f"not breached with new borrowing of {top:g} % of GDP"
    low, high = 0.0, top
    while high - low > tolerance:
        middle = (low + high) / 2
        if breaks(middle):
            high = middle
        else:
            low = middle
    return high, ""
