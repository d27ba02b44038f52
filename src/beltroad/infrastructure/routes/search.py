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

from beltroad.infrastructure.engine.paths import Path, Paths, one_to_many
from beltroad.infrastructure.routes.families import FAMILIES, Family, allowed_links
from beltroad.infrastructure.routes.planner import Planner

__all__ = ["Found", "search"]

Rows = NDArray[np.integer]
STRETCH = 1.4  # an alternative costs at most this multiple of the best way
LOCAL = 0.05  # part of the whole on either side within which it must be a best way itself
LEAST_BORDER_HOURS = 3.0  # crossings quicker than this do not set routes apart
TOLERANCE = 1e-3


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
    via: Sequence[NDArray[np.integer]] = (),
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
        For each place to pass, the nodes that count as passing it, in order.
    """
    ends = planner.nodes[[0, -1]]
    jobs = []
    for family in families:
        closed = shut | ~allowed_links(planner.network, family, ends)
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
    via: Sequence[Rows], metric: str,
) -> list[Way]:  # fmt: skip
    source, target = int(ends[0]), int(ends[1])
    best = _through(paths, [np.array([source]), *via, np.array([target])])
    if best is None:
        return []
    found = [best]
    # Alternatives are about time; ways by another metric are alternatives already.
    if family.through and metric == "hours" and not via:
        links = _branches(planner, family)
        found += _alternatives(planner, paths, family, best, links)
    return [w for w in found if _has(planner, family, w)]


def _has(planner: Planner, family: Family, way: Way) -> bool:
    modes = planner.network.mode_code[way[0]]
    wanted = [planner.network.has_mode(m) for m in family.must]
    return all(mask[way[0]].any() for mask in wanted) and len(modes) > 0


def _branches(planner: Planner, family: Family) -> NDArray[np.intp]:
    """Links that may set alternatives apart: slow borders of the family's modes, or ports."""
    net = planner.network
    if family.through == "ports":
        return np.flatnonzero(net.has_mode("port_sea"))
    rows = net.crossings
    slow = (planner.hours.border[:, rows] + planner.hours.gauge[rows]).max(axis=0)
    own = net.has_mode(family.name)[rows]
    return np.asarray(rows[own & (slow >= LEAST_BORDER_HOURS)])


def _through(paths: Paths, stops: Sequence[Rows]) -> Way | None:
    """The best way through one node of each stop, in order."""
    t = paths.topology
    cost = np.zeros(len(stops[0]))
    came: list[NDArray[np.intp]] = []
    for here, there in pairwise(stops):
        legs = np.stack([one_to_many(t, paths.weighting, int(n), there)[0] for n in here])
        total = cost[:, None] + legs
        came.append(np.argmin(total, axis=0))
        cost = np.min(total, axis=0)
    end = int(np.argmin(cost))
    if not np.isfinite(cost[end]):
        return None
    chosen = [end]
    for back in reversed(came):
        chosen.append(int(back[chosen[-1]]))
    nodes = [int(s[k]) for s, k in zip(stops, reversed(chosen), strict=True)]
    parts = [paths.shortest(a, b) for a, b in pairwise(nodes)]
    return _joined([p for p in parts if p is not None])


def _joined(parts: Sequence[Path]) -> Way:
    nodes = [parts[0].nodes[:1], *(p.nodes[1:] for p in parts)]
    return (
        np.concatenate([p.links for p in parts]).astype(np.int64),
        np.concatenate([p.forward for p in parts]),
        np.concatenate(nodes).astype(np.int64),
    )


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
        if len(np.unique(way[2])) < len(way[2]) or not _locally_best(paths, way, len(first.links)):
            continue
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
