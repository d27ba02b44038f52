r"""Medium term: solvency by the fan of the debt ratio, liquidity by the gross financing need.

The framework of 2023 follows the IMF's Sovereign Risk and Debt Sustainability Framework (SRDSF):

.. math:: DFI = w_1 \, width + w_2 \, P(\text{not stabilised}) + w_3 \, d_T \cdot I, \qquad
          GFI = v_1 \, GFN + v_2 \, B + v_3 \, \Delta B

with the fan's width (5 to 95 per cent), the debt ratio at the end :math:`d_T`, an institutions
index :math:`I` from 0 (best) to 1 (worst), the mean financing need, bank claims on government (per
cent of bank assets) and their rise under stress. Cut-offs were read second hand, the weights of DFI
are remembered and unconfirmed, those of GFI are inferred from one printed example: ``parameters``
of ``mac-srdsf`` say so row by row.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import pandas as pd

from beltroad.errors import InputError
from beltroad.finance.debt.parameters import Parameters
from beltroad.finance.debt.stochastic.fan import Fan

__all__ = [
    "BANDS",
    "BankExposure",
    "FanMeasures",
    "band",
    "fan_measures",
    "fanchart_index",
    "financing_index",
    "institutions_index",
    "medium_term_signal",
]

BANDS = ("low", "moderate", "high")
_WGI_BOUND = 2.5
_DEBT = "public_debt_pct_gdp"


@dataclass(frozen=True)
class FanMeasures:
    """What a fan says in ``year``: points of GDP, per cent, per cent of GDP."""

    year: int
    width_pct_gdp: float
    not_stabilised_pct: float
    terminal_pct_gdp: float


@dataclass(frozen=True)
class BankExposure:
    """Bank claims on government, per cent of bank assets, and their rise under stress, points."""

    claims_pct_assets: float
    stressed_rise_points: float


def band(value: float, low: float, high: float) -> str:
    """``low`` below the lower cut-off, ``high`` above the upper one; ``unknown`` for NaN."""
    if math.isnan(value):
        return "unknown"
    return BANDS[int(value >= low) + int(value > high)]


def institutions_index(government_effectiveness: float, regulatory_quality: float) -> float:
    """Mean of two Worldwide Governance Indicators (-2.5 to 2.5), turned to 0 best, 1 worst.

    That these two are used, averaged and turned was read second hand; the bounds were not, so the
    nominal range of the indicators stands in for them.

    Raises
    ------
    InputError
        If a value lies outside that range.
    """
    values = (government_effectiveness, regulatory_quality)
    if not all(-_WGI_BOUND <= v <= _WGI_BOUND for v in values):
        raise InputError(f"institutions: governance indicators go from -2.5 to 2.5, not {values}")
    return (_WGI_BOUND - sum(values) / 2) / (2 * _WGI_BOUND)


def fan_measures(fan: Fan, year: int) -> FanMeasures:
    """Width, probability that debt does not stabilise and median debt of a fan in ``year``.

    Raises
    ------
    InputError
        If the fan is not one of the public debt ratio, or ends before ``year``.
    """
    if fan.quantity != _DEBT:
        raise InputError(f"medium term: the fan must be one of {_DEBT}, not {fan.quantity}")
    if year not in fan.quantiles.index:
        last = int(fan.quantiles.index[-1])
        raise InputError(f"medium term: the fan ends in {last}; draw it to {year} or beyond")
    row = {q: float(fan.quantiles[q].loc[year]) for q in ("q05", "q50", "q95")}
    chance = fan.probability
    found = chance.loc[(chance["measure"] == "not_stabilised") & (chance["year"] == year), "value"]
    share = float(found.iloc[0]) if len(found) else math.nan
    return FanMeasures(year, row["q95"] - row["q05"], 100 * share, row["q50"])


def fanchart_index(measures: FanMeasures, institutions: float, srdsf: Parameters) -> float:
    """DFI of the formula above; NaN where a part is not known."""
    if not (math.isnan(institutions) or 0 <= institutions <= 1):
        raise InputError(f"medium term: institutions must be from 0 to 1, not {institutions}")
    return (
        srdsf["dfi.weight.width"] * measures.width_pct_gdp
        + srdsf["dfi.weight.probability"] * measures.not_stabilised_pct
        + srdsf["dfi.weight.terminal"] * measures.terminal_pct_gdp * institutions
    )


def financing_index(average_need_pct_gdp: float, banks: BankExposure, srdsf: Parameters) -> float:
    """GFI of the formula above."""
    return (
        srdsf["gfi.weight.average_need"] * average_need_pct_gdp
        + srdsf["gfi.weight.bank_claims"] * banks.claims_pct_assets
        + srdsf["gfi.weight.stressed_claims"] * banks.stressed_rise_points
    )


def medium_term_signal(dfi: float, gfi: float, srdsf: Parameters) -> tuple[str, pd.DataFrame]:
    """Signal of the two indices together, and a table of them.

    How the SRDSF brings the two to one scale before it averages them was not found. In its place
    each index is measured by its own cut-offs (0 at the lower, 1 at the upper one) and the two
    positions are averaged with the published half and half: low below 0, high above 1.

    Returns
    -------
    signal, DataFrame
        ``index, value, cut_low, cut_high, position, signal``; the signal rests on one index where
        the other is not known, and is ``unknown`` without both.
    """
    rows = []
    for name, value in (("dfi", dfi), ("gfi", gfi)):
        low, high = srdsf[f"{name}.cut_low"], srdsf[f"{name}.cut_high"]
        rows.append((name, value, low, high, (value - low) / (high - low), band(value, low, high)))
    columns = ["index", "value", "cut_low", "cut_high", "position", "signal"]
    table = pd.DataFrame(rows, columns=columns)
    known = table.dropna(subset="position")
    if known.empty:
        return "unknown", table
    weights = known["index"].map({"dfi": srdsf["mti.weight.dfi"], "gfi": srdsf["mti.weight.gfi"]})
    position = float((known["position"] * weights).sum() / weights.sum())
    return band(position, 0.0, 1.0), table
