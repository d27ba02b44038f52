"""The framework for market-financing partner countries: three horizons, default and loss.

"Debt Sustainability Framework for Participating Countries of the Belt and Road Initiative (for
market-financing countries)", Ministry of Finance of China, 18 October 2023. Known of it: a baseline
of ten years; near-term risk (does sovereign stress break out), medium-term risk (solvency and
liquidity), long-term risk; it looks at the probability of default and at the loss rate, from the
view of development. Models, cut-offs and loss rates are not in any text that could be read: the
IMF framework that it follows stands in, and every stand-in is named in the notes.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from beltroad.finance.debt import parameters
from beltroad.finance.debt.bri import fan_index, near_term
from beltroad.finance.debt.bri.long_term import long_term_table
from beltroad.finance.debt.bri.loss import cumulative_probability_pct, loss_table
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.parameters import Parameters
from beltroad.finance.debt.stochastic.fan import Fan

__all__ = ["MarketAssessment", "NearTerm", "assess_market"]

_NEED = "gross_financing_need_pct_gdp"


@dataclass(frozen=True)
class NearTerm:
    """Heat map, known variables of the logit and, with the user's model, its probability."""

    signal: str
    heat_map: pd.DataFrame
    variables: pd.DataFrame
    probability_pct: float
    contributions: pd.DataFrame


@dataclass(frozen=True)
class MarketAssessment:
    """Result of the market-financing framework for one country.

    Attributes
    ----------
    path
        Baseline, with the package if one was given.
    near
        Near term.
    medium
        ``index, value, cut_low, cut_high, position, signal``.
    measures
        What the fan says; None without a fan.
    average_need_pct_gdp
        Mean gross financing need of the medium term.
    long
        ``item, value, unit, flag, note``.
    loss
        Expected loss by probability and kind of creditor.
    signals
        ``near``, ``solvency``, ``liquidity``, ``medium``, ``long`` and ``overall``, each low,
        moderate, high or unknown.
    notes
        Stand-ins and gaps.
    """

    inputs: CountryInputs
    path: DebtPath
    near: NearTerm
    medium: pd.DataFrame
    measures: fan_index.FanMeasures | None
    average_need_pct_gdp: float
    long: pd.DataFrame
    loss: pd.DataFrame
    signals: Mapping[str, str]
    notes: tuple[str, ...]


def assess_market(
    inputs: CountryInputs,
    fan: Fan | None = None,
    *,
    on: str = "",
    package: engine.ProjectPackage | None = None,
    institutions: float = math.nan,
    banks: fan_index.BankExposure | None = None,
    coefficients: Mapping[str, float] | None = None,
    values: Mapping[str, float] | None = None,
    costs_pct_gdp: Mapping[str, Mapping[int, float]] | None = None,
    exposure_usd_mn: float = math.nan,
    losses_pct: Mapping[str, float] | None = None,
) -> MarketAssessment:
    """Take a market-financing country through the three horizons.

    Parameters
    ----------
    inputs
        The country.
    fan
        Fan of the public debt ratio around the same path (with ``package``, if any); without one
        solvency is unknown.
    on
        Day whose parameters apply; empty: the latest.
    package
        New loans and what they bring.
    institutions
        0 best to 1 worst, from :func:`fan_index.institutions_index`; NaN: from the settings
        ``government_effectiveness`` and ``regulatory_quality``, unknown without them.
    banks
        Bank claims on government; without them liquidity rests on the financing need alone.
    coefficients, values
        A near-term logit of the user's own, and values of its variables that the inputs lack.
    costs_pct_gdp
        Long-term costs by name and year.
    exposure_usd_mn
        What is at stake; NaN: the package's loans, or public external debt of t-1 without one.
    losses_pct
        Loss given default by kind of creditor; none: public statistics.

    Raises
    ------
    InputError
        If the inputs do not suffice or an argument is out of range.
    """
    own, srdsf = parameters.load("bri-dsf-market", on), parameters.load("mac-srdsf", on)
    benchmarks = parameters.load("mac-dsa-2013", on)
    horizon, medium_years = int(own["horizon.years"]), int(own["medium.years"])
    path = engine.project(inputs, package=package)
    t, notes = inputs.first_year, _standing_notes()
    if inputs.settings["framework"] != "market":
        notes.append("scope: the framework of 2023 is meant for market-financing countries")
    near = _near(inputs, path, benchmarks, coefficients, values, notes)
    need = float(path.table[_NEED].loc[t : t + medium_years - 1].mean())
    if math.isnan(institutions):
        institutions = _institutions(inputs, notes)
    measures, dfi = _solvency(fan, t + medium_years - 1, institutions, srdsf, notes)
    gfi = math.nan if banks is None else fan_index.financing_index(need, banks, srdsf)
    medium_signal, medium = fan_index.medium_term_signal(dfi, gfi, srdsf)
    liquidity = str(medium.set_index("index")["signal"]["gfi"])
    if banks is None:
        liquidity = _liquidity(path, benchmarks, horizon)
        notes.append(
            "liquidity: no bank claims on government; the financing need against the benchmark of "
            "2013 stands in for the financing index"
        )
        # The medium term is not better than its liquidity, nor is it known by solvency alone.
        medium_signal = _worst(medium_signal, liquidity)
    long = long_term_table(
        inputs, path, horizon_years=horizon, medium_years=medium_years,
        commodity_pct=own["long.commodity_pct"], costs_pct_gdp=costs_pct_gdp, package=package,
    )  # fmt: skip
    signals = {
        "near": near.signal,
        "solvency": str(medium.set_index("index")["signal"]["dfi"]),
        "liquidity": liquidity,
        "medium": medium_signal,
        "long": _long_signal(long),
    }
    signals["overall"] = _overall(signals)
    if math.isnan(exposure_usd_mn):
        exposure_usd_mn = _exposure(inputs, package)
    loss = loss_table(
        exposure_usd_mn, _probabilities(own, fan, near, t, horizon), own, losses_pct=losses_pct
    )
    return MarketAssessment(
        inputs, path, near, medium, measures, need, long, loss, signals, tuple(notes)
    )


def _standing_notes() -> list[str]:
    return [
        "the framework's own models, cut-offs and loss rates are not public; those of the IMF's "
        "framework and public statistics stand in",
        "weights of the fan index are remembered and unconfirmed, those of the financing index "
        "are inferred from one example: read both indices as indicative",
    ]


def _near(
    inputs: CountryInputs, path: DebtPath, benchmarks: Parameters,
    coefficients: Mapping[str, float] | None, values: Mapping[str, float] | None, notes: list[str],
) -> NearTerm:  # fmt: skip
    table = near_term.heat_map(inputs, path, benchmarks)
    known = near_term.known_variables(inputs)
    signal = near_term.heat_signal(table)
    unknown = table.loc[table["signal"] == "unknown", "indicator"]
    if len(unknown):
        notes.append(f"near term: not known: {'; '.join(unknown)}")
    if coefficients is None:
        notes.append("near term: no public coefficients of the stress model; a heat map stands in")
        return NearTerm(signal, table, known, math.nan, pd.DataFrame())
    have = {str(n): float(v) for n, v in zip(known["variable"], known["value"], strict=True)}
    probability, parts = near_term.stress_probability({**have, **(values or {})}, coefficients)
    return NearTerm(signal, table, known, probability, parts)


def _institutions(inputs: CountryInputs, notes: list[str]) -> float:
    """Index from the governance indicators among the settings; NaN where one is missing."""
    names = ("government_effectiveness", "regulatory_quality")
    effectiveness, quality = (float(inputs.settings.get(name, math.nan)) for name in names)
    if math.isnan(effectiveness) or math.isnan(quality):
        return math.nan
    index = fan_index.institutions_index(effectiveness, quality)
    notes.append(
        f"solvency: institutions index {index:.2f} (0 best, 1 worst) from government effectiveness "
        f"{effectiveness:.2f} and regulatory quality {quality:.2f}; the bounds of -2.5 and 2.5 are "
        "nominal, those of the framework were not read"
    )
    return index


def _solvency(
    fan: Fan | None, year: int, institutions: float, srdsf: Parameters, notes: list[str]
) -> tuple[fan_index.FanMeasures | None, float]:
    if fan is None:
        notes.append("solvency: no fan was given")
        return None, math.nan
    measures = fan_index.fan_measures(fan, year)
    if math.isnan(institutions):
        notes.append("solvency: no institutions index; the fan is described but not scored")
    return measures, fan_index.fanchart_index(measures, institutions, srdsf)


def _liquidity(path: DebtPath, benchmarks: Parameters, horizon: int) -> str:
    """High where the need is above the benchmark in two years or more, moderate in one."""
    need = path.table[_NEED].loc[path.first_year : path.first_year + horizon]
    if need.isna().all():
        return "unknown"
    above = int((need > benchmarks["benchmark.gfn_pct_gdp"]).sum())
    return fan_index.BANDS[min(above, 2)]


def _worst(*signals: str) -> str:
    known = [s for s in signals if s in fan_index.BANDS]
    return max(known, key=fan_index.BANDS.index) if known else "unknown"


def _long_signal(long: pd.DataFrame) -> str:
    """Ours: no flag low, one moderate, two or more high."""
    flags = long.loc[long["flag"].isin(("yes", "no")), "flag"]
    return "unknown" if flags.empty else fan_index.BANDS[min(int((flags == "yes").sum()), 2)]


def _overall(signals: Mapping[str, str]) -> str:
    """Ours: the worse of near and medium term; a bad long term alone makes it moderate."""
    long = "moderate" if signals["long"] == "high" else "low"
    return _worst(signals["near"], signals["medium"], long)


def _exposure(inputs: CountryInputs, package: engine.ProjectPackage | None) -> float:
    if package is not None and package.loans:
        return float(sum(sum(loan.disbursement_usd_mn.values()) for loan in package.loans))
    return float(inputs.series["external_ppg_debt_usd_mn"].loc[inputs.first_year - 1])


def _probabilities(
    own: Parameters, fan: Fan | None, near: NearTerm, t: int, horizon: int
) -> dict[str, float]:
    found = {
        f"base rate 1984-2024, {horizon} years": cumulative_probability_pct(
            own["pd.sovereign_yearly_pct"], horizon
        ),
        f"base rate 1984-2023, {horizon} years": cumulative_probability_pct(
            own["pd.sovereign_yearly_2023_pct"], horizon
        ),
    }
    if fan is not None:
        table = fan.probability
        rows = table.loc[(table["measure"] == "default") & (table["year"] <= t + horizon)]
        if len(rows):
            last = rows.sort_values("year").iloc[-1]
            what = f"fan: debt above {fan.limit_pct:g} % of GDP by {int(last['year'])}"
            found[what] = 100 * float(last["value"])
    if not math.isnan(near.probability_pct):
        found["near term, the user's model"] = near.probability_pct
    return found
