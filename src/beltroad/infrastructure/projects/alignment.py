"""Where a project lies on the network: on lines that exist, or as links to be added.

A project is a chain of waypoints. Each leg is matched with the shortest way over the layer of
its mode between stations near both waypoints. A way that is not much longer than the leg is the
line itself; where there is none, the leg becomes a new link.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.engine._kernels import bounded_way
from beltroad.infrastructure.network import (
    CITY,
    PORT,
    RAIL,
    ROAD,
    Network,
    great_circle_km,
)
from beltroad.infrastructure.projects.record import FreightProject

__all__ = ["Alignment", "Layer", "align"]

# How far a station may lie from the waypoint that names it (town centre, junction, yard).
SNAP_KM = {RAIL: 12.0, ROAD: 10.0}
# Nodes of long lines in empty country are this far apart at most; tried where SNAP_KM finds none.
WIDE_SNAP_KM = 35.0
# A way longer than this multiple of the leg's own length is another line, not this one.
DETOUR_LIMIT = 1.5
# How far from its ends a new railway may share the track of an older one: km, and share of a leg.
JUNCTION_KM, JUNCTION_SHARE = 40.0, 0.25
# New stations join the city and port terminals and the other layers' nodes this near.
JOIN_KM = {"city_rail": 30.0, "city_road": 30.0, "port_rail": 15.0, "port_road": 15.0}


@dataclass(frozen=True)
class Alignment:
    """One project on the network.

    ``existing`` are rows of ``Network.links`` on which it lies; ``nodes`` and ``links`` what it
    adds (numbering as in :meth:`Network.with_additions`); ``terminals`` rows of ``Network.nodes``
    of the ports or cities it improves; ``notes`` what a reader should know about the match.
    """

    existing: NDArray[np.int64]
    nodes: pd.DataFrame
    links: pd.DataFrame
    terminals: NDArray[np.int64]
    notes: list[str] = field(default_factory=list)


class Layer:
    """Search structures over one land layer of a network: neighbours, nearest nodes, ways."""

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

    def near(self, lat: float, lon: float, within_km: float) -> NDArray[np.int64]:
        """Nodes of this layer within ``within_km`` of a point."""
        near = self.unit @ _unit(lat, lon) >= np.cos(min(within_km / 6371.0088, np.pi))
        return np.asarray(self.rows[near])

    def nearest(self, lat: float, lon: float) -> tuple[int, float]:
        """The nearest node of this layer to a point, and its distance in km."""
        row = int(self.rows[np.argmax(self.unit @ _unit(lat, lon))])
        km = great_circle_km(lat, lon, self.network.lat[row], self.network.lon[row])
        return row, float(km)

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


def align(network: Network, layers: dict[str, Layer], project: FreightProject) -> Alignment:
    """Match a rail, road or water project with the network.

    A project without a published length has legs of 1.2 times their great circle; one that is
    known not to be in the map data is never matched with lines nearby.
    """
    mode, waypoints, length_km = project.mode, project.waypoints, project.length_km
    only_new = project.unmapped
    kind = "rail" if mode == "rail" else "road"
    layer = layers[kind]
    legs = great_circle_km(waypoints[:-1, 0], waypoints[:-1, 1], waypoints[1:, 0], waypoints[1:, 1])
    total = float(legs.sum())
    scale = length_km / total if np.isfinite(length_km) and total > 0 else 1.2
    scale = max(scale, 1.0)
    existing: list[NDArray[np.int64]] = []
    missing: list[int] = []
    notes: list[str] = []
    for k, leg in enumerate(legs):
        way = None if only_new else _match(layer, waypoints[k], waypoints[k + 1], leg * scale)
        if way is None:
            missing.append(k)
        else:
            existing.append(_own_track(layer, project, k, len(legs), way))
    builder = _Builder(network, layer, layers, kind, project.id)
    for k in missing:
        builder.leg(waypoints[k], waypoints[k + 1], float(legs[k] * scale))
    if missing and not only_new:
        km = float(sum(legs[k] * scale for k in missing))
        notes.append(f"{km:.0f} km of {total * scale:.0f} km are not in the map data and are added")
    found = np.unique(np.concatenate(existing)) if existing else np.empty(0, np.int64)
    return Alignment(found, *builder.frames(), np.empty(0, np.int64), notes + builder.notes)


def _match(
    layer: Layer, a: NDArray[np.float64], b: NDArray[np.float64], leg_km: float
) -> NDArray[np.int64] | None:
    """Links of the existing line from a to b, or None where there is none."""
    for reach in (SNAP_KM[layer.layer], WIDE_SNAP_KM):
        snap = min(reach, max(2.0, 0.4 * leg_km))
        seeds, goals = layer.near(a[0], a[1], snap), layer.near(b[0], b[1], snap)
        if not len(seeds) or not len(goals):
            continue
        net = layer.network
        seed_km = 1.3 * great_circle_km(a[0], a[1], net.lat[seeds], net.lon[seeds])
        goal_km = 1.3 * great_circle_km(b[0], b[1], net.lat[goals], net.lon[goals])
        km, way = layer.way(seeds, goals, seed_km, goal_km, DETOUR_LIMIT * leg_km + 2 * snap)
        if np.isfinite(km) and len(way):
            return way
    return None


def _own_track(
    layer: Layer, project: FreightProject, leg: int, legs: int, way: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The part of a way that is the project's own.

    A new railway ends at a station of an older line and shares its track up to the junction.
    That track was there before: it is left out up to the last junction near either end.
    """
    if project.effect != "new_link" or layer.layer != RAIL:
        return way
    # Ways are listed from their goal back to their start.
    if leg == legs - 1:
        way = _past_junction(layer, way)
    if leg == 0:
        way = _past_junction(layer, way[::-1])[::-1]
    return way


def _past_junction(layer: Layer, way: NDArray[np.int64]) -> NDArray[np.int64]:
    """A way without its first links up to the last junction within reach of its first end."""
    net = layer.network
    u, v = net.u[way], net.v[way]
    km = np.cumsum(net.km[way])
    reach, cut = min(JUNCTION_KM, JUNCTION_SHARE * float(km[-1])) if len(way) else 0.0, 0
    for k in range(len(way) - 1):
        if km[k] > reach:
            break
        joint = u[k] if u[k] in (u[k + 1], v[k + 1]) else v[k]
        here = layer.local[joint]
        if layer.first[here + 1] - layer.first[here] > 2:
            cut = k + 1
    return way[cut:]


class _Builder:
    """Collects the new nodes and links of one project."""

    def __init__(
        self, network: Network, layer: Layer, layers: dict[str, Layer], kind: str, project: str
    ) -> None:
        self.network, self.layer, self.layers = network, layer, layers
        self.kind, self.project = kind, project
        self.nodes: list[dict[str, object]] = []
        self.links: list[dict[str, object]] = []
        self.notes: list[str] = []
        self._known: dict[tuple[float, float], int] = {}

    def leg(self, a: NDArray[np.float64], b: NDArray[np.float64], km: float) -> None:
        """One new link between the stations at a and b."""
        u, v = self._station(*a), self._station(*b)
        if u != v:
            self._link(u, v, km, self.kind)

    def frames(self) -> tuple[pd.DataFrame, pd.DataFrame]:
        """What was collected, in the columns of the network's tables."""
        nodes = pd.DataFrame(
            self.nodes, columns=["lat", "lon", "layer", "country", "gauge_mm", "ref"]
        )
        links = pd.DataFrame(
            self.links,
            columns=["u", "v", "km", "mode", "border", "passage", "patched", "project"],
        )
        return nodes, links

    def _station(self, lat: float, lon: float) -> int:
        key = (round(lat, 4), round(lon, 4))
        if key not in self._known:
            row, away = self.layer.nearest(lat, lon)
            near = away <= SNAP_KM[self.layer.layer] / 2
            self._known[key] = row if near else self._new_station(lat, lon)
        return self._known[key]

    def _new_station(self, lat: float, lon: float) -> int:
        row, _ = self.layers["road"].nearest(lat, lon)
        country = str(self.network.country_of(np.array([row]))[0])
        same = self.layer.nearest(lat, lon)[0]
        gauge = int(self.network.nodes["gauge_mm"].iloc[same]) if self.kind == "rail" else 0
        self.nodes.append(
            {"lat": lat, "lon": lon, "layer": self.layer.layer, "country": country,
             "gauge_mm": gauge, "ref": ""}
        )  # fmt: skip
        new = -len(self.nodes)
        joined = 0
        for terminal, name in ((CITY, "city"), (PORT, "port")):
            mode = f"{name}_{self.kind}"
            rows = np.flatnonzero(self.network.layer == terminal)
            km = great_circle_km(lat, lon, self.network.lat[rows], self.network.lon[rows])
            for k in np.flatnonzero(km <= JOIN_KM[mode]):
                self._link(new, int(rows[k]), float(1.2 * km[k]), mode)
                joined += 1
        if self.kind == "rail" and not joined:
            # Freight reaches a station in open country by lorry.
            row, km_road = self.layers["road"].nearest(lat, lon)
            if km_road <= 60:
                self._link(new, row, 1.2 * km_road, "rail_road")
                joined += 1
        if not joined:
            self.notes.append(
                f"the new station at {lat:.2f}, {lon:.2f} joins no city, port or road nearby: "
                "it is reached by the project's own line only"
            )
        return new

    def _link(self, u: int, v: int, km: float, mode: str) -> None:
        self.links.append(
            {"u": u, "v": v, "km": km, "mode": mode, "border": "", "passage": "",
             "patched": False, "project": self.project}
        )  # fmt: skip


def _unit(lat: object, lon: object) -> NDArray[np.float64]:
    """Points on the unit sphere, shape (..., 3)."""
    phi, lam = np.radians(np.asarray(lat, float)), np.radians(np.asarray(lon, float))
    return np.stack([np.cos(phi) * np.cos(lam), np.cos(phi) * np.sin(lam), np.sin(phi)], axis=-1)
