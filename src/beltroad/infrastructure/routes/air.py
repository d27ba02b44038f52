"""Routes by air: a lorry to an airport, a flight, a lorry to the door."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.engine.paths import Paths, one_to_many
from beltroad.infrastructure.network import great_circle_km
from beltroad.infrastructure.pricing.flights import Flights, flights
from beltroad.infrastructure.routes.families import Family, allowed_links, away_from
from beltroad.infrastructure.routes.itinerary import itinerary
from beltroad.infrastructure.routes.names import Names
from beltroad.infrastructure.routes.planner import Planner
from beltroad.infrastructure.routes.route import Leg, Route, Stop
from beltroad.infrastructure.routes.search import Found
from beltroad.infrastructure.routes.spread import Part, Variability, spread_of

__all__ = ["air_routes"]

Array = NDArray[np.float64]
# A route by air flies at least this part of the distance.
LEAST_AIR_SHARE = 0.8
BY_LORRY = Family("air", ("road", "ferry"), ())


def air_routes(
    planner: Planner, shut: NDArray[np.bool_], names: Names, variability: Variability, *, seed: int
) -> list[Route]:
    """The fastest route by air, and the best in money and time; none where no airport is near."""
    net = planner.network
    air = flights(net, planner.pricing.parameters)
    if not len(air.nodes):
        return []
    ends = planner.nodes[[0, -1]]
    closed = shut | ~allowed_links(net, BY_LORRY, ends, away_from(net, ends))
    out = []
    for metric in ("hours", "generalised"):
        paths = planner.paths(metric, closed)
        weights = {"hours": air.hours + air.wait_hours}
        weights["generalised"] = air.usd + planner.usd_per_hour * weights["hours"]
        source, target = int(planner.nodes[0]), int(planner.nodes[-1])
        nodes = air.nodes.astype(np.int32)
        to = one_to_many(paths.topology, paths.weighting, source, nodes)[0]
        away = one_to_many(paths.topology, paths.weighting, target, nodes, reverse=True)[0]
        # A lorry brings the box to a flight; it does not make the journey.
        total = to[:, None] + weights[metric] + away
        total[air.km < LEAST_AIR_SHARE * _apart(planner)] = np.inf
        np.fill_diagonal(total, np.inf)
        a, b = np.unravel_index(int(np.argmin(total)), total.shape)
        if np.isfinite(total[a, b]):
            route = _route(planner, paths, air, int(a), int(b), names, variability, seed)
            if route is not None:
                out.append(route)
    return out


def _apart(planner: Planner) -> float:
    """Great-circle km between the ends."""
    a, b = planner.places[0], planner.places[-1]
    return float(great_circle_km(a.lat, a.lon, b.lat, b.lon))


def _route(
    planner: Planner, paths: Paths, air: Flights, a: int, b: int, names: Names,
    variability: Variability, seed: int,
) -> Route | None:  # fmt: skip
    net = planner.network
    first = paths.shortest(int(planner.nodes[0]), int(air.nodes[a]))
    last = paths.shortest(int(air.nodes[b]), int(planner.nodes[-1]))
    if first is None or last is None:
        return None
    ways = [
        Found("air", "", p.links.astype(np.int64), p.forward, p.nodes.astype(np.int64))
        for p in (first, last)
    ]
    told = [itinerary(planner, way, names) for way in ways]
    nodes = air.nodes[[a, b]]
    here, there = (names.node(int(n)) for n in nodes)
    waiting = Part("wait_flight", "", here, air.wait_hours)
    wait = Stop(
        "airport", here, air.wait_hours, 0.0, 0.0, 0.0, float(net.lat[nodes[0]]),
        float(net.lon[nodes[0]]), (waiting,), str(net.ref[nodes[0]]),
    )  # fmt: skip
    leg = Leg(
        "air", here, there, tuple(str(c) for c in net.country_of(nodes)), float(air.km[a, b]),
        float(air.hours[a, b]), float(air.usd[a, b]), float(air.kgco2e[a, b]),
        np.column_stack([net.lat[nodes], net.lon[nodes]]),
        spent=(Part("line_air", "", "air", float(air.hours[a, b])),),
    )  # fmt: skip
    steps = (*told[0], wait, leg, *told[1])
    return Route(
        "air", steps, spread_of((p for s in steps for p in s.spent), variability, seed=seed),
        np.concatenate([first.links, last.links]).astype(np.int64),
        np.concatenate([first.forward, last.forward]),
    )  # fmt: skip
