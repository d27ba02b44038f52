"""What an hour saved on each link, in each port, is worth, given what each pair of cities is.

The way back through :mod:`~beltroad.infrastructure.shipments.router`. By the envelope theorem a
small change of the hours of a link moves the hours of exactly those ways that run over it, by as
much each time they do; where two ways are equally fast, the value is that of the one taken. The
value of an hour between two cities is therefore demand that is loaded on the ways between them:
by land on one way, by sea on a way to a port, the loading there, a voyage, the unloading, and a
way from a port. It may be negative, and there may be hundreds of them (one a country) at a time.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.engine._value_kernels import tally
from beltroad.infrastructure.engine.flows import Assignment
from beltroad.infrastructure.engine.hierarchy import Plan, customize
from beltroad.infrastructure.engine.trees import Legs, Trees
from beltroad.infrastructure.pricing.ports import PortTimes
from beltroad.infrastructure.pricing.weights import LinkWeights
from beltroad.infrastructure.shipments.modes import TRIP_MODES, Split, effective_days
from beltroad.infrastructure.shipments.router import Router
from beltroad.infrastructure.shipments.searoutes import join_sea_ports

__all__ = ["FastestWays", "HourValues", "effective_slopes"]

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int32]


@dataclass(frozen=True)
class HourValues:
    """Value of an hour less, in units of the rates, a column an objective.

    Attributes
    ----------
    links, forward
        Rows of the links used and whether the value is of the way from first to second node; a
        link used both ways occurs twice.
    values
        Shape (links used, objectives).
    load, unload
        Of an hour in each port when a box is loaded there (waiting for the ship included) and
        when it is unloaded, shape (ports, objectives).
    """

    links: Ints
    forward: NDArray[np.bool_]
    values: Array
    load: Array
    unload: Array


@dataclass(frozen=True)
class FastestWays:
    """Fastest ways between all cities by land and by sea in one state, as trees.

    ``land`` runs between cities and ports (cities first), ``sea`` between ports, in kilometres;
    ``hours`` has shape (2, cities, cities), by land and by sea, ``inf`` where there is no way;
    ``gates`` the same shape, positions of the ports of loading and unloading, -1 where there is no
    way by sea.
    """

    land: Trees
    sea: Trees
    times: PortTimes
    hours: Floats
    gates: Ints

    @staticmethod
    def of(
        router: Router, land: LinkWeights, sea_km: Floats, times: PortTimes, *, threads: int = 1
    ) -> FastestWays:
        """Customize a network and sweep it once.

        The hours are those of :func:`~beltroad.infrastructure.shipments.router.shipments`, to
        the last bit.
        """
        topology, n = router.topology, len(router.cities)
        forward, backward = land.forward[:1], land.backward[:1]
        weighting = customize(topology, forward, backward)
        plan = router.plan
        wanted = np.zeros((len(plan.sources), len(plan.targets)), np.bool_)
        wanted[:n, :n] = True
        wanted[:n, n:], wanted[n:, :n] = router.hinterland, router.hinterland.T
        by_land = Trees.of(
            Assignment(topology, plan, weighting, forward, backward, threads), wanted
        )
        km = sea_km[np.newaxis]
        ports = Plan.between(topology, router.ports, router.ports)
        voyages = Assignment(topology, ports, customize(topology, km, km), km, km, threads)
        by_sea = Trees.of(voyages, ~np.eye(len(router.ports), dtype=bool))
        reach = np.where(wanted, by_land.cost, np.inf).astype(np.float32)[np.newaxis]
        sea, load, unload = (x[:1] for x in times.rows(by_sea.cost.astype(np.float32)))
        best, gates = join_sea_ports(reach[:, :n, n:], reach[:, n:, :n], sea, load, unload)
        hours = np.stack([by_land.cost[:n, :n].astype(np.float32), best[0]])
        return FastestWays(by_land, by_sea, times, hours, gates)

    def exact_hours(self) -> Array:
        """Hours by land and by sea in float64, shape (2, cities, cities)."""
        n = self.hours.shape[-1]
        load, unload = self.gates
        at, there = np.meshgrid(np.arange(n), np.arange(n), indexing="ij")
        by_sea = (
            self.land.cost[at, n + load] + self.times.load_hours[load]
            + self.sea.cost[load, unload] / self.times.speed_kmh
            + self.times.unload_hours[unload] + self.land.cost[n + unload, there]
        )  # fmt: skip
        return np.stack([self.land.cost[:n, :n], np.where(load >= 0, by_sea, np.inf)])

    def values(self, worth: Array, group: NDArray[np.integer], rates: Array) -> HourValues:
        """What hours on links and in ports are worth.

        Parameters
        ----------
        worth
            Of an hour less by land and by sea between each two cities, shape (2, cities, cities),
            before it is multiplied by the rates of the pair's group. Must be 0 where there is no
            way.
        group
            Of each pair of cities, shape (cities, cities).
        rates
            Shape (groups, objectives).

        Raises
        ------
        InputError
            If shapes do not fit or worth lies where no way is.
        """
        n, ports = self.hours.shape[-1], len(self.times.load_hours)
        if worth.shape != self.hours.shape or group.shape != worth.shape[1:]:
            raise InputError(f"worth must have shape {self.hours.shape}, not {worth.shape}")
        if np.any(worth[~np.isfinite(self.hours)]) or not np.isfinite(worth).all():
            raise InputError("worth must be finite, and 0 between cities that no way joins")
        a, b = np.nonzero(worth[0])
        c, d = np.nonzero(worth[1])
        load, unload = (gate[c, d].astype(np.intp) for gate in self.gates)
        by_land, by_sea = worth[0, a, b], worth[1, c, d]
        here, far = group[a, b], group[c, d]
        land = Legs.of(
            n + ports, np.concatenate([a, c, n + unload]), np.concatenate([b, n + load, d]),
            np.concatenate([here, far, far]), np.concatenate([by_land, by_sea, by_sea]),
        )  # fmt: skip
        voyages = Legs.of(ports, load, unload, far, by_sea)
        used = np.concatenate([self.land.used, self.sea.used])
        flows = np.concatenate([self.land.flows(land, rates), self.sea.flows(voyages, rates)])
        in_ports = np.zeros((2, ports, rates.shape[1]))
        for total, gate in zip(in_ports, (load, unload), strict=True):
            tally(gate, far, by_sea, np.ascontiguousarray(rates), total)
        return HourValues(used >> 1, (used & 1) == 0, flows, *in_ports)

    def through(
        self, passages: Sequence[NDArray[np.integer]], worth: Array, group: NDArray[np.integer],
        rates: Array,
    ) -> Array:  # fmt: skip
        """Value of an hour off every voyage over any link of each passage, each counted once.

        Parameters as in :meth:`values`; shape (passages, objectives).
        """
        origin, destination = np.nonzero(worth[1])
        load, unload = (gate[origin, destination] for gate in self.gates)
        amount, far = worth[1, origin, destination], group[origin, destination]
        out = np.zeros((len(passages), rates.shape[1]))
        for k, rows in enumerate(passages):
            at = np.flatnonzero(self.sea.passes(rows)[load, unload])
            weight = np.bincount(far[at], amount[at], len(rates))
            out[k] = weight @ rates
        return out


def effective_slopes(split: Split, days: dict[str, Array], *, switch: bool) -> Array:
    """Derivative of :func:`~beltroad.infrastructure.shipments.modes.effective_days`.

    By the days by land and by sea, shape (2, ...); 0 for a mode without a way. The logsum's is the
    share that each mode has at these days. Where effective days are held at the fastest way there
    is, it is 1 for that mode; at kinks it is that of the side taken.
    """
    land, sea = (np.isfinite(days[mode]) for mode in TRIP_MODES)
    if switch:
        share = split.shares_at(days)
        fastest = np.fmin(days["land"], days["sea"])
        base = np.isfinite(split.weighted(split.days))
        held = ~base | (effective_days(split, days, switch=True) <= fastest)
        with np.errstate(invalid="ignore"):
            first = (days["land"] <= days["sea"]).astype(np.float64)
        share = np.where(held, first, share)
    else:
        share = split.land_share
    # A mode that is shut leaves all to the other.
    share = np.where(land & sea, share, land.astype(np.float64))
    return np.stack([np.where(land, share, 0.0), np.where(sea, 1.0 - share, 0.0)])
