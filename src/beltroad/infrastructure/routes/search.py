"""Search for routes: the best way of each family, and admissible ways round it.

An alternative runs through another border or port than the best way. It must not be much longer,
must share less than most of its length with a better one, and must be locally best: the stretch
round the point that sets it apart is itself a best way.

Source: Abraham, Delling, Goldberg, Werneck (2013), "Alternative Routes in Road Networks", ACM
Journal of Experimental Algorithmics 18 (limited sharing, local optimality, uniformly bounded
stretch).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from beltroad.infrastructure.engine.hierarchy import Topology
from beltroad.infrastructure.engine.paths import Paths, one_to_many
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.routes.families import FAMILIES, Family, allowed_links, away_from
from beltroad.infrastructure.routes.planner import Planner

__all__ = ["Found", "Via", "search"]

Rows = NDArray[np.integer]
STRETCH = 1.4  # an alternative costs at most this multiple of the best way
LOCAL = 0.05  # part of the whole on either side within which it must be a best way itself
LEAST_BORDER_HOURS = 3.0  # crossings quicker than this do not set routes apart
TOLERANCE = 1e-3


@dataclass(frozen=True)
class Via:
    """What a way must pass: one of some nodes, or one of some links, either way.

    ``enter`` and ``leave`` are nodes, ``links`` the link between them (-1: the same node).
    """

    enter: NDArray[np.int64]
    leave: NDArray[np.int64]
    links: NDArray[np.int64]
    forward: NDArray[np.bool_]

    @staticmethod
    def nodes(rows: Rows) -> Via:
        """One of these nodes."""
        own: NDArray[np.int64] = np.asarray(rows, np.int64)
        return Via(own, own, np.full(len(own), -1), np.ones(len(own), np.bool_))

    @staticmethod
    def over(network: Network, rows: Rows) -> Via:
        """One of these links."""
        u, v, both = network.u[rows], network.v[rows], np.concatenate([rows, rows])
        way = np.repeat([True, False], len(rows))
        return Via(
            np.concatenate([u, v]).astype(np.int64), np.concatenate([v, u]).astype(np.int64),
            both.astype(np.int64), way,
        )  # fmt: skip

    def cost(self, paths: Paths) -> NDArray[np.float64]:
        """Cost of the links, 0 for nodes."""
        weight = np.where(self.forward, paths.forward[0, self.links], paths.backward[0, self.links])
        return np.where(self.links < 0, 0.0, weight)


@dataclass(frozen=True)
class Found:
    """A way: family and metric that it was found by, and its links in travel order."""

    family: str
    metric: str
    links: NDArray[np.int64]
    forward: NDArray[np.bool_]
    nodes: NDArray[np.int64]


def search(
    planner: Planner,
    shut: NDArray[np.bool_],
    *,
    via: Sequence[Via] = (),
    families: Iterable[Family] = FAMILIES,
    metrics: Sequence[str] = ("hours", "generalised"),
    threads: int | None = None,
    progress: Callable[[float], None] | None = None,
) -> list[Found]:
    """Ways from the planner's first place to its last.

    Parameters
    ----------
    shut
        Links that are closed to the shipment, shape (links,).
    via
        What to pass, in order.
    """
    ends = planner.nodes[[0, -1]]
    away = away_from(planner.network, ends)
    jobs = []
    for family in families:
        closed = shut | ~allowed_links(planner.network, family, ends, away)
        wanted = ("hours", "usd", "kgco2e", "generalised") if family.name == "any" else metrics
        jobs += [(family, metric, closed) for metric in dict.fromkeys(wanted)]

    def run(job: tuple[Family, str, NDArray[np.bool_]]) -> list[Found]:
        family, metric, closed = job
        found = _family(planner, planner.paths(metric, closed), family, ends, via, metric)
        return [Found(family.name, metric, *way) for way in found]

    out: list[Found] = []
    with ThreadPoolExecutor(threads or min(os.cpu_count() or 1, 4)) as pool:
        for done, found in enumerate(pool.map(run, jobs), start=1):
            out += found
            if progress is not None:
                progress(done / len(jobs))
    return out


Way = tuple[NDArray[np.int64], NDArray[np.bool_], NDArray[np.int64]]


def _family(
    planner: Planner, paths: Paths, family: Family, ends: Rows,
    via: Sequence[Via], metric: str,
) -> list[Way]:  # fmt: skip
    best = _through(paths, ends, via)
    for mode in family.must:
        if best is not None and not planner.network.has_mode(mode)[best[0]].any():
            # Quickest without it: the best way over one of its lines, if that turns nowhere back.
            own = np.flatnonzero(planner.network.has_mode(mode) & np.isfinite(paths.forward[0]))
            forced = _through(paths, ends, [Via.over(planner.network, own)]) if not via else None
            best = forced if forced is not None and _simple(forced) else None
    if best is None:
        return []
    found = [best]
    # Alternatives are about time; ways by another metric are alternatives already.
    if family.through and metric == "hours" and not via:
        links = _branches(planner, family)
        found += _alternatives(planner, paths, family, best, links)
    return [w for w in found if _has(planner, family, w)]


def _has(planner: Planner, family: Family, way: Way) -> bool:
    """Whether a way uses every mode without which it would belong to another family."""
    return all(planner.network.has_mode(mode)[way[0]].any() for mode in family.must)


def _branches(planner: Planner, family: Family) -> NDArray[np.intp]:
    """Links that may set alternatives apart: slow borders of the family's modes, or ports."""
    net = planner.network
    if family.through == "ports":
        return np.flatnonzero(net.has_mode("port_sea"))
    rows = net.crossings
    slow = (planner.hours.border[:, rows] + planner.hours.gauge[rows]).max(axis=0)
    own = net.has_mode(family.name)[rows]
    return np.asarray(rows[own & (slow >= LEAST_BORDER_HOURS)])


def _through(paths: Paths, ends: Rows, via: Sequence[Via]) -> Way | None:
    """The best way from the first end to the last that passes each of ``via`` in order."""
    if any(not len(stop.enter) for stop in via):
        return None
    t = paths.topology
    stops = [Via.nodes(ends[:1]), *via, Via.nodes(ends[1:])]
    cost = np.zeros(1)
    came: list[NDArray[np.intp]] = []
    for here, there in pairwise(stops):
        legs = _between(t, paths, here.leave, there.enter)
        total = cost[:, None] + legs
        came.append(np.argmin(total, axis=0))
        cost = np.min(total, axis=0) + there.cost(paths)
    if not np.isfinite(cost[0]):
        return None
    chosen = [0]
    for back in reversed(came):
        chosen.append(int(back[chosen[-1]]))
    chosen.reverse()
    links: list[Rows] = []
    forward: list[NDArray[np.bool_]] = []
    nodes: list[Rows] = [ends[:1]]
    for k, (here, there) in enumerate(pairwise(stops)):
        a, b = chosen[k], chosen[k + 1]
        part = paths.shortest(int(here.leave[a]), int(there.enter[b]))
        if part is None:
            return None
        links.append(part.links)
        forward.append(part.forward)
        nodes.append(part.nodes[1:])
        if there.links[b] >= 0:
            links.append(there.links[b : b + 1])
            forward.append(there.forward[b : b + 1])
            nodes.append(there.leave[b : b + 1])
    return (
        np.concatenate(links).astype(np.int64),
        np.concatenate(forward).astype(np.bool_),
        np.concatenate(nodes).astype(np.int64),
    )


def _between(t: Topology, paths: Paths, here: Rows, there: Rows) -> NDArray[np.float64]:
    """Costs from some nodes to others; searched from the side with fewer."""
    out = np.empty((len(here), len(there)))
    if len(here) <= len(there):
        for k, node in enumerate(here.tolist()):
            out[k] = one_to_many(t, paths.weighting, node, there)[0]
    else:
        for k, node in enumerate(there.tolist()):
            out[:, k] = one_to_many(t, paths.weighting, node, here, reverse=True)[0]
    return out


def _simple(way: Way) -> bool:
    """Whether a way passes no node twice."""
    return len(np.unique(way[2])) == len(way[2])


def _alternatives(
    planner: Planner, paths: Paths, family: Family, best: Way, links: Rows
) -> list[Way]:
    source, target = int(best[2][0]), int(best[2][-1])
    net, t, w = planner.network, paths.topology, paths.weighting
    ends = np.unique(np.concatenate([net.u[links], net.v[links]]))
    from_source = one_to_many(t, w, source, ends)[0]
    to_target = one_to_many(t, w, target, ends, reverse=True)[0]
    u, v = np.searchsorted(ends, net.u[links]), np.searchsorted(ends, net.v[links])
    there = from_source[u] + paths.forward[0, links] + to_target[v]
    back = from_source[v] + paths.backward[0, links] + to_target[u]
    total = np.minimum(there, back)
    limit = STRETCH * _cost(paths, best)
    gates = net.has_mode("port_sea")
    taken = [best]
    for k in np.argsort(total, kind="stable"):
        if not total[k] <= limit or len(taken) > family.most:
            break
        link, onward = int(links[k]), bool(there[k] <= back[k])
        if any(link in way[0] for way in taken):
            continue
        a, b = (net.u[link], net.v[link]) if onward else (net.v[link], net.u[link])
        first, last = paths.shortest(source, int(a)), paths.shortest(int(b), target)
        if first is None or last is None:
            continue
        way: Way = (
            np.concatenate([first.links, [link], last.links]).astype(np.int64),
            np.concatenate([first.forward, [onward], last.forward]),
            np.concatenate([first.nodes, last.nodes]).astype(np.int64),
        )
        if not _simple(way) or not _locally_best(paths, way, len(first.links)):
            continue
        if gates[way[0]].sum() > gates[best[0]].sum():
            continue  # it calls at the port only to sail on
        if max(_shared(net.km, way, other) for other in taken) <= family.shared:
            taken.append(way)
    return taken[1:]


def _cost(paths: Paths, way: Way) -> float:
    weights = np.where(way[1], paths.forward[0, way[0]], paths.backward[0, way[0]])
    return float(weights.sum(dtype=np.float64))


def _locally_best(paths: Paths, way: Way, at: int) -> bool:
    """Whether the stretch round link number ``at`` of the way is a best way itself."""
    links, forward, nodes = way
    weights = np.where(forward, paths.forward[0, links], paths.backward[0, links])
    along = np.concatenate([[0.0], np.cumsum(weights, dtype=np.float64)])
    reach = LOCAL * along[-1]
    a = int(np.searchsorted(along, along[at] - reach))
    b = min(int(np.searchsorted(along, along[at + 1] + reach)), len(nodes) - 1)
    a, b = min(a, at), max(b, at + 1)
    there = one_to_many(paths.topology, paths.weighting, int(nodes[a]), nodes[b : b + 1])
    return bool(along[b] - along[a] <= float(there[0, 0]) * (1 + TOLERANCE))


def _shared(km: NDArray[np.float64], way: Way, other: Way) -> float:
    """Part of a way's kilometres that another runs over, too."""
    length = km[way[0]]
    return float(length[np.isin(way[0], other[0])].sum() / max(length.sum(), 1e-9))
