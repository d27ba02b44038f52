"""Flights: hours, money and emissions between any two airports.

They are not links of the network: any two airports are joined by the great circle at block speed,
with a technical stop for every stage beyond the range of a loaded freighter.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.network import AIRPORT, Network, great_circle_km
from beltroad.infrastructure.parameters import NetworkParameters

__all__ = ["Flights", "flights"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Flights:
    """Between all airports, shape (airports, airports): km, block hours, usd and kg CO2e per TEU.

    ``wait_hours`` for the next flight, and ``nodes`` of the airports.
    """

    nodes: NDArray[np.intp]
    km: Array
    hours: Array
    usd: Array
    kgco2e: Array
    wait_hours: float


def flights(network: Network, parameters: NetworkParameters) -> Flights:
    """Air links of a network, by great circle."""
    nodes = np.flatnonzero(network.layer == AIRPORT)
    lat, lon = network.lat[nodes], network.lon[nodes]
    km = great_circle_km(lat[:, None], lon[:, None], lat, lon)
    if not len(nodes):
        return Flights(nodes, km, km, km, km, 0.0)
    p = parameters.one
    stops = np.maximum(np.ceil(km / p("max_stage_km.air")) - 1, 0)
    tonnes = p("tonnes_per_teu")
    return Flights(
        nodes, km,
        km / p("cruise_speed_kmh.air") + stops * p("technical_stop_hours.air"),
        km * p("usd_per_teu_km.air") + 2 * p("handling_usd_per_teu.air"),
        km * p("gco2e_per_tkm.air") * tonnes / 1000,
        p("service_wait_hours.air"),
    )  # fmt: skip
