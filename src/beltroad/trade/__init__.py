"""Trade: time to trade costs, and the Caliendo-Parro equilibrium on OECD ICIO 2022."""

from beltroad.trade.bill import Bill
from beltroad.trade.calibration import Calibration, assemble, calibrate, theta_range
from beltroad.trade.equilibrium import Equilibrium, Residuals, solve
from beltroad.trade.time_costs import ad_valorem_cost_pct, iceberg_change, value_of_time
from beltroad.trade.welfare import (
    bilateral_trade,
    country_results,
    decomposition,
    industry_results,
    world_totals,
)

__all__ = [
    "Bill",
    "Calibration",
    "Equilibrium",
    "Residuals",
    "ad_valorem_cost_pct",
    "assemble",
    "bilateral_trade",
    "calibrate",
    "country_results",
    "decomposition",
    "iceberg_change",
    "industry_results",
    "solve",
    "theta_range",
    "value_of_time",
    "world_totals",
]
