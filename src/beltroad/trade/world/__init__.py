"""The world of the trade model: observed economies and, imputed, all the others.

Pure functions on arrays: the bundled tables and a user's own release of the same source are
extended by the same code. Method, figures and limits: ``docs/methods/world-accounts.md``.
"""

from __future__ import annotations

from beltroad.trade.world.accounts import Figures, Observed, World
from beltroad.trade.world.balance import Margins, balance
from beltroad.trade.world.distance import economy_distance_km
from beltroad.trade.world.extend import Settings, extend
from beltroad.trade.world.friction import Friction, covariates, fit

__all__ = [
    "Figures",
    "Friction",
    "Margins",
    "Observed",
    "Settings",
    "World",
    "balance",
    "covariates",
    "economy_distance_km",
    "extend",
    "fit",
]
