"""Stochastic debt analysis: fans around a debt path, from a country's own history of shocks."""

from beltroad.finance.debt.stochastic.centre import QUANTITIES
from beltroad.finance.debt.stochastic.draws import METHODS
from beltroad.finance.debt.stochastic.fan import Fan, fan, fans
from beltroad.finance.debt.stochastic.many import Batch, many
from beltroad.finance.debt.stochastic.settings import FanSettings

__all__ = ["METHODS", "QUANTITIES", "Batch", "Fan", "FanSettings", "fan", "fans", "many"]
