"""Planners for tests of routes: on the small network, and on today's bundled one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
import pandas as pd
import small_network as small

from beltroad.appraisal.routes import Atlas, variability
from beltroad.infrastructure.network import Network
from beltroad.infrastructure.pricing.pricing import Pricing
from beltroad.infrastructure.projects.effects import StateEffects, effects_of
from beltroad.infrastructure.routes.find import Answer, find_routes
from beltroad.infrastructure.routes.places import Place, find_place
from beltroad.infrastructure.routes.planner import Planner
from beltroad.infrastructure.routes.search import Found

USD_PER_HOUR = 22.0
HOME = {"west": "CHN", "north": "CHN", "east": "KAZ"}
# Every bundled query of these tests lies between two of these, so that one planner serves all.
NAMES = (
    "Chongqing", "Duisburg", "Shanghai", "Rotterdam", "Kunming", "Vientiane", "Xi'an", "Baku",
    "Nairobi", "Mombasa", "Islamabad", "Kashgar", "Suva", "Apia", "Kathmandu", "Kolkata",
)  # fmt: skip


def nothing_built(network: Network, pricing: Pricing) -> StateEffects:
    """Effects of no project at all."""
    none = pd.Series(dtype=bool)
    return effects_of(network, [], {}, none, pricing.parameters, pricing.groups)


def small_place(name: str) -> Place:
    """A city of the small network."""
    lat, lon = small.NODES[name][:2]
    return Place(name, "city", HOME[name], float(lat), float(lon))


def small_planner(
    *names: str, pricing: Pricing | None = None, network: Network | None = None
) -> Planner:
    """The small network between its cities; one without changes is made only once."""
    if pricing is None and network is None:
        return _plain(names)
    return _planned(names, pricing or small.pricing(), network or small.network())


@lru_cache(maxsize=32)
def _plain(names: tuple[str, ...]) -> Planner:
    return _planned(names, small.pricing(), small.network())


def _planned(names: Sequence[str], pricing: Pricing, network: Network) -> Planner:
    places = [small_place(name) for name in names]
    effects = nothing_built(network, pricing)
    return Planner.of(network, pricing, effects, places, usd_per_hour=USD_PER_HOUR)


@lru_cache(maxsize=1)
def atlas() -> Atlas:
    """The bundled network with all projects on it."""
    return Atlas.of()


@lru_cache(maxsize=1)
def today() -> Planner:
    """Today's network with all of ``NAMES`` joined to it."""
    return atlas().planner([find_place(name) for name in NAMES])


def between(*names: str) -> Planner:
    """Today's network between some of ``NAMES``, the first to the last by way of the others."""
    whole = today()
    rows = [NAMES.index(name) for name in names]
    return replace(whole, places=tuple(whole.places[k] for k in rows), nodes=whole.nodes[rows])


def answer(planner: Planner, **more: object) -> Answer:
    """Routes of a planner with the bundled variability."""
    return find_routes(planner, variability(), threads=2, **more)  # type: ignore[arg-type]


@lru_cache(maxsize=1)
def duisburg() -> Answer:
    """All routes from Chongqing to Duisburg today."""
    return answer(between("Chongqing", "Duisburg"))


def no_shut(planner: Planner) -> np.ndarray:
    """Mask that closes nothing."""
    return np.zeros(len(planner.network.km), np.bool_)


def hours_of(planner: Planner, way: Found) -> float:
    """Hours of a way by the weights of its links."""
    ahead, back = planner.weights.forward[0, way.links], planner.weights.backward[0, way.links]
    return float(np.where(way.forward, ahead, back).sum(dtype=np.float64))


def least_hours(planner: Planner, found: Sequence[Found]) -> float:
    """Hours of the quickest of several ways, ``inf`` for none."""
    return min((hours_of(planner, f) for f in found), default=float("inf"))
