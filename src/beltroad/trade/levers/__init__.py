"""Policy levers: tariffs, agreements, border costs and delays, services and data barriers."""

from beltroad.trade.levers.acting import Applied, apply, cost_floor
from beltroad.trade.levers.base import base_tariffs, importer_tariffs
from beltroad.trade.levers.industries import INDUSTRY_GROUPS, industry_mask
from beltroad.trade.levers.lever import KINDS, Lever, Strength
from beltroad.trade.levers.pairs import agreement_level, economy_groups, resolve
from beltroad.trade.levers.presets import assumptions, describe, preset, preset_names

__all__ = [
    "INDUSTRY_GROUPS",
    "KINDS",
    "Applied",
    "Lever",
    "Strength",
    "agreement_level",
    "apply",
    "assumptions",
    "base_tariffs",
    "cost_floor",
    "describe",
    "economy_groups",
    "importer_tariffs",
    "industry_mask",
    "preset",
    "preset_names",
    "resolve",
]
