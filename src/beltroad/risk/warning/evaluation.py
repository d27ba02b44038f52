"""Early-warning signals on country-years that their thresholds were not chosen on.

Signals look two years ahead: 24 months (Kaminsky and Reinhart 1999). Country-years in distress and
the two years after are left out on both sides. *Time*: thresholds for year T come from years up to
T - 2, whose outcome was known in T. *Countries*: from four fifths of the economies, tested on the
others. *Both*: the past of four fifths, tested on the present of the others.

The combined indicator is the share of signals among the indicators known, each weighted with the
inverse of its noise-to-signal ratio (Kaminsky 1999); an indicator with a ratio of 1 or more weighs
nothing. Single thresholds follow the noise rule by default: under the loss rule a weak indicator
does best by warning nearly always, which is true and of no use. The combined one, and the
probability of the country model fitted to the same history, are cut where the loss is smallest.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.risk import discrimination
from beltroad.risk.country import model, sample
from beltroad.risk.country.episodes import HORIZON_YEARS, KNOWN_TO
from beltroad.risk.country.indicators import INDICATORS
from beltroad.risk.country.validation import BLOCKS, DESIGNS, FIRST_TEST_YEAR, Design
from beltroad.risk.warning.thresholds import (
    THETA,
    Method,
    Threshold,
    choose,
    loss_of,
    noise_to_signal,
    usefulness_of,
)

__all__ = ["BENCHMARK_FALSE_ALARMS", "BENCHMARK_MISSED", "BENCHMARK_TITLE", "COMBINED",
           "LEAST_KNOWN", "PROBABILITY", "SIGNAL_INDICATORS", "Signals", "evaluate", "history",
           "in_sample", "learn", "missed_at", "signal_table"]  # fmt: skip

COMBINED, PROBABILITY = "combined", "model"
SIGNAL_INDICATORS = tuple(k for k in INDICATORS if k != "gdp_per_capita_usd")
LEAST_KNOWN = 5
"""The combined indicator needs so many known indicators."""
BENCHMARK_TITLE = "IMF and World Bank framework for low-income countries; unconfirmed"
"""Taken from a note on the papers of the framework's reviews, not read in them."""
BENCHMARK_MISSED = (0.18, 0.33)
"""Missed crises in sample, and with revised data."""
BENCHMARK_FALSE_ALARMS = (0.38, 0.37)


@dataclass(frozen=True)
class Signals:
    """Thresholds of all indicators and of their combination, chosen on one history.

    Attributes
    ----------
    thresholds
        By indicator; those that could not be chosen (no event with a value) are absent.
    weights
        Inverse noise-to-signal ratios, 0 where the ratio is 1 or more.
    combined
        Threshold of the weighted share of signals, 0 to 1.
    fitted, probability
        The country model fitted to the same history, and the threshold of its probability.
    """

    thresholds: dict[str, Threshold]
    weights: dict[str, float]
    combined: Threshold
    fitted: model.CountryModel
    probability: Threshold

    def score(self, table: pd.DataFrame) -> pd.Series:
        """Weighted share of signals among known indicators; NaN where too few are known."""
        names = [n for n, w in self.weights.items() if w > 0]
        known = table[names].notna()
        weight = pd.Series(self.weights)[names]
        lit = pd.DataFrame({n: self.thresholds[n].signals(table[n]) for n in names},
                           index=table.index)  # fmt: skip
        share = (lit * weight).sum(axis=1) / (known * weight).sum(axis=1)
        counted = table[list(self.thresholds)].notna().sum(axis=1)
        return share.where(counted >= LEAST_KNOWN)


def history(rows: pd.DataFrame | None = None) -> pd.DataFrame:
    """Country-years that can be learnt from, with their outcome."""
    table = sample.country_years() if rows is None else rows
    return table[table["usable"] & table["event"].notna()]


def learn(past: pd.DataFrame, *, method: Method = "noise", theta: float = THETA) -> Signals:
    """Choose all thresholds on a history.

    Parameters
    ----------
    method
        Rule for single indicators; the combined one and the model follow the loss.
    """
    thresholds, weights = {}, {}
    for name in SIGNAL_INDICATORS:
        known = past[name].notna()
        if past.loc[known, "event"].nunique() < 2:
            continue
        found = choose(past[name], past["event"], above=INDICATORS[name].higher_is_worse,
                       method=method, theta=theta)  # fmt: skip
        thresholds[name] = found
        weights[name] = 1 / max(found.noise, 0.05) if found.noise < 1 else 0.0
    if not any(weights.values()):
        raise InputError("no indicator tells crises from quiet years in this history")
    fitted = model.fit_model(past, past["event"])
    cut = choose(fitted.probability(past), past["event"], above=True, theta=theta)
    draft = Signals(thresholds, weights, cut, fitted, cut)
    combined = choose(draft.score(past), past["event"], above=True, theta=theta)
    return replace(draft, combined=combined)


def _lit(found: Signals, asked: pd.DataFrame) -> pd.DataFrame:
    """Signals (1.0, 0.0, NaN unknown), one column an indicator."""
    lit = {
        COMBINED: _flags(found.combined, found.score(asked)),
        PROBABILITY: _flags(found.probability, found.fitted.probability(asked)),
    }
    for name in SIGNAL_INDICATORS:
        at = found.thresholds.get(name)
        lit[name] = pd.Series(np.nan, index=asked.index) if at is None else _flags(at, asked[name])
    return pd.DataFrame(lit)


def _flags(at: Threshold, values: pd.Series) -> pd.Series:
    return pd.Series(at.signals(values), index=values.index).astype(float).where(values.notna())


def signal_table(
    design: Design = "time", *, rows: pd.DataFrame | None = None, method: Method = "noise",
    theta: float = THETA,
) -> pd.DataFrame:  # fmt: skip
    """Signals out of sample.

    Returns
    -------
    DataFrame
        Index iso3 and year; ``event`` and a column for each indicator, ``combined`` and ``model``:
        1 signal, 0 none, NaN not known.
    """
    if design not in DESIGNS:
        raise InputError(f"design {design!r}: give one of {', '.join(DESIGNS)}")
    known = history(rows)
    year = known.index.get_level_values("year")
    block = discrimination.country_blocks(known.index.get_level_values("iso3"), BLOCKS)
    found = []
    for k in range(BLOCKS if design != "time" else 1):
        away: NDArray[np.bool_] = np.ones(len(known), bool) if design == "time" else block != k
        here = away if design == "time" else ~away
        if design == "countries":
            found.append(_lit(learn(known[away], method=method, theta=theta), known[here]))
            continue
        for t in range(FIRST_TEST_YEAR, KNOWN_TO - HORIZON_YEARS + 1):
            past = known[away & (year <= t - HORIZON_YEARS)]
            asked = known[here & (year == t)]
            found.append(_lit(learn(past, method=method, theta=theta), asked))
    lit = pd.concat(found).sort_index()
    return lit.assign(event=known["event"].reindex(lit.index))


def in_sample(*, rows: pd.DataFrame | None = None, method: Method = "noise",
              theta: float = THETA) -> pd.DataFrame:  # fmt: skip
    """Signals of thresholds chosen on the very same country-years, in the form above."""
    known = history(rows)
    return _lit(learn(known, method=method, theta=theta), known).assign(event=known["event"])


def evaluate(lit: pd.DataFrame, *, theta: float = THETA) -> pd.DataFrame:
    """Signal tables and rates.

    Parameters
    ----------
    lit
        As :func:`signal_table` gives it.

    Returns
    -------
    DataFrame
        Index: combined, model, then indicators. ``hits``, ``false_alarms``, ``misses``, ``quiet``
        (country-years), ``hit_rate``, ``missed_rate``, ``false_alarm_rate``, ``precision``,
        ``noise_to_signal``, ``loss``, ``usefulness``, and ``called``: share of onsets before which
        at least one of the two years had a signal.
    """
    found = {}
    for name in lit.columns.drop("event"):
        known = lit[name].notna()
        table = discrimination.confusion(lit.loc[known, name], lit.loc[known, "event"], 0.5)
        found[name] = {
            "hits": table.hits, "false_alarms": table.false_alarms, "misses": table.misses,
            "quiet": table.quiet, "hit_rate": table.hit_rate, "missed_rate": table.missed_rate,
            "false_alarm_rate": table.false_alarm_rate, "precision": table.precision,
            "noise_to_signal": noise_to_signal(table), "loss": loss_of(table, theta),
            "usefulness": usefulness_of(table, theta), "called": _called(lit.loc[known], name),
        }  # fmt: skip
    counts = ["hits", "false_alarms", "misses", "quiet"]
    return pd.DataFrame(found).T.astype(dict.fromkeys(counts, int))


def missed_at(forecasts: pd.DataFrame, false_alarm_rate: float) -> float:
    """Share of crises missed at the threshold with at most so many false alarms.

    The threshold is read off the very forecasts: a comparison, not a forecast.
    """
    curve = discrimination.roc(forecasts["model"], forecasts["event"])
    allowed = curve[curve["false_alarm_rate"] <= false_alarm_rate]
    return float(1 - allowed["hit_rate"].max())


def _called(lit: pd.DataFrame, name: str) -> float:
    """Share of crises with a signal: years before one crisis are runs of consecutive years."""
    before = lit[lit["event"] == 1]
    if before.empty:
        return float("nan")
    code = before.index.get_level_values("iso3").to_numpy()
    year = before.index.get_level_values("year").to_numpy()
    new = np.r_[True, (code[1:] != code[:-1]) | (year[1:] > year[:-1] + 1)]
    return float(before[name].groupby(np.cumsum(new)).max().mean())
