"""Kilometres and speeds of lines: railways, roads, rivers, the sea."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.network import Network
from beltroad.infrastructure.pricing.pricing import Pricing

__all__ = ["CANALS", "canal_hours", "canal_usd", "line_km", "line_speed", "sea_km", "voyage_km"]

Array = NDArray[np.float64]
# Sea lanes that no container service uses: the Arctic, and the canals between Caspian and Azov.
CLOSED_PASSAGES = ("northwest", "volga_don")
CANALS = ("suez", "panama")


def line_speed(pricing: Pricing, way: str, network: Network) -> Array:
    """Speed at each node over a whole trip, km/h: trains run day and night, lorries do not."""
    if way == "rail":
        return pricing.by_node("line_haul_speed_kmh.rail", "rail", network)
    moving = pricing.by_node("moving_speed_kmh.road", "road", network)
    return moving * pricing.by_node("duty_hours_per_day.road", "road", network) / 24


def line_km(network: Network, pricing: Pricing) -> Array:
    """Kilometres of every link, railways by the detour factor of their country's group."""
    group = pricing.groups["rail_group"].reindex(network.countries).fillna("")
    keys = [f"rail_detour_factor.rail.{name}" for name in group]
    factor = np.array([pricing.parameters.values.get(key, 1.0) for key in keys])
    at = factor[network.country_code]
    km = network.km.copy()
    rows = np.flatnonzero(network.has_mode("rail"))
    km[rows] *= (at[network.u[rows]] + at[network.v[rows]]) / 2
    return km


def sea_km(network: Network) -> Array:
    """Kilometres of every link at sea that container ships use; else ``inf``."""
    km = np.where(network.has_mode("sea", "port_sea"), network.km, np.inf)
    km[np.isin(network.passage, CLOSED_PASSAGES)] = np.inf
    return np.asarray(km)


def canal_hours(network: Network, pricing: Pricing) -> Array:
    """Hours of transit on the links of each canal, spread over its length; else 0."""
    p = pricing.parameters
    return _over_canals(network, {c: p.one(f"{c}_transit_hours.sea") for c in CANALS})


def canal_usd(network: Network, pricing: Pricing) -> Array:
    """Toll per TEU on the links of each canal, spread over its length; else 0."""
    p = pricing.parameters
    return _over_canals(network, {c: p.one(f"canal_usd_per_teu.sea.{c}") for c in CANALS})


def _over_canals(network: Network, totals: Mapping[str, float]) -> Array:
    out = np.zeros(len(network.km))
    for canal, total in totals.items():
        rows = network.passage == canal
        if rows.any():
            out[rows] = total * network.km[rows] / network.km[rows].sum()
    return out


def voyage_km(network: Network, pricing: Pricing) -> NDArray[np.float32]:
    """Kilometres of every link at sea, canal transits included as kilometres; else ``inf``."""
    speed = pricing.parameters.one("sailing_speed_kmh.sea")
    return (sea_km(network) + speed * canal_hours(network, pricing)).astype(np.float32)
