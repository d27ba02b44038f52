"""Door-to-door ways with one sea leg: land to a port, ship to a port, land to the door.

For an origin only few ports can matter: port p is useless where the shipper does better to load
at another port and sail past p. Dropping those is exact and makes the join a thousand times
smaller than trying every pair of ports.
"""

from __future__ import annotations

import numpy as np
from numba import njit
from numpy.typing import NDArray

__all__ = ["join_sea"]

Floats = NDArray[np.float32]
# A port is dropped only if beaten by this margin (hours, or dollars), so that rounding cannot drop
# the best one.
_MARGIN = 0.01


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
    at_sea = np.ascontiguousarray(sea[0])
    keep_out, n_out = _useful(np.ascontiguousarray(to_port[0]), load[0], at_sea)
    keep_in, n_in = _useful(
        np.ascontiguousarray(from_port[0].T), unload[0], np.ascontiguousarray(at_sea.T)
    )
    return _join(
        np.ascontiguousarray(to_port), np.ascontiguousarray(from_port), sea,
        load, unload, keep_out, n_out, keep_in, n_in,
    )  # fmt: skip


@njit(cache=True, nogil=True)
def _useful(land, handling, sea):  # type: ignore[no-untyped-def]
    """Ports of each place that no other port makes useless, nearest first, and their number."""
    places, ports = land.shape
    keep = np.empty((places, ports), np.int32)
    count = np.zeros(places, np.int32)
    for a in range(places):
        total = land[a] + handling
        order = np.argsort(total)
        n = 0
        for p in order:
            if not np.isfinite(total[p]):
                break
            useful = True
            for k in range(n):
                q = keep[a, k]
                if total[q] + sea[q, p] + _MARGIN < total[p]:
                    useful = False
                    break
            if useful:
                keep[a, n] = p
                n += 1
        count[a] = n
    return keep, count


@njit(cache=True, nogil=True)
def _join(  # type: ignore[no-untyped-def]
    to_port, from_port, sea, load, unload, keep_out, n_out, keep_in, n_in
):
    rows, places, ports = to_port.shape
    out = np.full((rows, places, places), np.inf, np.float32)
    reach = np.empty(ports, np.float32)
    by = np.empty(ports, np.int32)
    for a in range(places):
        reach[:] = np.inf
        for k in range(n_out[a]):
            p = keep_out[a, k]
            start = to_port[0, a, p] + load[0, p]
            for q in range(ports):
                way = start + sea[0, p, q]
                if q != p and way < reach[q]:
                    reach[q] = way
                    by[q] = p
        for b in range(places):
            if a == b:
                continue
            best, gate = np.float32(np.inf), -1
            for k in range(n_in[b]):
                q = keep_in[b, k]
                way = reach[q] + unload[0, q] + from_port[0, q, b]
                if way < best:
                    best, gate = way, q
            if gate >= 0:
                out[0, a, b] = best
                p = by[gate]
                for row in range(1, rows):
                    out[row, a, b] = (
                        to_port[row, a, p] + load[row, p] + sea[row, p, gate]
                        + unload[row, gate] + from_port[row, gate, b]
                    )
    return out
