"""Stress of a portfolio: more defaults, less recovered, more in common."""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.evidence.economies import iso3
from beltroad.risk.portfolio.model import PortfolioLoss
from beltroad.risk.portfolio.parameters import Parameters, worst_year

__all__ = ["NAMED", "Stress", "compare", "parse_stress", "stressed"]

NAMED = ("worst_year", "low_recovery", "contagion", "all")
"""Stresses that have a name; ``worst_year`` is published, the others are assumptions."""


@dataclass(frozen=True)
class Stress:
    """What is changed.

    Attributes
    ----------
    probability_factor
        Probabilities of default times this, at most to 100 per cent; only of the economies and
        sectors in ``iso3`` and ``sector`` where these are given.
    recovery_points
        Added to recoveries, in percentage points.
    correlation_factor
        Shares of the common factors times this.
    """

    name: str
    probability_factor: float = 1.0
    recovery_points: float = 0.0
    correlation_factor: float = 1.0
    iso3: tuple[str, ...] = ()
    sector: tuple[str, ...] = ()


def parse_stress(text: str) -> Stress:
    """``worst_year``, or ``pd=2,recovery=-20,correlation=1.5,country=KEN,sector=rail``.

    Raises
    ------
    InputError
        If it is neither.
    """
    factor = worst_year()
    named = {
        "worst_year": Stress("worst_year", probability_factor=factor),
        "low_recovery": Stress("low_recovery", recovery_points=-20.0),
        "contagion": Stress("contagion", correlation_factor=2.0),
        "all": Stress("all", factor, -20.0, 2.0),
    }
    if text in named:
        return named[text]
    numbers: dict[str, float] = {"pd": 1.0, "recovery": 0.0, "correlation": 1.0}
    places: dict[str, list[str]] = {"country": [], "sector": []}
    given: set[str] = set()
    for part in text.split(","):
        key, _, value = (each.strip() for each in part.partition("="))
        if key in places and value:
            places[key].append(iso3(value) if key == "country" else value)
            continue
        if key in given:
            raise InputError(f"--stress {text!r:.60}: {key} is given twice")
        given.add(key)
        if key not in numbers:
            known = [*named, *numbers, *places]
            raise InputError(
                f"--stress {text!r:.60}: {key!r:.30} is not known. {suggest(key, known)} "
                f"Use {', '.join(named)}, or pd=2,recovery=-20,correlation=1.5,country=KEN"
            )
        try:
            numbers[key] = float(value)
        except ValueError:
            raise InputError(f"--stress {text!r:.60}: {value!r:.30} is not a number") from None
    return Stress(
        text, numbers["pd"], numbers["recovery"], numbers["correlation"],
        tuple(places["country"]), tuple(places["sector"]),
    )  # fmt: skip


def stressed(
    exposures: pd.DataFrame, parameters: Parameters, stress: Stress
) -> tuple[pd.DataFrame, Parameters]:
    """Exposures and parameters under a stress.

    Raises
    ------
    InputError
        If a number is out of range, nothing is hit, or correlations would reach 1.
    """
    s = stress
    if not (math.isfinite(s.probability_factor) and s.probability_factor >= 0):
        raise InputError(f"stress {s.name}: probabilities times {s.probability_factor:g} make none")
    if not -100 <= s.recovery_points <= 100:
        raise InputError(f"stress {s.name}: recovery {s.recovery_points:g} is beyond 100 points")
    if not (math.isfinite(s.correlation_factor) and s.correlation_factor >= 0):
        raise InputError(f"stress {s.name}: correlations times {s.correlation_factor:g} make none")
    out = exposures.copy()
    hit = pd.Series(True, index=out.index)
    if s.iso3:
        hit &= out["iso3"].isin(s.iso3)
    if s.sector:
        hit &= out["sector"].isin(s.sector)
    if not hit.any():
        raise InputError(f"stress {s.name}: no exposure lies in these economies and sectors")
    worse = (out["probability_pct"] * s.probability_factor).clip(0, 100)
    out["probability_pct"] = out["probability_pct"].where(~hit, worse)
    less = (out["recovery_pct"] + s.recovery_points).clip(0, 100)
    out["recovery_pct"] = out["recovery_pct"].where(~hit, less)
    return out, parameters.with_correlations(s.correlation_factor)


def compare(base: PortfolioLoss, others: dict[str, PortfolioLoss]) -> pd.DataFrame:
    """Expected loss, VaR and ES of runs beside each other, one row a run."""
    rows = []
    for name, found in {"base": base, **others}.items():
        row: dict[str, object] = {"run": name, "expected_loss_usd": found.expected_loss_usd}
        for each in found.levels.to_dict("records"):
            label = f"p{round(100 * each['level'], 8):g}"
            row[f"var_{label}_usd"] = each["var_usd"]
            row[f"es_{label}_usd"] = each["es_usd"]
        rows.append(row)
    return pd.DataFrame(rows)
