"""Latency by fibre path: the quickest sequence of cable runs and land legs.

A way starts and ends with a land leg at most (access), and between two cable runs lies one land
leg at most (transit). Access and transit within one country are free; between countries both have
a longest length (:class:`Parameters`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError, suggest
from beltroad.infrastructure.cables.network import FibreNetwork, Losses

__all__ = [
    "Latency", "Leg", "cable_latency", "check_latency", "core_times", "latency", "latency_matrix",
    "point_of",
]  # fmt: skip

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Leg:
    """One leg of a way: over a cable (its id and name) or over land (both empty).

    ``origin_row`` and ``destination_row`` are rows of the points; ``ms`` is one way.
    """

    origin: str
    destination: str
    origin_row: int
    destination_row: int
    cable_id: str
    cable: str
    km: float
    ms: float


@dataclass(frozen=True)
class Latency:
    """The quickest way between two points. ``one_way_ms`` is inf, ``legs`` empty if none."""

    origin: str
    destination: str
    one_way_ms: float
    legs: tuple[Leg, ...]

    @property
    def rtt_ms(self) -> float:
        """There and back."""
        return 2 * self.one_way_ms

    @property
    def km(self) -> float:
        """Kilometres of fibre."""
        return sum(leg.km for leg in self.legs) if np.isfinite(self.one_way_ms) else np.inf


def point_of(net: FibreNetwork, name: str, iso3: str | None = None) -> int:
    """Row of the city or landing of this name; the most populous city where several match.

    Raises
    ------
    InputError
        If there is none; close names are suggested.
    """
    points = net.points
    hit = points["name"].map(_plain).eq(_plain(name)) | points["city_id"].eq(name)
    if iso3 is not None:
        hit &= points["iso3"].eq(iso3)
    if not hit.any():
        raise InputError(
            f"no city or landing named {name!r}. {suggest(name, points['name'].astype(str))}"
        )
    found = np.flatnonzero(hit.to_numpy())
    return int(found[points["population"].to_numpy(float)[found].argmax()])


def latency(
    net: FibreNetwork,
    origin: str | int,
    destination: str | int,
    *,
    lost_landings: Iterable[str] = (),
    lost_cables: Iterable[str] = (),
    lost_straits: Iterable[str] = (),
    year: int | None = None,
    losses: Losses | None = None,
) -> Latency:
    """The quickest way between two cities or landings and its legs.

    Parameters
    ----------
    origin, destination
        Names (or row numbers) of points of the network.
    lost_landings, lost_cables, lost_straits
        Out of order, by name; or ready-made as ``losses``.
    year
        Cables of that year; None: those in service.

    Raises
    ------
    InputError
        If a name is not known; close names are suggested.
    """
    lost = losses or net.losses(lost_landings, lost_cables, lost_straits)
    i, j = (p if isinstance(p, int) else point_of(net, p) for p in (origin, destination))
    runs = net.runs(net.in_use(lost, year))
    rows = np.union1d(_core_rows(net), [i, j])
    step, used = _run_times(net, runs, lost, rows)
    dead = _gone(net, lost)[rows]
    land = {
        limit: _land_times(net, rows, rows, limit, dead, dead)
        for limit in (net.parameters.access_km, net.parameters.transit_km)
    }
    at = {int(row): k for k, row in enumerate(rows)}
    chain, total = _quickest(
        step, land[net.parameters.access_km], land[net.parameters.transit_km], at[i], at[j]
    )
    names = net.points["name"].astype(str).to_list()
    legs = []
    for a, b, over_cable in chain:
        ends = int(rows[a]), int(rows[b])
        run = int(used[a, b])
        if over_cable:
            code, km, ms = str(runs["cable_id"].iloc[run]), float(runs["km"].iloc[run]), step[a, b]
        else:
            code, km = "", float(net.land_km[ends]) * net.parameters.land_factor
            ms = net.parameters.ms(km) + net.parameters.hop_ms
        name = net.cable_names.get(code, "")
        legs.append(Leg(names[ends[0]], names[ends[1]], *ends, code, name, km, float(ms)))
    return Latency(names[i], names[j], total, tuple(legs))


def latency_matrix(
    net: FibreNetwork,
    cities: NDArray[np.integer] | None = None,
    *,
    losses: Losses | None = None,
    year: int | None = None,
) -> Floats:
    """One-way milliseconds between points, shape (cities, cities); ``inf`` where there is no way.

    Parameters
    ----------
    cities
        Rows of the points; None: all cities of the network.
    """
    lost = losses or Losses()
    rows = np.flatnonzero(net.points["kind"] == "city") if cities is None else np.asarray(cities)
    core_rows, times = core_times(net, losses=lost, year=year)
    p = net.parameters
    gone = _gone(net, lost)
    out = _land_times(net, rows, rows, p.access_km, gone[rows], gone[rows])
    access = _land_times(net, rows, core_rows, p.access_km, gone[rows], gone[core_rows])
    # A point that is itself a landing reaches itself at once.
    access[(rows[:, None] == core_rows[None, :]) & ~gone[rows][:, None]] = 0.0
    through = _join(access, times)
    out = np.minimum(out, _join(through, access.T))
    np.fill_diagonal(out, 0.0)
    return np.asarray(out)


def core_times(
    net: FibreNetwork, *, losses: Losses, year: int | None = None
) -> tuple[NDArray[np.intp], Floats]:
    """Rows of all landings and nodes, and one-way ms between them from cable run to cable run.

    The ways begin and end with a run (two runs and more may be joined by transit on land).
    """
    rows = _core_rows(net)
    runs, _ = _run_times(net, net.runs(net.in_use(losses, year)), losses, rows)
    dead = _gone(net, losses)[rows]
    for k in range(len(rows)):
        np.minimum(runs, runs[:, k : k + 1] + runs[k], out=runs)
    np.fill_diagonal(runs, np.inf)
    transit = _land_times(net, rows, rows, net.parameters.transit_km, dead, dead)
    onward = _join(transit, runs)
    np.fill_diagonal(onward, 0.0)
    for k in range(len(rows)):
        np.minimum(onward, onward[:, k : k + 1] + onward[k], out=onward)
    return rows, _join(runs, onward)


def cable_latency(net: FibreNetwork, origin: int, destination: int, cable_id: str) -> float:
    """One-way milliseconds over one cable between its landings nearest to both points.

    The way to these landings is over land; ``inf`` if there is no such way.

    Parameters
    ----------
    origin, destination
        Rows of points.
    cable_id
        Any cable, in service or not.
    """
    p = net.parameters
    runs = net.runs(net.segments["cable_id"].eq(cable_id).to_numpy())
    if not len(runs):
        return np.inf
    ends = np.union1d(runs["a"], runs["b"]).astype(np.intp)
    at = {int(row): k for k, row in enumerate(ends)}
    step = np.full((len(ends), len(ends)), np.inf)
    for a, b, km in zip(runs["a"], runs["b"], runs["km"], strict=True):
        i, j = at[int(a)], at[int(b)]
        step[i, j] = step[j, i] = min(step[i, j], float(p.ms(km)) + p.hop_ms)
    total, doors = 0.0, []
    for point in (origin, destination):
        leg = p.ms(net.land_km[point, ends] * p.land_factor) + p.hop_ms
        leg[ends == point] = 0.0
        doors.append(int(leg.argmin()))
        total += float(leg.min())
    for k in range(len(ends)):
        np.minimum(step, step[:, k : k + 1] + step[k], out=step)
    np.fill_diagonal(step, 0.0)
    return total + float(step[doors[0], doors[1]])


def check_latency(net: FibreNetwork, checks: pd.DataFrame, year: int | None = None) -> pd.DataFrame:
    """Modelled round-trip times beside published ones.

    Returns
    -------
    The rows of table ``latency_checks`` with ``model_ms`` and ``ratio`` (model over published),
    and for rows of one cable ``cable_ms`` and ``cable_ratio``: the way over that cable alone.
    """
    rows = checks.to_dict("records")
    ends = np.array(
        [
            [point_of(net, str(r[end]), str(r[code])) for r in rows]
            for end, code in (("origin", "origin_iso3"), ("destination", "dest_iso3"))
        ],
        np.intp,
    ).reshape(2, -1)
    points, where = np.unique(ends, return_inverse=True)
    where = where.reshape(2, -1)
    model = 2 * latency_matrix(net, points, year=year)[where[0], where[1]]
    alone = [
        2 * cable_latency(net, int(i), int(j), str(r["cable_id"])) if r["cable_id"] else np.nan
        for i, j, r in zip(*ends, rows, strict=True)
    ]
    out = checks.assign(model_ms=model, cable_ms=alone)
    out["ratio"] = out["model_ms"] / out["rtt_ms"].astype(float)
    out["cable_ratio"] = out["cable_ms"] / out["rtt_ms"].astype(float)
    return out


def _plain(name: object) -> str:
    """Lower case without accents."""
    parts = unicodedata.normalize("NFKD", str(name))
    return "".join(c for c in parts if not unicodedata.combining(c)).casefold()


def _core_rows(net: FibreNetwork) -> NDArray[np.intp]:
    return np.flatnonzero(net.points["kind"] != "city")


def _gone(net: FibreNetwork, lost: Losses) -> NDArray[np.bool_]:
    """Which points are lost landings."""
    return (net.points["kind"].ne("city") & net.points["name"].isin(lost.landings)).to_numpy()


def _run_times(
    net: FibreNetwork, runs: pd.DataFrame, lost: Losses, rows: NDArray[np.intp]
) -> tuple[Floats, NDArray[np.int64]]:
    """Milliseconds of the quickest cable run between points, and the run (-1: none)."""
    out = np.full((len(rows), len(rows)), np.inf)
    used = np.full(out.shape, -1, np.int64)
    at = np.full(len(net.points), -1, np.int64)
    at[rows] = np.arange(len(rows))
    ms = net.parameters.ms(runs["km"].to_numpy(float)) + net.parameters.hop_ms
    first, second = at[runs["a"].to_numpy(int)], at[runs["b"].to_numpy(int)]
    for run, (a, b) in enumerate(zip(first, second, strict=True)):
        if ms[run] < out[a, b]:
            out[a, b] = out[b, a] = ms[run]
            used[a, b] = used[b, a] = run
    dead = _gone(net, lost)[rows]
    out[dead], out[:, dead] = np.inf, np.inf
    return out, used


def _land_times(
    net: FibreNetwork,
    a: NDArray[np.integer],
    b: NDArray[np.integer],
    limit_km: float,
    dead_a: NDArray[np.bool_],
    dead_b: NDArray[np.bool_],
) -> Floats:
    """Milliseconds over one land leg; ``inf`` where too far between countries, or on itself."""
    p = net.parameters
    km = net.land_km[np.ix_(a, b)]
    code = net.country_code
    allowed = (code[a][:, None] == code[b][None, :]) | (km <= limit_km)
    allowed &= (a[:, None] != b[None, :]) & ~dead_a[:, None] & ~dead_b[None, :]
    return np.where(allowed, p.ms(km * p.land_factor) + p.hop_ms, np.inf)


def _join(first: Floats, second: Floats) -> Floats:
    """Quickest sum over the point in between: min-plus product."""
    out = np.full((len(first), second.shape[1]), np.inf)
    for k in range(len(second)):
        np.minimum(out, first[:, k : k + 1] + second[k], out=out)
    return out


def _quickest(
    step: Floats, access: Floats, transit: Floats, start: int, end: int
) -> tuple[list[tuple[int, int, bool]], float]:
    """Legs (from, to, over a cable) of the quickest way by the rules of the module, and its ms."""
    count = len(step)
    # State 0: came over land; state 1: came over a cable. A land leg follows a cable only.
    time = np.full((2, count), np.inf)
    before = np.full((2, count), -1, np.int64)
    left = np.ones((2, count), np.bool_)
    goal = np.zeros(count, np.bool_)
    goal[end] = True

    def relax(state: int, new: Floats, came_from: int) -> None:
        better = left[state] & (new < time[state])
        time[state][better] = new[better]
        before[state][better] = came_from

    origin = 2 * count
    relax(0, access[start], origin)
    relax(1, step[start], origin)
    while True:
        at = int(np.where(left, time, np.inf).argmin())
        state, node = divmod(at, count)
        if not (left[state, node] and np.isfinite(time[state, node])) or node == end:
            break
        left[state, node] = False
        now = float(time[state, node])
        relax(1, now + step[node], at)
        if state == 1:
            relax(0, now + np.where(goal, access[node], transit[node]), at)
    state = int(time[:, end].argmin())
    total = float(time[state, end]) if start != end else 0.0
    if start == end or not np.isfinite(total):
        return [], total
    legs = []
    at = state * count + end
    while at != origin:
        state, node = divmod(at, count)
        previous = int(before[state, node])
        legs.append((start if previous == origin else previous % count, node, state == 1))
        at = previous
    return legs[::-1], total
