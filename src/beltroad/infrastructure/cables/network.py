"""The fibre network: landings and cities, cable runs between landings, fibre along roads.

A cable run joins two landings of one cable with nothing but branching units between them.
Between any two points on land there may be a leg of terrestrial fibre, as long as the roads times
a factor. Light passes over any sequence of runs and legs.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import TypeVar

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError, suggest
from beltroad.infrastructure.cables.segments import segment_lengths, segment_lines
from beltroad.infrastructure.cables.straits import STRAITS

__all__ = ["FibreNetwork", "Losses", "Parameters", "fibre_network", "land_points"]

Floats = NDArray[np.float64]
T = TypeVar("T")
LIGHT_KM_PER_MS = 299.792458


@dataclass(frozen=True)
class Parameters:
    """How kilometres become milliseconds.

    Attributes
    ----------
    group_index
        Light in fibre is slower than in vacuum by this factor (standard single-mode fibre at
        1550 nm, 1.468; 4.9 microseconds per km).
    land_factor
        Kilometres of fibre per kilometre of road. 1.10 is the median of three terrestrial cables
        whose length and ends are published, over the road network (docs/methods/cables.md).
    hop_ms
        Delay of the equipment where a leg ends on land, one way. Assumed.
    access_km, transit_km
        Longest land leg by road between two countries: from a city to a landing or to another
        city, and from one cable to the next. Over land further than that, light takes the named
        terrestrial cables of the tables. Within a country there is no limit. Assumed: fibre lies
        along roads nearly everywhere, but who carries transit through several countries is named.
    """

    group_index: float = 1.468
    land_factor: float = 1.10
    hop_ms: float = 0.1
    access_km: float = 3000.0
    transit_km: float = 300.0

    def __post_init__(self) -> None:
        if not (self.group_index >= 1 and self.land_factor >= 1 and self.hop_ms >= 0):
            raise InputError(
                "fibre parameters: group_index and land_factor must be 1 or more and hop_ms 0 or "
                f"more, not {self.group_index:g}, {self.land_factor:g}, {self.hop_ms:g}"
            )
        if not (self.access_km >= 0 and self.transit_km >= 0):
            raise InputError(
                "fibre parameters: access_km and transit_km must be 0 or more, not "
                f"{self.access_km:g}, {self.transit_km:g}"
            )

    def open_land(self) -> Parameters:
        """The same without limits on land: fibre along any road over any open border."""
        return replace(self, access_km=np.inf, transit_km=np.inf)

    def ms(self, km: Floats | float) -> Floats:
        """One-way milliseconds of so many km of fibre."""
        return np.asarray(km, np.float64) * (self.group_index / LIGHT_KM_PER_MS)


@dataclass(frozen=True)
class Losses:
    """What is out of order, by name: landings, cables, straits."""

    landings: frozenset[str] = frozenset()
    cables: frozenset[str] = frozenset()
    straits: frozenset[str] = frozenset()


@dataclass(frozen=True)
class FibreNetwork:
    """Points, cable segments and land kilometres.

    Attributes
    ----------
    points
        One row a point on land: ``name``, ``kind`` (landing, node or city), ``iso3``, ``lat``,
        ``lon``, ``population`` (0 but for cities), ``city_id`` (empty but for cities).
    cables
        The cables table.
    segments
        Cable segments with ``km`` and the columns of the cable they need.
    lines
        Drawn way of each segment, shapes (points, 2).
    land_km
        Road kilometres between all points, shape (points, points); ``inf`` where there is no way.
    parameters
        How kilometres become milliseconds.
    """

    points: pd.DataFrame
    cables: pd.DataFrame
    segments: pd.DataFrame
    lines: list[Floats]
    land_km: Floats
    parameters: Parameters

    @cached_property
    def landing_index(self) -> dict[str, int]:
        """Row of each landing or node by its name."""
        rows = self.points.index[self.points["kind"] != "city"]
        return {str(self.points.at[i, "name"]): int(i) for i in rows}

    @cached_property
    def country_code(self) -> NDArray[np.int64]:
        """A number for the country of each point; points without one have numbers of their own."""
        codes = self.points["iso3"].astype("category").cat.codes.to_numpy(np.int64)
        alone = self.points["iso3"].eq("").to_numpy()
        return np.where(alone, -1 - np.arange(len(codes)), codes)

    @cached_property
    def cable_names(self) -> dict[str, str]:
        """Name of each cable by its id."""
        return dict(zip(self.cables["cable_id"], self.cables["name"], strict=True))

    @cached_property
    def strait_segments(self) -> dict[str, NDArray[np.bool_]]:
        """Which segments pass each named strait."""
        return {s.name: np.array([s.holds(line) for line in self.lines]) for s in STRAITS}

    def in_use(self, losses: Losses, year: int | None = None) -> NDArray[np.bool_]:
        """Which segments carry light.

        Without a year those of cables in service; in a year those of cables that had started by
        then and were not retired, planned ones as planned.
        """
        s = self.segments
        if year is None:
            alive = s["status"].eq("in_service").to_numpy()
        else:
            ended = s["year_out"].fillna(9999).to_numpy() <= year
            alive = (s["year"].to_numpy() <= year) & ~ended
        alive = alive & ~s["cable_id"].isin(losses.cables).to_numpy()
        alive = alive & ~s["from_landing"].isin(losses.landings).to_numpy()
        alive = alive & ~s["to_landing"].isin(losses.landings).to_numpy()
        for strait in losses.straits:
            alive = alive & ~self.strait_segments[strait]
        return np.asarray(alive)

    def runs(self, alive: NDArray[np.bool_]) -> pd.DataFrame:
        """Cable runs over the living segments: ``cable_id``, ``a``, ``b`` (points), ``km``.

        Branching units are taken out one by one; what led through one becomes a direct run.
        """
        rows = []
        for cable_id, part in self.segments[alive].groupby("cable_id", sort=True):
            links: dict[str, dict[str, float]] = {}
            ends = (part[end].astype(str) for end in ("from_landing", "to_landing"))
            for u, v, km in zip(*ends, part["km"].to_numpy(float).tolist(), strict=True):
                _shorten(links, u, v, km)
            for unit in [n for n in links if n not in self.landing_index]:
                around = sorted(links.pop(unit).items())
                for end, _ in around:
                    links[end].pop(unit, None)
                for i, (u, x) in enumerate(around):
                    for v, y in around[i + 1 :]:
                        _shorten(links, u, v, x + y)
            for u, near in sorted(links.items()):
                rows += [
                    (str(cable_id), self.landing_index[u], self.landing_index[v], km)
                    for v, km in sorted(near.items())
                    if u < v
                ]
        return pd.DataFrame(rows, columns=["cable_id", "a", "b", "km"]).astype({"km": float})

    def losses(
        self,
        landings: Iterable[str] = (),
        cables: Iterable[str] = (),
        straits: Iterable[str] = (),
    ) -> Losses:
        """Losses by name; a cable may be given by id or name.

        Raises
        ------
        InputError
            If a name is not known; close names are suggested.
        """
        ids = {name.casefold(): i for i, name in self.cable_names.items()}
        ids |= {i.casefold(): i for i in self.cable_names}
        spots = {name.casefold(): name for name in self.landing_index}
        gates = {s.name.casefold(): s for s in STRAITS}
        named = [_pick("strait", n, gates) for n in straits]
        return Losses(
            frozenset([_pick("landing", n, spots) for n in landings])
            | {n for s in named for n in s.landings if n in self.landing_index},
            frozenset(_pick("cable", n, ids) for n in cables),
            frozenset(s.name for s in named),
        )

    def anything(self, names: Iterable[str]) -> Losses:
        """Losses by names of any sort: landing, cable or strait, looked for in this order."""
        spots, gates = set(self.landing_index), [s.name for s in STRAITS]
        known = {n.casefold(): "landings" for n in spots}
        known = {n.casefold(): "straits" for n in gates} | known
        both = [*self.cable_names, *self.cable_names.values()]
        known = {n.casefold(): "cables" for n in both} | known
        shown = [*spots, *gates, *both]
        bins: dict[str, list[str]] = {"landings": [], "cables": [], "straits": []}
        for name in names:
            bins[_pick("landing, cable or strait", name, known, shown)].append(name)
        return self.losses(bins["landings"], bins["cables"], bins["straits"])


def land_points(landings: pd.DataFrame, cities: pd.DataFrame | None = None) -> pd.DataFrame:
    """Points on land: every landing and node once, then the cities."""
    land = landings[landings["kind"].isin(("landing", "node"))]
    spots = land.sort_values(["landing", "kind"]).drop_duplicates("landing")
    first = pd.DataFrame(
        {
            "name": spots["landing"].to_numpy(), "kind": spots["kind"].to_numpy(),
            "iso3": spots["iso3"].to_numpy(), "lat": spots["lat"].to_numpy(float),
            "lon": spots["lon"].to_numpy(float), "population": 0.0, "city_id": "",
        }
    )  # fmt: skip
    if cities is None or not len(cities):
        return first
    second = pd.DataFrame(
        {
            "name": cities["name"].to_numpy(), "kind": "city", "iso3": cities["iso3"].to_numpy(),
            "lat": cities["lat"].to_numpy(float), "lon": cities["lon"].to_numpy(float),
            "population": cities["population"].to_numpy(float),
            "city_id": cities["city_id"].astype(str).to_numpy(),
        }
    )  # fmt: skip
    return pd.concat([first, second], ignore_index=True)


def fibre_network(
    cables: pd.DataFrame,
    landings: pd.DataFrame,
    segments: pd.DataFrame,
    points: pd.DataFrame,
    land_km: Floats,
    parameters: Parameters | None = None,
) -> FibreNetwork:
    """The fibre network of these cables.

    Parameters
    ----------
    cables, landings, segments
        Tables ``cables``, ``cable_landings``, ``cable_segments``.
    points
        From :func:`land_points`, with the cities whose latency is asked for.
    land_km
        Road kilometres between all points, shape (points, points), ``inf`` where there is no
        way: from :func:`beltroad.infrastructure.cables.land.land_kilometres`, or your own.

    Raises
    ------
    InputError
        If ``land_km`` does not fit the points or is negative.
    DataError
        If the tables contradict each other.
    """
    count = len(points)
    if land_km.shape != (count, count) or not np.all(land_km >= 0):
        raise InputError(
            f"land_km must have shape ({count}, {count}) and no negative or unknown value, "
            f"not shape {land_km.shape}; use inf where there is no way"
        )
    known = segment_lengths(cables, landings, segments)
    about = cables.set_index("cable_id")[["year", "year_out", "status"]].astype(
        {"year": float, "year_out": float}
    )
    known = known.join(about, on="cable_id").reset_index(drop=True)
    both = np.minimum(land_km, land_km.T).astype(np.float64)
    np.fill_diagonal(both, 0.0)
    return FibreNetwork(
        points.reset_index(drop=True), cables.reset_index(drop=True), known,
        segment_lines(landings, segments), both, parameters or Parameters(),
    )  # fmt: skip


def _shorten(links: dict[str, dict[str, float]], u: str, v: str, km: float) -> None:
    for a, b in ((u, v), (v, u)):
        near = links.setdefault(a, {})
        near[b] = min(km, near.get(b, np.inf))


def _pick(sort: str, name: str, known: dict[str, T], shown: Iterable[str] | None = None) -> T:
    found = known.get(name.casefold())
    if found is None:
        hint = suggest(name, shown if shown is not None else known)
        raise InputError(f"no {sort} named {name!r}. {hint or 'See: beltroad cables'}".strip())
    return found
