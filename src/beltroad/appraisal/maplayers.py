"""Lines and points that the report draws: main railways, sea lanes, projects, cities, ports."""

from __future__ import annotations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.appraisal.inputs import Inputs
from beltroad.appraisal.result import MapLayers
from beltroad.appraisal.transport import Transport
from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.programme import Programme, parse_waypoints

__all__ = ["map_layers"]

CELL_DEGREES = 1.0


def map_layers(transport: Transport, inputs: Inputs) -> MapLayers:
    """Layers of the report's map: the base network thinned to a one-degree grid."""
    network = Network.bundled()
    lines = [
        _thinned(network, network.has_mode("rail"), "rail"),
        _thinned(network, network.has_mode("sea"), "sea"),
    ]
    chosen = transport.projects[transport.projects["chosen"]]
    drawn = chosen[chosen["effect"] != "terminal"]
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
    places = chosen[chosen["effect"] == "terminal"]
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


def _thinned(network: Network, keep: NDArray[np.bool_], kind: str) -> pd.DataFrame:
    """Links of one mode snapped to a grid and joined into one segment per pair of cells."""
    u, v = network.u[keep], network.v[keep]
    cell = [
        np.stack([np.rint(x[end] / CELL_DEGREES) for x in (network.lat, network.lon)], axis=1)
        for end in (u, v)
    ]
    moved = (cell[0] != cell[1]).any(axis=1) & (np.abs(network.lon[u] - network.lon[v]) < 180)
    ends = np.sort(
        np.concatenate([cell[0][moved] @ [1000.0, 1.0], cell[1][moved] @ [1000.0, 1.0]]).reshape(
            2, -1
        ),
        axis=0,
    ).T
    ends = np.unique(ends, axis=0)
    lat = np.floor((ends + 500) / 1000)
    lon = ends - 1000 * lat
    return pd.DataFrame(
        {
            "kind": kind,
            "project": "",
            "part": np.repeat(np.arange(len(ends)), 2),
            "lat": (lat * CELL_DEGREES).ravel(),
            "lon": (lon * CELL_DEGREES).ravel(),
        }
    )


def project_lines(programme: Programme) -> pd.DataFrame:
    """Lines of projects as they lie on the network, one part a link."""
    network = programme.network
    rows = []
    for key, here in programme.alignments.items():
        links = np.concatenate([here.existing, network.added_by.get(key, here.existing[:0])])
        ends = np.stack([network.u[links], network.v[links]], axis=1).ravel()
        rows.append(
            pd.DataFrame(
                {
                    "kind": "project",
                    "project": key,
                    "part": np.repeat(np.arange(len(links)), 2),
                    "lat": network.lat[ends],
                    "lon": network.lon[ends],
                }
            )
        )
    return pd.concat(rows, ignore_index=True)
