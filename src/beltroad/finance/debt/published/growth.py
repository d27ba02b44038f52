r"""Higher debt in the long run, or not: the answer turns on the growth assumption.

Bandiera and Tsiropoulos put debt-financed investment on top of each country's baseline; debt
stayed higher in 11 of 30 countries. Their investment by country was not found in a readable form.
Ours: a package per country, and a yield :math:`r` that the whole of it earns for good,

.. math:: \Delta Y_{t+k} / Y = s \, r \, I_{t+k} / Y, \qquad r = \alpha / (K / Y)

with the output elasticity of public capital :math:`\alpha`, the ratio of public capital to GDP and
the share :math:`s` of the dividend that comes true, from none to full. What the state makes of the
growth matters as much. ``planned``: primary spending stays at its planned level and all of the
extra revenue goes into the balance, the mirror image of the growth test B1. ``grows``: spending
keeps its ratio to GDP, so that growth only widens the denominator.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError, suggest
from beltroad.finance.debt import parameters
from beltroad.finance.debt.dynamics import engine
from beltroad.finance.debt.inputs import prepared
from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.published.findings import comparison, exposure, published, row

__all__ = [
    "SPENDING",
    "Dividend",
    "Lending",
    "compare_growth",
    "long_run",
    "package_of",
    "pipeline_usd_mn",
    "revenue_kept",
]

SHARES = (0.0, 0.25, 0.5, 0.75, 1.0)
SPENDING = ("planned", "grows")


@dataclass(frozen=True)
class Lending:
    """Terms of the package and the years over which it is disbursed evenly, from t on."""

    interest_pct: float
    maturity_years: int
    grace_years: int
    years: int = 5

    @classmethod
    def load(cls) -> Lending:
        """Concessional terms as the reverse stress test of the low-income framework has them."""
        own = parameters.load("bri-dsf-lic")
        return cls(
            own["reverse.interest_pct"], int(own["reverse.maturity_years"]),
            int(own["reverse.grace_years"]),
        )  # fmt: skip


@dataclass(frozen=True)
class Dividend:
    """Full yearly yield of the investment, per cent, and years until it comes in."""

    yield_pct: float
    lag_years: int = 1

    @classmethod
    def load(cls) -> Dividend:
        """Output elasticity of public capital over public capital per GDP."""
        own = parameters.load("bri-dsf-lic")
        return cls(100 * own["growth.output_elasticity"] / own["growth.capital_to_gdp"])


def package_of(
    inputs: CountryInputs,
    amount_usd_mn: float,
    share: float,
    *,
    spending: str = "planned",
    baseline: DebtPath | None = None,
    lending: Lending | None = None,
    dividend: Dividend | None = None,
) -> engine.ProjectPackage:
    """Package of ``amount_usd_mn`` with the ``share`` (0 to 1) of its growth dividend.

    The uplift of growth in a year is what the disbursement of ``lag_years`` before adds to the
    level of GDP; disbursements are compared with the GDP of their year in the baseline. With
    ``spending="planned"`` the package's balance uplift is primary spending over GDP times the
    extra GDP: what a state saves that does not let spending follow.

    Parameters
    ----------
    baseline
        The country's path without the package, if it is known already.

    Raises
    ------
    InputError
        If the amount is below 0, the share is no fraction, or the spending rule is unknown.
    """
    if not amount_usd_mn >= 0 or not 0 <= share <= 1:
        raise InputError(f"package: amount {amount_usd_mn}, share {share}; need >= 0 and 0 to 1")
    if spending not in SPENDING:
        raise InputError(f"package: spending {spending!r}. {suggest(spending, SPENDING)}")
    lending, dividend = lending or Lending.load(), dividend or Dividend.load()
    path = (baseline or engine.project(inputs)).table
    t, part = inputs.first_year, amount_usd_mn / lending.years
    gdp = path["gdp_usd_mn"]
    years = range(t, t + lending.years)
    uplift = {
        year + dividend.lag_years: share * dividend.yield_pct * part / float(gdp.loc[year])
        for year in years
    }
    loan = engine.ProjectLoan(
        "pipeline", dict.fromkeys(years, part), lending.interest_pct,
        lending.maturity_years, lending.grace_years,
    )  # fmt: skip
    saved = revenue_kept(inputs, path, uplift) if share and spending == "planned" else {}
    return engine.ProjectPackage((loan,), uplift, balance_uplift_usd_mn=saved)


def revenue_kept(
    inputs: CountryInputs, path: pd.DataFrame, uplift: Mapping[int, float]
) -> dict[int, float]:
    """What a state saves by year from t on, USD million, if spending does not follow growth.

    Primary spending over GDP in the baseline ``path`` times the extra GDP of ``uplift``
    (percentage points of growth by year).
    """
    ahead = path.loc[inputs.first_year :]
    grants = pd.Series(0.0, index=ahead.index)
    if "grants_pct_gdp" in inputs.series:
        grants = inputs.series["grants_pct_gdp"].reindex(ahead.index).ffill().fillna(0.0)
    ratio = (ahead["revenue_pct_gdp"] + grants - ahead["primary_balance_pct_gdp"]) / 100
    growth = 1 + ahead["real_growth_pct"] / 100
    extra = pd.Series(uplift, dtype=float).reindex(ahead.index).fillna(0.0) / 100
    level = ((growth + extra) / growth).cumprod() - 1
    saved = (ratio * level * ahead["gdp_usd_mn"]).to_numpy(float)
    years = ahead.index.to_numpy(int)
    return {int(y): float(v) for y, v in zip(years, saved, strict=True) if v}


def pipeline_usd_mn() -> dict[str, float]:
    """Chinese official commitments of 2017-2021 by economy: the stand-in for a pipeline."""
    table = exposure().dropna(subset="committed_2017_2021_usd_mn")
    amounts = table.set_index("iso3")["committed_2017_2021_usd_mn"]
    return {str(code): float(value) for code, value in amounts.items() if value > 0}


def long_run(
    countries: Mapping[str, CountryInputs] | None = None,
    amounts_usd_mn: Mapping[str, float] | None = None,
    *,
    shares: Sequence[float] = SHARES,
    spending: str = "planned",
    years_ahead: int = 20,
    medium_years: int = 4,
    lending: Lending | None = None,
    dividend: Dividend | None = None,
) -> pd.DataFrame:
    """Debt ratio with less debt ratio without the package, by country and share of the dividend.

    Parameters
    ----------
    countries
        Inputs by code; none: all prepared corridor economies with a pipeline.
    amounts_usd_mn
        Size of each package; none: :func:`pipeline_usd_mn`.
    shares
        Shares of the growth dividend, 0 to 1.
    spending
        ``planned`` or ``grows``: see the module's text.
    years_ahead, medium_years
        The long run is t + ``years_ahead``, the medium term t + ``medium_years``.

    Returns
    -------
    DataFrame
        ``iso3, share, amount_pct_gdp, medium_points, long_points, higher_long, error``; points of
        GDP. A country that cannot be projected has one row with ``error``.
    """
    amounts = pipeline_usd_mn() if amounts_usd_mn is None else amounts_usd_mn
    chosen = _prepared(amounts) if countries is None else countries
    rows = []
    for code, inputs in chosen.items():
        try:
            rows += _one(code, inputs, amounts[code], shares, spending, years_ahead,
                         medium_years, lending, dividend)  # fmt: skip
        except InputError as error:
            rows.append((code, math.nan, math.nan, math.nan, math.nan, False, str(error)))
    columns = ["iso3", "share", "amount_pct_gdp", "medium_points", "long_points", "higher_long",
               "error"]  # fmt: skip
    return pd.DataFrame(rows, columns=columns)


def _prepared(amounts: Mapping[str, float]) -> dict[str, CountryInputs]:
    corridor = exposure()
    codes = set(corridor.loc[corridor["corridor"] == "yes", "iso3"]) & set(amounts)
    return {c: prepared.inputs(c) for c in prepared.codes() if c in codes}


def _one(
    code: str, inputs: CountryInputs, amount: float, shares: Sequence[float],
    spending: str, ahead: int, medium: int, lending: Lending | None, dividend: Dividend | None,
) -> list[tuple[str, float, float, float, float, bool, str]]:  # fmt: skip
    t = inputs.first_year
    baseline = engine.project(inputs, years=ahead)
    without = baseline.table["public_debt_pct_gdp"]
    size = 100 * amount / float(inputs.series["gdp_usd_mn"].loc[t])
    rows = []
    for share in shares:
        package = package_of(
            inputs, amount, share, spending=spending, baseline=baseline, lending=lending,
            dividend=dividend,
        )  # fmt: skip
        debt = engine.project(inputs, package=package, years=ahead).table["public_debt_pct_gdp"]
        points = debt - without
        long = float(points.loc[t + ahead])
        rows.append((code, float(share), size, float(points.loc[t + medium]), long, long > 0, ""))
    return rows


def compare_growth(table: pd.DataFrame, *, label: str = "") -> pd.DataFrame:
    """Countries with higher long-run debt, by share of the dividend, beside 11 of 30.

    ``label`` is added to the items, to tell two spending rules apart.
    """
    name = "bandiera_tsiropoulos"
    known = table[table["error"] == ""]
    higher = published(name, "higher debt ratio in the long run")
    among = published(name, "with data for the long run")
    rows = [row(name, "countries", float(known["iso3"].nunique()), among,
                "prepared corridor economies with a pipeline; theirs those with data")]  # fmt: skip
    why = (
        "theirs: their own investment by country, terms and growth effect; ours: commitments of "
        "2017-2021 on concessional terms"
    )
    for share, group in known.groupby("share"):
        ours = 100 * float(group["higher_long"].mean())
        item = f"higher long-run debt, %, {100 * float(str(share)):g} % of the dividend"
        item += f", {label}" if label else ""
        rows.append(row(name, item, ours, 100 * higher / among, why))
    return comparison(rows)
