"""Is the baseline believable? The framework's four realism tools.

Source: IMF and World Bank (2018), Guidance Note on the LIC-DSF, section IV. The tools flag; they do
not move a rating. What lacks data stays as a row that says so.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.parameters import Parameters

__all__ = ["COLUMNS", "PublicInvestment", "investment_growth", "multiplier_path", "realism_table"]

COLUMNS = ["tool", "item", "value", "unit", "flag", "note"]
_Row = tuple[str, str, float, str, bool, str]


@dataclass(frozen=True)
class PublicInvestment:
    """What the fourth tool needs and the usual inputs do not hold, in % of GDP.

    ``capital_pct_gdp`` is the stock of public capital at the end of the year before the first year
    of ``investment_pct_gdp``.
    """

    investment_pct_gdp: Mapping[int, float]
    capital_pct_gdp: float


def multiplier_path(
    primary_balance: NDArray[np.float64], reference_growth: float, parameters: Parameters
) -> NDArray[np.float64]:
    """Growth in per cent that a path of the primary balance allows under a fiscal multiplier.

    With adjustment a_t (change of the primary balance in points of GDP), multiplier m and
    persistence p, growth lies off the reference by x_t = p x_(t-1) - m a_t (guidance note 2018,
    footnote 22).

    Parameters
    ----------
    primary_balance
        % of GDP, shape (years + 1,), the first value is the year before the path.
    reference_growth
        Growth without adjustment, in per cent: the framework takes the last observed.

    Returns
    -------
    ndarray
        Shape (years,).
    """
    multiplier, persistence = (
        parameters["realism.fiscal_multiplier"], parameters["realism.multiplier_persistence"]
    )  # fmt: skip
    effect, growth = 0.0, []
    for adjustment in np.diff(primary_balance):
        effect = persistence * effect - multiplier * float(adjustment)
        growth.append(reference_growth + effect)
    return np.array(growth)


def investment_growth(
    investment: PublicInvestment, real_growth: Mapping[int, float], parameters: Parameters
) -> pd.Series:
    """Points of growth that public capital gives, by year.

    K_t = (1 - d) K_(t-1) + e I_t in real terms; the contribution is the elasticity times the
    growth of K. Stock and flow are in % of each year's GDP, so K_(t-1) is deflated by growth.
    """
    depreciation = parameters["realism.capital_depreciation"]
    efficiency = parameters["realism.investment_efficiency"]
    elasticity = parameters["realism.output_elasticity"]
    capital, result = investment.capital_pct_gdp, {}
    for year in sorted(investment.investment_pct_gdp):
        growth = real_growth.get(year, math.nan) / 100
        before = capital / (1 + growth)
        capital = (1 - depreciation) * before + efficiency * investment.investment_pct_gdp[year]
        result[year] = elasticity * 100 * (capital / before - 1)
    return pd.Series(result, dtype=float)


def realism_table(
    inputs: CountryInputs,
    baseline: DebtPath,
    parameters: Parameters,
    *,
    earlier: Mapping[int, pd.Series] | None = None,
    public_investment: PublicInvestment | None = None,
) -> pd.DataFrame:
    """All four tools: ``tool, item, value, unit, flag, note``; ``value`` is NaN where data lack.

    Parameters
    ----------
    earlier
        Public debt in % of GDP as projected by earlier assessments, by their first projection
        year, each with the year before it: for the forecast errors of the first tool.
    public_investment
        For the fourth tool.
    """
    if "realism.fiscal_multiplier" not in parameters.values:
        row = ("all", "realism tools", math.nan, "-", False,
               "cannot: the framework of that day had none")  # fmt: skip
        return pd.DataFrame([row], columns=COLUMNS)
    known = _joined(inputs, baseline)
    rows = [
        *_drivers(known, inputs.first_year, parameters),
        *_forecast_errors(known, earlier or {}, parameters),
        *_adjustment(known, inputs.first_year, parameters),
        *_multiplier(known, inputs.first_year, parameters),
        *_investment(known, inputs.first_year, public_investment, parameters),
    ]
    return pd.DataFrame(rows, columns=COLUMNS)


def _joined(inputs: CountryInputs, baseline: DebtPath) -> pd.DataFrame:
    """History of the inputs and projection of the baseline in one table."""
    past = inputs.series[inputs.series.index < inputs.first_year]
    ahead = baseline.table[baseline.table.index >= inputs.first_year]
    names = ["real_growth_pct", "primary_balance_pct_gdp", "public_debt_pct_gdp",
             "external_ppg_debt_usd_mn", "gdp_usd_mn"]  # fmt: skip
    both = pd.concat([past.reindex(columns=names), ahead.reindex(columns=names)]).astype(float)
    return both.reindex(range(int(both.index[0]), int(both.index[-1]) + 1))


def _drivers(known: pd.DataFrame, t: int, parameters: Parameters) -> list[_Row]:
    span = int(parameters["realism.forecast_error_years"])
    external = 100 * known["external_ppg_debt_usd_mn"] / known["gdp_usd_mn"]
    rows: list[_Row] = []
    for item, debt in (("public debt", known["public_debt_pct_gdp"]), ("external debt", external)):
        past = _change(debt, t - 1 - span, t - 1)
        ahead = _change(debt, t - 1, t - 1 + span)
        turn = past > 0 > ahead
        rows.append(("debt drivers", f"{item}: change over the past {span} years", past,
                     "points of GDP", False, _lack(past)))  # fmt: skip
        rows.append(("debt drivers", f"{item}: change over the next {span} years", ahead,
                     "points of GDP", turn, "debt rose and is projected to fall" if turn
                     else _lack(ahead)))  # fmt: skip
    for word, years in (("past", range(t - span, t)), ("next", range(t, t + span))):
        deficit, growth, rest = _contributions(known, years)
        for item, value in (("primary deficit", deficit), ("growth", growth),
                            ("interest, prices, exchange rate and other flows", rest)):  # fmt: skip
            rows.append(("debt drivers", f"public debt, {word} {span} years: {item}", value,
                         "points of GDP", False, _lack(value)))  # fmt: skip
    return rows


def _contributions(known: pd.DataFrame, years: range) -> tuple[float, float, float]:
    """Primary deficit, growth and the remainder of the change of public debt; they add up."""
    rows = known.reindex(range(years.start - 1, years.stop))
    debt = rows["public_debt_pct_gdp"].to_numpy()
    g = rows["real_growth_pct"].to_numpy()[1:] / 100
    deficit = float(-rows["primary_balance_pct_gdp"].to_numpy()[1:].sum())
    growth = float((-debt[:-1] * g / (1 + g)).sum())
    return deficit, growth, float(debt[-1] - debt[0] - deficit - growth)


def _forecast_errors(
    known: pd.DataFrame, earlier: Mapping[int, pd.Series], parameters: Parameters
) -> list[_Row]:
    span = int(parameters["realism.forecast_error_years"])
    tool, unit = "forecast errors", "points of GDP"
    errors = {}
    for first, projected in sorted(earlier.items()):
        happened = _change(known["public_debt_pct_gdp"], first - 1, first - 1 + span)
        error = happened - _change(projected, first - 1, first - 1 + span)
        if not math.isnan(error):
            errors[first] = error
    if not errors:
        note = "cannot: no data (projections of earlier assessments are not among the inputs)"
        return [(tool, f"public debt after {span} years", math.nan, unit, False, note)]
    rows: list[_Row] = [
        (tool, f"assessment of {first}: debt beyond its projection", error, unit, False, "")
        for first, error in errors.items()
    ]
    mean = float(np.mean(list(errors.values())))
    note = "earlier projections were too low on average" if mean > 0 else ""
    return [*rows, (tool, "average", mean, unit, mean > 0, note)]


def _adjustment(known: pd.DataFrame, t: int, parameters: Parameters) -> list[_Row]:
    span = int(parameters["realism.primary_adjustment_years"])
    limit = parameters["realism.primary_adjustment_pct_gdp"]
    balance = known["primary_balance_pct_gdp"]
    value = _change(balance, t - 1, t - 1 + span)
    flag = value > limit
    note = f"above {limit:g}: among the largest quarter of past adjustments" if flag else ""
    return [("primary adjustment", f"change of the primary balance over {span} years", value,
             "points of GDP", flag, note or _lack(value))]  # fmt: skip


def _multiplier(known: pd.DataFrame, t: int, parameters: Parameters) -> list[_Row]:
    years = range(t, t + 2)
    reference = float(known["real_growth_pct"].get(t - 1, math.nan))
    balance = known["primary_balance_pct_gdp"].reindex(range(t - 1, years.stop)).to_numpy()
    allowed = multiplier_path(balance, reference, parameters)
    projected = known["real_growth_pct"].reindex(years).to_numpy()
    rows: list[_Row] = []
    for year, growth, limit in zip(years, projected, allowed, strict=True):
        flag = bool(growth > limit)
        note = f"projected {growth:.1f} %" if not math.isnan(growth) else "cannot: no data"
        rows.append(("growth and fiscal multiplier", f"growth that the adjustment allows, {year}",
                     float(limit), "%", flag, note))  # fmt: skip
    return rows


def _investment(
    known: pd.DataFrame, t: int, investment: PublicInvestment | None, parameters: Parameters
) -> list[_Row]:
    tool = "public investment and growth"
    if investment is None:
        note = "cannot: no data (public investment and capital are not among the inputs)"
        return [(tool, "growth from public capital", math.nan, "points", False, note)]
    growth = dict(zip(known.index.astype(int), known["real_growth_pct"].astype(float), strict=True))
    parts = investment_growth(investment, growth, parameters)
    rest = known["real_growth_pct"].reindex(parts.index) - parts
    rows: list[_Row] = []
    for word, inside in (("history", parts.index < t), ("projection", parts.index >= t)):
        if not inside.any():
            rows.append((tool, f"{word}: growth from public capital", math.nan, "points", False,
                         "cannot: no data"))  # fmt: skip
            continue
        rows.append((tool, f"{word}: growth from public capital", float(parts[inside].mean()),
                     "points", False, ""))  # fmt: skip
        rows.append((tool, f"{word}: growth from other factors", float(rest[inside].mean()),
                     "points", False, ""))  # fmt: skip
    return rows


def _change(values: pd.Series, start: int, end: int) -> float:
    if start not in values.index or end not in values.index:
        return math.nan
    return float(values[end] - values[start])


def _lack(value: float) -> str:
    return "cannot: no data" if math.isnan(value) else ""
