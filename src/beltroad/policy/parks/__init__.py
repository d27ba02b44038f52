"""Parks and zones of economic and trade cooperation, and which of them suit an investor."""

from beltroad.policy.parks.gateways import GATEWAYS, gateways
from beltroad.policy.parks.registry import find, pairs, park
from beltroad.policy.parks.suitability import suitable

__all__ = ["GATEWAYS", "find", "gateways", "pairs", "park", "suitable"]
