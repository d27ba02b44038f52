"""Gauges of new railways that the map data do not know.

The map gives a railway the main gauge of its country. A standard gauge line beside a metre gauge
network is then of the wrong gauge, and everything that continues it would seem to need a change
of gauge. What a project records counts instead: its own track takes the recorded gauge, and
where it shares a station with other lines the station becomes two, with a change of gauge
between them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from beltroad.infrastructure.network import Network
from beltroad.infrastructure.projects.additions import CHANGE_KM
from beltroad.infrastructure.projects.record import FreightProject

__all__ = ["gauge_in_map", "regauged"]

TERMINAL_MODES = ("city_rail", "port_rail", "rail_road", "dryport_rail")


def gauge_in_map(network: Network, links: NDArray[np.int64], gauge_mm: int) -> bool:
    """Whether any of these links has an end of this gauge."""
    gauge = network.nodes["gauge_mm"].to_numpy(np.int64)
    return bool(
        np.any((gauge[network.u[links]] == gauge_mm) | (gauge[network.v[links]] == gauge_mm))
    )


def regauged(
    network: Network, projects: Sequence[FreightProject], matched: Mapping[str, NDArray[np.int64]]
) -> Network:
    """The network with the recorded gauge on new railways where the map has it nowhere.

    A line that has its recorded gauge somewhere in the map is left as it is: it changes gauge on
    its way, at a border mostly. Rows of links stay what they are; new nodes come first.

    Parameters
    ----------
    matched
        Rows of ``network.links`` on which each project lies, by its id.
    """
    own: dict[int, NDArray[np.bool_]] = {}
    for p in projects:
        rows = matched.get(p.id, np.empty(0, np.int64))
        if p.mode != "rail" or p.effect != "new_link" or not p.gauge_mm or not len(rows):
            continue
        if not gauge_in_map(network, rows, p.gauge_mm):
            own.setdefault(p.gauge_mm, np.zeros(len(network.links), np.bool_))[rows] = True
    for gauge_mm in sorted(own):
        # Numbers of links at the end of the table grow with every gauge.
        mask = np.pad(own[gauge_mm], (0, len(network.links) - len(own[gauge_mm])))
        network = _with_gauge(network, mask, gauge_mm)
    return network


def _with_gauge(network: Network, own: NDArray[np.bool_], gauge_mm: int) -> Network:
    """One gauge on the links in ``own``; nodes that they share with other lines become two."""
    count = len(network.nodes)
    rail = network.has_mode("rail")

    def degree(mask: NDArray[np.bool_]) -> NDArray[np.int64]:
        ends = np.concatenate([network.u[mask], network.v[mask]])
        return np.bincount(ends, minlength=count)

    mine, every = degree(own), degree(rail)
    inner = (mine > 0) & (mine == every)
    shared = np.flatnonzero((mine > 0) & (mine < every))
    gauge = network.nodes["gauge_mm"].to_numpy(np.int64).copy()
    gauge[inner] = gauge_mm
    changed = replace(network, nodes=network.nodes.assign(gauge_mm=gauge))
    if not len(shared):
        return changed
    nodes = network.nodes.iloc[shared].assign(gauge_mm=gauge_mm, ref="")
    wider = changed.with_additions(nodes, _joints(network, shared))
    moved = np.arange(len(wider.nodes), dtype=np.int32)
    moved[shared + len(shared)] = np.arange(len(shared), dtype=np.int32)
    rows = np.flatnonzero(np.pad(own, (0, len(wider.links) - len(own))))
    ends = {}
    for end, old in (("u", wider.u), ("v", wider.v)):
        new = old.copy()
        new[rows] = moved[old[rows]]
        ends[end] = new
    return replace(wider, links=wider.links.assign(**ends)).checked()


def _joints(network: Network, shared: NDArray[np.intp]) -> pd.DataFrame:
    """Changes of gauge at the shared stations, and their terminals for the second track too."""
    twin = {int(row): -1 - k for k, row in enumerate(shared)}
    joint = {"km": CHANGE_KM, "mode": "rail", "border": "", "passage": "", "patched": False}
    out: list[dict[str, object]] = [
        joint | {"u": new, "v": old, "patched": True, "project": ""} for old, new in twin.items()
    ]
    terminal = network.has_mode(*TERMINAL_MODES)
    rows = np.flatnonzero(terminal & (np.isin(network.u, shared) | np.isin(network.v, shared)))
    for link in network.links.iloc[rows].to_dict("records"):
        u, v = int(link["u"]), int(link["v"])
        same = {str(key): value for key, value in link.items()}
        out.append(same | {"u": twin.get(u, u), "v": twin.get(v, v)})
    return pd.DataFrame(out)[list(network.links.columns)]
