"""From debt paths to breaches, signals and ratings.

Source: IMF and World Bank (2018), Guidance Note on the LIC-DSF, sections VII and IX. Every number
(thresholds, window, years a breach must last) comes from the dated parameters.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.model import DebtPath
from beltroad.finance.debt.parameters import Parameters
from beltroad.finance.debt.vocabulary import INDICATORS

__all__ = [
    "RATINGS",
    "counted_peak",
    "indicator_table",
    "ratings",
    "signal_table",
    "thresholds_of",
]

RATINGS = ("low", "moderate", "high", "in debt distress")
NOT_IN_SIGNAL = ("baseline", "historical")
"""Scenarios that are never a stress test of the signal; ``historical`` checks realism only."""


def thresholds_of(capacity_class: str, parameters: Parameters) -> dict[str, float]:
    """Threshold (for total public debt: benchmark) of each indicator in per cent, for a class.

    An indicator without a threshold in the parameters of the day is left out.
    """
    names = {name: f"threshold.{capacity_class}.{name}" for name in INDICATORS}
    found = {n: parameters.values[k] for n, k in names.items() if k in parameters.values}
    if not found:
        raise InputError(f"no thresholds for the class {capacity_class!r}: weak, medium or strong")
    return found


def indicator_table(paths: Mapping[str, DebtPath], thresholds: Mapping[str, float]) -> pd.DataFrame:
    """Every indicator of every scenario and year.

    Returns
    -------
    DataFrame
        ``scenario, indicator, year, value_pct, threshold_pct``.
    """
    scenarios, names = _ordered(paths), list(INDICATORS)
    years = [paths[name].table.index.to_numpy() for name in scenarios]
    values = [paths[name].table[names].to_numpy(float).T.ravel() for name in scenarios]
    repeats = [each.size for each in years for _ in names]
    limits = [thresholds.get(name, math.nan) for name in names] * len(scenarios)
    return pd.DataFrame(
        {
            "scenario": np.repeat([s for s in scenarios for _ in names], repeats),
            "indicator": np.repeat(names * len(scenarios), repeats),
            "year": np.concatenate([each for each in years for _ in names]),
            "value_pct": np.concatenate(values),
            "threshold_pct": np.repeat(limits, repeats),
        }
    )


def _ordered(paths: Mapping[str, DebtPath]) -> list[str]:
    first = [name for name in NOT_IN_SIGNAL if name in paths]
    return first + sorted(name for name in paths if name not in NOT_IN_SIGNAL)


def counted_peak(values: NDArray[np.float64], threshold: float, breach_years: int) -> float:
    """Largest value that counts.

    Where fewer than ``breach_years`` values lie strictly above the threshold, these are passed
    over. NaN where no value is known.
    """
    known = np.sort(values[~np.isnan(values)])[::-1]
    if known.size == 0:
        return math.nan
    above = int((known > threshold).sum())
    if 0 < above < breach_years:
        return float(known[above]) if above < known.size else float(known[-1])
    return float(known[0])


def signal_table(
    paths: Mapping[str, DebtPath], thresholds: Mapping[str, float], parameters: Parameters
) -> pd.DataFrame:
    """Breaches of the baseline and of the most extreme stress test of each indicator.

    A breach is a value strictly above the threshold in at least ``signal.breach_years`` years of
    t to t+10. The most extreme stress test is the one with the highest value over t+1 to t+10,
    where a scenario that breaches in too few years counts with its next lower value.

    Returns
    -------
    DataFrame
        ``indicator, case (baseline|stress), scenario, peak_pct, peak_year, years_above, breach,
        threshold_pct``; one row per indicator with a threshold and case. ``peak_pct`` is the
        highest value of the case's years, also where it does not count; NaN where unknown.
    """
    if "baseline" not in paths:
        raise InputError("no baseline among the debt paths")
    first = paths["baseline"].first_year
    window = range(first, first + int(parameters["signal.window_years"]) + 1)
    offset = int(parameters["signal.stress_first_offset"])
    needed = int(parameters["signal.breach_years"])
    rows = []
    stress = [name for name in _ordered(paths) if name not in NOT_IN_SIGNAL]
    for indicator, threshold in thresholds.items():
        base = _values(paths["baseline"], indicator, window)
        rows.append(_row(indicator, "baseline", "baseline", base, window, 0, threshold, needed))
        best, best_score = "", -math.inf
        for name in stress:
            values = _values(paths[name], indicator, window)
            score = _score(values, offset, threshold, needed)
            if score > best_score:
                best, best_score = name, score
        if best:
            values = _values(paths[best], indicator, window)
            rows.append(_row(indicator, "stress", best, values, window, offset, threshold, needed))
    return pd.DataFrame(rows)


def _values(path: DebtPath, indicator: str, window: range) -> NDArray[np.float64]:
    index = path.table.index
    start, count = window.start - int(index[0]), len(window)
    column = path.table[indicator].to_numpy(float)
    if start >= 0 and start + count <= column.size and len(index) == index[-1] - index[0] + 1:
        return column[start : start + count]
    return path.table[indicator].reindex(window).to_numpy(float)


def _score(values: NDArray[np.float64], offset: int, threshold: float, needed: int) -> float:
    later = values[offset:]
    above = int((values > threshold).sum())
    if 0 < above < needed:
        score = counted_peak(later, threshold, needed)
    else:
        score = math.nan if np.isnan(later).all() else float(np.nanmax(later))
    return -math.inf if math.isnan(score) else score


def _row(
    indicator: str, case: str, scenario: str, values: NDArray[np.float64], window: range,
    offset: int, threshold: float, needed: int,
) -> dict[str, object]:  # fmt: skip
    later = values[offset:]
    unknown = bool(np.isnan(later).all())
    at = 0 if unknown else int(np.nanargmax(later))
    years_above = int((values > threshold).sum())
    return {
        "indicator": indicator,
        "case": case,
        "scenario": scenario,
        "peak_pct": math.nan if unknown else float(later[at]),
        "peak_year": 0 if unknown else window.start + offset + at,
        "years_above": years_above,
        "breach": years_above >= needed,
        "threshold_pct": threshold,
    }


def ratings(signals: pd.DataFrame, *, in_debt_distress: bool = False) -> tuple[str, str]:
    """Mechanical ratings: external, and overall with total public debt.

    High where the baseline of an indicator breaches, moderate where only a stress test does, low
    otherwise. Debt distress is an event that the user states; it is not computed. The overall
    rating is never better than the external one, since it counts the same indicators and more.
    """
    if in_debt_distress:
        return RATINGS[3], RATINGS[3]
    side = signals["indicator"].map(lambda name: INDICATORS[name].side)
    return _rating(signals[side == "external"]), _rating(signals)


def _rating(rows: pd.DataFrame) -> str:
    breached = set(rows.loc[rows["breach"].astype(bool), "case"])
    if "baseline" in breached:
        return "high"
    return "moderate" if "stress" in breached else "low"
