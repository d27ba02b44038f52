"""Distances within one layer of the network, to hold against published ones."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.network import RAIL, ROAD, SEA, Network, great_circle_km
from beltroad.infrastructure.projects.alignment import Layer

__all__ = ["compare_distances"]

LAYER_OF = {"rail": RAIL, "road": ROAD, "sea": SEA}
# A place is a town, its node a station: all nodes this near count, with the way to them.
REACH_KM = 15.0


def compare_distances(
    network: Network,
    checks: pd.DataFrame,
    closed: Mapping[str, NDArray[np.bool_]],
    km: NDArray[np.float64],
) -> pd.DataFrame:
    """Shortest kilometres within a layer beside published ones.

    Parameters
    ----------
    checks
        ``mode`` (rail, road, sea), ``state``, ``origin_lat``, ``origin_lon``, ``dest_lat``,
        ``dest_lon``, ``known_km``.
    closed
        For each state that occurs, the links that are not there, shape (links,).
    km
        Kilometres of every link, detour factors included, shape (links,).

    Returns
    -------
    The rows with ``km`` (``inf`` where there is no way) and ``ratio`` (km over known_km).

    Raises
    ------
    InputError
        If a mode is unknown or a state has no entry in ``closed``.
    """
    layers: dict[tuple[str, str], Layer] = {}
    found = []
    for row in checks.to_dict("records"):
        mode, state = str(row["mode"]), str(row["state"])
        if mode not in LAYER_OF or state not in closed:
            raise InputError(f"distance check {row!r:.120}: mode or state is not known")
        if (mode, state) not in layers:
            layers[mode, state] = Layer(network, LAYER_OF[mode], mode, closed=closed[state], km=km)
        layer = layers[mode, state]
        ends, away = [], []
        for end in ("origin", "dest"):
            lat, lon = float(row[f"{end}_lat"]), float(row[f"{end}_lon"])
            near = layer.near(lat, lon, REACH_KM)
            nodes = near if len(near) else np.array([layer.nearest(lat, lon)[0]], np.int64)
            ends.append(nodes)
            away.append(great_circle_km(lat, lon, network.lat[nodes], network.lon[nodes]))
        found.append(layer.way(ends[0], ends[1], away[0], away[1], np.inf)[0])
    out = checks.assign(km=found)
    out["ratio"] = out["km"] / out["known_km"]
    return out
