"""Hours and charges at land borders: listed crossings first, else the class of the pair.

A listed crossing (table ``borders``) may carry measured waits each way. Every other crossing
takes the default of the first class of ``border_defaults`` that fits the two countries. Pairs in
``border_closed`` cannot be crossed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import DataError

__all__ = ["BorderTables", "Crossings", "crossing_waits", "pair_class"]

SOUTH_ASIA = frozenset({"AFG", "BGD", "BTN", "IND", "LKA", "MDV", "NPL", "PAK"})
FREE = ("schengen_eu", "eaeu", "gb_ie", "che_lie")


@dataclass(frozen=True)
class BorderTables:
    """The tables that say what a crossing costs.

    ``groups`` maps a group (``schengen``, ``eaeu``, ...) to its economies, ``kinds`` a group to
    its kind, ``sub_saharan`` lists the economies of Sub-Saharan Africa.
    """

    listed: pd.DataFrame
    defaults: pd.DataFrame
    closed: pd.DataFrame
    groups: Mapping[str, frozenset[str]]
    kinds: Mapping[str, str]
    sub_saharan: frozenset[str]

    @staticmethod
    def of(load: Callable[[str], pd.DataFrame]) -> BorderTables:
        """From the bundled tables, read by ``load``."""
        regimes, countries = load("border_regimes"), load("countries")
        africa = countries["continent"].eq("Africa") & ~countries["iso3"].isin(
            ["DZA", "EGY", "ESH", "LBY", "MAR", "TUN", "DJI"]
        )
        return BorderTables(
            listed=load("borders").set_index("border_id"),
            defaults=load("border_defaults"),
            closed=load("border_closed"),
            groups={str(g): frozenset(rows["iso3"]) for g, rows in regimes.groupby("group")},
            kinds=dict(zip(regimes["group"], regimes["kind"], strict=True)),
            sub_saharan=frozenset(countries.loc[africa, "iso3"]),
        )


@dataclass(frozen=True)
class Crossings:
    """Waits of crossing links, aligned with the rows given to :func:`crossing_waits`."""

    hours_uv: NDArray[np.float64]
    hours_vu: NDArray[np.float64]
    usd: NDArray[np.float64]
    gauge_change_included: NDArray[np.bool_]
    measured: NDArray[np.bool_]


def pair_class(tables: BorderTables, a: str, b: str) -> str:
    """Class of a pair of countries, by the rules of ``border_defaults`` in their order."""

    def both(group: str) -> bool:
        members = tables.groups.get(group, frozenset())
        return a in members and b in members

    union = tables.groups.get("eu_customs_union", frozenset()) | tables.groups.get(
        "schengen", frozenset()
    )
    cefta = tables.groups.get("cefta", frozenset()) - {"MDA"}
    customs = [g for g, kind in tables.kinds.items() if kind == "customs_union"]
    rules: list[tuple[str, bool]] = [
        ("free_movement", any(both(g) for g in FREE)),
        ("schengen_or_eu", both("schengen") or both("eu_customs_union")),
        (
            "western_balkans",
            (a in union and b in cefta)
            or (b in union and a in cefta)
            or (a in cefta and b in cefta),
        ),
        ("oecd", both("oecd") and "TUR" not in (a, b)),
        ("eu_external", (a in union) != (b in union)),
        # Hong Kong and Macao are customs territories of their own within one country.
        ("customs_union", {a, b} <= {"CHN", "HKG", "MAC"}),
        ("carec", bool({a, b} & tables.groups.get("carec", frozenset()))),
        ("sub_saharan_africa", a in tables.sub_saharan and b in tables.sub_saharan),
        ("south_asia", a in SOUTH_ASIA and b in SOUTH_ASIA),
        ("asean", both("asean")),
        ("customs_union", any(both(g) for g in customs)),
        ("oecd", both("oecd")),
    ]
    return next((name for name, fits in rules if fits), "other")


def crossing_waits(
    tables: BorderTables,
    *,
    mode: NDArray[np.str_],
    country_u: NDArray[np.str_],
    country_v: NDArray[np.str_],
    border: NDArray[np.str_],
    gauge_change: NDArray[np.bool_] | None = None,
    gauge_wait_hours: float = 0.0,
) -> Crossings:
    """Hours and charges of crossing links in both directions.

    Where gauges change and nobody has measured the wait, it is ``gauge_wait_hours`` if that is
    more than the class says: trains queue for the works.

    Raises
    ------
    DataError
        If a link names a crossing that is not in the table of listed crossings.
    """
    n = len(mode)
    out = Crossings(
        np.zeros(n), np.zeros(n), np.zeros(n), np.zeros(n, np.bool_), np.zeros(n, np.bool_)
    )
    defaults = {
        (str(r["class"]), str(r["mode"])): (float(r["wait_hours"]), float(r["fee_usd"]))
        for _, r in tables.defaults.iterrows()
    }
    shut = _shut_pairs(tables.closed)
    listed = {str(key): row for key, row in tables.listed.iterrows()}
    classes: dict[tuple[str, str], str] = {}
    for k in range(n):
        a, b, way = str(country_u[k]), str(country_v[k]), str(mode[k])
        pair = (min(a, b), max(a, b))
        if (pair, way) in shut or (pair, "all") in shut:
            out.hours_uv[k] = out.hours_vu[k] = np.inf
            continue
        if pair not in classes:
            classes[pair] = pair_class(tables, a, b)
        hours, usd = defaults[classes[pair], way]
        if gauge_change is not None and gauge_change[k]:
            hours = max(hours, gauge_wait_hours)
        there = back = hours
        if border[k]:
            if border[k] not in listed:
                raise DataError(f"a link names the crossing {border[k]!r}, which is not listed")
            row = listed[border[k]]
            ab, ba = float(row["wait_ab_hours"]), float(row["wait_ba_hours"])
            if row["iso3_a"] != a:
                ab, ba = ba, ab
            there = ab if np.isfinite(ab) else hours
            back = ba if np.isfinite(ba) else hours
            fee = float(row["fee_usd"])
            usd = fee if np.isfinite(fee) else usd
            out.measured[k] = np.isfinite(ab) or np.isfinite(ba)
            out.gauge_change_included[k] = out.measured[k] and str(
                row["wait_includes_gauge_change"]
            ).lower() in ("yes", "true")
        out.hours_uv[k], out.hours_vu[k], out.usd[k] = there, back, usd
    return out


def _shut_pairs(closed: pd.DataFrame) -> set[tuple[tuple[str, str], str]]:
    """Pairs that cannot be crossed, with the mode they are shut for."""
    out = set()
    for row in closed.itertuples(index=False):
        if row.state == "shut":
            a, b = str(row.iso3_a), str(row.iso3_b)
            out.add(((min(a, b), max(a, b)), str(row.mode)))
    return out
