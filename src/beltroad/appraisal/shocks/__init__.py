"""Shock scenarios: something shut, dearer oil, dearer money; through network, trade, debt."""

from beltroad.appraisal.shocks.run import Shock, ShockResult, run_shocks, standard_shocks

__all__ = ["Shock", "ShockResult", "run_shocks", "standard_shocks"]
