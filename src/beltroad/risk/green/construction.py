r"""Emissions of building projects, as a range by kind of infrastructure.

With L the kilometres of a line, b of them bridge and t of them tunnel,

.. math:: E = f_{line} (L - b - t) + f_{bridge} b + f_{tunnel} t,

each factor f at its low, central and high value of the table ``green_construction`` (ranges add up
end to end, as if all were wrong the same way). A power plant counts by its megawatts. Where neither
is known, works count by their cost: a fallback, and flagged as one.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError

__all__ = ["COLUMNS", "Factor", "construction_emissions", "construction_factors"]

BOUNDS = ("low", "central", "high")
COLUMNS = (
    "id", "construction_kind", "construction_low_t", "construction_central_t",
    "construction_high_t", "construction_basis", "construction_fallback", "confidence", "source",
)  # fmt: skip
NEW = ("new_link", "none")
# A road named after its bridge or tunnel: how much of its length that is, low, central, high.
STRUCTURE_SHARE = (0.0, 0.5, 1.0)
SHORT_KM = 60.0
MEGAWATT = {"solar": "solar_mw", "wind": "wind_mw"}


@dataclass(frozen=True)
class Factor:
    """One row of ``green_construction``: tonnes CO2e per unit, low, central and high."""

    kind: str
    title: str
    unit: str
    values: tuple[float, float, float]
    confidence: str
    source: str


@lru_cache(maxsize=1)
def construction_factors() -> dict[str, Factor]:
    """All factors by kind of works."""
    return {
        r["kind"]: Factor(
            r["kind"], r["title"], r["unit"],
            (float(r["low"]), float(r["central"]), float(r["high"])), r["confidence"],
            f"{r['source_title']}" + (f" <{r['source_url']}>" if r["source_url"] else ""),
        )
        for r in evidence.load("green_construction").to_dict("records")
    }  # fmt: skip


def construction_emissions(projects: pd.DataFrame) -> pd.DataFrame:
    """Emissions of building each project, tonnes CO2e.

    Parameters
    ----------
    projects
        Column ``id`` and any of ``name``, ``mode``, ``effect``, ``length_km``, ``bridge_km``,
        ``tunnel_km``, ``cost_usd_bn``, ``mw``, ``green_type``.

    Returns
    -------
    DataFrame
        One row a project in their order, columns ``COLUMNS``; amounts are NaN where nothing is
        known. ``construction_fallback`` is yes where the cost stands for the works.

    Raises
    ------
    InputError
        If a length, cost or capacity is negative, or bridges and tunnels are longer than the line.
    """
    faults: list[str] = []
    rows = []
    for row in projects.to_dict("records"):
        try:
            rows.append({"id": str(row["id"])} | _emissions(row))
        except InputError as fault:
            faults.append(f"{row['id']}: {fault}")
    if faults:
        raise InputError("\n".join(faults))
    return pd.DataFrame(rows, columns=list(COLUMNS))


def _emissions(row: Mapping[Any, Any]) -> dict[str, Any]:
    km, cost, mw = (_number(row, k) for k in ("length_km", "cost_usd_bn", "mw"))
    mode, effect, kind = (_text(row, k) for k in ("mode", "effect", "green_type"))
    if kind in MEGAWATT and mw > 0:
        return _by({MEGAWATT[kind]: (mw,) * 3}, f"{mw:g} MW")
    if mode in ("rail", "road") and km > 0:
        return _line(row, mode, effect, km)
    if cost > 0:
        return _by({"per_cost": (cost * 1000,) * 3}, f"cost of {cost * 1000:,.0f} million USD",
                   fallback="yes")  # fmt: skip
    if mode == "port":
        return _by({"port": (1.0,) * 3}, "one port, cost not known", fallback="yes")
    lacking = "neither length, cost nor capacity is known"
    amounts = {f"construction_{b}_t": math.nan for b in BOUNDS}
    return amounts | {"construction_kind": "", "construction_basis": lacking,
                      "construction_fallback": "", "confidence": "", "source": ""}  # fmt: skip


def _line(row: Mapping[Any, Any], mode: str, effect: str, km: float) -> dict[str, Any]:
    given = (_number(row, k) for k in ("bridge_km", "tunnel_km"))
    bridge, tunnel = (0.0 if math.isnan(part) else part for part in given)
    if bridge + tunnel > km * (1 + 1e-9):
        raise InputError(f"bridges and tunnels of {bridge + tunnel:g} km on a line of {km:g} km")
    base = f"{mode}_{'new' if effect in NEW else 'upgrade'}"
    said = f"{km:g} km"
    kms = {"bridge": (bridge,) * 3, "tunnel": (tunnel,) * 3}
    named = re.search(r"\b(bridge|tunnel)\b", _text(row, "name"), re.IGNORECASE)
    if named and mode == "road" and not bridge + tunnel and km <= SHORT_KM and effect in NEW:
        shares = STRUCTURE_SHARE
        kms[named.group(1).casefold()] = (km * shares[0], km * shares[1], km * shares[2])
        said += f", none, half or all of it {named.group(1).casefold()} (assumed)"
    elif bridge + tunnel:
        said += f", {bridge:g} of bridges and {tunnel:g} of tunnels"
    else:
        said += ", bridges and tunnels not known"
    rest = tuple(km - b - t for b, t in zip(kms["bridge"], kms["tunnel"], strict=True))
    parts = {base: (rest[0], rest[1], rest[2]), **{k: v for k, v in kms.items() if v[2] > 0}}
    return _by(parts, said)


def _by(
    parts: Mapping[str, tuple[float, float, float]], basis: str, fallback: str = "no"
) -> dict[str, Any]:
    """Amounts of factors times quantities at each end of the range."""
    factors = [construction_factors()[k] for k in parts]
    totals = [
        sum(f.values[k] * parts[f.kind][k] for f in factors) for k in range(len(BOUNDS))
    ]  # fmt: skip
    worst = min(factors, key=lambda f: ("low", "medium", "high").index(f.confidence))
    return {
        "construction_kind": "; ".join(f.title for f in factors),
        **{f"construction_{b}_t": t for b, t in zip(BOUNDS, totals, strict=True)},
        "construction_basis": basis,
        "construction_fallback": fallback,
        "confidence": worst.confidence,
        "source": "; ".join(dict.fromkeys(f.source for f in factors)),
    }


def _number(row: Mapping[Any, Any], key: str) -> float:
    """The number of a field, NaN where it is empty."""
    value = row.get(key)
    if value is None or (isinstance(value, str) and not value.strip()):
        return math.nan
    try:
        number = float(value)
    except (TypeError, ValueError):
        raise InputError(f"{key} {value!r} is no number") from None
    if number < 0 or math.isinf(number):
        raise InputError(f"{key} {number:g} must be 0 or more and finite")
    return number


def _text(row: Mapping[Any, Any], key: str) -> str:
    value = row.get(key, "")
    return value.strip() if isinstance(value, str) else ""
