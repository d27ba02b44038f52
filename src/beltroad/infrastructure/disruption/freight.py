"""All ways by land and sea under given conditions, and under others that differ in few links.

Ways minimise generalised cost (money plus the value of hours), or hours alone. Either way
closing or slowing anything can never lower what is minimised.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.disruption.shocks import Conditions
from beltroad.infrastructure.engine.flows import Assignment
from beltroad.infrastructure.engine.hierarchy import (
    Plan,
    Weighting,
    customize,
    many_to_many,
    recustomize,
)
from beltroad.infrastructure.engine.paths import Path, Paths
from beltroad.infrastructure.shipments.router import Router
from beltroad.infrastructure.shipments.searoutes import join_sea_ports

__all__ = ["MINIMISED", "Freight", "Ways"]

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]
MINIMISED = ("cost", "hours")
_EMPTY = np.empty(0, np.intp)


@dataclass(frozen=True)
class Ways:
    """Best ways between all cities: rows minimised, hours, usd, kg CO2e (per TEU).

    ``land`` and ``sea`` have shape (4, cities, cities), ``inf`` where there is no way;
    ``ports`` (2, cities, cities) are positions of the ports of loading and unloading, -1 where
    there is no way by sea.
    """

    land: Floats
    sea: Floats
    ports: Ints

    def row(self, k: int) -> dict[str, Array]:
        """One row by mode."""
        return {"land": self.land[k].astype(np.float64), "sea": self.sea[k].astype(np.float64)}

    @cached_property
    def days(self) -> dict[str, Array]:
        """Days by mode."""
        return {mode: hours / 24.0 for mode, hours in self.row(1).items()}

    @cached_property
    def reachable(self) -> NDArray[np.bool_]:
        """Pairs of different cities that a way joins."""
        joined = np.isfinite(self.land[0]) | np.isfinite(self.sea[0])
        return np.asarray(joined & ~np.eye(len(joined), dtype=bool))


@dataclass(frozen=True)
class Freight:
    """A network customized for some conditions.

    ``forward`` and ``backward`` are the land weights with what is minimised first, shape
    (4, links). Changes made by :meth:`under` are exact: the same bits as starting anew; what does
    not change is kept (``kept_land``, ``kept_voyages``).
    """

    router: Router
    conditions: Conditions
    usd_per_hour: float
    by: str
    forward: Floats
    backward: Floats
    land_weighting: Weighting
    sea_weighting: Weighting
    sea_plan: Plan
    threads: int
    kept_land: Floats | None = None
    kept_voyages: Floats | None = None

    @staticmethod
    def of(
        router: Router, conditions: Conditions, *, usd_per_hour: float, by: str = "cost",
        threads: int = 1,
    ) -> Freight:  # fmt: skip
        """Customize a network.

        Raises
        ------
        InputError
            If ``by`` is not ``cost`` or ``hours``, or the value of an hour is not above 0.
        """
        if by not in MINIMISED:
            raise InputError(f"ways minimise one of {', '.join(MINIMISED)}, not {by!r}")
        if not 0 < usd_per_hour < np.inf:
            raise InputError(f"an hour must be worth more than 0 USD, not {usd_per_hour}")
        forward, backward = _rows(conditions, usd_per_hour, by)
        sea = conditions.sea_km[np.newaxis]
        return Freight(
            router, conditions, usd_per_hour, by, forward, backward,
            customize(router.topology, forward, backward),
            customize(router.topology, sea, sea),
            Plan.between(router.topology, router.ports, router.ports), threads,
        )  # fmt: skip

    def under(self, conditions: Conditions, *, threads: int | None = None) -> Freight:
        """The same network under other conditions; quick where few links differ."""
        topology = self.router.topology
        land, sea = self.land_weighting, self.sea_weighting
        forward, backward = self.forward, self.backward
        kept_land: Floats | None = None
        kept_voyages: Floats | None = None
        moved = _differ(conditions, self.conditions)
        if len(moved):
            forward, backward = _rows(conditions, self.usd_per_hour, self.by)
            land = recustomize(topology, land, forward, backward, moved)
        else:
            kept_land = self.land_ways
        at_sea = np.flatnonzero(conditions.sea_km != self.conditions.sea_km)
        if len(at_sea):
            km = conditions.sea_km[np.newaxis]
            sea = recustomize(topology, sea, km, km, at_sea)
        else:
            kept_voyages = self.voyages
        return replace(
            self, conditions=conditions, forward=forward, backward=backward, land_weighting=land,
            sea_weighting=sea, threads=threads or self.threads, kept_land=kept_land,
            kept_voyages=kept_voyages,
        )  # fmt: skip

    @cached_property
    def land_ways(self) -> Floats:
        """Best ways on land between cities and ports, cities first, shape (4, nodes, nodes)."""
        if self.kept_land is not None:
            return self.kept_land
        return many_to_many(self.router.plan, self.land_weighting, threads=self.threads)

    @cached_property
    def voyages(self) -> Floats:
        """Kilometres by sea between all ports, shape (ports, ports)."""
        if self.kept_voyages is not None:
            return self.kept_voyages
        found = many_to_many(self.sea_plan, self.sea_weighting, threads=self.threads)
        return np.asarray(found[0])

    @cached_property
    def ways(self) -> Ways:
        """Best ways between all cities by land and by sea."""
        router = self.router
        n = len(router.cities)
        ways = self.land_ways
        to_port, from_port = ways[:, :n, n:].copy(), ways[:, n:, :n].copy()
        to_port[:, ~router.hinterland] = np.inf
        from_port[:, ~router.hinterland.T] = np.inf
        parts = self.conditions.ports.rows(self.voyages)
        sea, load, unload = (_first(part, self.usd_per_hour, self.by) for part in parts)
        by_sea, ports = join_sea_ports(to_port, from_port, sea, load, unload)
        return Ways(np.ascontiguousarray(ways[:, :n, :n]), by_sea, ports)

    @cached_property
    def land_assignment(self) -> Assignment:
        """Ways on land between cities and ports, ready to be loaded."""
        return Assignment(
            self.router.topology, self.router.plan, self.land_weighting,
            self.forward[:1], self.backward[:1], self.threads,
        )  # fmt: skip

    @cached_property
    def sea_assignment(self) -> Assignment:
        """Voyages between ports, ready to be loaded."""
        km = self.conditions.sea_km[np.newaxis]
        return Assignment(
            self.router.topology, self.sea_plan, self.sea_weighting, km, km, self.threads
        )

    def land_path(self, source: int, target: int) -> Path | None:
        """The best way on land between two nodes."""
        net = self.router.network
        paths = Paths(
            self.router.topology, self.land_weighting, net.u, net.v, self.forward, self.backward
        )
        return paths.shortest(source, target)

    def voyage(self, source: int, target: int) -> Path | None:
        """The shortest voyage between two ports' nodes."""
        net, km = self.router.network, self.conditions.sea_km[np.newaxis]
        paths = Paths(self.router.topology, self.sea_weighting, net.u, net.v, km, km)
        return paths.shortest(source, target)


def _first(rows: Floats, usd_per_hour: float, by: str) -> Floats:
    """Rows hours, usd, kg with what is minimised in front of them."""
    lead = rows[:1] if by == "hours" else rows[1:2] + np.float32(usd_per_hour) * rows[:1]
    return np.concatenate([lead, rows])


def _rows(conditions: Conditions, usd_per_hour: float, by: str) -> tuple[Floats, Floats]:
    land = conditions.land
    return _first(land.forward, usd_per_hour, by), _first(land.backward, usd_per_hour, by)


def _differ(new: Conditions, old: Conditions) -> NDArray[np.intp]:
    """Links whose land weights differ."""
    if new.land is old.land:
        return _EMPTY
    sides = ((new.land.forward, old.land.forward), (new.land.backward, old.land.backward))
    return np.flatnonzero(np.logical_or.reduce([(a != b).any(axis=0) for a, b in sides]))
