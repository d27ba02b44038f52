"""How much debt a country can carry: composite indicator, class, and the rule for changing it.

Source: IMF and World Bank (2018), Guidance Note on the LIC-DSF, paragraphs 56-62, Tables 4-7, and
the sheet "Classification" of the template of August 2025 (bounds of the variables). Before July
2018 the class followed a three-year average of the CPIA.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, fields
from functools import cache

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.finance.debt.model import CountryInputs
from beltroad.finance.debt.parameters import Parameters

__all__ = [
    "CLASSES",
    "Averages",
    "Capacity",
    "averages",
    "class_of",
    "classify",
    "composite",
    "final_class",
    "world_growth",
]

CLASSES = ("weak", "medium", "strong")
_COLUMNS = ["variable", "value", "coefficient", "contribution"]
_HINT = {
    "real_growth": "give a fraction (4.81 % is 0.0481), with every year trimmed before averaging",
    "reserves_to_imports": "give a fraction of a year's imports, neither months nor per cent "
    "(3.8 months are 0.3167, 31.76 % is 0.3176), with every year trimmed before averaging",
    "remittances_to_gdp": "give a fraction of GDP, with every year trimmed before averaging",
    "world_growth": "give a fraction: 3.53 % is 0.0353",
}
_WORLD_GROWTH = (-0.05, 0.08)
# Coverage computed from two series: outside lies a fault of unit.
_LEAST_RESERVES, _MOST_RESERVES = 0.002, 20.0


@dataclass(frozen=True)
class Averages:
    """Ten-year averages that the composite indicator rests on.

    ``cpia`` in points (1-6); everything else a fraction: growth of real GDP, reserves over a
    year's imports of goods and services, remittances over GDP, growth of the world economy.
    """

    cpia: float
    real_growth: float
    reserves_to_imports: float
    remittances_to_gdp: float
    world_growth: float


@dataclass(frozen=True)
class Capacity:
    """Class of a country and what it rests on.

    Attributes
    ----------
    composite
        Composite indicator; NaN where it cannot be computed or did not exist yet.
    contributions
        ``variable, value, coefficient, contribution``; values are fractions, the CPIA in points.
    signal
        Class that this vintage's figures give; "" where it cannot be computed.
    final
        Class after the rule of two vintages, the user's own word, or a flagged assumption.
    reason
        Why the final class is what it is, in one sentence.
    """

    composite: float
    contributions: pd.DataFrame
    signal: str
    final: str
    reason: str


def composite(values: Averages, parameters: Parameters) -> pd.DataFrame:
    """Terms of the composite indicator; their sum is the indicator (guidance note, Table 4).

    Raises
    ------
    InputError
        If a value is out of range: per cent, or reserves in months, instead of a fraction.
    """
    if not 1 <= values.cpia <= 6:
        raise InputError(f"composite indicator: cpia {values.cpia:g} lies outside 1 to 6 points")
    bounds = {n: (low / 100, high / 100) for n, (low, high) in _trims(parameters).items()}
    bounds["world_growth"] = _WORLD_GROWTH
    for field in fields(values)[1:]:
        value, (low, high) = getattr(values, field.name), bounds[field.name]
        if not low - 1e-9 <= value <= high + 1e-9:
            raise InputError(
                f"composite indicator: {field.name} {value:g} lies outside {low:g} to {high:g}; "
                f"{_HINT[field.name]}"
            )
    return _terms(values, parameters)


def _trims(parameters: Parameters) -> dict[str, tuple[float, float]]:
    """Bounds in per cent to which every year is trimmed before averaging."""
    return {
        "real_growth": (parameters["ci.growth_floor_pct"], parameters["ci.growth_cap_pct"]),
        "reserves_to_imports": (0.0, parameters["ci.reserves_cap_pct"]),
        "remittances_to_gdp": (0.0, parameters["ci.remittance_cap_pct"]),
    }


def _terms(values: Averages, parameters: Parameters) -> pd.DataFrame:
    reserves = values.reserves_to_imports
    rows = [
        ("constant", 1.0, "constant"), ("cpia", values.cpia, "cpia"),
        ("real_growth", values.real_growth, "growth"),
        ("reserves_to_imports", reserves, "reserves"),
        ("reserves_to_imports_squared", reserves**2, "reserves_squared"),
        ("remittances_to_gdp", values.remittances_to_gdp, "remittances"),
        ("world_growth", values.world_growth, "world_growth"),
    ]  # fmt: skip
    table = [(n, v, parameters[f"ci.{c}"], v * parameters[f"ci.{c}"]) for n, v, c in rows]
    return pd.DataFrame(
        [row for row in table if row[0] != "constant" or row[2] != 0], columns=_COLUMNS
    )


def class_of(value: float, parameters: Parameters) -> str:
    """Class of a composite indicator: both cut-offs belong to the medium class."""
    if value < parameters["ci.cut_weak"]:
        return "weak"
    return "strong" if value > parameters["ci.cut_strong"] else "medium"


def final_class(previous_class: str, previous_signal: str, signal: str) -> tuple[str, str]:
    """Class after the rule of two vintages, and why.

    A class changes only when two consecutive vintages give the same new class; with no class from
    before, the signal is the class.
    """
    for word, value in (("previous_class", previous_class), ("previous_signal", previous_signal)):
        if value not in ("", *CLASSES):
            raise InputError(f"{word} {value!r}: one of {', '.join(CLASSES)}, or empty")
    if not previous_class:
        return signal, f"the figures give {signal}; no earlier class is known"
    if signal == previous_class:
        return signal, f"the figures confirm {signal}"
    if signal == previous_signal:
        return signal, f"two vintages in a row give {signal}; before it was {previous_class}"
    return previous_class, (
        f"stays {previous_class}: the figures give {signal}, but only in one vintage so far"
    )


@cache
def world_growth() -> Mapping[int, float]:
    """Growth of the world economy in per cent by year, from the bundled debt series."""
    table = evidence.load("debt_series")
    rows = table[(table["iso3"] == "WLD") & (table["variable"] == "real_growth_pct")]
    return dict(zip(rows["year"].astype(int), rows["value"].astype(float), strict=True))


def averages(
    inputs: CountryInputs, parameters: Parameters, world: Mapping[int, float]
) -> tuple[Averages, list[str]]:
    """Ten-year averages (years t-5 to t+4) of a country, and remarks on what is incomplete.

    Growth, reserves and remittances are trimmed year by year to the framework's bounds. The
    reserves are averaged before the square is taken. The latest CPIA is carried forward. An
    average rests on at least half of its years; a variable with fewer is NaN. A member of a
    monetary union can give the union's coverage in the setting ``union_reserves_pct_imports``.
    """
    t = inputs.first_year
    years = range(
        t - int(parameters["ci.history_years"]), t + int(parameters["ci.projection_years"])
    )
    remarks: list[str] = []

    def column(name: str) -> pd.Series:
        known = inputs.series.get(name)
        return (pd.Series(dtype=float) if known is None else known).reindex(years)

    trims = _trims(parameters)

    def mean(name: str, values: pd.Series) -> float:
        known = values.dropna().clip(*trims.get(name, (None, None)))
        if len(known) < len(years) / 2:
            remarks.append(f"{name}: {len(known)} of {len(years)} years known, too few")
            return math.nan
        if len(known) < len(years):
            remarks.append(f"{name}: average of {len(known)} of {len(years)} years")
        return float(known.mean())

    points = inputs.series.get("cpia", pd.Series(dtype=float)).dropna()
    points = points[points.index < t]
    if points.empty:
        remarks.append("cpia: no value before the first projection year")
        cpia = math.nan
    else:
        filled = points.reindex(range(min(years[0], int(points.index[0])), years[-1] + 1)).ffill()
        cpia = mean("cpia", filled.reindex(years))
    union = _setting(inputs, "union_reserves_pct_imports")
    if math.isnan(union):
        imports = column("imports_usd_mn").where(lambda s: s > 0)
        coverage = column("reserves_usd_mn") / imports
        usual = float(coverage.median())
        if usual > _MOST_RESERVES or 0 < usual < _LEAST_RESERVES:
            raise InputError(
                f"{inputs.iso3}: reserves_usd_mn are {usual:.3g} times a year's imports; "
                "give both in USD million, not in months or per cent"
            )
        reserves = mean("reserves_to_imports", 100 * coverage)
    else:
        reserves = min(union, trims["reserves_to_imports"][1])
        remarks.append("reserves_to_imports: coverage of the monetary union")
    remittances = 100 * column("remittances_usd_mn") / column("gdp_usd_mn")
    world_years = pd.Series(dict(world), dtype=float).reindex(years)
    return Averages(
        cpia,
        mean("real_growth", column("real_growth_pct")) / 100,
        reserves / 100,
        mean("remittances_to_gdp", remittances) / 100,
        mean("world_growth", world_years) / 100,
    ), remarks


def _setting(inputs: CountryInputs, name: str) -> float:
    value = inputs.settings.get(name, "")
    return math.nan if value == "" else float(value)


def classify(
    inputs: CountryInputs, parameters: Parameters, *, world: Mapping[int, float] | None = None
) -> Capacity:
    """Class of a country from its inputs; ``world`` is the world's growth in per cent by year."""
    given = str(inputs.settings["debt_carrying_capacity"])
    if not parameters["class.by_composite"]:
        value, table, signal, remarks = _by_cpia(inputs, parameters)
    else:
        value, table, signal, remarks = _by_composite(inputs, parameters, world)
    if given in CLASSES:
        return Capacity(value, table, signal, given, f"{given} by the country's settings")
    previous = str(inputs.settings["previous_class"])
    if signal:
        final, reason = final_class(previous, str(inputs.settings["previous_signal"]), signal)
    elif previous:
        final, reason = previous, "the class of the last assessment: it cannot be computed"
    else:
        final, reason = "medium", "assumed: the class cannot be computed and none was given"
    return Capacity(value, table, signal, final, "; ".join([reason, *remarks]))


def _by_composite(
    inputs: CountryInputs, parameters: Parameters, world: Mapping[int, float] | None
) -> tuple[float, pd.DataFrame, str, list[str]]:
    if world is None:
        world = world_growth()
    values, remarks = averages(inputs, parameters, world)
    table = _terms(values, parameters)
    total = float(table["contribution"].sum(skipna=False))
    if not math.isnan(total):
        return total, table, class_of(total, parameters), remarks
    if not table.loc[table["variable"] != "remittances_to_gdp", "contribution"].isna().any():
        # Remittances only add, and at most the cap: where both ends give one class, it is known.
        low = float(table["contribution"].sum())
        cap = parameters["ci.remittance_cap_pct"] / 100
        ends = {class_of(low + x * parameters["ci.remittances"], parameters) for x in (0.0, cap)}
        if len(ends) == 1:
            remark = f"remittances are not known, but from none to the cap the class is {min(ends)}"
            return math.nan, table, ends.pop(), [*remarks, remark]
    return math.nan, table, "", remarks


def _by_cpia(
    inputs: CountryInputs, parameters: Parameters
) -> tuple[float, pd.DataFrame, str, list[str]]:
    years = int(parameters["class.cpia_average_years"])
    points = inputs.series.get("cpia", pd.Series(dtype=float)).dropna()
    points = points[points.index < inputs.first_year].tail(years)
    if len(points) < years:
        empty = pd.DataFrame(columns=_COLUMNS)
        return math.nan, empty, "", [f"cpia: {len(points)} of the last {years} years known"]
    value = float(np.mean(points))
    table = pd.DataFrame([("cpia_average", value, 1.0, value)], columns=_COLUMNS)
    if value <= parameters["class.cpia_cut_weak"]:
        return math.nan, table, "weak", []
    strong = value >= parameters["class.cpia_cut_strong"]
    return math.nan, table, "strong" if strong else "medium", []
