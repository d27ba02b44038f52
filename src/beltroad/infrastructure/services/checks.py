"""Every check that the figures of a service allow, in one table."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pandas as pd

from beltroad.infrastructure.services.record import Service
from beltroad.infrastructure.services.series import (
    best_by_time,
    claims,
    cumulative,
    teu_per_train,
    total_steps,
    verdict,
    worst,
    yearly,
)

__all__ = ["service_checks"]

# A train within China carries up to 55 forty-foot containers since January 2023, 50 before
# (China Railway Group in New Silk Road Discovery, 2023).
MOST_TEU_PER_TRAIN = 110.0
# Growth is published in whole percent of rounded volumes.
GROWTH_TOLERANCE_POINTS = 2.0
# Scopes that make up the whole of a figure.
_PARTS: dict[tuple[str, str], tuple[tuple[str, ...], ...]] = {
    ("CHINA-EUROPE-TRAINS", "trains"): (
        ("westbound", "eastbound"),
        ("western corridor", "middle corridor", "eastern corridor"),
    ),
    ("PIRAEUS", "teu"): (("pier I", "piers II and III"),),
}
_COLUMNS = [
    "check", "figure", "scope", "as_of", "published", "derived", "unit", "gap", "gap_percent",
    "verdict", "confidence", "claimed_by", "note",
]  # fmt: skip


def service_checks(service: Service) -> pd.DataFrame:
    """Published figures beside what follows from other published figures of the service.

    The column ``check`` says what was compared:

    ``total``
        a total to date with the sum of the years (see :func:`cumulative`);
    ``order``
        the last total with the highest one before it: totals must not fall;
    ``growth``
        published growth with that of consecutive years, the gap in percentage points;
    ``period``
        a part of a year, from January on, with the share of the year's figure by days; the part
        must not exceed the year;
    ``parts``
        a whole with the sum of its published parts;
    ``teu_per_train``
        TEU a train with what a train can carry.

    Returns
    -------
    DataFrame
        ``check``, ``figure``, ``scope``, ``as_of``, ``published``, ``derived``, ``unit``,
        ``gap``, ``gap_percent``, ``verdict`` ("agrees", "above", "below" or "unknown"),
        ``confidence`` (the lowest of all rows used), ``claimed_by``, ``note``.
    """
    rows = [
        *_totals(service), *_order(service), *_growth(service), *_periods(service),
        *_parts(service), *_loads(service),
    ]  # fmt: skip
    return pd.DataFrame(rows, columns=_COLUMNS)


def _totals(service: Service) -> Iterator[dict[str, Any]]:
    for figure, scope in _series_of(service, "total"):
        found = cumulative(service, figure.removeprefix("cumulative_"), scope)
        for claim, each in zip(
            claims(service, figure, scope).sort_values("as_of", kind="stable").to_dict("records"),
            found.to_dict("records"),
            strict=True,
        ):
            row = _row("total", claim, each["derived"], each["verdict"], [each["confidence"]])
            yield row | {"note": f"no figure for {each['missing']}" if each["missing"] else ""}


def _order(service: Service) -> Iterator[dict[str, Any]]:
    for figure, scope in _series_of(service, "total"):
        rows = claims(service, figure, scope).sort_values("as_of", kind="stable")
        if len(rows) < 2:
            continue
        steps = total_steps(service, figure.removeprefix("cumulative_"), scope)
        falls = steps.loc[steps["falls"], "as_of"]
        highest = float(rows["value"].iloc[:-1].max())
        row = _row(
            "order",
            rows.iloc[-1].to_dict(),
            highest,
            "below" if len(falls) else "agrees",
            list(rows["confidence"]),
        )
        yield row | {"note": f"falls on {', '.join(falls)}" if len(falls) else ""}


def _growth(service: Service) -> Iterator[dict[str, Any]]:
    for figure, scope in _series_of(service, "growth"):
        years = yearly(service, figure.removesuffix("_growth"), scope)
        for claim in claims(service, figure, scope).to_dict("records"):
            year = int(claim["as_of"])
            derived, levels = np.nan, [claim["confidence"]]
            if {year - 1, year} <= set(years.index):
                pair = years.loc[[year - 1, year]]
                before, now = pair["value"].astype(float)
                derived = (now / before - 1.0) * 100.0
                levels += list(pair["confidence"])
            gap = float(claim["value"]) - derived
            row = _row("growth", claim, derived, _growth_verdict(gap), levels)
            yield row | {"gap_percent": gap, "note": "gap in percentage points"}


def _growth_verdict(gap_points: float) -> str:
    if np.isnan(gap_points):
        return "unknown"
    if abs(gap_points) <= GROWTH_TOLERANCE_POINTS:
        return "agrees"
    return "above" if gap_points > 0 else "below"


def _periods(service: Service) -> Iterator[dict[str, Any]]:
    for figure, scope in _series_of(service, "flow"):
        rows = claims(service, figure, scope)
        years = yearly(service, figure, scope)
        for claim in rows[rows["as_of"].str.contains("/")].to_dict("records"):
            start, end = claim["as_of"].split("/")
            year = int(end[:4])
            if not start.startswith(f"{year}-01") or year not in years.index:
                continue
            last = pd.Period(end).end_time
            share = last.day_of_year / (366 if last.is_leap_year else 365)
            whole = float(years["value"].loc[year])
            row = _row(
                "period",
                claim,
                share * whole,
                verdict(float(claim["value"]), 0.0, whole),
                [claim["confidence"], str(years["confidence"].loc[year])],
            )
            yield row | {"note": f"share of {share:.3f} of {whole:,.0f}"}


def _parts(service: Service) -> Iterator[dict[str, Any]]:
    for (service_id, figure), groups in _PARTS.items():
        if service_id != service.id:
            continue
        whole = best_by_time(claims(service, figure))
        for scopes in groups:
            shares = [best_by_time(claims(service, figure, scope)) for scope in scopes]
            for as_of in whole.index[whole.index.isin(shares[0].index)].sort_values():
                if not all(as_of in share.index for share in shares):
                    continue
                claim = whole.loc[as_of].to_dict()
                derived = sum(float(share["value"].loc[as_of]) for share in shares)
                row = _row(
                    "parts",
                    claim,
                    derived,
                    verdict(float(claim["value"]), derived, derived),
                    [claim["confidence"], *(str(s["confidence"].loc[as_of]) for s in shares)],
                )
                yield row | {"scope": " + ".join(scopes)}


def _loads(service: Service) -> Iterator[dict[str, Any]]:
    loads = teu_per_train(service)["teu_per_train"]
    levels = [yearly(service, name)["confidence"].loc[loads.index] for name in ("teu", "trains")]
    for year, load, *level in zip(loads.index, loads, *levels, strict=True):
        claim = {
            "figure": "teu", "scope": "", "as_of": str(year), "value": np.nan,
            "unit": "TEU per train", "claimed_by": "",
        }  # fmt: skip
        fits = "agrees" if load <= MOST_TEU_PER_TRAIN else "above"
        row = _row("teu_per_train", claim, load, fits, [str(each) for each in level])
        yield row | {"note": f"a train carries at most {MOST_TEU_PER_TRAIN:.0f}"}


def _series_of(service: Service, nature: str) -> list[tuple[str, str]]:
    """Figures of this nature with their scopes, in the order of the table."""
    rows = service.figures[service.figures["nature"] == nature]
    pairs = zip(rows["figure"], rows["scope"], strict=True)
    return list(dict.fromkeys((str(figure), str(scope)) for figure, scope in pairs))


def _row(
    check: str, claim: dict[Any, Any], derived: float, found: str, levels: list[str]
) -> dict[str, Any]:
    published = float(claim["value"])
    return {
        "check": check,
        **{key: claim[key] for key in ("figure", "scope", "as_of", "unit", "claimed_by")},
        "published": published,
        "derived": derived,
        "gap": published - derived,
        "gap_percent": (published / derived - 1.0) * 100.0,
        "verdict": found,
        "confidence": worst(levels),
        "note": "",
    }
