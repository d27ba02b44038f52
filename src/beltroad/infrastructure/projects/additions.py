"""What a project adds to the network: stations, lines, changes of gauge, ports, dry ports.

New places are joined to what lies around them within the same distances as in the bundled
network: a port to the sea lanes, the roads and railways of its country, a station to cities and
ports, or to a road where there is no town.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.network import (
    CITY,
    DRYPORT,
    LAYERS,
    PORT,
    RAIL,
    ROAD,
    WATER,
    Network,
    great_circle_km,
)
from beltroad.infrastructure.projects.layers import SNAP_KM, Layer
from beltroad.infrastructure.projects.record import FreightProject

__all__ = ["CHANGE_KM", "JOIN_KM", "Additions", "gauge_change_between", "joins_between"]

# New places join the terminals and the other layers' nodes this near.
JOIN_KM = {
    "city_rail": 30.0, "city_road": 30.0, "port_rail": 15.0, "port_road": 15.0, "rail_road": 60.0,
    "port_water": 15.0, "dryport_rail": 15.0, "dryport_road": 30.0,
}  # fmt: skip
# A port stands further from the road than a station, as in the bundled network; and the sea
# lanes are far apart.
PORT_ROAD_KM, PORT_SEA_KM = 50.0, 400.0
# Access links are straight lines: stretched by this factor.
DETOUR = 1.2
# Least length of the link between stations of two gauges, and between a river and its port.
CHANGE_KM, QUAY_KM = 1.0, 0.5
# A terminal hangs on pieces of road or railway of at least this length, or on none.
PIECE_KM = 100.0


class Additions:
    """Collects the new nodes and links of one project."""

    def __init__(
        self, network: Network, layers: Mapping[str, Layer], project: FreightProject
    ) -> None:
        self.network, self.layers, self.project = network, layers, project
        self.nodes: list[dict[str, object]] = []
        self.links: list[dict[str, object]] = []
        self.notes: list[str] = []
        self._known: dict[tuple[float, float], int] = {}

    def leg(self, kind: str, a: NDArray[np.float64], b: NDArray[np.float64], km: float) -> None:
        """One new link of a line (rail, road or water) between the stations at a and b."""
        u, v = self._station(kind, *a), self._station(kind, *b)
        if u != v:
            pair = sorted((self._country(u), self._country(v)))
            border = self.project.crossings.get((pair[0], pair[1]), "") if kind != "water" else ""
            self._link(u, v, km, kind, border)

    def port(self, lat: float, lon: float) -> None:
        """A sea port that was not there: joined to a sea lane, to roads and railways."""
        node = self._node(lat, lon, PORT, self._country_at(lat, lon), ref=self.project.ref)
        row, km = self.layers["sea"].nearest(lat, lon)
        if km > PORT_SEA_KM:
            self.notes.append(f"the new port is {km:.0f} km from any sea lane: no ship reaches it")
        else:
            # One link only: no voyage can pass through a port that may be absent.
            self._link(node, row, max(km, 0.1), "port_sea")
        self._land(node, lat, lon, "port", PORT_ROAD_KM)

    def dry_port(self, lat: float, lon: float) -> None:
        """A dry port that was not there: on rail (the nearest of each gauge) and road."""
        node = self._node(lat, lon, DRYPORT, self._country_at(lat, lon), ref=self.project.ref)
        self._land(node, lat, lon, "dryport", JOIN_KM["dryport_road"])

    def river_port(self, lat: float, lon: float) -> None:
        """Quays at the end of a waterway: at the ports there, or a port of their own."""
        water = self._station("water", lat, lon)
        if water >= 0 or self._quays(water, lat, lon):
            return
        count = sum(n["layer"] == PORT for n in self.nodes) + 1
        ref = f"{self.project.id}-{count}"
        port = self._node(lat, lon, PORT, self._country_at(lat, lon), ref=ref)
        self._link(water, port, QUAY_KM, "port_water")
        self._land(port, lat, lon, "port", PORT_ROAD_KM)

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

    def _station(self, kind: str, lat: float, lon: float) -> int:
        """The station at a waypoint: one that is there, in the project's gauge, or a new one."""
        key = (round(lat, 4), round(lon, 4))
        if key not in self._known:
            layer, gauge = self.layers[kind], self.project.gauge_mm if kind == "rail" else 0
            reach = SNAP_KM[layer.layer] / (1 if kind == "water" else 2)
            row, away = layer.nearest(lat, lon)
            if away > reach:
                self._known[key] = self._new_station(kind, lat, lon, gauge)
            elif not gauge or self._gauge(row) in (gauge, 0):
                self._known[key] = row
            else:
                own, own_away = layer.nearest(lat, lon, layer.gauge == gauge)
                if own_away <= reach:
                    self._known[key] = own
                else:
                    new = self._new_station(kind, lat, lon, gauge)
                    self._link(new, row, max(DETOUR * away, CHANGE_KM), "rail")
                    self.notes.append(
                        f"gauge {gauge} meets {self._gauge(row)} at {lat:.2f}, {lon:.2f}: "
                        "a change of gauge is added"
                    )
                    self._known[key] = new
        return self._known[key]

    def _new_station(self, kind: str, lat: float, lon: float, gauge: int) -> int:
        if kind == "water":
            return self._node(lat, lon, WATER, self._country_at(lat, lon))
        layer = self.layers[kind]
        if kind == "rail" and not gauge:
            gauge = self._gauge(layer.nearest(lat, lon)[0])
        new = self._node(lat, lon, layer.layer, self._country_at(lat, lon), gauge=gauge)
        joined = 0
        for terminal, name in ((CITY, "city"), (PORT, "port")):
            mode = f"{name}_{kind}"
            for row, km in self._within(terminal, lat, lon, JOIN_KM[mode]):
                self._link(new, row, DETOUR * km, mode)
                joined += 1
        if kind == "rail" and not joined:
            # Freight reaches a station in open country by lorry.
            row, km = self.layers["road"].nearest(lat, lon)
            if km <= JOIN_KM["rail_road"]:
                self._link(new, row, DETOUR * km, "rail_road")
                joined += 1
        if not joined:
            self.notes.append(
                f"the new station at {lat:.2f}, {lon:.2f} joins no city, port or road nearby: "
                "it is reached by the project's own line only"
            )
        return new

    def _quays(self, water: int, lat: float, lon: float) -> int:
        """Join a river to the ports within reach; how many there are."""
        ports = self._within(PORT, lat, lon, JOIN_KM["port_water"])
        for row, km in ports:
            self._link(water, row, max(DETOUR * km, QUAY_KM), "port_water")
        return len(ports)

    def _land(self, node: int, lat: float, lon: float, name: str, road_km: float) -> None:
        """Join a terminal to road, and to rail in each gauge, of its own country."""
        country = self._country(node)
        lacking = []
        for kind, reach in (("road", road_km), ("rail", JOIN_KM[f"{name}_rail"])):
            layer = self.layers[kind]
            fine = (layer.country == country) & (layer.piece_km >= PIECE_KM)
            joined = 0
            for gauge in np.unique(layer.gauge[fine]) if kind == "rail" else [None]:
                among = fine if gauge is None else fine & (layer.gauge == gauge)
                row, km = layer.nearest(lat, lon, among)
                if km <= reach:
                    self._link(node, row, max(DETOUR * km, 0.1), f"{name}_{kind}")
                    joined += 1
            if not joined:
                lacking.append(f"no {kind} of {country} within {reach:.0f} km")
        if lacking:
            what = "dry port" if name == "dryport" else "port"
            self.notes.append(f"the new {what} has {' and '.join(lacking)}")

    def _within(self, layer: int, lat: float, lon: float, km: float) -> list[tuple[int, float]]:
        rows = np.flatnonzero(self.network.layer == layer)
        away = great_circle_km(lat, lon, self.network.lat[rows], self.network.lon[rows])
        return [(int(rows[k]), float(away[k])) for k in np.flatnonzero(away <= km)]

    def _country_at(self, lat: float, lon: float) -> str:
        """Country of a new place: the host if there is one, else that of the nearest road."""
        hosts = self.project.hosts
        if len(hosts) == 1 and hosts[0]:
            return hosts[0]
        row, _ = self.layers["road"].nearest(lat, lon)
        return str(self.network.country_of(np.array([row]))[0])

    def _country(self, node: int) -> str:
        if node < 0:
            return str(self.nodes[-1 - node]["country"])
        return str(self.network.country_of(np.array([node]))[0])

    def _gauge(self, row: int) -> int:
        return int(self.network.nodes["gauge_mm"].iloc[row])

    def _node(
        self, lat: float, lon: float, layer: int, country: str, *, gauge: int = 0, ref: str = ""
    ) -> int:
        self.nodes.append(
            {"lat": lat, "lon": lon, "layer": layer, "country": country, "gauge_mm": gauge,
             "ref": ref}
        )  # fmt: skip
        return -len(self.nodes)

    def _link(self, u: int, v: int, km: float, mode: str, border: str = "") -> None:
        self.links.append(_row(u, v, km, mode, self.project.id, border))


def gauge_change_between(u: int, v: int, km: float, project: str) -> dict[str, object]:
    """A row of the links table: the way between new stations of two gauges at one place."""
    return _row(u, v, max(DETOUR * km, CHANGE_KM), "rail", project)


def joins_between(nodes: pd.DataFrame, owner: Sequence[str]) -> list[dict[str, object]]:
    """Links between new stations of one project and new ports or dry ports of another.

    Each belongs to the project of the station: its line is what reaches the port. Nodes are
    numbered as in :meth:`Network.with_additions`.
    """
    lat, lon = nodes["lat"].to_numpy(float), nodes["lon"].to_numpy(float)
    layer, country = nodes["layer"].to_numpy(int), nodes["country"].to_numpy(str)
    out = []
    for place in map(int, np.flatnonzero(np.isin(layer, (PORT, DRYPORT)))):
        name = LAYERS[layer[place]]
        km = great_circle_km(lat[place], lon[place], lat, lon)
        for k in map(int, np.flatnonzero(np.isin(layer, (RAIL, ROAD, WATER)))):
            mode = f"{name}_{LAYERS[layer[k]]}"
            if km[k] > JOIN_KM.get(mode, -1.0) or owner[k] == owner[place]:
                continue
            if mode == "port_water" or country[k] == country[place]:
                length = max(DETOUR * float(km[k]), QUAY_KM)
                out.append(_row(-1 - k, -1 - place, length, mode, owner[k]))
    return out


def _row(u: int, v: int, km: float, mode: str, project: str, border: str = "") -> dict[str, object]:
    """A row of the links table."""
    return {
        "u": u, "v": v, "km": km, "mode": mode, "border": border, "passage": "",
        "patched": False, "project": project,
    }  # fmt: skip
