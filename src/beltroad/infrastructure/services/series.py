"""The figures of a service as series: by year, as growth, as totals; and where claims differ.

Nothing here corrects a figure. Totals are added up from the years, growth is computed from
consecutive years, and the difference from the claim is reported.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pandas as pd

from beltroad.infrastructure.services.record import Service

__all__ = [
    "best_by_time", "claims", "conflicts", "cumulative", "growth", "teu_per_train", "total_steps",
    "verdict", "worst", "yearly",
]  # fmt: skip

TOLERANCE_PERCENT = 2.0
_CONFIDENCE = {"high": 0, "medium": 1, "low": 2}
_QUALIFIER = {"exact": 0, "about": 1, "over": 2}


def yearly(service: Service, figure: str, scope: str = "") -> pd.DataFrame:
    """A figure by calendar year, one claim a year, with the range of all claims.

    A value ("exact", "about") is taken before a bound ("over"), a row of low confidence last, the
    exact before the rounded, then the better confidence, the later source, the first row of the
    table.

    Returns
    -------
    DataFrame
        Indexed by ``year``: ``value``, ``qualifier``, ``confidence``, ``claimed_by``,
        ``claims``, ``low``, ``high``. Empty if no claim covers a whole year.
    """
    rows = claims(service, figure, scope)
    rows = rows[rows["as_of"].str.fullmatch(r"\d{4}")]
    if rows.empty:
        columns = ["value", "qualifier", "confidence", "claimed_by", "claims", "low", "high"]
        return pd.DataFrame(columns=columns, index=pd.Index([], name="year", dtype=int))
    ranked = _ranked(rows)
    ranked["year"] = ranked["as_of"].astype(int)
    by_year = ranked.groupby("year", sort=True)
    table = by_year[["value", "qualifier", "confidence", "claimed_by"]].first()
    table["claims"] = by_year.size()
    table["low"], table["high"] = by_year["value"].min(), by_year["value"].max()
    return table


def teu_per_train(service: Service) -> pd.DataFrame:
    """TEU a train by year, where both are known: ``teu``, ``trains``, ``teu_per_train``."""
    table = pd.DataFrame(
        {name: yearly(service, name)["value"].astype(float) for name in ("teu", "trains")}
    ).dropna()
    table["teu_per_train"] = table["teu"] / table["trains"]
    return table


def growth(service: Service, figure: str, scope: str = "") -> pd.DataFrame:
    """Change on the year before in percent, computed and as published.

    Returns
    -------
    DataFrame
        Indexed by ``year``: ``value``, ``derived_percent`` (NaN after a year that is not known),
        ``published_percent`` (NaN if not published), ``gap_points``.
    """
    values = yearly(service, figure, scope)["value"].astype(float)
    before = values.reindex(values.index - 1).to_numpy()
    table = pd.DataFrame({"value": values})
    table["derived_percent"] = (values.to_numpy() / before - 1.0) * 100.0
    published = yearly(service, f"{figure}_growth", scope)["value"].astype(float)
    table["published_percent"] = published.reindex(table.index)
    table["gap_points"] = table["published_percent"] - table["derived_percent"]
    return table


def cumulative(service: Service, flow: str, scope: str = "") -> pd.DataFrame:
    """Published totals to date beside the sum of the years.

    The year in which a total was claimed counts by its days gone; ``derived_low`` leaves that
    year out and ``derived_high`` counts it whole, so that only a claim outside of them is
    contradicted by the years.

    Returns
    -------
    DataFrame
        One row a claimed total: ``as_of``, ``published``, ``qualifier``, ``derived``,
        ``derived_low``, ``derived_high``, ``gap``, ``gap_percent``, ``verdict`` ("agrees",
        "above", "below" or "unknown"), ``confidence`` (the lowest of all rows used),
        ``claimed_by``, ``missing`` (years without a figure). Numbers are NaN where a year is
        missing.
    """
    totals = claims(service, f"cumulative_{flow}", scope).sort_values("as_of", kind="stable")
    years = yearly(service, flow, scope)
    rows = []
    for claim in totals.to_dict("records"):
        day = pd.Timestamp(claim["as_of"])
        first = service.since_year or day.year
        # A total of 31 December needs the whole of its year, one of any other day a share of it.
        wanted = list(range(first, day.year + 1))
        missing = [year for year in wanted if year not in years.index]
        low = high = derived = np.nan
        levels = [claim["confidence"]]
        if not missing:
            values = years.loc[wanted, "value"].astype(float)
            share = day.day_of_year / (366 if day.is_leap_year else 365)
            high = float(values.sum())
            derived = high - (1.0 - share) * float(values.iloc[-1])
            low = high if share == 1.0 else high - float(values.iloc[-1])
            levels += list(years.loc[wanted, "confidence"])
        published = float(claim["value"])
        rows.append(
            {
                "as_of": claim["as_of"],
                "published": published,
                "qualifier": claim["qualifier"],
                "derived": derived,
                "derived_low": low,
                "derived_high": high,
                "gap": published - derived,
                "gap_percent": (published / derived - 1.0) * 100.0,
                "verdict": verdict(published, low, high, bound=claim["qualifier"] == "over"),
                "confidence": worst(levels),
                "claimed_by": claim["claimed_by"],
                "missing": ", ".join(map(str, missing)),
            }
        )
    columns = [
        "as_of", "published", "qualifier", "derived", "derived_low", "derived_high", "gap",
        "gap_percent", "verdict", "confidence", "claimed_by", "missing",
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def total_steps(service: Service, flow: str, scope: str = "") -> pd.DataFrame:
    """Published totals in the order of their days, with the flow a day between them.

    Returns
    -------
    DataFrame
        ``as_of``, ``value``, ``per_day`` since the claim before (NaN at the first and between
        claims of one day), ``falls`` (the total is below an earlier one).
    """
    rows = claims(service, f"cumulative_{flow}", scope).sort_values("as_of", kind="stable")
    table = rows[["as_of", "value"]].reset_index(drop=True)
    days = pd.to_datetime(table["as_of"]).diff().dt.days
    table["per_day"] = table["value"].diff() / days.where(days > 0)
    table["falls"] = table["value"] < table["value"].cummax()
    return table


def conflicts(service: Service) -> pd.DataFrame:
    """Figures of which different values are claimed for the same time and scope.

    A claim of "over" so much does not differ from a value that is not below it.

    Returns
    -------
    DataFrame
        ``figure``, ``scope``, ``as_of``, ``unit``, ``claims``, ``low``, ``high``,
        ``spread_percent`` (of the low), ``claimed_by``; the widest first.
    """
    rows = []
    key = ["figure", "scope", "as_of", "unit"]
    for (figure, scope, as_of, unit), group in service.figures.groupby(key, sort=True):
        values = group.loc[group["qualifier"] != "over", "value"]
        kept = group[(group["qualifier"] != "over") | ~(group["value"] <= values.max())]
        low, high = float(kept["value"].min()), float(kept["value"].max())
        if low < high:
            rows.append(
                {
                    "figure": figure, "scope": scope, "as_of": as_of, "unit": unit,
                    "claims": len(kept), "low": low, "high": high,
                    "spread_percent": (high / low - 1.0) * 100.0,
                    "claimed_by": "; ".join(dict.fromkeys(kept["claimed_by"])),
                }
            )  # fmt: skip
    columns = [*key, "claims", "low", "high", "spread_percent", "claimed_by"]
    table = pd.DataFrame(rows, columns=columns)
    return table.sort_values(
        ["spread_percent", "figure", "as_of"], ascending=[False, True, True], ignore_index=True
    )


def claims(service: Service, figure: str, scope: str = "") -> pd.DataFrame:
    """Rows of one figure and scope, in the order of the table."""
    rows = service.figures
    return rows[(rows["figure"] == figure) & (rows["scope"] == scope)]


def _ranked(rows: pd.DataFrame) -> pd.DataFrame:
    """Claims with the one to take first; rows that tie keep the order of the table."""
    keys = pd.DataFrame(
        {
            "bound": rows["qualifier"] == "over",
            "doubtful": rows["confidence"] == "low",
            "qualifier": rows["qualifier"].map(_QUALIFIER),
            "confidence": rows["confidence"].map(_CONFIDENCE),
            "age": -rows["source_year"],
        }
    )
    by = ["bound", "doubtful", "qualifier", "confidence", "age"]
    return rows.loc[keys.sort_values(by, kind="stable").index].copy()


def best_by_time(rows: pd.DataFrame) -> pd.DataFrame:
    """One claim for each ``as_of``, chosen as in :func:`yearly`, indexed by it."""
    return _ranked(rows).drop_duplicates("as_of").set_index("as_of", drop=False)


def verdict(published: float, low: float, high: float, *, bound: bool = False) -> str:
    """How a claim stands to the range that follows from other figures.

    Returns "agrees", "above", "below", or "unknown" where the range is NaN. Two percent are
    forgiven as rounding; a claim of "over" so much (``bound``) is not contradicted by more.
    """
    if np.isnan(low):
        return "unknown"
    slack = TOLERANCE_PERCENT / 100.0
    if published > high * (1.0 + slack):
        return "above"
    return "below" if published < low * (1.0 - slack) and not bound else "agrees"


def worst(levels: Iterable[str]) -> str:
    """The lowest confidence of several."""
    return max(levels, key=lambda level: _CONFIDENCE[level])
