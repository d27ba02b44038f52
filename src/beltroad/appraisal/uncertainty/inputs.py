"""The uncertain inputs of an appraisal: name, group, distribution, source.

Defaults come from the bundled tables: ``uncertain_inputs`` says which inputs are drawn and from
what shape, and names the table that holds their central values and ranges.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from beltroad import evidence, trade
from beltroad.appraisal.uncertainty.distributions import (
    BenefitClass,
    DelayClass,
    Distribution,
    Fixed,
    LogNormal,
    ReferenceClass,
    TruncatedNormal,
    TwoPiece,
)
from beltroad.appraisal.uncertainty.part import Uncertainty
from beltroad.errors import InputError, suggest
from beltroad.infrastructure.parameters import NetworkParameters
from beltroad.risk.project import benefit_class

__all__ = ["GROUPS", "UncertainInput", "default_inputs", "inputs_table", "theta_names", "with_part"]

#: Groups by which the variance is split, with their titles.
GROUPS: Mapping[str, str] = {
    "elasticities": "Trade elasticities",
    "value_of_time": "Value of time",
    "transit_times": "Transit times",
    "mode_choice": "Choice between land and sea",
    "project_cost": "Project costs",
    "delivery": "Delay and benefits",
    "finance": "Discount rate, life and upkeep",
    "survey": "Pass-through to household surveys",
}
LEAST_THETA = 1.0
_SETS = {"uniform": "theta_uniform", "caliendo_parro_sectoral": "theta_caliendo_parro"}
# Least and largest value that can be computed with, by family; the first may not be met itself.
_BOUNDS: Mapping[str, tuple[float, float]] = {
    "theta": (np.nextafter(LEAST_THETA, 0), np.inf), "value_of_time": (-1e-300, 1.0),
    "transit_days": (0.0, np.inf), "mode_sensitivity": (0.0, np.inf),
    "mode_land_handicap_per_day": (-1e-300, np.inf), "cargo_value_usd_per_teu": (0.0, np.inf),
    "overrun": (0.0, np.inf), "discount_rate": (-1e-300, 0.999), "life_years": (0.0, np.inf),
    "maintenance_share": (-1e-300, 0.999), "pass_through": (-1e-300, 1.0),
    "delay": (-np.inf, np.inf), "benefit": (-1e-300, np.inf),
}  # fmt: skip


@dataclass(frozen=True)
class UncertainInput:
    """One number that is drawn.

    Attributes
    ----------
    name, family, group
        ``overrun.KUN-VTE`` is of the family ``overrun`` in the group ``project_cost``.
    distribution
        What it is drawn from.
    central
        Its value in the central appraisal.
    shared
        Correlation of normal scores with the other members of the family.
    tied_to, tie
        Another input, and the correlation of normal scores with it: delay goes with cost.
    title, unit, source, confidence, note
        For readers.
    """

    name: str
    family: str
    group: str
    distribution: Distribution
    central: float
    shared: float = 0.0
    title: str = ""
    unit: str = "1"
    source: str = ""
    confidence: str = "low"
    note: str = ""
    tied_to: str = ""
    tie: float = 0.0


def theta_names(elasticities: str) -> tuple[str, ...]:
    """Name of the elasticity's input by industry, in the order of ``icio_industries``."""
    table = evidence.load("icio_industries")
    sector = table["cp_sector"].fillna("").astype(str)
    goods = table["is_goods"].to_numpy(bool)
    names = sector.to_numpy(str) if elasticities != "uniform" else np.full(len(table), "goods")
    return tuple(
        f"theta.{_plain(name)}" if good and name else "theta.services"
        for name, good in zip(names, goods, strict=True)
    )


def default_inputs(
    *,
    elasticities: str,
    value_of_time: str,
    parameters: NetworkParameters,
    discount_rate: float,
    life_years: float | None,
    projects: pd.DataFrame,
) -> tuple[UncertainInput, ...]:
    """Every uncertain input with its distribution from the bundled tables.

    Parameters
    ----------
    elasticities, value_of_time
        The scenario's set of elasticities and level of the value of time: its central values.
    parameters
        Network parameters, whose values are central.
    discount_rate, life_years
        The scenario's; no life means that of each mode.
    projects
        New projects: ``id``, ``mode``, ``realised`` (their cost is known, and they are there),
        ``years`` planned of building. Where these are unknown, the median of the unfinished
        projects with known years; where none has them, no delay is drawn.
    """
    ranges = evidence.load("network_parameters")
    made: dict[str, Callable[[], list[tuple[str, Distribution, float]]]] = {
        "theta": lambda: _thetas(elasticities),
        "value_of_time": lambda: _values_of_time(value_of_time),
        "discount_rate": lambda: [_ranged("discount_rate", ranges, discount_rate)],
        "life_years": lambda: _lives(ranges, parameters, life_years, projects),
        "overrun": lambda: [
            (f"overrun.{p.id}", Fixed(1.0) if p.realised else ReferenceClass(str(p.mode)), 1.0)
            for p in projects.itertuples()
        ],
        "delay": lambda: _delays(projects),
        "benefit": lambda: [
            (f"benefit.{p.id}", Fixed(1.0) if p.realised or benefit_class(str(p.mode)) is None
             else BenefitClass(str(p.mode)), 1.0)
            for p in projects.itertuples()
        ],
    }  # fmt: skip
    out = []
    for row in evidence.load("uncertain_inputs").to_dict("records"):
        family = str(row["input"])
        if family in made:
            members = made[family]()
        elif row["values_from"] == "network_parameters":
            members = [_ranged(family, ranges, parameters.one(family))]
        elif row["shape"] == "lognormal":
            members = [(family, LogNormal(row["central"], row["sigma"]), float(row["central"]))]
        else:
            shape = TwoPiece(row["low"], row["central"], row["high"])
            members = [(family, shape, float(row["central"]))]
        out += [
            UncertainInput(
                name, family.split(".")[0], str(row["group"]), distribution, central,
                float(row["shared"]), str(row["title"]), str(row["unit"]),
                str(row["source_title"]), str(row["confidence"]), str(row["note"]),
                # One input a project: delay.X is tied to overrun.X.
                f"{row['tied_to']}{name[len(family) :]}" if row["tied_to"] else "",
                float(row["tie"]) if row["tied_to"] else 0.0,
            )
            for name, distribution, central in members
        ]  # fmt: skip
    return tuple(out)


def with_part(inputs: tuple[UncertainInput, ...], part: Uncertainty) -> tuple[UncertainInput, ...]:
    """Inputs with the scenario's own distributions; those it fixes are certain.

    Raises
    ------
    InputError
        If a name is unknown or a distribution leaves the bounds of its family.
    """
    known = {i.name for i in inputs} | {i.family for i in inputs}
    for name in part.inputs:
        if name not in known:
            raise InputError(f"uncertainty.inputs: no input {name!r}. {suggest(name, known)}")
    for name in part.fixed:
        if name not in known | set(GROUPS):
            hint = suggest(name, known | set(GROUPS))
            raise InputError(f"uncertainty.fixed: no input or group {name!r}. {hint}")
    out = []
    for each in inputs:
        own = part.inputs.get(each.name) or part.inputs.get(each.family)
        if own is not None:
            each = replace(
                each, distribution=own.distribution(), source="set by the scenario",
                confidence="scenario", note="",
            )  # fmt: skip
        if {each.name, each.family, each.group} & set(part.fixed):
            each = replace(each, distribution=Fixed(each.central))
        _check(each)
        out.append(each)
    return tuple(out)


def inputs_table(inputs: tuple[UncertainInput, ...]) -> pd.DataFrame:
    """Inputs for readers: central value, quantiles, shape and source; one row an input."""
    ends = np.array([i.distribution.quantile([0.05, 0.5, 0.95]) for i in inputs])
    return pd.DataFrame(
        {
            "input": [i.name for i in inputs],
            "group": [i.group for i in inputs],
            "title": [i.title for i in inputs],
            "distribution": [i.distribution.describe() for i in inputs],
            "central": [i.central for i in inputs],
            "p5": ends[:, 0],
            "p50": ends[:, 1],
            "p95": ends[:, 2],
            "shared": [i.shared for i in inputs],
            "unit": [i.unit for i in inputs],
            "source": [i.source for i in inputs],
            "confidence": [i.confidence for i in inputs],
            "note": [i.note for i in inputs],
        }
    )


def _plain(name: str) -> str:
    """A sector's name as part of an input's name."""
    return "-".join(name.lower().replace("+", " ").replace(".", "").split())


def _check(each: UncertainInput) -> None:
    low, high = _BOUNDS[each.family]
    ends = each.distribution.quantile([0.0, 1.0])
    if not (ends[0] > low and (ends[1] <= high)):
        # A bound just below 0 lets 0 itself in.
        least = 0.0 if -1e-200 < low < 0 else float(np.nextafter(low, np.inf))
        bounds = f"at least {least:.3g}" if low else "above 0"
        limit = f" and at most {high:.3g}" if np.isfinite(high) else ""
        raise InputError(
            f"uncertainty.inputs {each.name!r}: draws from {ends[0]:.4g} to {ends[1]:.4g} "
            f"({each.distribution.describe()}); they must be {bounds}{limit}"
        )


def _thetas(elasticities: str) -> list[tuple[str, Distribution, float]]:
    """One input an estimate: its standard error, or its range where it is no estimate."""
    column = _SETS[elasticities]
    if elasticities not in trade.calibration.ELASTICITY_SETS:
        raise InputError(f"elasticity set {elasticities!r} is unknown")
    table = evidence.load("icio_industries")
    out: dict[str, tuple[str, Distribution, float]] = {}
    for name, row in zip(theta_names(elasticities), table.to_dict("records"), strict=True):
        low, central, high = (float(row[column + end]) for end in ("_low", "", "_high"))
        shape: Distribution = TwoPiece(max(low, LEAST_THETA), central, high)
        if row["is_goods"] and elasticities == "uniform":
            # The range of the aggregate estimate is two standard errors on either side.
            shape = TruncatedNormal(central, (high - low) / 4.0, LEAST_THETA)
        elif row["is_goods"] and not str(row["theta_rule"]).startswith("replaced"):
            shape = TruncatedNormal(central, float(row["cp_standard_error"]), LEAST_THETA)
        out.setdefault(name, (name, shape, central))
    return list(out.values())


def _values_of_time(level: str) -> list[tuple[str, Distribution, float]]:
    table = evidence.load("value_of_time")
    industries = [str(code) for code in table["industry"]]
    low, central, high = (trade.value_of_time(industries, each) for each in ("low", level, "high"))
    return [
        (f"value_of_time.{code}", TwoPiece(*(float(v) for v in ends)), float(ends[1]))
        for code, *ends in zip(industries, low, central, high, strict=True)
        if ends[2] > 0
    ]


def _ranged(
    name: str, ranges: pd.DataFrame, value: float, mode: str = ""
) -> tuple[str, Distribution, float]:
    """A parameter with its range; a value set outside the range widens it."""
    rows = ranges[(ranges["parameter"] == name) & (ranges["mode"].fillna("") == mode)]
    low, high = (float(rows[end].iloc[0]) for end in ("low", "high"))
    shape = TwoPiece(min(low, value), value, max(high, value))
    return f"{name}.{mode}" if mode else name, shape, value


def _delays(projects: pd.DataFrame) -> list[tuple[str, Distribution, float]]:
    """Years late of each project still to come."""
    years = projects["years"].where(projects["years"] > 0)
    typical = float(years[~projects["realised"].astype(bool)].median())
    planned = years.fillna(typical)
    return [
        (f"delay.{p.id}",
         Fixed(0.0) if p.realised or not own > 0 else DelayClass(str(p.mode), float(own)), 0.0)
        for p, own in zip(projects.itertuples(), planned, strict=True)
    ]  # fmt: skip


def _lives(
    ranges: pd.DataFrame, parameters: NetworkParameters, years: float | None, projects: pd.DataFrame
) -> list[tuple[str, Distribution, float]]:
    modes = sorted(set(projects["mode"].astype(str)))
    if years is not None:
        return [(f"life_years.{m}", Fixed(float(years)), float(years)) for m in modes]
    return [_ranged("life_years", ranges, parameters.one(f"life_years.{m}"), m) for m in modes]
