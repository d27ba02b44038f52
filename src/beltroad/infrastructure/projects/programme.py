"""All projects of a comparison on one network, so that every state is a weighting of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.infrastructure.network import (
    CITY,
    DRYPORT,
    PORT,
    RAIL,
    ROAD,
    WATER,
    Network,
    great_circle_km,
)
from beltroad.infrastructure.projects.additions import (
    Additions,
    gauge_change_between,
    joins_between,
)
from beltroad.infrastructure.projects.alignment import Alignment, align, match
from beltroad.infrastructure.projects.gauges import regauged
from beltroad.infrastructure.projects.layers import Layer, search_layers
from beltroad.infrastructure.projects.record import FreightProject, freight_projects

__all__ = ["Programme", "place_projects"]

PORT_REACH_KM = 60.0
# New stations of different projects this near each other are one.
STATION_KM = 6.0


@dataclass(frozen=True)
class Programme:
    """Projects that act on freight, the network with all they add, and where each lies on it."""

    projects: list[FreightProject]
    network: Network
    alignments: Mapping[str, Alignment]

    def lengths(self) -> pd.DataFrame:
        """Kilometres matched and added, and notes, by project id."""
        km = self.network.km
        line = self.network.has_mode("rail", "road", "water")
        fresh = {k: self.network.added_by.get(k, np.empty(0, np.intp)) for k in self.alignments}
        return pd.DataFrame(
            {
                "matched_km": {
                    k: float(km[a.existing][line[a.existing]].sum())
                    for k, a in self.alignments.items()
                },
                "added_km": {k: float(km[rows][line[rows]].sum()) for k, rows in fresh.items()},
                "match_note": {k: "; ".join(a.notes) for k, a in self.alignments.items()},
            }
        )


def place_projects(
    network: Network,
    projects: pd.DataFrame,
    *,
    progress: Callable[[float], None] | None = None,
) -> Programme:
    """Match every project with the network and add what is missing.

    Parameters
    ----------
    projects
        Rows that act on freight, in the columns that :func:`freight_projects` reads.
    """
    layers = search_layers(network)
    records = freight_projects(projects)
    matches = {}
    for done, project in enumerate(records, start=1):
        if project.effect in ("new_link", "upgrade"):
            matches[project.id] = match(layers, project)
        if progress is not None:
            progress(done / len(records))
    known = regauged(network, records, {key: found.existing for key, found in matches.items()})
    if known is not network:
        network, layers = known, search_layers(known)
    ports = network.terminals(PORT)
    found = {}
    for project in records:
        if project.effect == "terminal":
            found[project.id] = _terminal(network, ports, project)
        elif project.effect in ("new_port", "new_terminal"):
            found[project.id] = _new_place(network, layers, project)
        else:
            found[project.id] = align(network, layers, project, matches[project.id])
    return _assemble(network, records, found)


def _terminal(network: Network, ports: pd.Series, project: FreightProject) -> Alignment:
    """The port of a project by its code or place; a dry port by its place."""
    none = pd.DataFrame()
    lat, lon = project.waypoints[0]
    notes: list[str] = []
    if project.mode == "port":
        if project.locode in ports.index:
            rows = np.array([ports[project.locode]], np.int64)
        elif project.id in ports.index:
            rows = np.array([ports[project.id]], np.int64)
        else:
            km = great_circle_km(lat, lon, network.lat[ports], network.lon[ports])
            near = int(np.argmin(km))
            rows = np.array([ports.iloc[near]], np.int64)
            if km[near] > PORT_REACH_KM:
                rows = rows[:0]
                notes.append("no port of the network is near: no effect is modelled")
            else:
                notes.append(f"acts on the port {ports.index[near]}, {km[near]:.0f} km away")
    else:
        place = np.flatnonzero(np.isin(network.layer, (CITY, RAIL)))
        km = great_circle_km(lat, lon, network.lat[place], network.lon[place])
        rows = place[[int(np.argmin(km))]]
    return Alignment(np.empty(0, np.int64), none, none, rows, notes)


def _new_place(network: Network, layers: Mapping[str, Layer], project: FreightProject) -> Alignment:
    """A port or dry port that was not there: added, or taken away where the map has it.

    The map's port goes by the project's code or id; its links are what the project adds.
    """
    none = np.empty(0, np.int64)
    there = network.terminals(PORT if project.mode == "port" else DRYPORT)
    for ref in (project.locode, project.id):
        if ref and ref in there.index:
            node = int(there[ref])
            rows = np.flatnonzero((network.u == node) | (network.v == node))
            bare = pd.DataFrame()
            return Alignment(rows, bare, bare, np.array([node], np.int64))
    builder = Additions(network, layers, project)
    place = builder.port if project.mode == "port" else builder.dry_port
    place(*project.waypoints[0])
    return Alignment(none, *builder.frames(), none, builder.notes)


def _assemble(
    network: Network, projects: list[FreightProject], found: Mapping[str, Alignment]
) -> Programme:
    """One network with the additions of all projects; rows renumbered to it."""
    nodes: list[pd.DataFrame] = []
    links: list[pd.DataFrame] = []
    count = 0
    for here in found.values():
        if len(here.links):
            moved = here.links.copy()
            for end in ("u", "v"):
                old = moved[end].to_numpy(np.int64)
                moved[end] = np.where(old < 0, old - count, old)
            links.append(moved)
        if len(here.nodes):
            nodes.append(here.nodes)
            count += len(here.nodes)
    if not links:
        return Programme(projects, network, dict(found))
    extra_nodes = _stack(nodes, network.nodes.columns)
    extra_links = _one_station(extra_nodes, _stack(links, network.links.columns))
    wider = network.with_additions(extra_nodes, extra_links)
    shifted = {
        key: Alignment(a.existing, a.nodes, a.links, a.terminals + count, a.notes)
        for key, a in found.items()
    }
    return Programme(projects, wider, shifted)


def _one_station(nodes: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    """Links between new stations, with stations of different projects at one place made one.

    The second station stays in the table without links, so that no number has to change.
    Stations of two gauges at one place stay two, with a change of gauge between them. Ports and
    dry ports keep their own, for each has a code of its own; stations nearby are joined to them.
    """
    if nodes.empty:
        return links
    lat, lon, layer, gauge = (nodes[c].to_numpy(float) for c in ("lat", "lon", "layer", "gauge_mm"))
    owner = _owners(nodes, links)
    same = np.arange(len(nodes))
    more = joins_between(nodes, owner)
    for k in range(1, len(nodes)):
        if layer[k] not in (RAIL, ROAD, WATER):
            continue
        km = great_circle_km(lat[k], lon[k], lat[:k], lon[:k])
        near = np.flatnonzero((km <= STATION_KM) & (layer[:k] == layer[k]))
        alike = near[gauge[near] == gauge[k]]
        if len(alike):
            same[k] = same[alike[np.argmin(km[alike])]]
        elif len(near):
            other = int(near[np.argmin(km[near])])
            more.append(
                gauge_change_between(-1 - k, -1 - int(same[other]), float(km[other]), owner[k])
            )
    every = _stack([links, pd.DataFrame(more)] if more else [links], links.columns)
    moved = every.copy()
    for end in ("u", "v"):
        old = every[end].to_numpy(np.int64)
        moved[end] = np.where(old < 0, -1 - same[np.clip(-1 - old, 0, None)], old)
    return moved[moved["u"] != moved["v"]].reset_index(drop=True)


def _owners(nodes: pd.DataFrame, links: pd.DataFrame) -> list[str]:
    """Project that adds each node: the one whose links end there."""
    owner = [""] * len(nodes)
    for end in ("u", "v"):
        for node, project in zip(links[end].to_numpy(np.int64), links["project"], strict=True):
            if node < 0:
                owner[-1 - node] = str(project)
    return owner


def _stack(frames: Iterable[pd.DataFrame], columns: pd.Index) -> pd.DataFrame:
    """Frames one above the other, in the given columns; an empty frame when there is none."""
    rows = list(frames)
    return (
        pd.concat(rows, ignore_index=True)[list(columns)] if rows else pd.DataFrame(columns=columns)
    )
