"""The historical scenario and the six standardised stress tests (guidance note 2018, Table 8).

Each function gives a shock of the engine: it takes a baseline and says what has changed and what
gap the balance of payments shows. ``size`` multiplies every shock; 1 is the framework's. Details
that the note leaves open follow the workbook of 2025; they are listed in
``docs/methods/debt-dynamics.md``.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.baseline import Baseline
from beltroad.finance.debt.dynamics.engine import Shock
from beltroad.finance.debt.dynamics.macro import Macro
from beltroad.finance.debt.dynamics.residual import Shocked
from beltroad.finance.debt.dynamics.shocks_common import (
    FIRST,
    lowered,
    moments,
    moved,
    premium_change,
    real_usd_deflator,
    shocked_years,
)
from beltroad.finance.debt.parameters import Parameters

__all__ = ["combination", "depreciation", "export_growth", "exports", "growth", "historical",
           "other_flows", "primary_balance"]  # fmt: skip

Array = NDArray[np.float64]


def historical(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """A1: growth, prices, balance, current account and investment at their averages from t+1."""

    def shock(base: Baseline) -> Shocked:
        macro, ledger = base.macro, base.ledger

        def at_average(values: Array, name: str) -> Array:
            out = values.copy()
            mean = moments(base, name, parameters).mean
            out[FIRST:] = values[FIRST:] + size * (mean - values[FIRST:])
            return out

        usd = real_usd_deflator(macro)
        after = moved(
            macro,
            growth=at_average(macro.growth, "growth"),
            deflator=at_average(macro.deflator, "deflator"),
            usd_deflator_change=at_average(usd, "usd_deflator") - usd,
        )
        after = replace(
            after,
            balance_share=at_average(macro.balance_share, "balance"),
            # Exports keep their ratio to GDP.
            exports=macro.exports * (after.gdp_usd / macro.gdp_usd),
        )
        level = after.gdp_usd / macro.gdp_usd
        interest = np.concatenate([[0.0], ledger.external_interest[1:]])
        account = macro.current_account + interest
        ratio, fdi = account / macro.gdp_usd, macro.fdi / macro.gdp_usd
        account_change = at_average(ratio, "non_interest_current_account") - ratio
        fdi_change = at_average(fdi, "fdi") - fdi
        debt = ledger.external_debt + macro.private_debt
        rest = np.diff(debt, prepend=debt[0]) + macro.current_account + macro.fdi
        gap = -(account_change + fdi_change) * after.gdp_usd
        # What the baseline leaves unexplained keeps its ratio to GDP, and so do the other flows.
        gap = gap + (rest - account - macro.fdi) * (level - 1)
        gap[:FIRST] = 0.0
        after = replace(
            after,
            current_account=macro.current_account
            + account_change * after.gdp_usd
            + account * (level - 1),
            fdi=macro.fdi * level + fdi_change * after.gdp_usd,
        )
        return Shocked(after, gap)

    return shock


def growth(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """B1: lower real growth; prices follow, spending keeps its level."""

    def shock(base: Baseline) -> Shocked:
        macro = base.macro
        past = moments(base, "growth", parameters)
        lower = lowered(
            macro.growth, past, parameters["stress.b1.sd"],
            int(parameters["stress.shock_years"]), size,
        )  # fmt: skip
        prices = parameters["stress.b1.inflation_elasticity"] * (lower - macro.growth)
        after = moved(
            macro, growth=lower, deflator=macro.deflator + prices, usd_deflator_change=prices
        )
        return Shocked(after, np.zeros(macro.size))

    return shock


def _worse_balance(
    base: Baseline, after: Macro, parameters: Parameters, scale: float, size: float
) -> tuple[Macro, float]:
    """The balance ratio in the shock years, and its average worsening in per cent of GDP."""
    count = int(parameters["stress.shock_years"])
    macro = base.macro
    past = moments(base, "balance", parameters)
    lower = lowered(macro.balance_share, past, scale, count, size)
    share = after.balance_share.copy()
    years = shocked_years(macro, count)
    for k in years:
        share[k] = lower[k]
    fall = macro.balance_share[years.start : years.stop] - lower[years.start : years.stop]
    worse = 100 * float(np.maximum(fall, 0.0).mean()) if len(years) else 0.0
    return replace(after, balance_share=share), worse


def _premiums(base: Baseline, worse: float, parameters: Parameters) -> tuple[float, float]:
    """Rates on top for domestic and for external commercial borrowing, fractions."""
    domestic = parameters["stress.b2.domestic_bp_per_pct"] * worse / 1e4
    if base.inputs.settings["market_access"] != "yes":
        return domestic, 0.0
    points = min(
        parameters["stress.b2.external_bp_per_pct"] * worse, parameters["stress.b2.external_cap_bp"]
    )
    return domestic, points / 1e4


def primary_balance(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """B2: a worse primary balance, which makes new borrowing dearer."""

    def shock(base: Baseline) -> Shocked:
        scale = parameters["stress.b2.sd"]
        after, worse = _worse_balance(base, base.macro, parameters, scale, size)
        domestic, commercial = _premiums(base, worse, parameters)
        years = shocked_years(base.macro, int(parameters["stress.shock_years"]))
        change = premium_change(base, domestic, commercial, years, extra_external=commercial > 0)
        return Shocked(after, None, terms=change)

    return shock


def export_growth(base: Baseline, parameters: Parameters, scale: float, size: float) -> Array:
    """Growth of exports in USD (fraction) under the size rule; 0 at t-1."""
    exports = base.macro.exports
    calm = np.concatenate([[0.0], exports[1:] / exports[:-1] - 1])
    past = moments(base, "exports_growth", parameters)
    return lowered(calm, past, scale, int(parameters["stress.shock_years"]), size)


def _lower_exports(
    base: Baseline, parameters: Parameters, scale: float, size: float
) -> tuple[Array, Array]:
    """Exports (USD million, for good) after a shock, and the change of their growth (fraction)."""
    macro = base.macro
    calm = np.concatenate([[0.0], macro.exports[1:] / macro.exports[:-1] - 1])
    lower = export_growth(base, parameters, scale, size)
    if (lower <= -1).any():
        raise InputError(
            f"{base.inputs.iso3}: past export growth is so uneven that the shock leaves no exports"
        )
    return macro.exports * np.cumprod((1 + lower) / (1 + calm)), lower - calm


def _growth_after_exports(
    macro: Macro, exports_after: Array, change: Array, elasticity: float, years: range
) -> Array:
    """Real growth after an export shock, weighted with exports over GDP of the year before.

    Where exports still grow, growth falls with the distance to the baseline; where they shrink,
    with their own rate alone: so the workbook has it.
    """
    calm = np.concatenate([[0.0], macro.exports[1:] / macro.exports[:-1] - 1])
    lower = macro.growth.copy()
    gdp = macro.gdp_usd.copy()
    usd = real_usd_deflator(macro)
    for k in years:
        share = exports_after[k - 1] / gdp[k - 1]
        rate = calm[k] + change[k]
        effect = rate if rate < 0 else change[k]
        if change[k] != 0:
            lower[k] = macro.growth[k] + elasticity * share * effect
        gdp[k] = gdp[k - 1] * (1 + lower[k]) * (1 + usd[k])
    return lower


def exports(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """B3: lower exports for good; growth falls; imports stay in the shock years, then adjust."""

    def shock(base: Baseline) -> Shocked:
        macro = base.macro
        after, change = _lower_exports(base, parameters, parameters["stress.b3.sd"], size)
        years = shocked_years(macro, int(parameters["stress.shock_years"]))
        lower = _growth_after_exports(
            macro, after, change, parameters["stress.b3.growth_elasticity"], years
        )
        gap = np.zeros(macro.size)
        gap[years.start : years.stop] = (macro.exports - after)[years.start : years.stop]
        shifted = moved(macro, growth=lower)
        imports = macro.imports.copy()
        imports[years.stop :] -= (macro.exports - after)[years.stop :]
        shifted = replace(
            shifted, exports=after, imports=np.maximum(imports, 0.0),
            current_account=macro.current_account - gap,
        )  # fmt: skip
        return Shocked(shifted, gap, own_budget=False)

    return shock


def _lost_flows(
    base: Baseline, after: Macro, parameters: Parameters, scales: tuple[float, float], size: float
) -> tuple[Macro, Array]:
    """Transfers and direct investment over GDP at the size rule; what is lost, USD million."""
    macro, count = base.macro, int(parameters["stress.shock_years"])
    years = shocked_years(macro, count)
    level = after.gdp_usd / macro.gdp_usd
    amounts = {"transfers": macro.transfers, "fdi": macro.fdi}
    lost = {name: np.zeros(macro.size) for name in amounts}
    for (name, amount), scale in zip(amounts.items(), scales, strict=True):
        if name == "transfers" and not amount.any():
            continue
        ratio = amount / macro.gdp_usd
        lower = lowered(ratio, moments(base, name, parameters), scale, count, size)
        for k in years:
            # Ratios are to GDP of the scenario, which a growth shock lowers.
            loss = amount[k] * (1 - level[k]) + (ratio[k] - lower[k]) * after.gdp_usd[k]
            lost[name][k] = loss
    after = replace(
        after,
        transfers=macro.transfers - lost["transfers"],
        current_account=after.current_account - lost["transfers"],
        fdi=macro.fdi - lost["fdi"],
    )
    return after, lost["transfers"] + lost["fdi"]


def other_flows(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """B4: lower transfers and direct investment, met by public external borrowing."""

    def shock(base: Baseline) -> Shocked:
        scales = (parameters["stress.b4.transfers_sd"], parameters["stress.b4.fdi_sd"])
        after, gap = _lost_flows(base, base.macro, parameters, scales, size)
        return Shocked(after, gap, own_budget=False)

    return shock


def _depreciation_pct(base: Baseline, parameters: Parameters) -> float:
    gap = base.inputs.number("overvaluation_pct")
    return float(max(parameters["stress.b5.depreciation_pct"], gap if np.isfinite(gap) else 0.0))


def _weaker(macro: Macro, fall: float) -> Array:
    """Local currency per USD when the currency loses ``fall`` (fraction) of its value in t+1."""
    fx = macro.fx.copy()
    fx[FIRST:] = macro.fx[FIRST:] / (1 - fall)
    return fx


def _net_exports(
    base: Baseline, after: Macro, fall: float, parameters: Parameters, size: float
) -> Array:
    """Gap of the balance of payments from trade: in t+2 net exports answer a real depreciation."""
    macro, k = base.macro, FIRST + 1
    gap = np.zeros(macro.size)
    if k < macro.size:
        foreign = parameters["stress.us_deflator_pct"]
        real = (100 + 100 * fall) * (100 + foreign) / (100 + 100 * after.deflator[FIRST]) - 100
        level = after.gdp_usd[k] / macro.gdp_usd[k]
        deficit = macro.imports[k] - macro.exports[k]
        answer = parameters["stress.b5.net_exports_elasticity"] * real / 100
        gap[k] = deficit * (level - 1) - size * answer * after.gdp_usd[k]
    return gap


def depreciation(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """B5: one nominal depreciation in t+1, for good; prices follow in part, trade a year later."""

    def shock(base: Baseline) -> Shocked:
        macro = base.macro
        fall = min(size * _depreciation_pct(base, parameters) / 100, 0.99)
        through = parameters["stress.b5.pass_through"]
        prices, usd = np.zeros(macro.size), np.zeros(macro.size)
        prices[FIRST], usd[FIRST] = through * fall, -(1 - through) * fall
        after = moved(
            macro, deflator=macro.deflator + prices, usd_deflator_change=usd,
            fx=_weaker(macro, fall),
        )  # fmt: skip
        gap = _net_exports(base, after, fall, parameters, min(size, 1.0))
        return Shocked(replace(after, current_account=macro.current_account - gap), gap)

    return shock


def combination(parameters: Parameters, *, size: float = 1.0) -> Shock:
    """B6: B1 to B5 at once, each at half its size, with their interactions.

    As in the workbook growth is the lowest of the growth shock and of what exports do to it, not
    their sum, and the trade balance of t+2 is that of the depreciation.
    """

    def shock(base: Baseline) -> Shocked:
        macro, half = base.macro, parameters["stress.b6.scale"]
        count = int(parameters["stress.shock_years"])
        years = shocked_years(macro, count)
        past = moments(base, "growth", parameters)
        direct = lowered(macro.growth, past, half * parameters["stress.b1.sd"], count, size)
        sold, change = _lower_exports(base, parameters, half * parameters["stress.b3.sd"], size)
        through_exports = _growth_after_exports(
            macro, sold, change, parameters["stress.b3.growth_elasticity"], years
        )
        lower = direct.copy()
        if len(years):
            lower[FIRST] = min(direct[FIRST], through_exports[FIRST])
        fall = min(half * size * _depreciation_pct(base, parameters) / 100, 0.99)
        through = parameters["stress.b5.pass_through"]
        prices = parameters["stress.b1.inflation_elasticity"] * (lower - macro.growth)
        usd = prices.copy()
        prices[FIRST] += through * fall
        usd[FIRST] -= (1 - through) * fall
        after = moved(
            macro, growth=lower, deflator=macro.deflator + prices, usd_deflator_change=usd,
            fx=_weaker(macro, fall),
        )  # fmt: skip
        after, worse = _worse_balance(
            base, after, parameters, half * parameters["stress.b2.sd"], size
        )
        trade = _net_exports(base, after, fall, parameters, min(size, 1.0))
        trade[FIRST] += macro.exports[FIRST] - sold[FIRST]
        imports = macro.imports.copy()
        imports[FIRST + 1 :] -= (macro.exports - sold)[FIRST + 1 :]
        after = replace(
            after, exports=sold, imports=np.maximum(imports, 0.0),
            current_account=macro.current_account - trade,
        )  # fmt: skip
        scales = (
            half * parameters["stress.b4.transfers_sd"], half * parameters["stress.b4.fdi_sd"],
        )  # fmt: skip
        after, lost = _lost_flows(base, after, parameters, scales, size)
        domestic, commercial = _premiums(base, worse, parameters)
        terms = premium_change(base, domestic, commercial, years, extra_external=commercial > 0)
        return Shocked(after, trade + lost, terms=terms)

    return shock
