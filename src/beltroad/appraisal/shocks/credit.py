"""What a shock does to country grades, and through them to a portfolio of loans."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.risk import country, portfolio
from beltroad.risk.country.indicators import CREDIBLE

__all__ = ["grades_under", "losses_under", "shifted_figures"]

SOURCE = "shock scenario"
LEVEL = 0.99


def shifted_figures(table: pd.DataFrame, year: int) -> pd.DataFrame:
    """Figures of a year as they would be under a shock, in the long form that grades take.

    Income falls: growth by as much, and debt weighs more on it. Oil moves the current account.
    Interest adds to debt and to its service; exports carry the service.

    Parameters
    ----------
    table
        One shock by economy (index iso3): ``total_pct``, ``oil_usd``, ``income_usd``,
        ``exports_change_pct``, and what :func:`interest_effects` gives where interest moves.
    """
    known = evidence.load("risk_indicators")
    now = known[known["year"] == year].pivot_table(
        index="iso3", columns="indicator", values="value", aggfunc="last"
    )
    at = table.reindex(now.index)
    income = 1 + at["total_pct"].fillna(0.0) / 100
    exports = 1 + at["exports_change_pct"].fillna(0.0) / 100
    debt, service = _interest(at)
    oil = (100 * at["oil_usd"] / at["income_usd"]).fillna(0.0)
    moved = pd.DataFrame(
        {
            "real_growth_pct": 100 * ((1 + now["real_growth_pct"] / 100) * income - 1),
            "public_debt_pct_gdp": now["public_debt_pct_gdp"] / income + debt,
            "external_debt_pct_gni": now["external_debt_pct_gni"] / income,
            "current_account_pct_gdp": now["current_account_pct_gdp"] + oil,
            "debt_service_pct_exports": now["debt_service_pct_exports"] * service / exports,
        }
    )
    # A figure beyond belief is held at its bound; the grades refuse it otherwise.
    for name in moved:
        moved[name] = moved[name].clip(*CREDIBLE[str(name)])
    changed = moved.where((moved - now[moved.columns]).abs() > 1e-12)
    out = changed.reset_index().melt("iso3", var_name="indicator", value_name="value").dropna()
    return out.assign(year=year, source=SOURCE)


def _interest(table: pd.DataFrame) -> tuple[pd.Series, pd.Series]:
    """Points of GDP of debt on top, and service as a multiple; nothing where interest stays."""
    if "public_debt_with_pct" not in table:
        return pd.Series(0.0, table.index), pd.Series(1.0, table.index)
    debt = (table["public_debt_with_pct"] - table["public_debt_without_pct"]).fillna(0.0)
    ratio = table["service_to_revenue_with_pct"] / table["service_to_revenue_without_pct"]
    return debt, ratio.where(np.isfinite(ratio), 1.0)


def grades_under(table: pd.DataFrame, base: pd.DataFrame) -> pd.DataFrame:
    """Grades with a shock's figures in place of those of the base grades' year."""
    figures = shifted_figures(table, int(base["vintage"].iloc[0]))
    return base if figures.empty else country.grades(data=figures)


def losses_under(
    exposures: pd.DataFrame, grades: Mapping[str, pd.DataFrame], *, draws: int, seed: int
) -> pd.DataFrame:
    """Loss of a portfolio under the grades of each shock, the first being those without.

    The odds of default of every exposure move as those of its country do, whoever the borrower:
    a share of firms' fate, not of states' alone.

    Parameters
    ----------
    exposures
        As :func:`beltroad.risk.portfolio.checked` takes or returns them.
    grades
        Grades by shock.

    Returns
    -------
    DataFrame
        ``shock``, ``expected_loss_usd``, ``var_usd`` and ``es_usd`` (99 %).
    """
    base = next(iter(grades.values()))
    filled = exposures
    if "basis" not in exposures:
        filled = portfolio.checked(exposures, grades=base)
    own = filled["probability_pct"] / 100
    odds, rows = _odds(base), []
    for name, table in grades.items():
        ratio = filled["iso3"].map(_odds(table) / odds).fillna(1.0)
        raised = ratio * own / (1 - own + ratio * own)
        found = portfolio.simulate(
            filled.assign(probability_pct=100 * raised), draws=draws, seed=seed, levels=(LEVEL,)
        )
        rows.append((name, found.expected_loss_usd, found.var_usd[LEVEL], found.es_usd[LEVEL]))
    return pd.DataFrame(rows, columns=["shock", "expected_loss_usd", "var_usd", "es_usd"])


def _odds(grades: pd.DataFrame) -> pd.Series[float]:
    share = grades.set_index("iso3")["probability_pct"] / 100
    return share / (1 - share)
