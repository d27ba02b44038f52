"""From days in transit to iceberg trade costs by industry."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.trade.calibration import Array, Calibration

__all__ = ["ad_valorem_cost_pct", "iceberg_change", "value_of_time"]

COLUMNS = {
    "low": "per_day_ad_valorem_low",
    "central": "per_day_ad_valorem",
    "high": "per_day_ad_valorem_high",
}


@lru_cache(maxsize=1)
def _table() -> pd.DataFrame:
    return evidence.load("value_of_time").set_index("industry")


def value_of_time(industries: Sequence[str], level: str = "central") -> Array:
    """Ad valorem value of one day in transit per industry (share of value, not percent).

    Parameters
    ----------
    industries
        ICIO codes in the order wanted, as in ``calibration.industries``.
    level
        ``"low"``, ``"central"`` or ``"high"`` (Hummels and Schaur, 2013; see
        ``docs/methods/time-costs.md`` for the mapping to industries).
    """
    if level not in COLUMNS:
        raise InputError(f"value of time {level!r} must be one of {sorted(COLUMNS)}")
    table = _table()[COLUMNS[level]]
    missing = [code for code in industries if code not in table.index]
    if missing:
        raise InputError(f"no value of time for industries {', '.join(missing)}")
    return table.loc[list(industries)].to_numpy(float)


def _check(days: Array, name: str) -> None:
    if days.ndim != 2 or days.shape[0] != days.shape[1]:
        raise InputError(f"{name} must be a square [importer, exporter] array, is {days.shape}")
    bad = np.argwhere(~(np.isfinite(days) & (days >= 0)))
    if len(bad):
        n, i = (int(x) for x in bad[0])
        raise InputError(
            f"{name}[{n}, {i}] is {days[n, i]}: days must be finite and not negative; give pairs "
            "without a route the same days before and after"
        )


def iceberg_change(
    days_before: Array,
    days_after: Array,
    per_day: Array,
    *,
    money_before: Array | float = 0.0,
    money_after: Array | float = 0.0,
) -> Array:
    """Change of iceberg costs that a change of transit days amounts to.

    Parameters
    ----------
    days_before, days_after : (N, N)
        Days in transit, ``[importer, exporter]``.
    per_day : (J,)
        Value of one day as a share of the good's value.
    money_before, money_after : (N, N)
        Freight money as a share of the good's value, counted where a day has a value.

    Returns
    -------
    ndarray (J, N, N)
        ``(1 + v_j days_after + m_after) / (1 + v_j days_before + m_before)``,
        ``[industry, importer, exporter]``.
    """
    _check(days_before, "days_before")
    _check(days_after, "days_after")
    value = np.asarray(per_day, dtype=float)
    if days_before.shape != days_after.shape:
        raise InputError(f"days before {days_before.shape} and after {days_after.shape} do not fit")
    if value.ndim != 1 or not (np.isfinite(value) & (value >= 0)).all():
        raise InputError("the value of a day must be one finite number per industry, not negative")
    v = value[:, None, None]
    moved = v > 0
    return np.asarray(
        (1.0 + v * days_after + moved * money_after)
        / (1.0 + v * days_before + moved * money_before)
    )


def ad_valorem_cost_pct(
    calibration: Calibration, days_before: Array, days_after: Array, per_day: Array
) -> pd.DataFrame:
    """Time cost of each pair as an ad valorem equivalent, weighted over goods by trade.

    The weights are base-year trade of the pair by goods industry. ``time_cost_change_pct`` is
    the percent change of the time cost itself, which is how de Soyres et al. (2020) state a
    change of trade costs; ``delivered_cost_change_pct`` is the change of the price paid on
    arrival, which is what trade reacts to.

    Returns
    -------
    DataFrame
        ``exporter, importer, days_before, days_after, days_change_pct, time_cost_before_pct,
        time_cost_after_pct`` (percent of value), ``time_cost_change_pct``,
        ``delivered_cost_change_pct``, ``goods_trade_usd``; pairs without trade in goods are left
        out.
    """
    _check(days_before, "days_before")
    _check(days_after, "days_after")
    keep = calibration.goods
    flow = calibration.trade_usd[keep]
    if days_before.shape != flow.shape[1:] or days_after.shape != flow.shape[1:]:
        raise InputError(
            f"days {days_before.shape} and {days_after.shape} do not fit "
            f"{len(calibration.economies)} economies"
        )
    total = flow.sum(axis=0)
    share = np.divide(flow, total, out=np.zeros_like(flow), where=total > 0)
    mean = (share * np.asarray(per_day, dtype=float)[keep][:, None, None]).sum(axis=0)
    change = (share * iceberg_change(days_before, days_after, per_day)[keep]).sum(axis=0)
    exporter, importer = np.nonzero((total * (1.0 - np.eye(len(total)))).T)
    at = (importer, exporter)
    before, after = 100.0 * mean * days_before, 100.0 * mean * days_after

    def pct(new: Array, old: Array) -> Array:
        none = np.full(new.shape, np.nan)
        return np.asarray(100.0 * (np.divide(new, old, out=none, where=old > 0) - 1.0))

    names = np.array(calibration.economies)
    return pd.DataFrame(
        {
            "exporter": names[exporter],
            "importer": names[importer],
            "days_before": days_before[at],
            "days_after": days_after[at],
            "days_change_pct": pct(days_after[at], days_before[at]),
            "time_cost_before_pct": before[at],
            "time_cost_after_pct": after[at],
            "time_cost_change_pct": pct(after[at], before[at]),
            "delivered_cost_change_pct": 100.0 * (change[at] - 1.0),
            "goods_trade_usd": total[at],
        }
    )
