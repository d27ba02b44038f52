"""People below each line by group of economies: weighted by population, summing to the total."""

from __future__ import annotations

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError, suggest

__all__ = ["GROUPS", "totals"]

GROUPS = ("world", "region", "income_group", "corridor")
_LOOKS = ("without", "with_low", "with_high")


def totals(outlook: pd.DataFrame, by: str = "world") -> pd.DataFrame:
    """Sum an outlook over groups of economies.

    Parameters
    ----------
    outlook
        Result of :func:`beltroad.people.poverty.outlook`.
    by
        ``world``, ``region`` (UN subregions), ``income_group`` (World Bank) or ``corridor``
        (corridor economies and others).

    Returns
    -------
    DataFrame
        One row per group and line: ``group``, ``line``, ``economies`` (with a figure),
        ``population`` (of these), ``poor_*`` (persons), ``headcount_*_pct``, ``gap_*_pct`` and
        ``severity_*_pct`` (weighted by population) without and with, and
        ``people_lifted_low`` and ``_high``.

    Raises
    ------
    InputError
        For an unknown grouping.
    """
    if by not in GROUPS:
        raise InputError(f"--by {by!r:.30}: {suggest(by, GROUPS)} Groups: {', '.join(GROUPS)}")
    rows = outlook[outlook["headcount_without_pct"].notna() & outlook["population"].notna()].copy()
    rows["group"] = _group(rows["iso3"], by)
    sums = {"economies": ("iso3", "size"), "population": ("population", "sum")}
    for look in _LOOKS:
        for measure in ("headcount", "gap", "severity"):
            name = f"{measure}_{look}_pct"
            rows[name] = rows[name] * rows["population"]
            sums[name] = (name, "sum")
    for name in ("people_lifted_low", "people_lifted_high"):
        sums[name] = (name, "sum")
    # Lines stay in the order of the outlook.
    rows["line"] = pd.Categorical(rows["line"], categories=outlook["line"].unique())
    out = rows.groupby(["line", "group"], observed=True).agg(**sums).reset_index()
    for look in _LOOKS:
        out[f"poor_{look}"] = out[f"headcount_{look}_pct"] / 100.0
        for measure in ("headcount", "gap", "severity"):
            out[f"{measure}_{look}_pct"] /= out["population"]
    out["line"] = out["line"].astype(str)
    return out


def _group(iso3: pd.Series, by: str) -> pd.Series:
    if by == "world":
        return pd.Series("World", index=iso3.index)
    if by == "corridor":
        inside = iso3.isin(evidence.load("corridor_economies")["iso3"])
        return inside.map({True: "Corridor economies", False: "Other economies"})
    known = evidence.load("countries").set_index("iso3")[by]
    return iso3.map(known).fillna("").replace("", "not grouped")
