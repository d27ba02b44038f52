"""A network weighted for routes: land, sea and rivers in one graph, places joined to it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.engine.hierarchy import Topology, build_topology, customize
from beltroad.infrastructure.engine.paths import Paths
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.pricing.pricing import Pricing
from beltroad.infrastructure.pricing.weights import LinkHours, LinkPricer, LinkWeights
from beltroad.infrastructure.projects.effects import StateEffects
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.terminals import attach

__all__ = ["METRICS", "Planner"]

# What a route may be best in; generalised cost is money plus the value of hours.
METRICS = ("hours", "generalised", "usd", "kgco2e")


@dataclass(frozen=True)
class Planner:
    """One state of the network with the places of a query, ready to be searched.

    ``weights`` hold hours, usd and kg CO2e of every link; ``hours`` the same hours by component;
    ``lines`` the links of each project's line; ``nodes`` the node of each place.
    """

    network: Network
    topology: Topology
    pricing: Pricing
    effects: StateEffects
    weights: LinkWeights
    hours: LinkHours
    places: tuple[Place, ...]
    nodes: NDArray[np.int64]
    usd_per_hour: float
    lines: Mapping[str, NDArray[np.integer]] = field(default_factory=dict)

    @staticmethod
    def of(
        network: Network, pricing: Pricing, effects: StateEffects, places: Sequence[Place],
        *, usd_per_hour: float, lines: Mapping[str, NDArray[np.integer]] | None = None,
    ) -> Planner:  # fmt: skip
        """Join the places to the network of a state and weight it.

        ``effects`` belong to ``network`` as it is, without the places.

        Raises
        ------
        InputError
            If a place is out of reach of the network.
        """
        joined = attach(network, places)
        wider = effects.padded(len(joined.network.km))
        weights, hours = LinkPricer(joined.network, pricing).everything(wider)
        topology = build_topology(len(joined.network.nodes), joined.network.u, joined.network.v)
        return Planner(
            joined.network, topology, pricing, wider, weights, hours, tuple(places),
            joined.nodes, usd_per_hour, dict(lines or {}),
        )  # fmt: skip

    def between(self, origin: int, destination: int) -> Planner:
        """The same for two of its places alone, given by their positions."""
        rows = [origin, destination]
        places = tuple(self.places[k] for k in rows)
        return replace(self, places=places, nodes=self.nodes[rows])

    def paths(self, metric: str, shut: NDArray[np.bool_]) -> Paths:
        """Search structure that minimises one of ``METRICS`` with some links shut.

        Row 0 of its weights is what is minimised; rows 1 to 3 are hours, usd and kg CO2e.
        """
        if metric == "generalised":
            both = self.weights.generalised(self.usd_per_hour)
            rows = [both.forward, both.backward]
        else:
            rows = [_first(metric, w) for w in (self.weights.forward, self.weights.backward)]
        for row in rows:
            row[0, shut] = np.inf
        weighting = customize(self.topology, rows[0][:1], rows[1][:1])
        net = self.network
        return Paths(self.topology, weighting, net.u, net.v, rows[0], rows[1])


def _first(metric: str, weights: NDArray[np.float32]) -> NDArray[np.float32]:
    """Weights with what is minimised before them."""
    first = weights[("hours", "usd", "kgco2e").index(metric)]
    if metric != "hours":
        # Money and emissions say nothing of what is closed; hours do. A little of them breaks
        # ties and keeps every way finite in time.
        first = first + np.float32(1e-4) * weights[0]
    return np.concatenate([first[np.newaxis], weights])
