"""The freight network as two labelled tables: nodes in contraction order, and links.

A node belongs to one layer (rail, road, sea, inland water, or a terminal: city, port, airport,
dry port). Modes change only through terminals, over links of their own (``city_rail``,
``port_sea``, ...). A rail or road link whose
ends lie in different countries is a border crossing.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property, lru_cache

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad import evidence
from beltroad.errors import DataError
from beltroad.sphere import EARTH_RADIUS_KM, great_circle_km

__all__ = [
    "AIRPORT", "CITY", "DRYPORT", "EARTH_RADIUS_KM", "LAYERS", "MODES", "PORT", "RAIL", "ROAD",
    "SEA", "WATER", "Network", "great_circle_km",
]  # fmt: skip

LAYERS = ("rail", "road", "sea", "city", "port", "water", "airport", "dryport")
RAIL, ROAD, SEA, CITY, PORT, WATER, AIRPORT, DRYPORT = range(8)
MODES = (
    "rail", "road", "sea", "ferry", "city_rail", "city_road", "city_port",
    "port_rail", "port_road", "port_sea", "rail_road",
    "water", "port_water", "airport_road", "city_airport", "dryport_rail", "dryport_road",
)  # fmt: skip
SAME_GAUGE_MM = 8  # 1520 and 1524, 1668 and 1676


@dataclass(frozen=True)
class Network:
    """Nodes and links of one freight network. Immutable; methods return new networks.

    Attributes
    ----------
    nodes
        One row a node, in contraction order: ``lat``, ``lon`` (degrees), ``layer`` (0..7, see
        ``LAYERS``), ``country`` (ISO 3166 alpha-3, empty at sea), ``gauge_mm`` (rail, else 0),
        ``ref`` (city id, UN/LOCODE, IATA code, dry port id or empty).
    links
        One row a link, passable both ways: ``u``, ``v`` (row of the node), ``km``, ``mode``,
        ``border`` (id of a listed crossing or empty), ``passage`` (strait or canal, or empty),
        ``patched`` (not in the raw data), ``project`` (id of the project that adds it, or empty).
    """

    nodes: pd.DataFrame
    links: pd.DataFrame

    @staticmethod
    @lru_cache(maxsize=1)
    def bundled() -> Network:
        """The world network that ships with beltroad (OpenStreetMap, ODbL; Eurostat sea lanes)."""
        nodes, links = evidence.load("network_nodes"), evidence.load("network_links")
        links["project"] = pd.Categorical([""] * len(links))
        return Network(nodes, links).checked()

    def checked(self) -> Network:
        """The network itself, or a DataError naming the first row that breaks its shape."""
        ends = self.links[["u", "v"]].to_numpy()
        bad = (ends < 0).any(axis=1) | (ends >= len(self.nodes)).any(axis=1)
        bad |= ends[:, 0] == ends[:, 1]
        bad |= ~(self.links["km"].to_numpy() >= 0)
        bad |= ~self.links["mode"].isin(MODES).to_numpy()
        if bad.any():
            row = int(np.argmax(bad))
            raise DataError(f"network link {row} is not usable: {self.links.iloc[row].to_dict()}")
        return self

    @cached_property
    def lat(self) -> NDArray[np.float64]:
        """Latitude of each node, degrees."""
        return self.nodes["lat"].to_numpy(np.float64)

    @cached_property
    def lon(self) -> NDArray[np.float64]:
        """Longitude of each node, degrees."""
        return self.nodes["lon"].to_numpy(np.float64)

    @cached_property
    def layer(self) -> NDArray[np.uint8]:
        """Layer of each node."""
        return self.nodes["layer"].to_numpy(np.uint8)

    @cached_property
    def countries(self) -> NDArray[np.str_]:
        """ISO 3166 alpha-3 codes that occur, sorted; empty stands for the sea."""
        return np.asarray(np.unique(self.nodes["country"].astype(object).to_numpy(str)))

    @cached_property
    def country_code(self) -> NDArray[np.intp]:
        """Position of each node's country in :attr:`countries`."""
        column = self.nodes["country"].astype("category")
        place = np.searchsorted(self.countries, column.cat.categories.to_numpy(str))
        return place[column.cat.codes.to_numpy()]

    def country_of(self, rows: NDArray[np.integer]) -> NDArray[np.str_]:
        """Country of each of these nodes."""
        return np.asarray(self.countries[self.country_code[rows]])

    @cached_property
    def mode_code(self) -> NDArray[np.int8]:
        """Position of each link's mode in ``MODES``."""
        column = self.links["mode"].astype("category")
        place = np.array([MODES.index(str(name)) for name in column.cat.categories], np.int8)
        return place[column.cat.codes.to_numpy()]

    def has_mode(self, *names: str) -> NDArray[np.bool_]:
        """Which links have one of these modes."""
        wanted = np.zeros(len(MODES), np.bool_)
        wanted[[MODES.index(name) for name in names]] = True
        return np.asarray(wanted[self.mode_code])

    @cached_property
    def gauge_change(self) -> NDArray[np.bool_]:
        """Rail links between two gauges; 1520 and 1524 mm, say, are one: trains run through."""
        gauge = self.nodes["gauge_mm"].to_numpy(np.int64)
        a, b = gauge[self.u], gauge[self.v]
        differ = np.abs(a - b) > SAME_GAUGE_MM
        return np.asarray(self.has_mode("rail") & differ & (a > 0) & (b > 0))

    @cached_property
    def crossings(self) -> NDArray[np.intp]:
        """Rows of the rail and road links whose ends lie in different countries."""
        a, b = self.country_code[self.u], self.country_code[self.v]
        at_sea = np.flatnonzero(self.countries == "")
        land = ~np.isin(a, at_sea) & ~np.isin(b, at_sea)
        return np.flatnonzero(self.has_mode("rail", "road") & land & (a != b))

    @cached_property
    def added_by(self) -> dict[str, NDArray[np.intp]]:
        """Rows of the links that each project adds."""
        rows = np.flatnonzero(self.project != "")
        names = self.project[rows]
        return {str(name): rows[names == name] for name in np.unique(names.astype(str))}

    @cached_property
    def passage(self) -> NDArray[np.str_]:
        """Strait or canal of each link, or empty."""
        return self.links["passage"].astype(object).to_numpy().astype(str)

    @cached_property
    def border(self) -> NDArray[np.str_]:
        """Id of the listed crossing of each link, or empty."""
        return self.links["border"].astype(object).to_numpy().astype(str)

    @cached_property
    def project(self) -> NDArray[np.object_]:
        """Id of the project that adds each link, or empty."""
        return np.asarray(self.links["project"].astype(object))

    @cached_property
    def ref(self) -> NDArray[np.str_]:
        """City id, UN/LOCODE, IATA code or dry port id of each node, or empty."""
        return self.nodes["ref"].astype(object).to_numpy().astype(str)

    @cached_property
    def u(self) -> NDArray[np.int32]:
        """First node of each link."""
        return self.links["u"].to_numpy(np.int32)

    @cached_property
    def v(self) -> NDArray[np.int32]:
        """Second node of each link."""
        return self.links["v"].to_numpy(np.int32)

    @cached_property
    def km(self) -> NDArray[np.float64]:
        """Length of each link, km."""
        return self.links["km"].to_numpy(np.float64)

    def terminals(self, layer: int) -> pd.Series:
        """Node rows of all cities (``CITY``) or ports (``PORT``), by their ``ref``."""
        rows = np.flatnonzero(self.layer == layer)
        return pd.Series(rows, index=self.ref[rows].astype(object), name="node")

    def with_additions(self, nodes: pd.DataFrame, links: pd.DataFrame) -> Network:
        """A network with extra nodes (contracted first) and extra links.

        New nodes are numbered ``-1, -2, ...`` in ``links``: node ``-1`` is the first row of
        ``nodes``. They come before all others in contraction order, where they cost least.
        """
        if not len(nodes) and not len(links):
            return self
        extra = len(nodes)
        shifted = self.links.assign(u=self.u + extra, v=self.v + extra)
        added = links.copy()
        for end in ("u", "v"):
            old = links[end].to_numpy(np.int64)
            added[end] = np.where(old < 0, -1 - old, old + extra).astype(np.int32)
        both = pd.concat([_plain(shifted), _plain(added)], ignore_index=True)
        every = pd.concat([_plain(nodes), _plain(self.nodes)], ignore_index=True)
        return replace(self, nodes=every, links=both).checked()


def _plain(frame: pd.DataFrame) -> pd.DataFrame:
    """Categories as plain objects, so that frames with different categories can be joined."""
    return frame.astype(
        {c: object for c in frame if isinstance(frame[c].dtype, pd.CategoricalDtype)}
    )
