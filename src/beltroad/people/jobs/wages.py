"""Change of the Gini index when industries pay differently and labour moves, or cannot.

Two cases bound what happens between the first months and the long run.

Mobile: people move until the ratios of industries' wages are back; only how many work where
changes. With one wage for all, as in the trade model, the index does not change at all.

Specific: nobody moves in the short run, and an industry's wage follows its value added. Wages then
drift apart as far as they can: an upper bound on the differences. Whether the Gini index rises or
falls depends on who gains: it falls where low-paid industries do.

Within every industry people differ, all industries alike, and by so much that the economy has its
observed index (see :mod:`beltroad.people.jobs.gini`); so overlap is counted and a change between
industries weighs less than it would if all in one were equal. The index is of income or
consumption per head in households, applied here to people in work: households that pool wages of
several industries change less. Value added is also profit: where it differs more between industries
than incomes do (mining beside farming), wages are taken as equal before, and it is said.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.people.jobs.bills import check_bills
from beltroad.people.jobs.employment import spread
from beltroad.people.jobs.gini import gini_of_groups, spread_of_gini
from beltroad.people.jobs.shift import persons_after

__all__ = ["gini_change"]

_TOO_WIDE = (
    "value added per person differs more between industries than incomes do: wages taken as equal "
    "before"
)

_ALL_GONE = "no industry that paid wages before pays any after"


def gini_change(
    wage_bill_before: pd.DataFrame,
    wage_bill_after: pd.DataFrame,
    gini: pd.Series[Any],
    employment: pd.DataFrame | None = None,
    *,
    sectors: Mapping[str, str] | None = None,
) -> pd.DataFrame:
    """Change of the Gini index with labour mobile and with labour specific.

    Parameters
    ----------
    wage_bill_before, wage_bill_after
        As in :func:`beltroad.people.jobs.shift`.
    gini
        Observed index (0-100) by iso3; economies without one are left out of the numbers.
    employment
        As in :func:`beltroad.people.jobs.shift`; one wage in all industries if not given.

    Returns
    -------
    DataFrame
        ``iso3``, ``gini_before``, ``between_gini_before`` (industries' means alone),
        ``gini_after_mobile``, ``gini_after_specific`` (0-100), ``change_mobile_pct``,
        ``change_specific_pct`` (of the index), ``imputed``, ``note``.

    Raises
    ------
    InputError
        For tables that do not match or cannot be used, or an index outside 0-100.
    """
    before, after = check_bills(wage_bill_before, wage_bill_after)
    if employment is None:
        people = pd.DataFrame(np.nan, index=before.index, columns=before.columns)
    else:
        people = spread(before, employment, sectors=sectors)
    rows = []
    for iso3 in before.columns:
        known = bool(people[iso3].notna().all())
        # Without people in work: one wage, so people are where the wage bill is.
        heads = people[iso3] if known else before[iso3]
        index = float(gini.get(iso3, math.nan))
        between, mobile, specific, note = _economy(before[iso3], after[iso3], heads, index)
        note = note if known or math.isnan(mobile) else "one wage in all industries before"
        rows.append((iso3, index, between if known else math.nan, mobile, specific,
                     100.0 * (mobile / index - 1.0), 100.0 * (specific / index - 1.0), known,
                     note))  # fmt: skip
    return pd.DataFrame(
        rows,
        columns=["iso3", "gini_before", "between_gini_before", "gini_after_mobile",
                 "gini_after_specific", "change_mobile_pct", "change_specific_pct", "imputed",
                 "note"],
    )  # fmt: skip


def _economy(
    before: pd.Series[Any], after: pd.Series[Any], heads: pd.Series[Any], gini: float
) -> tuple[float, float, float, str]:
    """Index between industries before, after with mobile and with specific labour, and a note."""
    old, new, people = (np.asarray(s, float) for s in (before, after, heads))
    at = people > 0.0
    wage: NDArray[np.float64] = old[at] / people[at]
    between = gini_of_groups(people[at], wage)
    if math.isnan(gini):
        return between, math.nan, math.nan, "Gini index not known"
    within, note = spread_of_gini(gini, people[at], wage), ""
    if math.isnan(within):
        wage, note = np.ones_like(wage), _TOO_WIDE
        within = spread_of_gini(gini, people[at], wage)
    if np.array_equal(old / old.sum(), new / new.sum()):
        return between, gini, gini, note
    # An industry that loses all its value added pays nothing: its people are out of the index.
    paid = new[at] > 0.0
    if not paid.any():
        return between, math.nan, math.nan, _ALL_GONE
    moved = persons_after(before.to_frame("x"), after.to_frame("x"), heads.to_frame("x"))
    # Beside what the same formula gives before, so that rounding is no change.
    level = gini / gini_of_groups(people[at], wage, within)
    mobile = level * gini_of_groups(moved["x"].to_numpy(float)[at], wage, within)
    if wage.min() == wage.max():
        mobile = gini  # people who move change nothing, to the last digit
    pay = (wage * new[at] / old[at])[paid]
    return between, mobile, level * gini_of_groups(people[at][paid], pay, within), note
