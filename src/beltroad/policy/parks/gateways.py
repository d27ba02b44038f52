"""Straight-line distance of a park to ports, dry ports, rail border crossings and airports."""

from __future__ import annotations

from functools import lru_cache

import numpy as np
import pandas as pd

from beltroad import evidence
from beltroad.sphere import great_circle_km

__all__ = ["FAR_KM", "GATEWAYS", "gateways"]

GATEWAYS = ("port", "dryport", "rail_border", "airport")
# A gateway farther away than this serves a park no more: none is named.
FAR_KM = 1000.0


def gateways(places: pd.DataFrame) -> pd.DataFrame:
    """Nearest gateway of each kind, in any country.

    Parameters
    ----------
    places
        With columns ``lat`` and ``lon`` in degrees; NaN where a place is not located.

    Returns
    -------
    DataFrame
        Index as ``places``; for each kind of :data:`GATEWAYS` its name with ISO 3166-1 alpha-3
        code (``port``) and great-circle distance (``port_km``); and ``gateway_km``, the nearest of
        port, dry port and rail border. Empty and NaN where none is within :data:`FAR_KM`.
        Roads are longer: `beltroad route` gives hours and kilometres on the network.
    """
    out = pd.DataFrame(index=places.index)
    lat = places["lat"].to_numpy(dtype=float)[:, None]
    lon = places["lon"].to_numpy(dtype=float)[:, None]
    located = np.isfinite(lat[:, 0]) & np.isfinite(lon[:, 0])
    for kind, (names, at_lat, at_lon) in _known().items():
        km = great_circle_km(lat, lon, at_lat, at_lon)
        nearest = np.where(located, np.argmin(np.where(np.isfinite(km), km, np.inf), axis=1), 0)
        distance = km[np.arange(len(places)), nearest]
        near = located & (distance <= FAR_KM)
        out[kind] = np.where(near, names[nearest], "")
        out[f"{kind}_km"] = np.where(near, distance, np.nan)
    out["gateway_km"] = out[["port_km", "dryport_km", "rail_border_km"]].min(axis=1)
    return out


@lru_cache(maxsize=1)
def _known() -> dict[str, tuple[np.ndarray, np.ndarray, np.ndarray]]:
    """Names and positions of all gateways by kind."""
    ports = evidence.load("container_ports")
    borders = evidence.load("borders")
    rail = borders[borders["mode"] == "rail"]
    tables = {
        # The table holds a few ports that are only planned.
        "port": ports[~ports["name"].str.contains("(planned)", regex=False)],
        "dryport": evidence.load("dryports"),
        "rail_border": rail.assign(iso3=rail["iso3_a"] + "-" + rail["iso3_b"]),
        "airport": evidence.load("airports"),
    }
    return {
        kind: (
            (table["name"].astype(str) + ", " + table["iso3"]).to_numpy(dtype=object),
            table["lat"].to_numpy(dtype=float),
            table["lon"].to_numpy(dtype=float),
        )
        for kind, table in tables.items()
    }
