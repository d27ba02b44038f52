"""The fibre network of the bundled tables."""

from __future__ import annotations

from collections.abc import Iterable

import pandas as pd

from beltroad import evidence
from beltroad.infrastructure.cables.land import land_kilometres, shut_pairs
from beltroad.infrastructure.cables.network import (
    FibreNetwork,
    Parameters,
    fibre_network,
    land_points,
)
from beltroad.infrastructure.network import Network

__all__ = ["bundled_fibre"]


def bundled_fibre(
    cities: pd.DataFrame | None = None,
    *,
    network: Network | None = None,
    parameters: Parameters | None = None,
    shut: Iterable[tuple[str, str]] = (),
    threads: int = 1,
) -> FibreNetwork:
    """Cables, landings and roads as bundled.

    Parameters
    ----------
    cities
        Rows of table ``cities`` (or with its columns) whose latency is asked for; None: all.
        Fewer cities make it no faster to load, but the tables smaller.
    network
        The road network; None: the bundled one (a few seconds to load and prepare).

    shut
        Further pairs of countries whose common border no fibre crosses, beside those of table
        ``border_closed``.

    Raises
    ------
    DataError
        If a bundled table is not what it must be.
    """
    landings = evidence.load("cable_landings")
    points = land_points(landings, evidence.load("cities") if cities is None else cities)
    closed = [*shut_pairs(evidence.load("border_closed")), *shut]
    roads = Network.bundled() if network is None else network
    km = land_kilometres(roads, points, closed, threads=threads)
    return fibre_network(
        evidence.load("cables"), landings, evidence.load("cable_segments"), points, km, parameters
    )
