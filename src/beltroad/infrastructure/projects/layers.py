"""One layer of a network to search in: neighbours, nearest nodes, ways, pieces."""

from __future__ import annotations

from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.engine._component_kernels import components
from beltroad.infrastructure.engine._kernels import bounded_way
from beltroad.infrastructure.network import (
    EARTH_RADIUS_KM,
    RAIL,
    ROAD,
    SEA,
    WATER,
    Network,
    great_circle_km,
)

__all__ = ["SNAP_KM", "Layer", "search_layers"]

# How far a station may lie from the waypoint that names it (town centre, junction, yard). River
# links have a node at every port only.
# Widths of the bands that a search for the nearest node tries; the last is the globe.
BANDS_KM = (20.0, 100.0, 500.0, 2500.0, 20100.0)
SNAP_KM = {RAIL: 12.0, ROAD: 10.0, WATER: 15.0}


class Layer:
    """Search structures over one layer of a network: neighbours, nearest nodes, ways."""

    def __init__(
        self,
        network: Network,
        layer: int,
        mode: str,
        *,
        closed: NDArray[np.bool_] | None = None,
        km: NDArray[np.float64] | None = None,
    ) -> None:
        self.network, self.layer = network, layer
        self.rows = np.flatnonzero(network.layer == layer)
        usable = network.has_mode(mode) if closed is None else network.has_mode(mode) & ~closed
        rows = np.flatnonzero(usable)
        # Nodes of the layer numbered on their own, both directions of every link sorted by start.
        self.local = np.full(len(network.nodes), -1, np.int64)
        self.local[self.rows] = np.arange(len(self.rows))
        u, v = self.local[network.u[rows]], self.local[network.v[rows]]
        start = np.concatenate([u, v])
        order = np.argsort(start, kind="stable")
        self.first = np.searchsorted(start[order], np.arange(len(self.rows) + 1))
        self.end = np.concatenate([v, u])[order]
        self.link = np.concatenate([rows, rows])[order]
        self.km = (network.km if km is None else km)[self.link].astype(np.float64)
        self.unit = _unit(network.lat[self.rows], network.lon[self.rows])
        # Nodes by latitude: a search looks at a band round its point, not at the whole layer.
        self._by_lat = np.argsort(network.lat[self.rows], kind="stable")
        self._lats = network.lat[self.rows][self._by_lat]

    def near(self, lat: float, lon: float, within_km: float) -> NDArray[np.int64]:
        """Nodes of this layer within ``within_km`` of a point."""
        band = self._band(lat, within_km)
        reach = np.cos(min(within_km / EARTH_RADIUS_KM, np.pi))
        return np.asarray(self.rows[band[self.unit[band] @ _unit(lat, lon) >= reach]])

    def nearest(
        self, lat: float, lon: float, among: NDArray[np.bool_] | None = None
    ) -> tuple[int, float]:
        """The nearest node of this layer to a point, and its distance in km.

        ``among`` says which nodes of the layer count, aligned with ``rows``; (-1, inf) where
        none does.
        """
        for reach_km in BANDS_KM:
            band = self._band(lat, reach_km)
            if among is not None:
                band = band[among[band]]
            if not len(band):
                continue
            row = int(self.rows[band[np.argmax(self.unit[band] @ _unit(lat, lon))]])
            km = float(great_circle_km(lat, lon, self.network.lat[row], self.network.lon[row]))
            if km <= reach_km:
                return row, km
        return -1, np.inf

    def _band(self, lat: float, km: float) -> NDArray[np.int64]:
        """Positions of the nodes whose latitude is within ``km`` of one, in their own order."""
        reach = np.degrees(km / EARTH_RADIUS_KM) + 1e-6
        first = np.searchsorted(self._lats, lat - reach)
        last = np.searchsorted(self._lats, lat + reach, side="right")
        return np.sort(self._by_lat[first:last])

    def way(
        self, seeds: NDArray[np.int64], goals: NDArray[np.int64],
        seed_km: NDArray[np.float64], goal_km: NDArray[np.float64], limit_km: float,
    ) -> tuple[float, NDArray[np.int64]]:  # fmt: skip
        """Shortest way from any seed to any goal: km including the offsets, and its links."""
        km, links = bounded_way(
            self.first, self.end, self.link, self.km,
            self.local[seeds], seed_km, self.local[goals], goal_km, limit_km,
        )  # fmt: skip
        return float(km), np.asarray(links)

    @cached_property
    def gauge(self) -> NDArray[np.int64]:
        """Gauge of each node of the layer in mm, 0 where none; aligned with ``rows``."""
        return self.network.nodes["gauge_mm"].to_numpy(np.int64)[self.rows]

    @cached_property
    def country(self) -> NDArray[np.str_]:
        """Country of each node of the layer; aligned with ``rows``."""
        return self.network.country_of(self.rows)

    @cached_property
    def piece(self) -> NDArray[np.int64]:
        """Label of the connected piece of each node; aligned with ``rows``."""
        start = np.repeat(np.arange(len(self.rows)), np.diff(self.first))
        return np.asarray(components(len(self.rows), start, self.end))

    @cached_property
    def piece_km(self) -> NDArray[np.float64]:
        """Kilometres of line in the connected piece of each node; aligned with ``rows``."""
        start = np.repeat(np.arange(len(self.rows)), np.diff(self.first))
        # Every link is in the list once from either end.
        total = np.bincount(self.piece[start], self.km / 2, minlength=len(self.rows))
        return np.asarray(total[self.piece])


def search_layers(network: Network) -> dict[str, Layer]:
    """The layers that projects are matched with and joined to, by mode."""
    return {
        "rail": Layer(network, RAIL, "rail"), "road": Layer(network, ROAD, "road"),
        "water": Layer(network, WATER, "water"), "sea": Layer(network, SEA, "sea"),
    }  # fmt: skip


def _unit(lat: object, lon: object) -> NDArray[np.float64]:
    """Points on the unit sphere, shape (..., 3)."""
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
