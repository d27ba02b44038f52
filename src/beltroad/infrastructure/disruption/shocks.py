"""What is shut or slowed, and the weights that follow.

A closure shuts links for everyone. A slowdown multiplies time: waits at a border, container time
in a port, sailing through a strait, running time on a line; for a country, the waits at all its
borders and in all its ports. A factor of 1 changes nothing, to the last bit.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.network import PORT, Network
from beltroad.infrastructure.pricing.ports import PortTimes
from beltroad.infrastructure.pricing.weights import LinkHours, LinkWeights
from beltroad.infrastructure.routes.closures import Closure, closed_links, parse_closure

__all__ = ["Conditions", "Slowdown", "disturb", "parse_slowdown", "port_factors"]

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Lines = Mapping[str, NDArray[np.integer]]
MAX_FACTOR = 1000.0


@dataclass(frozen=True)
class Slowdown:
    """A place where time is multiplied by ``factor``, which is at least 1."""

    place: Closure
    factor: float

    def __post_init__(self) -> None:
        if not 1.0 <= self.factor <= MAX_FACTOR:
            raise InputError(
                f"{self.place.label}: a slowdown multiplies time by 1 to {MAX_FACTOR:g}, "
                f"not {self.factor:g}; what gets faster belongs in a scenario's reforms"
            )


@dataclass(frozen=True)
class Conditions:
    """All that decides ways: land weights, km of the links at sea, and hours in ports.

    ``land`` has rows hours, usd, kg CO2e; ``sea_km`` (shape (links,)) counts canal transits as
    kilometres and is ``inf`` where ships do not go.
    """

    land: LinkWeights
    sea_km: Floats
    ports: PortTimes


def parse_slowdown(text: str, network: Network) -> Slowdown:
    """A place and a factor, ``KHORGOS-ALTYNKOL-RAIL:2.0``.

    Raises
    ------
    InputError
        If there is no factor, or nothing has this name.
    """
    name, _, factor = text.rpartition(":")
    try:
        value = float(factor)
    except ValueError:
        value = np.nan
    if not name or not np.isfinite(value):
        raise InputError(f"{text[:60]!r}: a slowdown is a place and a factor, such as 'suez:1.5'")
    return Slowdown(parse_closure(name, network), value)


def disturb(
    network: Network,
    base: Conditions,
    hours: LinkHours,
    closures: Sequence[Closure] = (),
    slowdowns: Iterable[Slowdown] = (),
    lines: Lines | None = None,
) -> Conditions:
    """The conditions with these things shut and slowed.

    Parameters
    ----------
    hours
        Hours of every link by component in the same state.
    lines
        Links of each project's line by its id.

    Raises
    ------
    InputError
        If a closure or slowdown touches no link.
    """
    out = base
    for slow in slowdowns:
        out = _slowed(network, out, hours, slow, lines)
    shut = closed_links(network, closures, lines)
    if not shut.any():
        return out
    sea_km = out.sea_km.copy()
    sea_km[shut] = np.inf
    return replace(out, land=out.land.closed(shut), sea_km=sea_km)


def port_factors(base: Conditions, factor: Array) -> Conditions:
    """Container time in each port multiplied (shape (ports,)); the wait for a ship is as it was."""
    more = (factor - 1.0) * base.ports.unload_hours
    ports = replace(
        base.ports,
        load_hours=base.ports.load_hours + more,
        unload_hours=base.ports.unload_hours + more,
    )
    return replace(base, ports=ports)


def _slowed(
    network: Network, base: Conditions, hours: LinkHours, slow: Slowdown, lines: Lines | None
) -> Conditions:
    kind, refs = slow.place.kind, list(slow.place.refs)
    rows = np.flatnonzero(closed_links(network, [slow.place], lines))
    if kind == "strait":
        return sea_factor(base, rows, slow.factor)
    port_rows = np.flatnonzero(network.layer == PORT)
    if kind in ("port", "country"):
        hit = (
            np.isin(network.ref[port_rows], refs)
            if kind == "port"
            else np.isin(network.country_of(port_rows), refs)
        )
        base = port_factors(base, np.where(hit, slow.factor, 1.0))
    if kind in ("border", "country"):
        base = add_hours(base, rows, (slow.factor - 1.0) * _finite(hours.border[:, rows]))
    elif kind == "line":
        base = add_hours(base, rows, (slow.factor - 1.0) * _finite(hours.line[:, rows]))
    return base


def sea_factor(base: Conditions, rows: NDArray[np.integer], factor: float) -> Conditions:
    """Kilometres and transit of links at sea counted ``factor`` times, fuel with them."""
    sea_km = base.sea_km.copy()
    sea_km[rows] *= np.float32(factor)
    return replace(base, sea_km=sea_km)


def add_hours(base: Conditions, rows: NDArray[np.integer], hours: Array) -> Conditions:
    """Hours (shape (2, rows), by direction) added to links on land."""
    sides = []
    for weights, more in zip((base.land.forward, base.land.backward), hours, strict=True):
        new = weights.copy()
        new[0, rows] += more.astype(np.float32)
        sides.append(new)
    return replace(base, land=LinkWeights(*sides))


def _finite(hours: Array) -> Array:
    """Hours, and none on what is shut anyway."""
    return np.where(np.isfinite(hours), hours, 0.0)
