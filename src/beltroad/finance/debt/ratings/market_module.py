"""Pressure from markets on countries that borrow there.

Source: IMF and World Bank (2018), Guidance Note on the LIC-DSF, market-financing module: gross
financing need of the government and spread of its bonds against benchmarks. It informs judgement
and does not move the mechanical rating.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from beltroad.finance.debt.model import CountryInputs, DebtPath
from beltroad.finance.debt.parameters import Parameters

__all__ = ["MarketModule", "market_module"]


@dataclass(frozen=True)
class MarketModule:
    """Two indicators and their benchmarks; ``pressure`` is low, moderate, high or unknown."""

    gfn_pct_gdp: float
    gfn_year: int
    gfn_benchmark_pct_gdp: float
    spread_bp: float
    spread_benchmark_bp: float
    gfn_breach: bool
    spread_breach: bool
    pressure: str
    note: str


def market_module(
    inputs: CountryInputs, baseline: DebtPath, parameters: Parameters
) -> MarketModule | None:
    """Market pressure of a country with market access; None for the others.

    The need is the highest of the years t to t+2; the spread is the latest one, from the setting
    ``embi_spread_bp``. Both strictly above their benchmark: high, one: moderate, none: low. With
    one of the two unknown the answer is the least that is certain, and the note says so.
    """
    if inputs.settings["market_access"] != "yes":
        return None
    if "benchmark.gfn_pct_gdp" not in parameters.values:
        return None
    first = baseline.first_year
    years = range(first, first + int(parameters["benchmark.gfn_years"]))
    need = baseline.table["gross_financing_need_pct_gdp"].reindex(years).to_numpy(float)
    known = not np.isnan(need).all()
    gfn = float(np.nanmax(need)) if known else math.nan
    year = first + int(np.nanargmax(need)) if known else 0
    spread = inputs.number("embi_spread_bp")
    gfn_limit, spread_limit = parameters["benchmark.gfn_pct_gdp"], parameters["benchmark.embi_bp"]
    breaches = (gfn > gfn_limit) + (spread > spread_limit)
    missing = [n for n, v in (("financing need", gfn), ("spread", spread)) if math.isnan(v)]
    note = f"{' and '.join(missing)} not known: pressure can be higher" if missing else ""
    pressure = "unknown" if missing and not breaches else ("low", "moderate", "high")[breaches]
    return MarketModule(
        gfn, year, gfn_limit, spread, spread_limit, gfn > gfn_limit, spread > spread_limit,
        pressure, note,
    )  # fmt: skip
