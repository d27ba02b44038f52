"""Loss of a portfolio of loans and stakes: defaults that come together, and what concentrates."""

from beltroad.risk.portfolio.exposures import checked, read_exposures
from beltroad.risk.portfolio.model import PortfolioLoss, simulate
from beltroad.risk.portfolio.parameters import Parameters, default_parameters, implied_share

__all__ = [
    "Parameters", "PortfolioLoss", "checked", "default_parameters", "implied_share",
    "read_exposures", "simulate",
]  # fmt: skip
