"""Names of the places where a route loads, changes or crosses."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.infrastructure.network import Network, great_circle_km

__all__ = ["Names"]

TOWN_KM = 60.0


@dataclass(frozen=True)
class Names:
    """Looks up names of nodes and border crossings."""

    network: Network
    own: Mapping[int, str]

    def node(self, row: int) -> str:
        """A terminal by its own name, anything else by the town nearest to it."""
        if row in self.own:
            return self.own[row]
        known = _by_ref().get(self.network.ref[row])
        return known or self.near(float(self.network.lat[row]), float(self.network.lon[row]))

    def near(self, lat: float, lon: float) -> str:
        """The nearest town, or the coordinates where there is none nearby."""
        name, at_lat, at_lon = _towns()
        box = np.flatnonzero(np.abs(at_lat - lat) < 1.0)
        km = great_circle_km(lat, lon, at_lat[box], at_lon[box])
        if len(box) and km.min() <= TOWN_KM:
            return str(name[box[np.argmin(km)]])
        return f"{lat:.2f}, {lon:.2f}"

    def crossing(self, link: int, forward: bool) -> str:
        """A border crossing by its listed name, in the direction of travel, or by the town near."""
        net = self.network
        a, b = (net.u[link], net.v[link]) if forward else (net.v[link], net.u[link])
        key = net.border[link]
        if key and key in _crossings().index:
            row = _crossings().loc[key]
            sides = (str(row["place_a"]), str(row["place_b"]))
            here = str(net.country_of(np.array([a]))[0])
            return " / ".join(sides if row["iso3_a"] == here else sides[::-1])
        codes = net.country_of(np.array([a, b]))
        if codes[0] == codes[1]:
            return self.near(float(net.lat[a]), float(net.lon[a]))
        return f"{self.near(float(net.lat[a]), float(net.lon[a]))} ({codes[0]} / {codes[1]})"


@lru_cache(maxsize=1)
def _crossings() -> pd.DataFrame:
    return evidence.load("borders").set_index("border_id")


@lru_cache(maxsize=1)
def _towns() -> tuple[NDArray[np.str_], NDArray[np.float64], NDArray[np.float64]]:
    places = evidence.load("places")
    places = places[places["kind"] == "city"]
    return (
        places["name"].astype(object).to_numpy().astype(str),
        places["lat"].to_numpy(float),
        places["lon"].to_numpy(float),
    )


@lru_cache(maxsize=1)
def _by_ref() -> dict[str, str]:
    """Name of each terminal by its reference: city id, UN/LOCODE, IATA code, dry port id."""
    places = evidence.load("places").astype({"locode": object, "iata": object, "name": object})
    out: dict[str, str] = {}
    for column, kind in (("locode", "port"), ("iata", "airport")):
        rows = places[(places[column] != "") & (places["kind"] == kind)]
        out |= dict(zip(rows[column], rows["name"], strict=True))
    rows = places[places["locode"] != ""]
    for code, name in zip(rows["locode"], rows["name"], strict=True):
        out.setdefault(str(code), str(name))
    cities = evidence.load("cities")
    out |= dict(zip(cities["city_id"].astype(str), cities["name"], strict=True))
    if "dryports" in evidence.names():
        dry = evidence.load("dryports")
        out |= dict(zip(dry["dryport_id"].astype(str), dry["name"], strict=True))
    return out
