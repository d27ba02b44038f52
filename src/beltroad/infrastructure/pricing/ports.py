"""Ports: hours of a container there, and what a voyage costs."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.pricing.pricing import Pricing, changed
from beltroad.infrastructure.projects.effects import StateEffects

__all__ = ["PortTimes", "port_times"]

Array = NDArray[np.float64]


@dataclass(frozen=True)
class PortTimes:
    """Hours in each port (shape (ports,)), and what a voyage costs per TEU.

    ``load_hours`` and ``unload_hours`` include ``transshipment_hours``: the mean wait of boxes
    that change ships because long-haul liners do not call at the port.
    """

    load_hours: Array
    unload_hours: Array
    transshipment_hours: Array
    usd_transshipment: Array
    speed_kmh: float
    usd_per_teu_km: float
    usd_handling: float
    kgco2e_per_teu_km: float

    def rows(
        self, voyages: NDArray[np.float32], usd_per_hour: float | None = None
    ) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
        """Hours, usd and kg CO2e of voyages, of loading and of unloading.

        With ``usd_per_hour`` generalised cost comes first. Shapes (3 or 4, ports, ports) and
        twice (3 or 4, ports); ``voyages`` are kilometres by sea, shape (ports, ports).
        """
        per_km = (1 / self.speed_kmh, self.usd_per_teu_km, self.kgco2e_per_teu_km)
        sea = np.stack([voyages * np.float32(x) for x in per_km])
        none = np.zeros_like(self.load_hours)
        fee = none + self.usd_handling / 2 + self.usd_transshipment
        load = np.stack([self.load_hours, fee, none]).astype(np.float32)
        unload = np.stack([self.unload_hours, fee, none]).astype(np.float32)
        if usd_per_hour is None:
            return sea, load, unload
        price = np.float32(usd_per_hour)
        return tuple(np.concatenate([x[1:2] + price * x[:1], x]) for x in (sea, load, unload))  # type: ignore[return-value]


def port_times(network: Network, pricing: Pricing, effects: StateEffects) -> PortTimes:
    """Hours in every port of the network in one state, and the costs of a voyage."""
    p = pricing.parameters
    rows = np.flatnonzero(network.layer == PORT)
    country = network.country_of(rows)
    ref = network.ref[rows]
    dwell = pricing.by_node("port_dwell_hours.sea", "port", network)[rows]
    floor = np.minimum(dwell, p.one("port_dwell_floor_hours.sea"))
    dwell = np.maximum(dwell - effects.port_hours_saved, floor)
    for reform in pricing.reforms:
        hits = np.isin(country, list(reform.ports_of)) | np.isin(ref, list(reform.ports))
        dwell = changed(dwell, hits, reform)
    share = pricing.transshipped(network, rows)
    change = share * p.one("transshipment_hours.sea")
    lift = p.one("handling_usd_per_teu.sea")
    return PortTimes(
        dwell + change + pricing.departure_wait("sea", network, rows),
        dwell + change,
        change,
        2 * lift * share,
        p.one("sailing_speed_kmh.sea"),
        p.one("usd_per_teu_km.sea"),
        2 * lift,
        p.one("gco2e_per_tkm.sea") * p.one("tonnes_per_teu") / 1000,
    )
