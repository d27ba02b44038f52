r"""A transparent model of debt distress within two years.

A logistic regression on six indicators, one or two for each group that matters in the literature
(Manasse and Roubini 2009; Kraay and Nehru 2006; IMF and World Bank 2017): public debt, reserves,
current account, political stability, terms of trade, and the record of the last ten years.

Each indicator is bounded at the 2nd and 98th percentile of the years fitted to, and standardised
over them. A missing one takes the median of economies in the same quarter of income per head, in
the years fitted to; it is counted and flagged. All of it comes from the years fitted to alone.
The contribution of an indicator is its slope times its standardised value, in log odds against the
average country-year fitted to; contributions and the intercept add up to the log odds.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.risk.country import logit

__all__ = ["MODEL_INDICATORS", "RIDGE", "CountryModel", "fit_model", "from_table", "stored"]

MODEL_INDICATORS = (
    "public_debt_pct_gdp", "reserves_pct_external_debt", "current_account_pct_gdp",
    "political_stability", "terms_of_trade_3y_pct", "record",
)  # fmt: skip
RIDGE = 10.0
_BOUNDS = (0.02, 0.98)
_QUARTERS = ("income_1", "income_2", "income_3", "income_4")
# Reserves span three orders of magnitude: half as much matters alike at any height.
_LOGGED = frozenset({"reserves_pct_external_debt"})
_LEAST = 0.5

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class CountryModel:
    """A fitted model.

    Attributes
    ----------
    table
        Index: indicators and ``intercept``. Columns: ``slope`` (log odds for a standard
        deviation), ``mean``, ``sd``, ``low``, ``high`` (bounds) and ``income_1`` .. ``income_4``
        (medians by quarter of income per head), on the scale fitted to (logs of reserves).
    income_cuts_usd
        Income per head that parts the quarters, USD.
    rows, events
        Country-years and events fitted to.
    """

    table: pd.DataFrame
    income_cuts_usd: tuple[float, float, float]
    rows: int
    events: int

    def standardised(self, x: pd.DataFrame) -> tuple[pd.DataFrame, pd.DataFrame]:
        """Standardised values without gaps, and which of them were missing."""
        table = self.table.drop("intercept")
        scaled = _scaled(x, list(table.index))
        missing = scaled.isna()
        bounded = scaled.clip(table["low"], table["high"], axis=1)
        quarter = _quarter(x["gdp_per_capita_usd"], self.income_cuts_usd)
        medians = table[list(_QUARTERS)].T.to_numpy()
        stand_in = pd.DataFrame(medians[quarter], index=x.index, columns=table.index)
        return (bounded.fillna(stand_in) - table["mean"]) / table["sd"], missing

    def contributions(self, x: pd.DataFrame) -> pd.DataFrame:
        """Log odds that each indicator adds, against the average country-year fitted to."""
        values, _ = self.standardised(x)
        return values * self.table["slope"].drop("intercept")

    def probability(self, x: pd.DataFrame) -> pd.Series:
        """Probability of an onset within the horizon; ``x`` has a row for each country-year."""
        intercept = float(self.table["slope"].to_dict()["intercept"])
        odds = self.contributions(x).sum(axis=1) + intercept
        return pd.Series(0.5 * (1 + np.tanh(odds / 2)), index=x.index)


def _scaled(x: pd.DataFrame, names: list[str]) -> pd.DataFrame:
    found = x[names].astype(float)
    for name in _LOGGED.intersection(names):
        found[name] = np.log(found[name].clip(lower=_LEAST))
    return found


def _quarter(income: pd.Series, cuts: tuple[float, float, float]) -> NDArray[np.int64]:
    """Quarter of income per head, 0 to 3; the second where it is not known."""
    known = income.fillna(cuts[1] - 1e-9).to_numpy()
    return np.asarray(np.digitize(known, cuts), np.int64)


def fit_model(
    x: pd.DataFrame, event: pd.Series, *, names: tuple[str, ...] = MODEL_INDICATORS,
    ridge: float = RIDGE,
) -> CountryModel:  # fmt: skip
    """Fit to country-years whose outcome is known.

    Parameters
    ----------
    x
        Indicators (columns ``names`` and ``gdp_per_capita_usd``), with gaps.
    event
        0 or 1, same index.
    """
    kept = list(names)
    scaled = _scaled(x, kept)
    low, high = scaled.quantile(_BOUNDS[0]), scaled.quantile(_BOUNDS[1])
    bounded = scaled.clip(low, high, axis=1)
    first, second, third = x["gdp_per_capita_usd"].quantile([0.25, 0.5, 0.75])
    cuts = (float(first), float(second), float(third))
    quarter = _quarter(x["gdp_per_capita_usd"], cuts)
    medians = bounded.groupby(quarter).median().reindex(range(4)).fillna(bounded.median())
    table = pd.DataFrame({
        "slope": 0.0, "mean": bounded.mean(), "sd": bounded.std(), "low": low, "high": high,
        **{name: medians.loc[i] for i, name in enumerate(_QUARTERS)},
    })  # fmt: skip
    table.loc["intercept"] = [0.0] + [np.nan] * (table.shape[1] - 1)
    draft = CountryModel(table, cuts, len(x), int(event.sum()))
    values, _ = draft.standardised(x)
    found = logit.fit(values.to_numpy(), event.to_numpy(), ridge=ridge)
    done = table.copy()
    done.loc[kept, "slope"] = found.slopes
    done.loc["intercept", "slope"] = found.intercept
    return CountryModel(done, cuts, draft.rows, draft.events)


def stored() -> CountryModel:
    """The model in the bundled table ``risk_country_model``."""
    return from_table(evidence.load("risk_country_model"))


def from_table(rows: pd.DataFrame) -> CountryModel:
    """A model from its rows: one an indicator, the intercept, income cuts and counts."""
    table = rows.set_index("term")
    numbers = table.drop(columns=["label", "vintage"]).astype(float)
    first, second, third = numbers.loc[["income_cuts"], list(_QUARTERS[:3])].to_numpy()[0]
    count, events = numbers.loc[["counts"], ["low", "high"]].to_numpy()[0]
    kept = numbers.drop(["income_cuts", "counts"])
    return CountryModel(kept, (float(first), float(second), float(third)), int(count), int(events))
