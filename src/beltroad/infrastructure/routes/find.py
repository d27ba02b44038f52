"""Routes between two places: search, tell, compare."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.network import PORT, RAIL, ROAD, SEA, WATER, Network, great_circle_km
from beltroad.infrastructure.routes.air import air_routes
from beltroad.infrastructure.routes.closures import Closure, closed_links
from beltroad.infrastructure.routes.families import FAMILIES
from beltroad.infrastructure.routes.itinerary import itinerary
from beltroad.infrastructure.routes.names import Names
from beltroad.infrastructure.routes.places import Place
from beltroad.infrastructure.routes.planner import Planner
from beltroad.infrastructure.routes.route import Route, pareto
from beltroad.infrastructure.routes.search import Found, Via, search
from beltroad.infrastructure.routes.spread import Variability, spread_of

__all__ = ["MODES", "Answer", "find_routes"]

MODES = ("rail", "road", "sea", "water", "ferry", "air")
MEASURES = ("hours_total", "usd_per_teu", "kgco2e_per_teu")
# Routes this alike in every measure count as equal.
SLACK, TIE = 0.05, 0.02
# Of the routes that another beats, those of a set of modes are shown while they take at most this
# multiple of the quickest of the set, and no more than a few.
WORTH, OTHERS, OTHER_TRAINS = 1.4, 2, 5
VIA_KM = 40.0


@dataclass(frozen=True)
class Answer:
    """Routes from origin to destination, best first; ``notes`` say what a reader should know."""

    origin: Place
    destination: Place
    via: tuple[Place, ...]
    routes: tuple[Route, ...]
    notes: tuple[str, ...] = ()


def find_routes(
    planner: Planner,
    variability: Variability,
    *,
    closures: Iterable[Closure] = (),
    modes: Sequence[str] = (),
    seed: int = 1,
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> Answer:
    """Alternatives between the planner's first and last place, by way of those between.

    Routes are the best of each chain of modes and gates in time, money, emissions and the three
    joined; those that another beats in all three are kept, and marked, while they are near.

    Parameters
    ----------
    modes
        Main modes that a route may use; empty for all. Lorries to and from terminals are always
        allowed.

    Raises
    ------
    InputError
        If origin and destination are the same place, a mode is unknown, an end lies in what is
        closed, or no way is left.
    """
    _check(planner, modes)
    origin, destination = planner.places[0], planner.places[-1]
    shut = closed_links(planner.network, closures, planner.lines)
    _check_ends(planner, shut)
    net = planner.network
    names = Names(net, {int(n): p.name for n, p in zip(planner.nodes, planner.places, strict=True)})
    via = [_passing(net, p) for p in planner.places[1:-1]]
    families = [f for f in FAMILIES if not modes or set(f.must) <= set(modes)]
    if modes:
        shut_modes = [m for m in MODES if m not in (*modes, "air", "road")]
        shut = shut | net.has_mode(*shut_modes) if shut_modes else shut
    found = search(planner, shut, via=via, families=families, threads=threads, progress=progress)
    # Beside a way through Suez stands the one without: ships have gone round Africa for years.
    if any((net.passage[f.links] == "suez").any() for f in found):
        long_way = [f for f in families if "sea" in f.must]
        found += search(
            planner, shut | (net.passage == "suez"), via=via, families=long_way,
            metrics=("generalised",), threads=threads,
        )  # fmt: skip
    routes = [_told(planner, f, names, variability, seed) for f in _distinct(found)]
    if (not modes or "air" in modes) and not via:
        routes += air_routes(planner, shut, names, variability, seed=seed)
    if modes:
        routes = [r for r in routes if set(r.main_modes) <= {*modes, *_feeder(r)}]
    if not routes:
        raise InputError(
            f"no route is left from {origin.label} to {destination.label} "
            "with these modes and closures; allow more modes or close less"
        )
    return Answer(origin, destination, planner.places[1:-1], tuple(_ranked(routes)))


def _feeder(route: Route) -> set[str]:
    """Road does not count as a main mode where it only feeds another."""
    road = sum(leg.km for leg in route.legs if leg.mode == "road")
    return {"road"} if road <= 0.5 * route.km_total and route.main_modes != ("road",) else set()


def _check(planner: Planner, modes: Sequence[str]) -> None:
    unknown = [m for m in modes if m not in MODES]
    if unknown:
        raise InputError(f"unknown mode {unknown[0]!r:.30}; choose from {', '.join(MODES)}")
    if len(planner.places) < 2:
        raise InputError("a route needs an origin and a destination")
    first, last = planner.places[0], planner.places[-1]
    if planner.nodes[0] == planner.nodes[-1] or (first.lat, first.lon) == (last.lat, last.lon):
        raise InputError(
            f"origin and destination are the same place ({planner.places[0].label}): "
            "a route needs two"
        )


def _check_ends(planner: Planner, shut: NDArray[np.bool_]) -> None:
    """A place all of whose links are closed cannot be an end."""
    net = planner.network
    for place, node in zip(planner.places, planner.nodes, strict=True):
        own = (net.u == node) | (net.v == node)
        if shut[own].all():
            raise InputError(
                f"{place.label} lies in what is closed; no route can begin or end there"
            )


def _passing(network: Network, place: Place) -> Via:
    """Nodes that count as passing a place: the nearest of each layer, its terminal included."""
    out = []
    for layer in (RAIL, ROAD, PORT, SEA, WATER):
        rows = np.flatnonzero(network.layer == layer)
        if not len(rows):
            continue
        km = great_circle_km(place.lat, place.lon, network.lat[rows], network.lon[rows])
        near = np.argsort(km, kind="stable")[: 4 if layer == RAIL else 1]
        out += [int(rows[k]) for k in near if km[k] <= VIA_KM]
    if not out:
        raise InputError(f"{place.label}: no line within {VIA_KM:.0f} km; a route cannot pass it")
    return Via.nodes(np.unique(out))


def _distinct(found: Sequence[Found]) -> list[Found]:
    seen: dict[bytes, Found] = {}
    for f in found:
        seen.setdefault(f.links.tobytes(), f)
    return list(seen.values())


def _told(
    planner: Planner, found: Found, names: Names, variability: Variability, seed: int
) -> Route:
    steps = itinerary(planner, found, names)
    spread = spread_of((p for s in steps for p in s.spent), variability, seed=seed)
    return Route(found.family, steps, spread, found.links, found.forward)


def _ranked(routes: Sequence[Route]) -> list[Route]:
    """The efficient routes, then for each set of modes the best few others; fastest first."""
    measure = np.array([[getattr(r, m) for m in MEASURES] for r in routes])
    best = measure.min(axis=0)
    score = (measure / best).prod(axis=1)
    rows: list[int] = []
    for k in np.argsort(score, kind="stable").tolist():
        alike = [j for j in rows if _alike(routes[j], routes[k])]
        beaten = any((measure[j] <= measure[k] * (1 + SLACK)).all() for j in alike)
        same = any((measure[j] <= measure[k]).all() for j in alike)
        if not beaten or ((measure[k] <= best).any() and not same):
            rows.append(k)
    # The best in a measure: of those as good to a reader, the one that is best otherwise.
    first = [
        min((k for k in rows if measure[k, m] <= best[m] * (1 + TIE)), key=lambda k: score[k])
        for m in range(len(MEASURES))
    ]
    front = dict(zip(rows, pareto((tuple(measure[k]) for k in rows), SLACK), strict=True))
    kept: dict[tuple[str, ...], int] = {}
    out = []
    for k in sorted(rows, key=lambda k: (not front[k], score[k])):
        modes = routes[k].main_modes
        quickest = measure[[j for j in rows if routes[j].main_modes == modes], 0].min()
        room = OTHER_TRAINS if modes == ("rail",) else OTHERS
        winners = tuple(m for m, row in zip(MEASURES, first, strict=True) if row == k)
        wanted = front[k] or bool(winners)
        if wanted or (kept.get(modes, 0) < room and measure[k][0] <= WORTH * quickest):
            kept[modes] = kept.get(modes, 0) + 1
            out.append(replace(routes[k], efficient=wanted, best_in=winners))
    return sorted(out, key=lambda r: (not r.efficient, r.hours_total))


def _alike(one: Route, other: Route) -> bool:
    """Whether two routes are one to a reader: the same modes, straits and first gate of a train.

    Trains out of China by different borders are told apart; two ships from neighbouring ports,
    or trains that enter Europe a town further on, are not, if they do not differ otherwise.
    """
    same = one.main_modes == other.main_modes and one.passages == other.passages
    return same and (one.main_modes != ("rail",) or one.gates[:1] == other.gates[:1])
