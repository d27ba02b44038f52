"""Lines and points that the report draws: main railways, sea lanes, projects, cities, ports."""

from __future__ import annotations

from typing import TYPE_CHECKING

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.projects.record import parse_waypoints

if TYPE_CHECKING:  # the workspace's map needs `thinned` alone, and soon
    from beltroad.appraisal.inputs import Inputs
    from beltroad.appraisal.result import MapLayers
    from beltroad.appraisal.transport import Transport

__all__ = ["map_layers", "thinned"]

AT_A_PLACE = ("terminal", "new_port", "new_terminal")
RAIL_CELL_DEGREES = 0.75
SEA_CELL_DEGREES = 4.0


def map_layers(transport: Transport, inputs: Inputs) -> MapLayers:
    """Layers of the report's map: the base network thinned to a grid."""
    from beltroad.appraisal.result import MapLayers

    network = Network.bundled()
    lines = [
        thinned(network, network.has_mode("rail"), "rail", RAIL_CELL_DEGREES),
        thinned(network, network.has_mode("sea"), "sea", SEA_CELL_DEGREES),
    ]
    chosen = transport.projects[transport.projects["chosen"]]
    drawn = chosen[~chosen["effect"].isin(AT_A_PLACE)]
    lines += [
        pd.DataFrame(
            {"kind": "project", "project": row.id, "part": 0,
             "lat": (points := parse_waypoints(str(row.waypoints)))[:, 0], "lon": points[:, 1]}
        )
        for row in drawn.itertuples(index=False)
    ]  # fmt: skip
    return MapLayers(pd.concat(lines, ignore_index=True), _points(network, chosen, inputs))


def _points(network: Network, chosen: pd.DataFrame, inputs: Inputs) -> pd.DataFrame:
    """Cities by population, ports, and projects at a place."""
    cities = inputs.cities
    ports = np.flatnonzero(network.layer == PORT)
    places = chosen[chosen["effect"].isin(AT_A_PLACE)]
    spots = np.array([parse_waypoints(str(w))[0] for w in places["waypoints"]]).reshape(-1, 2)
    return pd.concat(
        [
            pd.DataFrame({"kind": "city", "name": cities["name"], "project": "",
                          "lat": cities["lat"], "lon": cities["lon"],
                          "size": cities["population"]}),
            pd.DataFrame({"kind": "port", "name": network.nodes["ref"].astype(str).iloc[ports],
                          "project": "", "lat": network.lat[ports], "lon": network.lon[ports],
                          "size": 0.0}),
            pd.DataFrame({"kind": "project", "name": places["name"].to_numpy(),
                          "project": places["id"].to_numpy(), "lat": spots[:, 0],
                          "lon": spots[:, 1], "size": 0.0}),
        ],
        ignore_index=True,
    )  # fmt: skip


def thinned(
    network: Network, keep: NDArray[np.bool_], kind: str, cell_degrees: float
) -> pd.DataFrame:
    """Links of one mode with nodes moved to the mean place of those in their grid cell.

    One segment is left per pair of cells that links join.
    """
    u, v = network.u[keep], network.v[keep]
    nodes = np.unique(np.concatenate([u, v]))
    spot = np.stack([network.lat[nodes], network.lon[nodes]], axis=1)
    cells, cell_of = np.unique(np.floor(spot / cell_degrees), axis=0, return_inverse=True)
    count = np.bincount(cell_of, minlength=len(cells))
    mean = np.stack(
        [np.bincount(cell_of, spot[:, k], minlength=len(cells)) / count for k in (0, 1)], axis=1
    )
    a = cell_of[np.searchsorted(nodes, u)]
    b = cell_of[np.searchsorted(nodes, v)]
    near = (a != b) & (np.abs(network.lon[u] - network.lon[v]) < 180)
    ends = np.unique(np.sort(np.stack([a[near], b[near]], axis=1), axis=1), axis=0)
    at = mean[ends.ravel()]
    return pd.DataFrame(
        {
            "kind": kind,
            "project": "",
            "part": np.repeat(np.arange(len(ends)), 2),
            "lat": at[:, 0],
            "lon": at[:, 1],
        }
    )
