"""The model on country-years that it was not fitted to, beside naive peers.

*Time*: for each year T the model is fitted to country-years up to T - 2, whose outcome (events of
the two years after) was known in T, and asked for events of T + 1 and T + 2. *Countries*: fitted to
four fifths of the economies and asked about the others, whatever the year. *Both*: the strictest,
fitted to the past of four fifths and asked about the present of the others.

The peers are asked about the same country-years: public debt alone, the record of the last ten
years alone (fitted in the same way for their Brier score), and the share of events so far.
"""

from __future__ import annotations

from typing import Literal

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.errors import InputError
from beltroad.risk import discrimination
from beltroad.risk.country import episodes, model, sample
from beltroad.risk.country.episodes import HORIZON_YEARS, KNOWN_TO

__all__ = ["DESIGNS", "FIRST_TEST_YEAR", "compare", "out_of_sample", "rating_peer", "scores",
           "without_rich"]  # fmt: skip

Design = Literal["time", "countries", "both"]
DESIGNS: tuple[Design, ...] = ("time", "countries", "both")
FIRST_TEST_YEAR = 2008
BLOCKS = 5
_PEERS = {"debt": ("public_debt_pct_gdp",), "record": ("record",)}


def out_of_sample(
    design: Design = "time", *, rows: pd.DataFrame | None = None,
    names: tuple[str, ...] = model.MODEL_INDICATORS,
) -> pd.DataFrame:  # fmt: skip
    """Forecasts for country-years left out.

    Parameters
    ----------
    rows
        Country-years as :func:`sample.country_years` gives them.

    Returns
    -------
    DataFrame
        Index iso3 and year; ``event``, ``model``, ``debt``, ``record`` and ``base``
        (probabilities), ``debt_score`` and ``record_score`` (the peers' bare values).
    """
    if design not in DESIGNS:
        raise InputError(f"design {design!r}: give one of {', '.join(DESIGNS)}")
    table = sample.country_years() if rows is None else rows
    known = table[table["usable"] & table["event"].notna()]
    year = known.index.get_level_values("year")
    block = discrimination.country_blocks(known.index.get_level_values("iso3"), BLOCKS)
    tests = range(FIRST_TEST_YEAR, KNOWN_TO - HORIZON_YEARS + 1)
    found = []
    for k in range(BLOCKS if design != "time" else 1):
        away = np.ones(len(known), bool) if design == "time" else block != k
        here = away if design == "time" else ~away
        if design == "countries":
            found.append(_asked(known[away], known[here], names))
            continue
        found += [_asked(known[away & (year <= t - HORIZON_YEARS)], known[here & (year == t)],
                         names) for t in tests]  # fmt: skip
    return pd.concat(found).sort_index()


def _asked(past: pd.DataFrame, asked: pd.DataFrame, names: tuple[str, ...]) -> pd.DataFrame:
    answers = {"event": asked["event"], "model": model.fit_model(past, past["event"], names=names)
               .probability(asked)}  # fmt: skip
    for peer, columns in _PEERS.items():
        answers[peer] = model.fit_model(past, past["event"], names=columns).probability(asked)
        answers[f"{peer}_score"] = asked[columns[0]]
    answers["base"] = pd.Series(float(past["event"].mean()), index=asked.index)
    return pd.DataFrame(answers)


def scores(forecasts: pd.DataFrame, *, draws: int = 300) -> pd.DataFrame:
    """Area under the ROC (bootstrap by country), Brier score and skill of each forecaster.

    Returns
    -------
    DataFrame
        Index: model, debt, record, base. Peers are ranked by their bare values; the base rate has
        none and stands at one half. ``auroc``, ``auroc_low``, ``auroc_high``, ``brier``,
        ``skill_pct`` (fall of the Brier score against the base rate), ``rows``, ``events``.
    """
    event = forecasts["event"]
    found = {}
    for name in ("model", "debt", "record", "base"):
        score = forecasts.get(f"{name}_score", forecasts[name])
        if name == "base":
            # It differs between years, not economies: its order across years is an accident.
            score = pd.Series(0.0, index=score.index)
        area = discrimination.auroc_area(
            score, event, clusters=forecasts.index.get_level_values("iso3"), draws=draws
        )
        found[name] = {
            "auroc": area.value, "auroc_low": area.low, "auroc_high": area.high,
            "brier": discrimination.brier(forecasts[name], event), "rows": area.rows,
            "events": area.events,
        }  # fmt: skip
    table = pd.DataFrame(found).T
    table["skill_pct"] = 100 * (1 - table["brier"] / found["base"]["brier"])
    return table


def compare(forecasts: pd.DataFrame, peer: str, *, draws: int = 300, seed: int = 0) -> float:
    """Share of draws of countries in which the model's area is not above the peer's."""
    event = forecasts["event"].to_numpy().astype(bool)
    ours = forecasts["model"].to_numpy()
    theirs = forecasts[f"{peer}_score"].to_numpy()
    _, code = np.unique(forecasts.index.get_level_values("iso3"), return_inverse=True)
    rows = [np.flatnonzero(code == k) for k in range(int(code.max()) + 1)]
    rng = np.random.default_rng(seed)
    worse = 0
    for _ in range(draws):
        kept = np.concatenate([rows[k] for k in rng.integers(0, len(rows), len(rows))])
        gain = discrimination.auroc(ours[kept], event[kept])
        worse += gain <= discrimination.auroc(theirs[kept], event[kept])
    return worse / draws


def without_rich(forecasts: pd.DataFrame) -> pd.DataFrame:
    """Forecasts for economies that are not in the high-income group of today."""
    countries = evidence.load("countries")
    rich = countries.loc[countries["income_group"] == "high", "iso3"]
    return forecasts[~forecasts.index.get_level_values("iso3").isin(rich)]


def rating_peer(*, horizon: int = 5) -> pd.DataFrame:
    """Official ratings read in May 2020 beside the model fitted to the years before.

    Returns
    -------
    DataFrame
        Index iso3; ``rating`` (1 low to 4 in debt distress), ``model`` (probability from figures
        of 2019, fitted to 2001-2017), ``event`` (onset in the ``horizon`` years from 2020).
        Economies that were in distress in 2018 or 2019 are left out.
    """
    ratings = evidence.load("risk_ratings_2020").set_index("iso3")["rating"]
    steps = {"low": 1, "moderate": 2, "high": 3, "in debt distress": 4}
    table = sample.country_years()
    known = table[table["usable"] & table["event"].notna()]
    year = known.index.get_level_values("year")
    past = known[year <= 2019 - HORIZON_YEARS]
    asked = known[(year == 2019) & known.index.get_level_values("iso3").isin(ratings.index)]
    later = episodes.outcomes(sample.pairs(asked), horizon=horizon)["event"]
    found = pd.DataFrame({"model": model.fit_model(past, past["event"]).probability(asked),
                          "event": later}).droplevel("year")  # fmt: skip
    return found.assign(rating=ratings.map(steps).reindex(found.index))
