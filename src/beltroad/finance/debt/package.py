"""Project loans that are put on top of a baseline, with what the projects yield."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.macro import Macro
from beltroad.finance.debt.portfolio import Kernel, kernel

__all__ = ["PackageFlows", "ProjectLoan", "ProjectPackage", "package_flows", "uplifted"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class ProjectLoan:
    """One external loan of a package, disbursed over years, in USD."""

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
    """

    loans: tuple[ProjectLoan, ...] = ()
    growth_uplift_pct: Mapping[int, float] = field(default_factory=dict)
    exports_uplift_usd_mn: Mapping[int, float] = field(default_factory=dict)
    revenue_uplift_usd_mn: Mapping[int, float] = field(default_factory=dict)


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
    """The baseline with a package's growth, exports and revenue; ratios to GDP are kept.

    Growth raises GDP in local currency and in USD alike, so the exchange rate and prices stay.
    Amounts in USD (imports, current account, transfers, investment) stay where they are, but for
    the exports and the current account that the package raises.
    """
    extra = _by_year(package.growth_uplift_pct, macro, "growth uplift") / 100
    exports = _by_year(package.exports_uplift_usd_mn, macro, "exports uplift")
    revenue = _by_year(package.revenue_uplift_usd_mn, macro, "revenue uplift")
    if not (extra.any() or exports.any() or revenue.any()):
        return macro
    growth = macro.growth + extra
    level = np.cumprod((1 + growth) / (1 + macro.growth))
    gdp_usd, gdp_lcu = macro.gdp_usd * level, macro.gdp_lcu * level
    return replace(
        macro,
        growth=growth,
        gdp_usd=gdp_usd,
        gdp_lcu=gdp_lcu,
        exports=macro.exports + exports,
        current_account=macro.current_account + exports,
        revenue_share=macro.revenue_share + revenue / gdp_usd,
        balance_share=macro.balance_share + revenue / gdp_usd,
    )
