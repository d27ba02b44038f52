"""Which relations pass which gate, and how much: flows through straits, borders, ports, lines.

A relation by land is one way on land; a relation by sea is a way to a port, a voyage, and a way
from a port. The demand of all legs is loaded on the network at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.disruption.freight import Freight
from beltroad.infrastructure.disruption.gates import Gate
from beltroad.infrastructure.engine.flows import LinkFlows, Usage

__all__ = ["Legs", "Loading", "Passing"]

Array = NDArray[np.float64]
Bools = NDArray[np.bool_]
ON_LAND = ("border", "line")


@dataclass(frozen=True)
class Legs:
    """Demand of every leg: on land between cities and ports (cities first), and by sea."""

    land: Array
    sea: Array

    @staticmethod
    def of(freight: Freight, teu: dict[str, Array]) -> Legs:
        """Legs of the demand by land and by sea on the ways of ``freight``."""
        cities, ports = len(freight.router.cities), len(freight.router.ports)
        land = np.zeros((cities + ports, cities + ports))
        land[:cities, :cities] = teu["land"]
        origin, destination = np.nonzero(teu["sea"] > 0)
        amount = teu["sea"][origin, destination]
        load, unload = freight.ways.ports[:, origin, destination].astype(np.intp)
        sea = np.zeros((ports, ports))
        np.add.at(land, (origin, cities + load), amount)
        np.add.at(land, (cities + unload, destination), amount)
        np.add.at(sea, (load, unload), amount)
        return Legs(land, sea)


@dataclass(frozen=True)
class Passing:
    """Which gates each leg passes: on land and at sea, by the gate's position in ``gates``."""

    gates: Sequence[Gate]
    ports: NDArray[np.int32]
    on_land: Usage
    at_sea: Usage
    place: NDArray[np.intp]

    @staticmethod
    def of(freight: Freight, gates: Sequence[Gate]) -> Passing:
        """Follow the best way of every leg of ``freight`` through these gates."""
        land = [g.links for g in gates if g.kind in ON_LAND]
        sea = [g.links for g in gates if g.kind == "strait"]
        place = np.zeros(len(gates), np.intp)
        counts = {"land": 0, "sea": 0}
        for k, gate in enumerate(gates):
            side = "land" if gate.kind in ON_LAND else "sea" if gate.kind == "strait" else ""
            if side:
                place[k] = counts[side]
                counts[side] += 1
        return Passing(
            gates, freight.ways.ports, freight.land_assignment.usage(land),
            freight.sea_assignment.usage(sea), place,
        )  # fmt: skip

    def busy(self, legs: Legs) -> Bools:
        """Whether any demand of these legs passes each gate on land or at sea, shape (gates,)."""
        on_land, at_sea = self.on_land.used(legs.land), self.at_sea.used(legs.sea)
        return np.array(
            [
                bool((on_land if g.kind in ON_LAND else at_sea)[k]) if g.kind != "port" else False
                for g, k in zip(self.gates, self.place, strict=True)
            ],
            np.bool_,
        )

    def uses(self, position: int) -> tuple[Bools, Bools]:
        """Whether each relation passes the gate by land and by sea, shape (cities, cities)."""
        gate, (load, unload) = self.gates[position], self.ports
        n = len(load)
        sails = load >= 0
        if gate.kind == "port":
            none = np.zeros((n, n), np.bool_)
            return none, sails & ((load == gate.port) | (unload == gate.port))
        if gate.kind == "strait":
            voyages = self.at_sea.uses(int(self.place[position]))
            return np.zeros((n, n), np.bool_), sails & voyages[load, unload]
        legs = self.on_land.uses(int(self.place[position]))
        to_port, from_port = self._sea_legs
        by_sea = legs.take(to_port) | legs.take(from_port)
        return legs[:n, :n], sails & by_sea

    @cached_property
    def _sea_legs(self) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
        """Flat positions of the ways to and from the port of each relation by sea."""
        load, unload = self.ports.astype(np.intp)
        each = np.arange(len(load))
        width = self.on_land.bits.shape[-1]
        to_port = each[:, None] * width + len(load) + np.maximum(load, 0)
        return to_port, (len(load) + np.maximum(unload, 0)) * width + each


@dataclass(frozen=True)
class Loading:
    """Demand by land and by sea on the ways of ``freight``."""

    freight: Freight
    teu: dict[str, Array]

    @cached_property
    def legs(self) -> Legs:
        """Demand of every leg."""
        return Legs.of(self.freight, self.teu)

    @cached_property
    def land(self) -> LinkFlows:
        """TEU a year on every link on land, all legs together."""
        return self.freight.land_assignment.flows(self.legs.land)

    @cached_property
    def sea(self) -> LinkFlows:
        """TEU a year on every link at sea."""
        return self.freight.sea_assignment.flows(self.legs.sea)

    def links(self) -> Array:
        """TEU a year on every link, both directions together, shape (links,)."""
        flows = (self.land, self.sea)
        return np.asarray(np.sum([f.forward + f.backward for f in flows], axis=0))

    def at_ports(self) -> Array:
        """TEU loaded and unloaded in each port, shape (ports,)."""
        sea = self.legs.sea
        return np.asarray(sea.sum(axis=1) + sea.sum(axis=0))

    def through(self, passing: Passing) -> Array:
        """TEU a year of the relations that pass each gate, shape (gates,); each counted once."""
        out, at_ports, busy = np.zeros(len(passing.gates)), self.at_ports(), passing.busy(self.legs)
        for k, gate in enumerate(passing.gates):
            if gate.kind == "port":  # no way loads and unloads in the same port
                out[k] = at_ports[gate.port]
                continue
            if not busy[k]:
                continue
            land, sea = passing.uses(k)
            out[k] = self.teu["land"][land].sum() + self.teu["sea"][sea].sum()
        return out
