"""Project loans that are put on top of a baseline, with what the projects yield."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.macro import Macro
from beltroad.finance.debt.dynamics.portfolio import Kernel, kernel

__all__ = ["PackageFlows", "ProjectLoan", "ProjectPackage", "package_flows", "uplifted"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ProjectLoan:
    """One external loan of a package, disbursed over years, in USD.

    Only what the state owes or guarantees is debt of the framework: of a loan to a project company
    the guaranteed part is given here, the rest left out (it is a contingent liability: the setting
    ``ppp_stock_pct_gdp``). A loan in another foreign currency is given at its value in USD; cross
    rates do not move.
    """

    name: str
    disbursement_usd_mn: Mapping[int, float]
    interest_pct: float
    maturity_years: int
    grace_years: int


@dataclass(frozen=True)
class ProjectPackage:
    """New project debt on top of the baseline, and what it brings by year.

    Attributes
    ----------
    loans
        Every disbursement is a loan of its own: maturity and grace count from its year.
    growth_uplift_pct
        Percentage points that real growth of a year lies above the baseline; the level stays.
    exports_uplift_usd_mn, revenue_uplift_usd_mn
        Yearly amounts on top of the baseline (revenue of the government, before it services debt).
    balance_uplift_usd_mn
        Yearly amounts by which the primary balance alone is better: spending that is saved. Unlike
        revenue they leave debt service over revenue as it is.
    """

    loans: tuple[ProjectLoan, ...] = ()
    growth_uplift_pct: Mapping[int, float] = field(default_factory=dict)
    exports_uplift_usd_mn: Mapping[int, float] = field(default_factory=dict)
    revenue_uplift_usd_mn: Mapping[int, float] = field(default_factory=dict)
    balance_uplift_usd_mn: Mapping[int, float] = field(default_factory=dict)


@dataclass(frozen=True)
class PackageFlows:
    """What a package's loans add, USD million by year from t-1."""

    disbursement: Array
    principal: Array
    interest: Array
    value: Array


def _by_year(values: Mapping[int, float], macro: Macro, what: str) -> Array:
    out = np.zeros(macro.size)
    for year, value in values.items():
        at = int(year) - int(macro.years[0])
        if year != int(year):
            raise InputError(f"package: {what} in {year}, which is no whole year")
        if not 1 <= at < macro.size:
            raise InputError(
                f"package: {what} in {year}, outside the projection "
                f"{int(macro.years[1])}-{int(macro.years[-1])}"
            )
        if not np.isfinite(value):
            raise InputError(f"package: {what} in {year} must be a number, not {value}")
        out[at] += value
    return out


def _convolve(amounts: Array, unit: Array) -> Array:
    return np.asarray(np.convolve(amounts, unit)[: len(amounts)], dtype=np.float64)


def package_flows(package: ProjectPackage, macro: Macro, discount: float) -> PackageFlows:
    """Disbursement, service and present value of all loans of a package.

    Raises
    ------
    InputError
        If a year lies outside the projection, an amount is negative, or a term is out of range.
    """
    size = macro.size
    total = PackageFlows(np.zeros(size), np.zeros(size), np.zeros(size), np.zeros(size))
    for loan in package.loans:
        lent = _by_year(loan.disbursement_usd_mn, macro, f"loan {loan.name!r} disbursed")
        if (lent < 0).any():
            raise InputError(f"package: loan {loan.name!r} has a disbursement below 0")
        unit: Kernel = kernel(
            loan.interest_pct / 100, loan.maturity_years, loan.grace_years, discount, size
        )
        total = PackageFlows(
            total.disbursement + lent,
            total.principal + _convolve(lent, unit.principal),
            total.interest + _convolve(lent, unit.interest),
            total.value + _convolve(lent, unit.value),
        )
    return total


def uplifted(macro: Macro, package: ProjectPackage) -> Macro:
    """The baseline with a package's growth, exports, revenue and savings; else ratios are kept.

    Growth raises GDP in local currency and in USD alike, so the exchange rate and prices stay.
    Amounts in USD (imports, current account, transfers, investment) stay where they are, but for
    the exports and the current account that the package raises.

    Raises
    ------
    InputError
        If a year lies outside the projection, or a loss leaves no GDP, exports or revenue.
    """
    extra = _by_year(package.growth_uplift_pct, macro, "growth uplift") / 100
    exports = _by_year(package.exports_uplift_usd_mn, macro, "exports uplift")
    revenue = _by_year(package.revenue_uplift_usd_mn, macro, "revenue uplift")
    saved = _by_year(package.balance_uplift_usd_mn, macro, "balance uplift")
    if not any(part.any() for part in (extra, exports, revenue, saved)):
        return macro
    growth = macro.growth + extra
    _some_left(1 + growth, macro, "growth uplift", "GDP")
    level = np.cumprod((1 + growth) / (1 + macro.growth))
    gdp_usd, gdp_lcu = macro.gdp_usd * level, macro.gdp_lcu * level
    revenue_share = macro.revenue_share + revenue / gdp_usd
    _some_left(macro.exports + exports, macro, "exports uplift", "exports")
    _some_left(revenue_share, macro, "revenue uplift", "revenue")
    return replace(
        macro,
        growth=growth,
        gdp_usd=gdp_usd,
        gdp_lcu=gdp_lcu,
        exports=macro.exports + exports,
        current_account=macro.current_account + exports,
        revenue_share=revenue_share,
        balance_share=macro.balance_share + (revenue + saved) / gdp_usd,
    )


def _some_left(values: Array, macro: Macro, what: str, of: str) -> None:
    bad = np.flatnonzero(values <= 0)
    if len(bad):
        raise InputError(f"package: {what} leaves no {of} in {int(macro.years[bad[0]])}")
