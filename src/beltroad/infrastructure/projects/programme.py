"""All projects of a comparison on one network, so that every state is a weighting of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd

from beltroad.infrastructure.network import CITY, PORT, RAIL, ROAD, Network, great_circle_km
from beltroad.infrastructure.projects.alignment import Alignment, Layer, align
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
        line = self.network.has_mode("rail", "road")
        fresh = {k: self.network.added_by.get(k, np.empty(0, np.intp)) for k in self.alignments}
        return pd.DataFrame(
            {
                "matched_km": {k: float(km[a.existing].sum()) for k, a in self.alignments.items()},
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
    layers = {"rail": Layer(network, RAIL, "rail"), "road": Layer(network, ROAD, "road")}
    ports = network.terminals(PORT)
    records = freight_projects(projects)
    found: dict[str, Alignment] = {}
    for done, project in enumerate(records, start=1):
        if project.effect == "terminal":
            found[project.id] = _terminal(network, ports, project)
        else:
            found[project.id] = align(network, layers, project)
        if progress is not None:
            progress(done / len(records))
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
    """
    if nodes.empty:
        return links
    lat, lon, layer = (nodes[c].to_numpy(float) for c in ("lat", "lon", "layer"))
    same = np.arange(len(nodes))
    for k in range(1, len(nodes)):
        km = great_circle_km(lat[k], lon[k], lat[:k], lon[:k])
        near = np.flatnonzero((km <= STATION_KM) & (layer[:k] == layer[k]))
        if len(near):
            same[k] = same[near[np.argmin(km[near])]]
    moved = links.copy()
    for end in ("u", "v"):
        old = links[end].to_numpy(np.int64)
        moved[end] = np.where(old < 0, -1 - same[np.clip(-1 - old, 0, None)], old)
    return moved[moved["u"] != moved["v"]].reset_index(drop=True)


def _stack(frames: Iterable[pd.DataFrame], columns: pd.Index) -> pd.DataFrame:
    """Frames one above the other, in the given columns; an empty frame when there is none."""
    rows = list(frames)
    return (
        pd.concat(rows, ignore_index=True)[list(columns)] if rows else pd.DataFrame(columns=columns)
    )
