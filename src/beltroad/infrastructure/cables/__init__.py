"""Fibre: cables on the corridors, latency between cities, what breaks if a landing is lost."""

from beltroad.infrastructure.cables.bundled import bundled_fibre
from beltroad.infrastructure.cables.land import land_kilometres, shut_pairs
from beltroad.infrastructure.cables.latency import (
    Latency,
    Leg,
    check_latency,
    latency,
    latency_matrix,
)
from beltroad.infrastructure.cables.network import (
    FibreNetwork,
    Losses,
    Parameters,
    fibre_network,
    land_points,
)
from beltroad.infrastructure.cables.resilience import (
    Loss,
    connections,
    loss_of,
    rank_landings,
    strait_table,
)
from beltroad.infrastructure.cables.straits import STRAITS

__all__ = [
    "STRAITS", "FibreNetwork", "Latency", "Leg", "Loss", "Losses", "Parameters", "bundled_fibre",
    "check_latency", "connections", "fibre_network", "land_kilometres", "land_points", "latency",
    "latency_matrix", "loss_of", "rank_landings", "shut_pairs", "strait_table",
]  # fmt: skip
