"""Door-to-door ways with one sea leg: land to a port, ship to a port, land to the door.

For an origin only few ports can matter: port p is useless where the shipper does better to load
at another port and sail past p. Dropping those is exact and makes the join a thousand times
smaller than trying every pair of ports.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.engine._kernels import join, useful

__all__ = ["join_sea", "join_sea_ports"]

Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


def join_sea(
    to_port: Floats, from_port: Floats, sea: Floats, load: Floats, unload: Floats
) -> Floats:
    """Best way over exactly one sea leg between every two places.

    Parameters
    ----------
    to_port, from_port
        Shapes (1 + K, places, ports) and (1 + K, ports, places): what is minimised (hours, say),
        then what is carried.
    sea
        Shape (1 + K, ports, ports): the voyage, without what is in ``load`` and ``unload``.
    load, unload
        Shape (1 + K, ports): in the port of loading (waiting for the ship included) and of
        unloading.

    Returns
    -------
    array of shape (1 + K, places, places)
        ``inf`` where there is no way by sea.
    """
    best, _ = join_sea_ports(to_port, from_port, sea, load, unload)
    return best


def join_sea_ports(
    to_port: Floats, from_port: Floats, sea: Floats, load: Floats, unload: Floats
) -> tuple[Floats, Ints]:
    """The same as :func:`join_sea`, and the ports that each way loads and unloads in.

    Returns
    -------
    best
        Shape (1 + K, places, places), see :func:`join_sea`.
    ports
        Shape (2, places, places): positions of the ports of loading and of unloading, -1 where
        there is no way by sea.
    """
    at_sea = np.ascontiguousarray(sea[0])
    keep_out, n_out = useful(np.ascontiguousarray(to_port[0]), load[0], at_sea)
    keep_in, n_in = useful(
        np.ascontiguousarray(from_port[0].T), unload[0], np.ascontiguousarray(at_sea.T)
    )
    best: Floats
    ports: Ints
    best, ports = join(
        np.ascontiguousarray(to_port), np.ascontiguousarray(from_port), sea,
        load, unload, keep_out, n_out, keep_in, n_in,
    )  # fmt: skip
    return best, ports
