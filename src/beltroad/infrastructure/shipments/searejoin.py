"""Sea ways of a state, kept so that shorter land ways to and from ports cost little.

Where ports and voyages stay as they are, a sea way can change only if the land way from its
origin to some port or from some port to its destination did: only those origins and destinations
are joined again, with the same sums as in :func:`~.searoutes.join_sea`.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.engine._detour_kernels import rejoin
from beltroad.infrastructure.engine._kernels import useful

__all__ = ["SeaJoin"]

Floats = NDArray[np.float32]
Ports = tuple[NDArray[np.int32], NDArray[np.int32]]


@dataclass(frozen=True)
class SeaJoin:
    """Hours from places to ports, at sea and in ports, and the sea ways they make.

    Attributes
    ----------
    to_port, from_port
        Shapes (places, ports) and (ports, places); ``inf`` where a place may not use a port.
    sea, load, unload
        Shapes (ports, ports), (ports,) and (ports,).
    hours
        Best sea ways between places, shape (places, places).
    out, into
        Ports that each place may load in and unload in, and how many of them.
    """

    to_port: Floats
    from_port: Floats
    sea: Floats
    load: Floats
    unload: Floats
    hours: Floats
    out: Ports
    into: Ports

    @staticmethod
    def of(
        to_port: Floats, from_port: Floats, sea: Floats, load: Floats, unload: Floats,
        hours: Floats,
    ) -> SeaJoin:  # fmt: skip
        """Keep a join; ``hours`` is what :func:`~.searoutes.join_sea` makes of the rest."""
        to_port, from_port, sea = (np.ascontiguousarray(x) for x in (to_port, from_port, sea))
        out: Ports = useful(to_port, load, sea)
        into: Ports = useful(np.ascontiguousarray(from_port.T), unload, _turned(sea))
        return SeaJoin(to_port, from_port, sea, load, unload, hours, out, into)

    def hours_with(self, to_port: Floats, from_port: Floats) -> Floats:
        """Best sea ways with other ways to and from the ports, shape (places, places)."""
        new_out = (to_port != self.to_port).any(axis=1)
        new_in = (from_port != self.from_port).any(axis=0)
        if not (new_out.any() or new_in.any()):
            return self.hours
        to_port, from_port = np.ascontiguousarray(to_port), np.ascontiguousarray(from_port)
        keep_out = _again(self.out, new_out, to_port, self.load, self.sea)
        keep_in = _again(self.into, new_in, from_port.T, self.unload, _turned(self.sea))
        hours = self.hours.copy()
        rejoin(
            to_port, from_port, self.sea, self.load, self.unload, *keep_out, *keep_in,
            new_out, new_in, hours,
        )  # fmt: skip
        return hours


def _again(
    known: Ports, moved: NDArray[np.bool_], land: Floats, handling: Floats, sea: Floats
) -> Ports:
    """Useful ports, worked out again for the places that moved."""
    keep, count = known[0].copy(), known[1].copy()
    keep[moved], count[moved] = useful(np.ascontiguousarray(land[moved]), handling, sea)
    return keep, count


def _turned(sea: Floats) -> Floats:
    return np.ascontiguousarray(sea.T)
