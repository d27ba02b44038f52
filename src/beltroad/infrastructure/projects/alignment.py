"""Where a project lies on the network: on lines that exist, or as links to be added.

A project is a chain of waypoints. Each leg is matched with the shortest way over the layer of
its mode between stations near both waypoints. A way that is not much longer than the leg is the
line itself; where there is none, the leg becomes a new link.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.network import RAIL, Network, great_circle_km
from beltroad.infrastructure.projects.additions import Additions
from beltroad.infrastructure.projects.gauges import gauge_in_map
from beltroad.infrastructure.projects.layers import SNAP_KM, Layer
from beltroad.infrastructure.projects.record import FreightProject

__all__ = ["Alignment", "Layer", "Match", "align", "leg_km", "match"]

# Nodes of long lines in empty country are this far apart at most; tried where SNAP_KM finds none.
WIDE_SNAP_KM = 35.0
# A way longer than this multiple of the leg's own length is another line, not this one.
DETOUR_LIMIT = 1.5
# How far from its ends a new railway may share the track of an older one: km, and share of a leg.
JUNCTION_KM, JUNCTION_SHARE = 40.0, 0.25


@dataclass(frozen=True)
class Alignment:
    """One project on the network.

    ``existing`` are rows of ``Network.links`` on which it lies; ``nodes`` and ``links`` what it
    adds (numbering as in :meth:`Network.with_additions`); ``terminals`` rows of ``Network.nodes``
    of the ports or cities it improves; ``notes`` what a reader should know about the match.
    """

    existing: NDArray[np.int64]
    nodes: pd.DataFrame
    links: pd.DataFrame
    terminals: NDArray[np.int64]
    notes: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Match:
    """What of a line project is in the network: rows of links, and the legs that are missing."""

    existing: NDArray[np.int64]
    missing: list[int]


def match(layers: Mapping[str, Layer], project: FreightProject) -> Match:
    """Match the legs of a rail, road or water project with the network.

    A project without a published length has legs of 1.2 times their great circle; one that is
    known not to be in the map data is never matched with lines nearby.
    """
    layer, waypoints = layers[project.mode], project.waypoints
    legs = leg_km(project)
    found: list[NDArray[np.int64]] = []
    missing: list[int] = []
    for k, km in enumerate(legs):
        way = None if project.unmapped else _match(layer, waypoints[k], waypoints[k + 1], km)
        if way is None:
            missing.append(k)
        else:
            found.append(_own_track(layer, project, k, len(legs), way))
    rows = np.unique(np.concatenate(found)) if found else np.empty(0, np.int64)
    return Match(rows, missing)


def align(
    network: Network, layers: Mapping[str, Layer], project: FreightProject, found: Match
) -> Alignment:
    """Add what a line project lacks in the network, given what :func:`match` has found."""
    legs, waypoints, mode = leg_km(project), project.waypoints, project.mode
    notes: list[str] = []
    if len(found.existing) and not gauge_in_map(network, found.existing, project.gauge_mm):
        # An upgrade of track that has another gauge in the map: its missing legs follow the map.
        project = replace(project, gauge_mm=0)
    builder = Additions(network, layers, project)
    for k in found.missing:
        builder.leg(mode, waypoints[k], waypoints[k + 1], float(legs[k]))
        if mode == "water":
            for end in sorted({0, len(legs)} & {k, k + 1}):
                builder.river_port(*waypoints[end])
    if found.missing and not project.unmapped:
        km = float(legs[found.missing].sum())
        notes.append(f"{km:.0f} km of {legs.sum():.0f} km are not in the map data and are added")
    nodes, links = builder.frames()
    none = np.empty(0, np.int64)
    return Alignment(found.existing, nodes, links, none, notes + builder.notes)


def leg_km(project: FreightProject) -> NDArray[np.float64]:
    """Length of each leg, km: the published length spread over them, else 1.2 great circles.

    A published length below the great circle is not believed.
    """
    at = project.waypoints
    legs = great_circle_km(at[:-1, 0], at[:-1, 1], at[1:, 0], at[1:, 1])
    total = float(legs.sum())
    known = np.isfinite(project.length_km) and total > 0
    return np.asarray(legs * max(project.length_km / total if known else 1.2, 1.0))


def _match(
    layer: Layer, a: NDArray[np.float64], b: NDArray[np.float64], leg_km: float
) -> NDArray[np.int64] | None:
    """Links of the existing line from a to b, or None where there is none."""
    for reach in (SNAP_KM[layer.layer], WIDE_SNAP_KM):
        snap = min(reach, max(2.0, 0.4 * leg_km))
        seeds, goals = layer.near(a[0], a[1], snap), layer.near(b[0], b[1], snap)
        if not len(seeds) or not len(goals):
            continue
        net = layer.network
        seed_km = 1.3 * great_circle_km(a[0], a[1], net.lat[seeds], net.lon[seeds])
        goal_km = 1.3 * great_circle_km(b[0], b[1], net.lat[goals], net.lon[goals])
        km, way = layer.way(seeds, goals, seed_km, goal_km, DETOUR_LIMIT * leg_km + 2 * snap)
        if np.isfinite(km) and len(way):
            return way
    return None


def _own_track(
    layer: Layer, project: FreightProject, leg: int, legs: int, way: NDArray[np.int64]
) -> NDArray[np.int64]:
    """The part of a way that is the project's own.

    A new railway ends at a station of an older line and shares its track up to the junction.
    That track was there before: it is left out up to the last junction near either end.
    """
    if project.effect != "new_link" or layer.layer != RAIL:
        return way
    # Ways are listed from their goal back to their start.
    if leg == legs - 1:
        way = _past_junction(layer, way)
    if leg == 0:
        way = _past_junction(layer, way[::-1])[::-1]
    return way


def _past_junction(layer: Layer, way: NDArray[np.int64]) -> NDArray[np.int64]:
    """A way without its first links up to the last junction within reach of its first end."""
    net = layer.network
    u, v = net.u[way], net.v[way]
    km = np.cumsum(net.km[way])
    reach, cut = min(JUNCTION_KM, JUNCTION_SHARE * float(km[-1])) if len(way) else 0.0, 0
    for k in range(len(way) - 1):
        if km[k] > reach:
            break
        joint = u[k] if u[k] in (u[k + 1], v[k + 1]) else v[k]
        here = layer.local[joint]
        if layer.first[here + 1] - layer.first[here] > 2:
            cut = k + 1
    return way[cut:]
