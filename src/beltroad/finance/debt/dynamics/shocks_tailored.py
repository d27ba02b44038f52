"""The tailored stress tests (guidance note 2018, paragraphs 68-72 and Tables 9 and 10).

Contingent liabilities concern every country; disasters, commodity prices and market financing
only those exposed. Each function gives a shock of the engine; ``size`` multiplies it.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.baseline import Baseline
from beltroad.finance.debt.dynamics.engine import Shock
from beltroad.finance.debt.dynamics.portfolio import kernel
from beltroad.finance.debt.dynamics.residual import Shocked, TermChange
from beltroad.finance.debt.dynamics.shocks_common import (
    FIRST,
    borrowed,
    moments,
    moved,
    real_usd_deflator,
    shocked_years,
)
from beltroad.finance.debt.parameters import Parameters

__all__ = ["commodity_prices", "commodity_share_pct", "contingent_liabilities",
           "contingent_liability_pct", "market_financing", "natural_disaster",
           "price_fall"]  # fmt: skip

Array = NDArray[np.float64]


def contingent_liability_pct(base: Baseline, parameters: Parameters) -> float:
    """Size of the contingent liabilities that fall due, per cent of GDP."""
    number = base.inputs.number
    stock = number("ppp_stock_pct_gdp")
    due = stock > parameters["stress.cl.ppp_trigger_pct_gdp"]
    partnerships = parameters["stress.cl.ppp_share_pct"] / 100 * stock if due else 0.0
    financial = max(
        number("financial_sector_liability_pct_gdp"),
        parameters["stress.cl.financial_minimum_pct_gdp"],
    )
    return float(
        financial
        + number("soe_liability_pct_gdp")
        + number("other_government_liability_pct_gdp")
        + partnerships
    )


def contingent_liabilities(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """CL: debt that the state takes over in t+1."""

    def shock(base: Baseline) -> Shocked:
        other = base.macro.other_share.copy()
        other[FIRST] += size * contingent_liability_pct(base, parameters) / 100
        return Shocked(replace(base.macro, other_share=other))

    return shock


def natural_disaster(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """ND: debt, growth and exports suffer in t+1; GDP and exports stay lower."""

    def shock(base: Baseline) -> Shocked:
        macro = base.macro
        growth = macro.growth.copy()
        growth[FIRST] -= size * parameters["stress.nd.growth_points"] / 100
        after = moved(macro, growth=growth)
        calm = macro.exports[FIRST] / macro.exports[FIRST - 1]
        lower = calm - size * parameters["stress.nd.exports_points"] / 100
        exports = macro.exports.copy()
        exports[FIRST:] = macro.exports[FIRST:] * (lower / calm)
        other = after.other_share.copy()
        other[FIRST] += size * parameters["stress.nd.debt_pct_gdp"] / 100
        imports = np.maximum(macro.imports - (macro.exports - exports), 0.0)
        return Shocked(replace(after, exports=exports, imports=imports, other_share=other))

    return shock


def commodity_share_pct(base: Baseline, parameters: Parameters) -> float:
    """Average share of commodities in exports over the last known years; NaN if not known."""
    if "commodity_exports_pct" not in base.macro.history.columns:
        return float("nan")
    known = base.macro.history["commodity_exports_pct"].dropna()
    return float(known.tail(int(parameters["stress.cp.trigger_years"])).mean())


def price_fall(base: Baseline, parameters: Parameters) -> float:
    """Fall of commodity prices (fraction): one deviation of the country's export growth."""
    return moments(base, "exports_growth", parameters).deviation


def commodity_prices(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """CP: commodity prices fall in t+1 and recover over years; growth and revenue suffer.

    The framework takes the fall from forecast distributions of prices, which inputs do not carry;
    one standard deviation of the growth of the country's own exports stands in for it.
    """

    def shock(base: Baseline) -> Shocked:
        macro = base.macro
        fall = size * price_fall(base, parameters)
        share = commodity_share_pct(base, parameters) / 100
        close = int(parameters["stress.cp.gap_years"])
        full = int(parameters["stress.cp.full_years"])
        growth, revenue = macro.growth.copy(), macro.revenue_share.copy()
        prices, usd = np.zeros(macro.size), np.zeros(macro.size)
        exports = macro.exports.copy()
        calm_usd = real_usd_deflator(macro)
        weight = share * macro.exports[FIRST - 1] / macro.gdp_usd[FIRST - 1]
        for k in shocked_years(macro, close):
            after = k - FIRST
            open_gap = (close - after) / close
            effect = 1.0 if after < full else (close - after) / (close - full + 1)
            growth[k] -= effect * parameters["stress.cp.growth_per_10"] * fall * 10 / 100
            revenue[k] -= effect * parameters["stress.cp.revenue_per_10"] * fall * 10 / 100
            exports[k] = macro.exports[k] * (1 - share * fall * open_gap)
            prices[k] = -open_gap * macro.deflator[FIRST] * weight * fall
            usd[k] = -open_gap * calm_usd[FIRST] * weight * fall
        if (exports <= 0).any() or (revenue <= 0).any():
            raise InputError(
                f"{base.inputs.iso3}: past export growth is so uneven that the fall of prices "
                "leaves no exports or no revenue"
            )
        moved_macro = moved(
            macro, growth=growth, deflator=macro.deflator + prices, usd_deflator_change=usd,
            revenue_share=revenue,
        )  # fmt: skip
        years = shocked_years(macro, int(parameters["stress.shock_years"]))
        gap = np.zeros(macro.size)
        gap[years.start : years.stop] = (macro.exports - exports)[years.start : years.stop]
        imports = macro.imports.copy()
        imports[years.stop :] -= (macro.exports - exports)[years.stop :]
        imports = np.maximum(imports, 0.0)
        account = macro.current_account - gap
        return Shocked(
            replace(moved_macro, exports=exports, imports=imports, current_account=account), gap
        )

    return shock


def market_financing(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """MF: commercial loans become dearer and shorter for some years; the currency falls."""

    def shock(base: Baseline) -> Shocked:
        macro = base.macro
        fall = size * parameters["stress.mf.depreciation_pct"] / 100
        through = parameters["stress.mf.pass_through"]
        prices, usd = np.zeros(macro.size), np.zeros(macro.size)
        prices[FIRST], usd[FIRST] = through * fall, -(1 - through) * fall
        after = moved(macro, deflator=macro.deflator + prices, usd_deflator_change=usd)
        terms = _harder_terms(base, parameters, size)
        # Principal that falls due earlier is rolled over: that is the risk the test is about.
        gap = np.zeros(macro.size)
        return Shocked(after, gap, own_budget=False, terms=terms, refinance=True)

    return shock


def _harder_terms(base: Baseline, parameters: Parameters, size: float) -> TermChange:
    macro = base.macro
    years = shocked_years(macro, int(parameters["stress.mf.years"]))
    principal, interest, value = (np.zeros(macro.size) for _ in range(3))
    discount = base.inputs.number("discount_rate_pct") / 100
    for one, calm in base.new.parts:
        if one.currency == "LCU" or one.interest_pct / 100 < discount or size == 0:
            continue
        shorter = min(
            parameters["stress.mf.max_maturity_years"],
            parameters["stress.mf.maturity_share"] * one.maturity_years,
        )
        maturity = max(1, int(shorter))
        grace = min(int(one.grace_years * maturity / one.maturity_years), maturity - 1)
        rate = one.interest_pct / 100 + size * parameters["stress.mf.spread_bp"] / 1e4
        hard = kernel(rate, maturity, grace, discount, macro.size)
        for k in years:
            lent, later = borrowed(base, one.share_pct, k), macro.size - k
            principal[k:] += lent * (hard.principal - calm.principal)[:later]
            interest[k:] += lent * (hard.interest - calm.interest)[:later]
            value[k:] += lent * (hard.value - calm.value)[:later]
    zero = np.zeros(macro.size)
    return TermChange(principal, interest, value, zero, zero, zero)
