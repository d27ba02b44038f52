"""Trade: time to trade costs, and the Caliendo-Parro equilibrium on OECD ICIO 2022."""

from beltroad.trade.adjoint import (
    CountryGradients,
    Gradient,
    country_gains,
    country_gradients,
    gradient,
    pair_gradients,
)
from beltroad.trade.bill import Bill
from beltroad.trade.calibration import Calibration, assemble, calibrate, theta_range
from beltroad.trade.equilibrium import Equilibrium, Residuals, solve
from beltroad.trade.model import TradeModel
from beltroad.trade.results import TradeResult
from beltroad.trade.time_costs import ad_valorem_cost_pct, iceberg_change, value_of_time
from beltroad.trade.welfare import (
    bilateral_trade,
    country_results,
    decomposition,
    industry_results,
    wage_bills,
    world_totals,
)

__all__ = [
    "Bill",
    "Calibration",
    "CountryGradients",
    "Equilibrium",
    "Gradient",
    "Residuals",
    "TradeModel",
    "TradeResult",
    "ad_valorem_cost_pct",
    "assemble",
    "bilateral_trade",
    "calibrate",
    "country_gains",
    "country_gradients",
    "country_results",
    "decomposition",
    "gradient",
    "iceberg_change",
    "industry_results",
    "pair_gradients",
    "solve",
    "theta_range",
    "value_of_time",
    "wage_bills",
    "world_totals",
]
