"""All projects of a comparison on one network, so that every state is a weighting of it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.errors import InputError
from beltroad.infrastructure.alignment import Alignment, Layer, align
from beltroad.infrastructure.network import CITY, PORT, RAIL, ROAD, Network, great_circle_km

__all__ = ["Programme", "parse_waypoints", "place_projects"]

PORT_REACH_KM = 60.0


@dataclass(frozen=True)
class Programme:
    """Projects that act on freight, the network with all they add, and where each lies on it."""

    projects: pd.DataFrame
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


def parse_waypoints(text: str) -> NDArray[np.float64]:
    """``'lat,lon;lat,lon'`` as an array of shape (n, 2).

    Raises
    ------
    InputError
        If a pair is not two numbers in range.
    """
    try:
        points = np.array([[float(x) for x in pair.split(",")] for pair in text.split(";")])
    except ValueError:
        raise InputError(f"waypoints {text!r:.80} are not 'lat,lon;lat,lon;...'") from None
    if points.ndim != 2 or points.shape[1] != 2:
        raise InputError(f"waypoints {text!r:.80} are not 'lat,lon;lat,lon;...'")
    if np.any(np.abs(points[:, 0]) > 90) or np.any(np.abs(points[:, 1]) > 180):
        raise InputError(f"waypoints {text!r:.80} leave the globe; latitude comes first")
    return points


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
        Rows that act on freight, with ``id, mode, effect, waypoints, length_km, in_2024_data,
        locode, hours_saved_terminal, speed_before_kmh, speed_after_kmh``.
    """
    layers = {"rail": Layer(network, RAIL, "rail"), "road": Layer(network, ROAD, "road")}
    ports = network.terminals(PORT)
    found: dict[str, Alignment] = {}
    for done, row in enumerate(projects.itertuples(index=False), start=1):
        points = parse_waypoints(str(row.waypoints))
        if row.effect == "terminal":
            found[row.id] = _terminal(network, ports, str(row.mode), str(row.locode), points)
        else:
            found[row.id] = align(
                network, layers,
                project=row.id, mode=row.mode, waypoints=points, length_km=row.length_km,
                only_new=row.in_2024_data == "no" and row.effect == "new_link",
            )  # fmt: skip
        if progress is not None:
            progress(done / len(projects))
    return _assemble(network, projects, found)


def _terminal(
    network: Network, ports: pd.Series, mode: str, locode: str, points: NDArray[np.float64]
) -> Alignment:
    """The port of a project by its code or place; a dry port by its place."""
    none = pd.DataFrame()
    lat, lon = points[0]
    notes: list[str] = []
    if mode == "port":
        if locode in ports.index:
            rows = np.array([ports[locode]], np.int64)
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
    network: Network, projects: pd.DataFrame, found: Mapping[str, Alignment]
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
    wider = network.with_additions(extra_nodes, _stack(links, network.links.columns))
    shifted = {
        key: Alignment(a.existing, a.nodes, a.links, a.terminals + count, a.notes)
        for key, a in found.items()
    }
    return Programme(projects, wider, shifted)


def _stack(frames: Iterable[pd.DataFrame], columns: pd.Index) -> pd.DataFrame:
    """Frames one above the other, in the given columns; an empty frame when there is none."""
    rows = list(frames)
    return pd.concat(rows, ignore_index=True)[list(columns)] if rows else pd.DataFrame(columns=columns)
