"""The whole assessment of a country: class, paths, signals, ratings, realism, probability."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

from beltroad.finance.debt.dynamics import engine, stress
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.parameters import Parameters, load
from beltroad.finance.debt.ratings.classification import (
    Averages,
    Capacity,
    averages,
    classify,
    world_growth,
)
from beltroad.finance.debt.ratings.granularity import distances, space
from beltroad.finance.debt.ratings.market_module import MarketModule, market_module
from beltroad.finance.debt.ratings.probability import probability_table
from beltroad.finance.debt.ratings.realism import PublicInvestment, realism_table
from beltroad.finance.debt.ratings.signals import (
    indicator_table,
    ratings,
    signal_table,
    thresholds_of,
)
from beltroad.finance.debt.vocabulary import INDICATORS

__all__ = ["Assessment", "assess", "evaluate"]

_FAR_APART = 1.25  # GDP in two currencies: beyond this a note is due (our convention)


@dataclass(frozen=True)
class Assessment:
    """A country under the LIC-DSF of a day.

    Attributes
    ----------
    thresholds
        Per cent by indicator, for the final class.
    indicators
        ``scenario, indicator, year, value_pct, threshold_pct``.
    signals
        ``indicator, case (baseline|stress), scenario, peak_pct, peak_year, years_above, breach,
        threshold_pct``: see :func:`signals.signal_table`.
    external_rating, overall_rating
        ``low``, ``moderate``, ``high`` or ``in debt distress``: mechanical, before any judgement.
    space
        Of a country at moderate external risk: ``limited``, ``some``, ``substantial``; else "".
    distances
        What ``space`` rests on: see :func:`granularity.distances`.
    notes
        What could not be done, was assumed or filled in, and why.
    """

    inputs: CountryInputs
    parameters: Parameters
    capacity: Capacity
    paths: dict[str, DebtPath]
    thresholds: dict[str, float]
    indicators: pd.DataFrame
    signals: pd.DataFrame
    external_rating: str
    overall_rating: str
    space: str
    distances: pd.DataFrame
    market: MarketModule | None
    realism: pd.DataFrame
    probability: pd.DataFrame | None
    notes: tuple[str, ...]


def assess(
    inputs: CountryInputs,
    *,
    on: str = "",
    package: engine.ProjectPackage | None = None,
    world: Mapping[int, float] | None = None,
    earlier: Mapping[int, pd.Series] | None = None,
    public_investment: PublicInvestment | None = None,
) -> Assessment:
    """Assess a country with the framework in force on the day ``on`` (empty: the latest).

    Parameters
    ----------
    package
        Projects on top of the baseline, in all scenarios. The class stays that of the inputs.
    world
        Growth of the world economy in per cent by year; none: the bundled figures.
    earlier, public_investment
        For the realism tools: see :func:`realism.realism_table`.

    Raises
    ------
    InputError
        If no framework was in force that day, or the inputs cannot be projected.
    """
    parameters = load("lic-dsf", on)
    shocks, notes = parameters, []
    if not any(name.startswith("stress.") for name in parameters.values):
        shocks = load("lic-dsf")
        notes.append(f"stress tests: those of {on} are not known; the latest ones are used")
    paths = dict(stress.run_all(inputs, shocks, package=package))
    notes += [
        f"scenario {name} left out: {why}" for name, why in stress.skipped(inputs, shocks).items()
    ]
    notes += _past_prices(paths.get("historical"))
    filled = engine.fallbacks(inputs).to_dict("records")
    notes += [f"{row['variable']}: {row['why']}; {row['effect']}" for row in filled]
    return evaluate(
        inputs, paths, parameters, world=world, earlier=earlier,
        public_investment=public_investment, notes=tuple(notes),
    )  # fmt: skip


def evaluate(
    inputs: CountryInputs,
    paths: Mapping[str, DebtPath],
    parameters: Parameters,
    *,
    world: Mapping[int, float] | None = None,
    earlier: Mapping[int, pd.Series] | None = None,
    public_investment: PublicInvestment | None = None,
    notes: tuple[str, ...] = (),
) -> Assessment:
    """Assessment of debt paths that are known already: ``baseline`` and any stress tests."""
    capacity = classify(inputs, parameters, world=world)
    thresholds = thresholds_of(capacity.final, parameters)
    signals = signal_table(paths, thresholds, parameters)
    distress = inputs.settings["in_debt_distress"] == "yes"
    external, overall = ratings(signals, in_debt_distress=distress)
    table = distances(paths["baseline"], thresholds, parameters)
    realism = realism_table(
        inputs, paths["baseline"], parameters, earlier=earlier, public_investment=public_investment
    )
    values, incomplete = _long_averages(inputs, parameters, world)
    probability = probability_table(signals, paths, parameters, values=values)
    return Assessment(
        inputs=inputs,
        parameters=parameters,
        capacity=capacity,
        paths=dict(paths),
        thresholds=thresholds,
        indicators=indicator_table(paths, thresholds),
        signals=signals,
        external_rating=external,
        overall_rating=overall,
        space=space(table, external),
        distances=table,
        market=market_module(inputs, paths["baseline"], parameters),
        realism=realism,
        probability=probability,
        notes=(
            *_notes(inputs, capacity, thresholds, signals, realism),
            *_borderline(probability, incomplete),
            *notes,
        ),
    )


def _past_prices(historical: DebtPath | None) -> list[str]:
    """Whether past prices at home and in USD fit the exchange rate, which A1 leaves as it is."""
    if historical is None:
        return []
    table = historical.table
    rates = table["exchange_rate"] * table["gdp_usd_mn"] / table["gdp_lcu_mn"]
    year = historical.first_year + 10
    if year not in rates.index or abs(math.log(float(rates[year]))) < math.log(_FAR_APART):
        return []
    return [
        f"scenario historical: at the baseline's exchange rate GDP in USD of {year} is "
        f"{rates[year]:.2f} times GDP in local currency, since past inflation differs from the "
        "projected one; its public ratios do not compare with its external ones"
    ]


def _long_averages(
    inputs: CountryInputs, parameters: Parameters, world: Mapping[int, float] | None
) -> tuple[Averages | None, list[str]]:
    """Averages over the years of the probability approach, and what is incomplete about them."""
    if "probability.band_pct" not in parameters.values:
        return None, []
    span = {
        "ci.history_years": parameters["probability.history_years"],
        "ci.projection_years": parameters["probability.projection_years"],
    }
    longer = Parameters(parameters.framework, parameters.on, {**parameters.values, **span})
    return averages(inputs, longer, world_growth() if world is None else world)


def _notes(
    inputs: CountryInputs, capacity: Capacity, thresholds: Mapping[str, float],
    signals: pd.DataFrame, realism: pd.DataFrame,
) -> list[str]:  # fmt: skip
    notes = [f"debt-carrying capacity: {capacity.reason}"]
    if math.isnan(capacity.composite) and not capacity.signal:
        notes.append("debt-carrying capacity: the figures do not suffice to compute the class")
    notes += [
        f"{name}: no threshold in the framework of that day; not in the rating"
        for name in INDICATORS
        if name not in thresholds
    ]
    unknown = signals[signals["peak_pct"].isna()]
    notes += [
        f"{row.indicator}, {row.case}: not known; the rating rests on the others"
        for row in unknown.itertuples()
    ]
    if "stress" not in set(signals["case"]):
        notes.append("no stress test: the ratings rest on the baseline alone")
    if "pv_public_to_gdp_pct" not in thresholds:
        notes.append("overall rating: no benchmark for total public debt; it equals the external")
    lacking = realism.loc[realism["note"].str.startswith("cannot"), "tool"]
    if len(lacking):
        notes.append(f"realism: no data for {', '.join(dict.fromkeys(lacking))}")
    if inputs.settings["in_debt_distress"] == "yes":
        notes.append("in debt distress by the country's settings: an event, not computed")
    return notes


def _borderline(probability: pd.DataFrame | None, incomplete: list[str]) -> list[str]:
    if probability is None or not probability["borderline"].any():
        return []
    words = {True: "signals distress", False: "does not signal distress", None: "is not known"}
    notes = []
    for row in probability[probability["borderline"]].to_dict("records"):
        found = words[None if row["signal"] is None else bool(row["signal"])]
        notes.append(
            f"{row['indicator']}, {row['case']}: borderline, {row['distance_pct']:+.1f} % from its "
            f"threshold; the probability approach {found}"
        )
    if incomplete:
        notes.append(f"probability approach: {'; '.join(incomplete)}")
    return notes
