"""Values of the scorecard's indicators, each from a bundled table, with its source."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.errors import DataError
from beltroad.policy import facts
from beltroad.policy.membership import status

__all__ = ["HUB", "economies", "indicators", "values"]

HUB = "CHN"
# What a state of a dated fact counts: a signature that is not in force counts half.
_COUNTS = {"in_force": 1.0, "signed": 0.5, "suspended": 0.0, "ended": 0.0, "not": 0.0}
_SIDES: Mapping[str, Callable[[str], tuple[str, str]]] = {
    "party": lambda code: (code, ""),
    "pair": lambda code: (HUB, code),
    "granted": lambda code: (HUB, code),
    "grants": lambda code: (code, HUB),
}
_DOCUMENT = {"member": 1.0, "withdrawn": 0.0, "none": 0.0}


def indicators() -> pd.DataFrame:
    """The indicators: pillar, title, origin, transform, direction, weight, unit and note."""
    return evidence.load("scorecard_indicators")


@lru_cache(maxsize=1)
def economies() -> tuple[str, ...]:
    """Economies that are scored: all of the table ``countries`` but China and its regions."""
    codes = evidence.load("countries")["iso3"]
    return tuple(sorted(set(codes) - {"CHN", "HKG", "MAC", "TWN"}))


def values(on: date | None = None) -> pd.DataFrame:
    """Values of all indicators in their own units, economies x indicators; NaN if not known.

    Parameters
    ----------
    on
        Date for what is dated (agreements); None for the latest state. Figures of tables (trade,
        ports) are those of their year whatever the date.

    Raises
    ------
    DataError
        If an indicator names an origin that does not exist.
    """
    codes = economies()
    out = {}
    for row in indicators().to_dict("records"):
        kind, _, name = str(row["origin"]).partition(":")
        if kind == "figure":
            if name not in _FIGURES:
                raise DataError(f"scorecard_indicators: no figure {name!r}")
            out[row["indicator"]] = _FIGURES[name](on).reindex(codes)
        else:
            out[row["indicator"]] = pd.Series(_dated(kind, name, codes, on), index=list(codes))
    return pd.DataFrame(out, index=list(codes)).astype(float).rename_axis("iso3")


def _dated(kind: str, name: str, codes: tuple[str, ...], on: date | None) -> list[float]:
    """1 in force, 0.5 signed, 0 not; NaN where it is not known.

    Of a partial list (``listed_``) an absence counts as none, as the indicator's note says; an
    economy that it names without a date stays unknown on an earlier day.
    """
    if kind == "document":
        return [_DOCUMENT.get(status(code, on).state, float("nan")) for code in codes]
    listed, kind = kind.startswith("listed_"), kind.removeprefix("listed_")
    if kind not in _SIDES:
        raise DataError(f"scorecard_indicators: no origin {kind!r}")
    found = facts.decisions(name, [_SIDES[kind](code) for code in codes], on)
    return [
        _COUNTS.get(each.state, 0.0 if listed and not each.rows else float("nan")) for each in found
    ]


def _count(table: str, keep: Callable[[pd.DataFrame], pd.Series] | None = None) -> pd.Series:
    """Rows of a table per economy; none means 0, because the tables cover the world."""
    frame = evidence.load(table)
    if keep is not None:
        frame = frame[keep(frame)]
    codes = frame["countries" if "countries" in frame else "iso3"].str.split("[; ]")
    return codes.explode().value_counts().reindex(economies(), fill_value=0)


def _projects(_: date | None) -> pd.Series:
    built = ("completed", "operating", "partly_open", "under_construction")
    return _count("projects", lambda t: t["status"].isin(built))


def _service_places(_: date | None) -> pd.Series:
    return _count("service_places", lambda t: t["iso3"].ne(""))


def _cables(_: date | None) -> pd.Series:
    """Submarine and land cables that land both in the economy and in China or its regions."""
    landings = evidence.load("cable_landings")
    hub = set(landings.loc[landings["iso3"].isin(["CHN", "HKG", "MAC"]), "cable_id"])
    shared = landings[landings["cable_id"].isin(hub)].drop_duplicates(["cable_id", "iso3"])
    return shared["iso3"].value_counts().reindex(economies(), fill_value=0)


def _container_teu(_: date | None) -> pd.Series:
    ports = evidence.load("container_ports")
    total: pd.Series = ports.groupby("iso3")["teu"].sum()
    return total.reindex(economies(), fill_value=0.0)


@lru_cache(maxsize=1)
def _trade() -> pd.DataFrame:
    """Each economy's trade with China and with all, both ways, million USD of the accounts."""
    observed = evidence.load("icio_trade")
    observed = observed.assign(trade_musd=observed["intermediate_musd"] + observed["final_musd"])
    columns = ["importer", "exporter", "trade_musd"]
    flows = pd.concat([observed[columns], evidence.load("world_trade")[columns]])
    flows = flows.astype({"importer": str, "exporter": str})
    flows = flows[flows["importer"] != flows["exporter"]]
    # Each flow counts for both its ends.
    sold = flows.rename(columns={"importer": "exporter", "exporter": "importer"})
    both = pd.concat([flows, sold], ignore_index=True)
    total = both.groupby("importer")["trade_musd"].sum()
    hub = both[both["exporter"] == HUB].groupby("importer")["trade_musd"].sum()
    return pd.DataFrame({"hub": hub, "total": total})


def _trade_share(_: date | None) -> pd.Series:
    table = _trade()
    share: pd.Series = (table["hub"] / table["total"]).drop([HUB, "ROW"], errors="ignore")
    return share


def _tariff(_: date | None) -> pd.Series:
    table = evidence.load("applied_tariffs").set_index("iso3")
    rate: pd.Series = table["applied_manufactures_pct"]
    return rate


def _visa_to_china(on: date | None) -> pd.Series:
    return _either(on, ("visa_mutual", HUB, ""), ("visa_free_by_china", HUB, ""))


def _visa_from_china(on: date | None) -> pd.Series:
    return _either(on, ("visa_mutual", HUB, ""), ("visa_free_for_china", "", HUB))


def _either(on: date | None, *ways: tuple[str, str, str]) -> pd.Series:
    """1 if one of several instruments is in force; the blank side is the economy.

    NaN where none is but one of a complete list may be; of a partial list an absence counts as
    none, as the indicator's note says.
    """
    held = [
        facts.states(name, [(one or code, other or code) for code in economies()], on)
        for name, one, other in ways
    ]
    none = [
        float("nan") if facts.instrument(name)["coverage"] == "complete" else 0.0
        for name, _, _ in ways
    ]
    best = []
    for each in zip(*held, strict=True):
        counts = [_COUNTS.get(state, blank) for state, blank in zip(each, none, strict=True)]
        best.append(1.0 if 1.0 in counts else max(counts, key=lambda c: 2 if c != c else c))
    return pd.Series(best, index=list(economies()))


_FIGURES: Mapping[str, Callable[[date | None], Any]] = {
    "projects": _projects,
    "service_places": _service_places,
    "cables": _cables,
    "container_teu": _container_teu,
    "trade_share": _trade_share,
    "tariff": _tariff,
    "visa_to_china": _visa_to_china,
    "visa_from_china": _visa_from_china,
}
