"""Gravity: trade costs, agreements and time estimated from flows; potential; imputed flows."""

from beltroad.trade.gravity.fit import GravityFit, estimate, estimate_by_sector, sum_of
from beltroad.trade.gravity.implied import (
    ad_valorem_equivalent,
    day_equivalent,
    equivalents,
    trade_elasticity,
    trade_per_day,
)
from beltroad.trade.gravity.impute import FlowModel, fit_flows, leave_economy_out, predict_flows
from beltroad.trade.gravity.panel import read_panel
from beltroad.trade.gravity.potential import Potential, potential
from beltroad.trade.gravity.sample import sample_panel, with_geography, with_mass

__all__ = [
    "FlowModel",
    "GravityFit",
    "Potential",
    "ad_valorem_equivalent",
    "day_equivalent",
    "equivalents",
    "estimate",
    "estimate_by_sector",
    "fit_flows",
    "leave_economy_out",
    "potential",
    "predict_flows",
    "read_panel",
    "sample_panel",
    "sum_of",
    "trade_elasticity",
    "trade_per_day",
    "with_geography",
    "with_mass",
]
