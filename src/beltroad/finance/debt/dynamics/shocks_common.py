"""What the shocks share: averages and deviations of history, the size rule, moved macro arrays."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.finance.debt.dynamics.baseline import Baseline
from beltroad.finance.debt.dynamics.macro import Macro
from beltroad.finance.debt.dynamics.residual import TermChange
from beltroad.finance.debt.parameters import Parameters

__all__ = ["FIRST", "Moments", "balance_kept", "borrowed", "history", "lowered", "moments", "moved",
           "premium_change", "real_usd_deflator", "shocked_years"]  # fmt: skip

Array = NDArray[np.float64]
FIRST = 2
"""Position of t+1, the first year of a shock, in arrays that begin with t-1."""


@dataclass(frozen=True)
class Moments:
    """Average and sample standard deviation of a variable over t-10 to t-1, and years known."""

    mean: float
    deviation: float
    years: int


def shocked_years(macro: Macro, count: int) -> range:
    """Positions of ``count`` years from t+1, as far as the projection reaches."""
    return range(FIRST, min(FIRST + count, macro.size))


def history(base: Baseline, name: str) -> Array:
    """A variable over the whole known history, by year before t; NaN where it is not known.

    Names: those of series in ratio to what the framework takes (``growth``, ``deflator``,
    ``usd_deflator``, ``exports_growth``, ``balance``, ``transfers``, ``fdi``,
    ``non_interest_current_account``), all fractions.
    """
    past = base.macro.history
    past = past.reindex(range(int(past.index.min()), base.inputs.first_year))

    def column(series: str) -> Array:
        if series not in past.columns:
            return np.full(len(past), np.nan)
        return np.array(past[series], dtype=np.float64)

    def change(values: Array) -> Array:
        with np.errstate(divide="ignore", invalid="ignore"):
            return np.concatenate([[np.nan], values[1:] / values[:-1] - 1])

    gdp = column("gdp_usd_mn")
    growth = column("real_growth_pct") / 100
    if name == "growth":
        return growth
    if name == "deflator":
        return column("deflator_growth_pct") / 100
    if name == "usd_deflator":
        return (1 + change(gdp)) / (1 + growth) - 1
    if name == "exports_growth":
        return change(column("exports_usd_mn"))
    if name == "balance":
        return column("primary_balance_pct_gdp") / 100
    if name == "transfers":
        return column("current_transfers_usd_mn") / gdp
    if name == "fdi":
        return column("fdi_net_usd_mn") / gdp
    interest = column("external_interest_usd_mn")
    debt = column("external_ppg_debt_usd_mn")
    # Years whose interest is not known carry the rate of the first projection year.
    start = base.existing.external_debt[0]
    rate = base.existing.external_interest[1] / start if start > 0 else 0.0
    before = np.concatenate([[np.nan], debt[:-1]])
    interest = np.where(np.isfinite(interest), interest, rate * before)
    return (column("current_account_usd_mn") + interest) / gdp


def moments(base: Baseline, name: str, parameters: Parameters) -> Moments:
    """Average and sample standard deviation over the window of the framework.

    Raises
    ------
    InputError
        If fewer years are known than ``stress.history_min``.
    """
    window = history(base, name)[-int(parameters["stress.history_years"]) :]
    known = window[np.isfinite(window)]
    least = int(parameters["stress.history_min"])
    if len(known) < least:
        raise InputError(
            f"{base.inputs.iso3}: {len(known)} known years of {name} before "
            f"{base.inputs.first_year}; a shock needs {least}"
        )
    return Moments(float(known.mean()), float(known.std(ddof=1)), len(known))


def lowered(baseline: Array, past: Moments, scale: float, count: int, size: float) -> Array:
    """The size rule: baseline or average, whichever is lower in t+1, less ``scale`` deviations.

    The choice made in t+1 holds for the later shock years. ``size`` multiplies the distance to
    the baseline: 0 is no shock, 1 that of the framework.
    """
    out = baseline.copy()
    fall = scale * past.deviation
    years = range(FIRST, min(FIRST + count, len(baseline)))
    from_average = past.mean < baseline[FIRST] if len(years) else False
    for k in years:
        target = past.mean - fall if from_average else baseline[k] - fall
        out[k] = baseline[k] + size * (target - baseline[k])
    return out


def real_usd_deflator(macro: Macro) -> Array:
    """Growth of the GDP deflator in USD (fraction); 0 at t-1, which is not projected."""
    change = macro.gdp_usd[1:] / macro.gdp_usd[:-1]
    return np.concatenate([[0.0], change / (1 + macro.growth[1:]) - 1])


def balance_kept(macro: Macro, level: Array, revenue_share: Array) -> Array:
    """Primary balance over GDP when spending and grants keep their amount in local currency.

    ``level`` is GDP in local currency over that of the baseline.
    """
    spread = (macro.balance_share - macro.revenue_share) * (1 / level - 1)
    return macro.balance_share + (revenue_share - macro.revenue_share) + spread


def moved(
    macro: Macro,
    *,
    growth: Array | None = None,
    deflator: Array | None = None,
    usd_deflator_change: Array | None = None,
    fx: Array | None = None,
    revenue_share: Array | None = None,
) -> Macro:
    """Macro arrays after shocks to growth, prices, exchange rate or revenue.

    Amounts in USD (trade, transfers, investment) and spending in local currency stay; the revenue
    ratio stays unless given. GDP in USD follows growth and the USD deflator, GDP in local currency
    growth and the local deflator, as the framework's two blocks do.
    """
    growth = macro.growth if growth is None else growth
    deflator = macro.deflator if deflator is None else deflator
    revenue_share = macro.revenue_share if revenue_share is None else revenue_share
    usd = real_usd_deflator(macro)
    after = usd if usd_deflator_change is None else usd + usd_deflator_change
    real = (1 + growth) / (1 + macro.growth)
    level_usd = np.cumprod(real * ((1 + after) / (1 + usd)))
    prices = (1 + deflator) / (1 + macro.deflator)
    level_lcu = np.asarray(np.cumprod(real * prices), dtype=np.float64)
    return replace(
        macro,
        growth=growth,
        deflator=deflator,
        gdp_usd=macro.gdp_usd * level_usd,
        gdp_lcu=macro.gdp_lcu * level_lcu,
        fx=macro.fx if fx is None else fx,
        revenue_share=revenue_share,
        grants_share=macro.grants_share / level_lcu,
        other_share=macro.other_share / level_lcu,
        balance_share=balance_kept(macro, level_lcu, revenue_share),
    )


def premium_change(
    base: Baseline, domestic: float, commercial: float, years: range, *, extra_external: bool
) -> TermChange:
    """Dearer borrowing in ``years``: rates on top (fractions) for domestic and commercial loans.

    Commercial loans are external instruments whose interest is not below the discount rate.
    """
    size, ledger = base.macro.size, base.ledger
    outside, inside = np.zeros(size), np.zeros(size)
    above, within = np.zeros(size), np.zeros(size)
    limit = base.inputs.number("discount_rate_pct")
    for k in years:
        later = size - k
        amount = float(ledger.domestic_borrowing[k])
        opening = base.new.domestic.outstanding[: later - 1]
        inside[k + 1 :] += amount * domestic * opening
        within[k] = domestic
        above[k] = commercial if extra_external else 0.0
        for one, unit in base.new.parts:
            if one.currency != "LCU" and one.interest_pct >= limit:
                lent = borrowed(base, one.share_pct, k)
                outside[k + 1 :] += lent * commercial * unit.outstanding[: later - 1]
    zero = np.zeros(size)
    return TermChange(zero, outside, zero, inside, above, within)


def borrowed(base: Baseline, share_pct: float, k: int) -> float:
    """Baseline borrowing of one external instrument in year ``k``, USD million."""
    lent = float(base.package.disbursement[k]) if base.package else 0.0
    total = 100 * base.new.external_share
    return (float(base.ledger.external_borrowing[k]) - lent) * share_pct / total
