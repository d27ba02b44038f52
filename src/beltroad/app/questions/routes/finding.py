"""The search itself: the same functions as ``beltroad route``, once more without the closure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import TYPE_CHECKING

from beltroad import __version__
from beltroad.app.work.routes import RouteRequest
from beltroad.appraisal.routes import variability
from beltroad.errors import InputError
from beltroad.infrastructure.routes.closures import parse_closures
from beltroad.infrastructure.routes.export import Query
from beltroad.infrastructure.routes.find import Answer, find_routes
from beltroad.infrastructure.routes.places import find_place
from beltroad.infrastructure.routes.schedule import (
    Trip,
    compared,
    parse_departure,
    scheduled,
    services,
)

if TYPE_CHECKING:
    from beltroad.appraisal.progress import Progress
    from beltroad.appraisal.routes import Atlas

__all__ = ["Found", "find"]

# Reading pages must not wait for the search: two threads of it at most.
_THREADS = 2


@dataclass(frozen=True)
class Found:
    """An answer and its trips, best first; ``shown`` are those a reader sees.

    ``without`` is the same with nothing closed, where something is.
    """

    answer: Answer
    trips: tuple[Trip, ...]
    shown: tuple[Trip, ...]
    query: Query
    without: Found | None = None


def find(request: RouteRequest, atlas: Atlas, progress: Progress) -> Found:
    """Search, with and (where something is closed) without the closures.

    Raises
    ------
    InputError
        If a place or closure is not known, or no way is left.
    """
    places = [find_place(t) for t in (request.origin, *request.via, request.destination)]
    for before, after in pairwise(places):
        if before == after:
            raise InputError(f"{after.label} is named twice in a row: a route needs places apart")
    network = atlas.programme.network
    query = Query(
        state=request.state, modes=request.modes,
        avoided=tuple(parse_closures(request.avoid, network)),
        closed=tuple(parse_closures(request.close, network)), usd_per_day=request.usd_per_day,
        depart=parse_departure(request.depart) if request.depart else None,
        versions={"beltroad": __version__},
    )  # fmt: skip
    with progress.step("joining the places to the network"):
        planner = atlas.planner(places, state=request.state, usd_per_day=request.usd_per_day)
    if request.usd_per_day is None:
        query = replace(query, usd_per_day=planner.usd_per_hour * 24)
    spread = variability()

    def searched(asked: Query, step: str) -> Found:
        with progress.step(step) as report:
            answer = find_routes(
                planner, spread, closures=(*asked.avoided, *asked.closed), modes=asked.modes,
                seed=asked.seed, threads=_THREADS, progress=report,
            )  # fmt: skip
        trips: Sequence[Trip] = [Trip(route) for route in answer.routes]
        if asked.depart is not None:
            known = services()
            trips = compared(
                [scheduled(t.route, asked.depart, known, spread, seed=asked.seed) for t in trips]
            )
        shown = trips if request.everything else [t for t in trips if t.route.efficient]
        return Found(answer, tuple(trips), tuple(shown), asked)

    found = searched(query, "searching")
    if not query.closed:
        return found
    return replace(
        found, without=searched(replace(query, closed=()), "searching without the closure")
    )
